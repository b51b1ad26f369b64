//! `threshold.config`: lines that thin out or silence the alerts of rules without a change to the rules.

use super::argument::Argument;
use super::ast::{Threshold, ThresholdKind, Track};
use super::header;
use super::problem::{Problem, ProblemKind};
use super::ranges::AddressSet;
use super::variables::{Resolver, Variables};
use std::sync::Arc;

/// Rules that a line is about: generator and rule, 0 for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// `gen_id`
    pub gid: u32,
    /// `sig_id`
    pub sid: u32,
}

/// Which host of an alert a `suppress` line looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuppressedSide {
    /// `by_src`
    Source,
    /// `by_dst`
    Destination,
    /// `by_either`
    Either,
}

/// `suppress`
#[derive(Debug, Clone, PartialEq)]
pub struct Suppression {
    /// Which rules.
    pub about: About,
    /// Hosts whose alerts are kept quiet; None: of all hosts.
    pub hosts: Option<(SuppressedSide, Arc<AddressSet>)>,
}

/// `rate_filter`: alerts that come too often are treated otherwise for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateFilter {
    /// Which rules.
    pub about: About,
    /// What is counted apart.
    pub track: Track,
    /// Alerts within `seconds` from which it applies.
    pub count: u32,
    /// Window.
    pub seconds: u32,
    /// `new_action pass`: not told. Other actions change nothing for somebody who only watches.
    pub quiet: bool,
    /// Seconds for which it applies.
    pub timeout_seconds: u32,
}

/// All lines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Thinning {
    /// `suppress`
    pub suppressions: Vec<Suppression>,
    /// `threshold` and `event_filter`, for rules without a threshold of their own.
    pub thresholds: Vec<(About, Threshold)>,
    /// `rate_filter`
    pub rates: Vec<RateFilter>,
}

impl About {
    /// Whether the line is about a rule.
    pub const fn means(self, gid: u32, sid: u32) -> bool {
        (self.gid == 0 || self.gid == gid) && (self.sid == 0 || self.sid == sid)
    }
}

impl Thinning {
    /// Whether a line begins as those of a `threshold.config` do.
    pub fn is_line(line: &str) -> bool {
        let word = line.split_whitespace().next().unwrap_or_default();
        matches!(
            word,
            "suppress" | "threshold" | "event_filter" | "rate_filter"
        )
    }

    /// Takes the lines. Returns what could not be read; good lines count all the same.
    pub fn read(&mut self, file: &str, bytes: &[u8], variables: &Variables) -> Vec<Problem> {
        let file: Arc<str> = file.into();
        let mut problems = Vec::new();
        let text = String::from_utf8_lossy(bytes);
        // A backslash at the end of a line joins it with the next.
        let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
        for (number, line) in (1_u32..).zip(joined.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Err(message) = self.read_line(line, variables) {
                let bytes = line.as_bytes();
                let kind = ProblemKind::Syntax;
                problems.push(Problem::at(kind, &file, number, bytes, 0, message));
            }
        }
        problems
    }

    fn read_line(&mut self, line: &str, variables: &Variables) -> Result<(), String> {
        let (kind, rest) = line.split_once(char::is_whitespace).ok_or_else(expected)?;
        let values = Values::of(rest)?;
        let about = About {
            gid: values.number("gen_id")?,
            sid: values.number("sig_id")?,
        };
        match kind {
            "suppress" => {
                let hosts = match (values.text("track"), values.text("ip")) {
                    (None, None) => None,
                    (Some(track), Some(ip)) => {
                        Some((suppressed_side(track)?, addresses(ip, variables)?))
                    }
                    _ => return Err("`track` and `ip` go together".to_owned()),
                };
                self.suppressions.push(Suppression { about, hosts });
            }
            "threshold" | "event_filter" => {
                let threshold = threshold(&values)?;
                self.thresholds.push((about, threshold));
            }
            "rate_filter" => self.rates.push(RateFilter {
                about,
                track: values.track()?,
                count: values.number("count")?,
                seconds: values.number("seconds")?,
                quiet: values.text("new_action") == Some("pass"),
                timeout_seconds: values.number("timeout")?,
            }),
            _ => return Err(expected()),
        }
        Ok(())
    }
}

fn expected() -> String {
    "expected a line that begins with `suppress`, `threshold`, `event_filter` or `rate_filter`"
        .to_owned()
}

fn suppressed_side(track: &str) -> Result<SuppressedSide, String> {
    match track {
        "by_src" => Ok(SuppressedSide::Source),
        "by_dst" => Ok(SuppressedSide::Destination),
        "by_either" => Ok(SuppressedSide::Either),
        other => Err(format!(
            "expected by_src, by_dst or by_either, found `{other}`"
        )),
    }
}

