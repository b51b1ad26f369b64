//! Rules become programs, and programs are put into groups with their pattern matchers.

mod addresses;
mod always;
mod chains;
mod datasets;
mod draft;
mod ends;
mod gate;
mod group;
mod header;
mod hosts;
mod lists;
mod modbus;
mod options;
mod packet;
mod pattern;
mod place;
mod ports;
mod rule;
mod settings;

pub(crate) use always::Always;
pub(crate) use ends::EndsKind;
pub(crate) use gate::{Glimpse, bit_of_protocol, gate_bit};
pub(crate) use group::{Groups, TCP, TransactionGroup};
pub(crate) use packet::is_about_packet;

use super::Watch;
use super::program::{Field, FileTest, Program};
use crate::countries::Countries;
use crate::reputation::Reputations;
use crate::rule::ast::{Action, HashKind, Rule};
use crate::rule::{Classification, Variables};
use flow::Digests;
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// What the compiler needs to know beside the rules.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Categories and priorities of classtypes.
    pub classification: Classification,
    /// Folders in which lists of file hashes named by rules are looked for, in this order.
    pub list_folders: Vec<PathBuf>,
    /// Countries of addresses, for `geoip`.
    pub countries: Option<Arc<Countries>>,
    /// Reputation of addresses, for `iprep`.
    pub reputations: Option<Arc<Reputations>>,
    /// Where compiled patterns are kept from one start to the next.
    pub cache: Option<matcher::Cache>,
    /// `gid` and `sid` of a rule to be followed: it is asked wherever it could match, and what comes of it is told
    /// to [`Ruleset::watch`].
    pub watched: Option<(u32, u32)>,
}

/// A rule that cannot run yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Place in the list of rules given.
    pub position: usize,
    /// Its `sid`.
    pub sid: u32,
    /// Name of the keyword, protocol or variable that is missing.
    pub missing: String,
    /// More words, where there are any.
    pub detail: Option<String>,
}

/// Figures of a compilation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rules that run.
    pub loaded: usize,
    /// Rules that cannot run yet.
    pub refused: usize,
    /// How many of them by what is missing.
    pub by_missing: BTreeMap<String, usize>,
}

/// Why a rule cannot run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    what: String,
    detail: Option<String>,
}

impl Missing {
    fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            detail: None,
        }
    }

    fn because(what: impl Into<String>, detail: String) -> Self {
        Self {
            what: what.into(),
            detail: Some(detail),
        }
    }
}

/// Rules ready to run, shared by all workers.
#[derive(Debug)]
pub struct Ruleset {
    pub(crate) programs: Vec<Program>,
    pub(crate) fields: Vec<Field>,
    pub(crate) groups: Groups,
    bit_names: Vec<Arc<str>>,
    counter_names: Vec<Arc<str>>,
    summary: Summary,
    /// Of files, that some rule compares with.
    pub(crate) digests: Digests,
    pub(crate) watch: Option<Arc<Watch>>,
}

