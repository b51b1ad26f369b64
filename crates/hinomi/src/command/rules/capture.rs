//! What became of one rule in captures, as the engine tells it.

use super::words::{self, Phrase};
use anyhow::{Result, anyhow};
use detect::explain::{Saying, condition_of};
use detect::rule::ast::Rule;
use detect::signature::{Attempt, Failure, NearMiss, WatchLog};
use event::{Endpoint, Language};
use sensor::{Detectors, FileResult, Settings, replay};
use std::fmt::Write as _;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// Bytes on a line of a dump.
const DUMP_WIDTH: usize = 16;

/// One rule and how to tell of it.
pub struct Story<'a> {
    pub rule: &'a Rule,
    pub said: &'a [Saying],
    pub language: Language,
    pub flows_shown: usize,
}

impl Story<'_> {
    /// Runs the rules, the first of which is ours, over each capture; how many captures could not be opened.
    pub fn tell(
        &self,
        out: &mut impl Write,
        rules: &[Rule],
        captures: &[PathBuf],
        settings: &Settings,
    ) -> Result<usize> {
        let detectors = Arc::new(Detectors::following(rules, settings)?);
        let sid = self.rule.meta.sid;
        let lacking = detectors.report.missing.iter();
        if let Some((missing, _)) = lacking.into_iter().find(|(_, sids)| sids.contains(&sid)) {
            let _ = writeln!(out, "{} {missing}", self.say(&words::CANNOT_RUN));
            return Ok(0);
        }
        let watch = detectors
            .watch()
            .ok_or_else(|| anyhow!("the rule is not followed"))?;
        let mut unopened = 0;
        replay(
            captures,
            false,
            settings,
            &detectors,
            None,
            |_| (),
            |result| {
                let log = watch.take();
                unopened += usize::from(result.refused.is_some());
                let _ = out.write_all(self.of_capture(&result, &log).as_bytes());
            },
        )?;
        Ok(unopened)
    }

    fn say(&self, phrase: &Phrase) -> &'static str {
        phrase.in_language(self.language)
    }

    fn of_capture(&self, result: &FileResult, log: &WatchLog) -> String {
        let mut text = format!("\n{}\n", result.path.display());
        if let Some(error) = &result.refused {
            let _ = writeln!(text, "  {error}");
            return text;
        }
        let identity = (self.rule.meta.gid, self.rule.meta.sid);
        let alerts = result
            .summary
            .as_ref()
            .and_then(|summary| summary.alerts.get(&identity))
            .map_or(0, |(_, count)| *count);
        if log.matched > 0 {
            let _ = writeln!(
                text,
                "  {} {}: {}; {}: {alerts}",
                self.say(&words::MATCHED),
                self.say(&words::TIMES_MATCHED),
                log.matched,
                self.say(&words::ALERTS)
            );
            if alerts < log.matched {
                let _ = writeln!(text, "  {}", self.say(&words::THINNED_OUT));
            }
            let _ = writeln!(text, "  {}", self.say(&words::MATCHES));
            for attempt in log.matches.iter().take(self.flows_shown) {
                self.attempt(&mut text, attempt);
            }
            return text;
        }
        let _ = writeln!(
            text,
            "  {} {}: {}",
            self.say(&words::NOT_MATCHED),
            self.say(&words::TIMES_ASKED),
            log.asked
        );
        self.checksums(&mut text, result);
        if log.nearest.is_empty() {
            let _ = writeln!(text, "  {}", self.say(&words::NEVER_ASKED));
            return text;
        }
        let _ = writeln!(text, "  {}", self.say(&words::NEAREST));
        for attempt in log.nearest.iter().take(self.flows_shown) {
            self.attempt(&mut text, attempt);
        }
        text
    }

    /// What wrong checksums hid is a reason why nothing matched.
    fn checksums(&self, text: &mut String, result: &FileResult) {
        let summary = result.summary.as_ref();
        let hidden = summary.map_or(0, |summary| summary.flows.checksum_errors);
        if hidden > 0 {
            let _ = writeln!(
                text,
                "  {}: {hidden}\n  {}",
                self.say(&words::WRONG_CHECKSUMS),
                self.say(&words::IGNORE_CHECKSUMS)
            );
        }
    }

    fn attempt(&self, text: &mut String, attempt: &Attempt) {
        let transport = attempt
            .transport
            .map_or_else(String::new, |transport| format!("{} ", transport.name()));
        let ends = attempt.ends.map_or_else(
            || self.say(&words::UNKNOWN).to_owned(),
            |(source, dest)| format!("{} -> {}", shown(source), shown(dest)),
        );
        let _ = writeln!(
            text,
            "    {transport}{ends}, {} {} ({}), {}: {}",
            self.say(&words::PACKET),
            attempt.moment.packet_number,
            attempt.moment.time,
            self.say(&words::SPEAKS),
            attempt.speaks.unwrap_or(self.say(&words::UNKNOWN)),
        );
        if let Some(failure) = &attempt.failure {
            self.failure(text, failure);
        }
    }

    fn failure(&self, text: &mut String, failure: &Failure) {
        let option = condition_of(self.rule, failure);
        let mut said = (1..).zip(self.said);
        let condition = match (failure, option) {
            (Failure::Transport, _) => self.of_header(&words::DIFFERENT_TRANSPORT),
            (Failure::Application, _) => self.of_header(&words::DIFFERENT_APPLICATION),
            (Failure::Ends, _) => self.of_header(&words::DIFFERENT_ENDS),
            (Failure::Payload, _) => self.say(&words::SEALED).to_owned(),
            (Failure::Place, _) => self.say(&words::NOT_THE_PLACE).to_owned(),
            (_, option) => said
                .find(|(_, saying)| saying.option.is_some() && saying.option == option)
                .map_or_else(
                    || self.say(&words::UNKNOWN).to_owned(),
                    |(number, saying)| {
                        format!("{number}. {}", saying.words.in_language(self.language))
                    },
                ),
        };
        let _ = writeln!(text, "      {}: {condition}", self.say(&words::FAILED));
        match failure {
            Failure::Packet {
                found: Some(number),
                ..
            } => {
                let _ = writeln!(text, "      {}: {number}", self.say(&words::FOUND_THERE));
            }
            Failure::Bytes(near) => self.bytes(text, near),
            _ => {}
        }
    }

    fn of_header(&self, phrase: &Phrase) -> String {
        format!("1. {} ({})", self.say(&words::HEADER), self.say(phrase))
    }

    fn bytes(&self, text: &mut String, near: &NearMiss) {
        if near.missing {
            let _ = writeln!(text, "      {}", self.say(&words::NO_BUFFER));
            return;
        }
        let _ = write!(
            text,
            "      {}: {}",
            self.say(&words::BUFFER_BYTES),
            near.length
        );
        if near.excerpt_start > 0 {
            let _ = write!(
                text,
                "; {}: {}",
                self.say(&words::COUNTED_FROM),
                near.cursor
            );
        }
        text.push('\n');
        for (line, bytes) in near.excerpt.chunks(DUMP_WIDTH).enumerate() {
            let hexadecimal: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
            let letters: String = bytes
                .iter()
                .map(|byte| match byte {
                    b' '..=b'~' => char::from(*byte),
                    _ => '.',
                })
                .collect();
            let start = near.excerpt_start + line * DUMP_WIDTH;
            let _ = writeln!(text, "        {start:>6}  {hexadecimal:<48} {letters}");
        }
    }
}

/// Address and port as people write them.
fn shown(end: Endpoint) -> String {
    if end.port == 0 {
        end.ip.to_string()
    } else {
        SocketAddr::new(end.ip, end.port).to_string()
    }
}
