//! Rules over files.

use super::Engine;
use super::packet::program;
use super::queue::Found;
use super::scene::Scene;
use super::shown;
use super::transaction::LazyFacts;
use crate::rule::ast::HashKind;
use crate::signature::compile::Ruleset;
use crate::signature::program::{FileTest, Program, Source};
use crate::signature::state::EngineState;
use crate::signature::watch::Failure;
use event::{Record, Value};
use flow::{Conversation, File, FilePhase, Hashes, Moment};
use std::sync::Arc;
use wire::protocol::Transaction;

impl Engine {
    /// A file begins, or ends.
    pub fn file(
        &mut self,
        flow: &mut Conversation<EngineState>,
        file: &File,
        phase: FilePhase,
        transaction: Option<&dyn Transaction>,
        moment: Moment,
    ) {
        let rules = Arc::clone(&self.rules);
        let candidates = rules.groups.files(file.direction);
        if candidates.is_empty() {
            return;
        }
        let mut state = std::mem::take(&mut flow.state);
        let memory = state.memory();
        self.buffers.clear();
        let scene = Scene {
            flow: Some(flow),
            context: None,
            direction: file.direction,
            moment,
            events: &[],
            transaction: Some(file.transaction_id),
            speaks: flow.app_proto,
            completes_handshake: false,
        };
        let mut facts = LazyFacts::default();
        for rule in candidates {
            let Some(program) = program(&rules, *rule) else {
                continue;
            };
            let waits = program.file.iter().any(needs_end) && phase == FilePhase::Begun;
            if memory.passed || waits || !self.fits(program, &scene, memory) {
                continue;
            }
            if program.file.iter().all(|test| file_test(test, file))
                && self.file_chains_fit(&rules, program, file, transaction)
                && memory.first_file_alert(*rule, file.id)
            {
                let transaction = transaction.map(|transaction| facts.of(transaction));
                let found = Found {
                    transaction,
                    file: Some(file_record(file, phase)),
                    file_id: Some(file.id),
                    frame: None,
                    buffers: shown::buffers(program, |chain| text_of(&chain.source, file)),
                };
                self.matched_or_pending(*rule, program, &scene, memory, found);
            } else if program.watched {
                let mut tests = program.file.iter();
                match tests.position(|test| !file_test(test, file)) {
                    Some(test) => self.missed(program, &scene, Failure::File(test)),
                    None => self.missed_bytes(program, &scene),
                }
            }
        }
        self.keep_entropies(memory);
        flow.state = state;
    }

    fn file_chains_fit(
        &mut self,
        rules: &Ruleset,
        program: &Program,
        file: &File,
        transaction: Option<&dyn Transaction>,
    ) -> bool {
        let has_fields = program
            .chains
            .iter()
            .any(|chain| matches!(chain.source, Source::Field(_)));
        self.forget_notes(program);
        if has_fields || !program.numbers.is_empty() {
            let fits = transaction.is_some_and(|transaction| {
                self.transaction_fits(rules, program, file.direction, transaction)
            });
            if !fits {
                return false;
            }
        }
        program.chains.iter().all(|chain| match chain.source {
            Source::FileName | Source::FileMagic => {
                let bytes = text_of(&chain.source, file).map(|(_, bytes)| bytes);
                self.chain_fits(chain, bytes)
            }
            _ => true,
        })
    }
}

/// Name or kind of the file, by the name of the buffer.
fn text_of<'a>(source: &Source, file: &'a File) -> Option<(&'static str, &'a [u8])> {
    match source {
        Source::FileName if !file.name.is_empty() => Some(("file.name", &file.name)),
        Source::FileMagic => Some(("file.magic", file.magic?.as_bytes())),
        _ => None,
    }
}

/// Size and hashes are known at the end only.
const fn needs_end(test: &FileTest) -> bool {
    matches!(test, FileTest::Size(_) | FileTest::Hash { .. })
}

fn file_test(test: &FileTest, file: &File) -> bool {
    match test {
        FileTest::Name { text, negated } => {
            !file.name.is_empty() && contains(&file.name, text) != *negated
        }
        FileTest::Extension { text, negated } => {
            !file.name.is_empty() && has_extension(&file.name, text) != *negated
        }
        FileTest::Magic { text, negated } => file
            .magic
            .is_some_and(|magic| contains(magic.as_bytes(), text) != *negated),
        FileTest::Size(comparison) => comparison.accepts(file.size),
        FileTest::Hash { hash, list } => file.hashes.is_some_and(|hashes| {
            let digest: &[u8] = match hash.kind {
                HashKind::Md5 => hashes.md5.as_ref().map_or(&[], |md5| md5),
                HashKind::Sha1 => hashes.sha1.as_ref().map_or(&[], |sha1| sha1),
                HashKind::Sha256 => &hashes.sha256,
            };
            let listed = list
                .binary_search_by(|known| known.as_slice().cmp(digest))
                .is_ok();
            listed != hash.negated
        }),
    }
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    wanted.is_empty()
        || text
            .windows(wanted.len())
            .any(|window| window.eq_ignore_ascii_case(wanted))
}

fn has_extension(name: &[u8], extension: &[u8]) -> bool {
    let Some(start) = name.len().checked_sub(extension.len()) else {
        return false;
    };
    let Some((front, end)) = name.split_at_checked(start) else {
        return false;
    };
    end.eq_ignore_ascii_case(extension) && front.last().is_some_and(|byte| *byte == b'.')
}

/// The file as an alert's `files` has it.
fn file_record(file: &File, phase: FilePhase) -> Record {
    let mut record = Record::new();
    if !file.name.is_empty() {
        record.push("filename", Value::bytes(&file.name));
    }
    if let Some(magic) = file.magic {
        record.push("magic", magic);
    }
    record.push("gaps", file.gaps);
    let state = match phase {
        FilePhase::Begun => "UNKNOWN",
        FilePhase::Complete => "CLOSED",
        FilePhase::Truncated => "TRUNCATED",
    };
    record.push("state", state);
    if let Some(Hashes { md5, sha1, sha256 }) = file.hashes {
        if let Some(md5) = md5 {
            record.push("md5", hex(&md5));
        }
        if let Some(sha1) = sha1 {
            record.push("sha1", hex(&sha1));
        }
        record.push("sha256", hex(&sha256));
    }
    record.push("stored", false);
    record.push("size", file.size);
    record.push("tx_id", file.transaction_id);
    record
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(
        String::with_capacity(bytes.len().saturating_mul(2)),
        |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        },
    )
}