impl Ruleset {
    /// Compiles what can run, and names the rest with what it lacks. Rules given by value are freed one by one, so that
    /// trees and programs are never all in memory together.
    pub fn compile<R: Borrow<Rule>>(
        rules: impl IntoIterator<Item = R>,
        variables: &Variables,
        settings: &Settings,
    ) -> (Self, Vec<Refused>) {
        let mut context = rule::Context::new(variables, settings);
        let mut refused = Vec::new();
        let mut programs: Vec<(usize, Program)> = Vec::new();
        let mut count: usize = 0;
        for (position, rule) in rules.into_iter().enumerate() {
            count = count.saturating_add(1);
            match context.program(rule.borrow()) {
                Ok(program) => programs.push((position, program)),
                Err(Missing { what, detail }) => {
                    refused.push(Refused {
                        position,
                        sid: rule.borrow().meta.sid,
                        missing: what,
                        detail,
                    });
                }
            }
        }
        programs.sort_by_key(|(position, program)| {
            (
                action_rank(program.meta.action),
                rule::bit_rank(program),
                program.meta.priority,
                *position,
            )
        });
        let (positions, mut programs): (Vec<usize>, Vec<Program>) = programs.into_iter().unzip();
        datasets::settle(&mut programs);
        let digests = programs.iter().flat_map(|program| &program.file);
        let digests = digests.fold(Digests::default(), |all, test| all.or(digests_of(test)));
        let (fields, bit_names, counter_names) = context.into_parts();
        let (groups, unplaced) = Groups::build(&programs, &fields, settings.cache.as_ref());
        for (number, missing) in unplaced {
            if let (Some(position), Some(program)) = (positions.get(number), programs.get(number)) {
                let sid = program.meta.sid;
                refused.push(Refused {
                    position: *position,
                    sid,
                    missing: missing.what,
                    detail: missing.detail,
                });
            }
        }
        refused.sort_by_key(|rule| rule.position);
        let mut summary = Summary {
            loaded: count.saturating_sub(refused.len()),
            refused: refused.len(),
            by_missing: BTreeMap::new(),
        };
        for rule in &refused {
            let count = summary.by_missing.entry(rule.missing.clone()).or_default();
            *count = count.saturating_add(1);
        }
        (
            Self {
                programs,
                fields,
                groups,
                bit_names,
                counter_names,
                summary,
                digests,
                watch: settings.watched.map(|_| Arc::new(Watch::default())),
            },
            refused,
        )
    }

    /// No rules.
    pub fn empty() -> Self {
        Self::compile(
            std::iter::empty::<Rule>(),
            &Variables::default(),
            &Settings::default(),
        )
        .0
    }

    /// Names of flow bits, by number.
    pub(crate) fn bit_names(&self) -> &[Arc<str>] {
        &self.bit_names
    }

    /// Names of flow counters, by number.
    pub(crate) fn counter_names(&self) -> &[Arc<str>] {
        &self.counter_names
    }

    /// Name of a flow bit.
    pub(crate) fn bit_name(&self, bit: u32) -> Option<Arc<str>> {
        self.bit_names
            .get(usize::try_from(bit).ok()?)
            .map(Arc::clone)
    }

    /// Name of a flow counter.
    pub(crate) fn counter_name(&self, counter: u32) -> Option<Arc<str>> {
        self.counter_names
            .get(usize::try_from(counter).ok()?)
            .map(Arc::clone)
    }

    /// What follows the rule that the settings named.
    pub const fn watch(&self) -> Option<&Arc<Watch>> {
        self.watch.as_ref()
    }

    /// Rules that run.
    pub const fn len(&self) -> usize {
        self.summary.loaded
    }

    /// Whether no rule runs.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Figures of the compilation.
    pub const fn summary(&self) -> &Summary {
        &self.summary
    }
}

/// Rules are asked in this order of actions.
const fn action_rank(action: Action) -> u8 {
    match action {
        Action::Config => 0,
        Action::Pass => 1,
        Action::Drop => 2,
        Action::Reject | Action::RejectDestination | Action::RejectBoth => 3,
        Action::Alert => 4,
    }
}

/// The payload chains of a rule and the number of its variables, for tests of inspection alone.
#[cfg(test)]
pub(crate) fn test_chains(rule: &Rule) -> Result<(Vec<super::program::Chain>, usize), Missing> {
    let (variables, settings) = (Variables::default(), Settings::default());
    let program = rule::Context::new(&variables, &settings).program(rule)?;
    Ok((program.chains, program.variables))
}

fn digests_of(test: &FileTest) -> Digests {
    let kind = match test {
        FileTest::Hash { hash, .. } => Some(hash.kind),
        _ => None,
    };
    Digests {
        md5: kind == Some(HashKind::Md5),
        sha1: kind == Some(HashKind::Sha1),
    }
}