fn addresses(text: &str, variables: &Variables) -> Result<Arc<AddressSet>, String> {
    // A list may stand without its brackets.
    let text = if text.contains(',') && !text.starts_with('[') && !text.starts_with("![") {
        format!("[{text}]")
    } else {
        text.to_owned()
    };
    let expression = header::addresses(Argument::new(text.as_bytes(), 0))
        .map_err(|_| format!("expected an address, a network or a list of them, found `{text}`"))?;
    Resolver::new(variables)
        .addresses(&expression)
        .map_err(|error| error.to_string())
}

fn threshold(values: &Values<'_>) -> Result<Threshold, String> {
    let kind = match values.text("type") {
        Some("limit") => ThresholdKind::Limit,
        Some("threshold") => ThresholdKind::Threshold,
        Some("both") => ThresholdKind::Both,
        Some("backoff") => ThresholdKind::Backoff {
            multiplier: values.number("multiplier")?.max(2),
        },
        _ => return Err("expected `type limit`, `threshold`, `both` or `backoff`".to_owned()),
    };
    let seconds = match kind {
        ThresholdKind::Backoff { .. } => 0,
        _ => values.number("seconds")?,
    };
    Ok(Threshold {
        kind,
        track: values.track()?,
        count: values.number("count")?,
        seconds,
    })
}

/// `name value` pairs between commas; commas within brackets belong to the value.
struct Values<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Values<'a> {
    fn of(text: &'a str) -> Result<Self, String> {
        let mut values: Vec<(&str, &str)> = Vec::new();
        let mut depth = 0_u32;
        let pieces = text.split(|letter| {
            match letter {
                '[' => depth = depth.saturating_add(1),
                ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            letter == ',' && depth == 0
        });
        for piece in pieces {
            let piece = piece.trim();
            match piece.split_once(char::is_whitespace) {
                Some((name, value)) => values.push((name, value.trim())),
                None => return Err(format!("expected `name value`, found `{piece}`")),
            }
        }
        Ok(Self(values))
    }

    fn text(&self, wanted: &str) -> Option<&'a str> {
        let mut found = self.0.iter().filter(|(name, _)| *name == wanted);
        found.next().map(|(_, value)| *value)
    }

    fn number(&self, name: &str) -> Result<u32, String> {
        self.text(name)
            .and_then(|value| value.parse().ok())
            .ok_or_else(|| format!("expected `{name}` with a number"))
    }

    fn track(&self) -> Result<Track, String> {
        Ok(match self.text("track") {
            Some("by_src") => Track::BySource,
            Some("by_dst") => Track::ByDestination,
            Some("by_both") => Track::ByBoth,
            Some("by_rule") => Track::ByRule,
            Some("by_flow") => Track::ByFlow,
            _ => {
                return Err(
                    "expected `track by_src`, by_dst, by_both, by_rule or by_flow".to_owned(),
                );
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_is_read_and_bad_ones_are_named() {
        let text = b"# comment\n\
            suppress gen_id 1, sig_id 7\n\
            suppress gen_id 1, sig_id 8, track by_src, ip [10.0.0.0/8,!10.0.0.1]\n\
            suppress gen_id 1, sig_id 9, track by_either, ip $HOME_NET\n\
            threshold gen_id 1, sig_id 0, type limit, track by_src, \\\n count 1, seconds 60\n\
            event_filter gen_id 0, sig_id 0, type backoff, track by_flow, count 1, multiplier 10\n\
            rate_filter gen_id 1, sig_id 10, track by_rule, count 5, seconds 60, new_action pass, timeout 300\n\
            suppress gen_id 1\n\
            suppress gen_id 1, sig_id 8, track by_src\n\
            forbid gen_id 1, sig_id 1\n";
        let mut thinning = Thinning::default();
        let problems = thinning.read("t", text, &Variables::default());
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert_eq!(thinning.suppressions.len(), 3);
        assert_eq!(thinning.thresholds.len(), 2);
        assert!(thinning.rates[0].quiet);
        let hosts = thinning.suppressions[1].hosts.as_ref().unwrap();
        assert!(hosts.1.contains("10.0.0.2".parse().unwrap()));
        assert!(!hosts.1.contains("10.0.0.1".parse().unwrap()));
        assert!(About { gid: 1, sid: 0 }.means(1, 5) && !About { gid: 1, sid: 4 }.means(1, 5));
    }
}
