//! YARA rules over the bytes of files.
//!
//! The rules are compiled and run by the `boreal` crate; nothing outside this module knows that.

mod load;
mod split;

#[cfg(test)]
mod tests;

pub use load::LoadReport;

use crate::limits::{
    YARA_MATCHES_PER_STRING_MAX, YARA_MATCHES_TOLD_MAX, YARA_RULES_TOLD_MAX, YARA_STRING_BYTES_MAX,
};
use boreal::MetadataValue;
use boreal::scanner::{EvaluatedRule, ScanParams, ScanResult};
use std::path::PathBuf;
use std::time::Duration;

/// A value of a rule's `meta`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetaValue {
    /// Text; bytes that are not UTF-8 are replaced.
    Text(String),
    /// A number.
    Number(i64),
    /// A truth value.
    Truth(bool),
}

/// A place where a string of a rule was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Name of the string, with its `$`.
    pub string: String,
    /// Bytes before it.
    pub offset: u64,
    /// Bytes of it.
    pub length: u64,
    /// Its beginning, at most [`YARA_STRING_BYTES_MAX`] bytes.
    pub bytes: Vec<u8>,
}

/// A rule that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Its name.
    pub rule: String,
    /// The file that it stands in, without folder and extension.
    pub file: String,
    /// Its tags, in order.
    pub tags: Vec<String>,
    /// Its `meta`, in order.
    pub meta: Vec<(String, MetaValue)>,
    /// Where its strings were found, at most [`YARA_MATCHES_TOLD_MAX`].
    pub places: Vec<Place>,
}

/// What a scan came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// Rules that matched, in the order in which they were loaded.
    pub matches: Vec<Match>,
    /// The time was over before all rules had been asked.
    pub timed_out: bool,
}

/// Compiled rules. Cheap to share; a scan changes nothing.
#[derive(Debug)]
pub struct Yara {
    scanner: boreal::Scanner,
}

impl Yara {
    /// Reads rule files, and the `*.yar` and `*.yara` files directly within folders, in order of name. A rule that is
    /// wrong is reported and stops nothing. `scan_time_max` bounds each scan.
    pub fn load(paths: &[PathBuf], scan_time_max: Duration) -> (Self, LoadReport) {
        let (mut scanner, report) = load::load(paths);
        scanner.set_scan_params(
            ScanParams::default()
                .compute_full_matches(true)
                .match_max_length(YARA_STRING_BYTES_MAX)
                .string_max_nb_matches(YARA_MATCHES_PER_STRING_MAX)
                .timeout_duration(Some(scan_time_max)),
        );
        (Self { scanner }, report)
    }

    /// Asks all rules about a file, or its beginning. `name` is what the wire called it: rules see it as `filename` and
    /// `extension`.
    pub fn scan(&self, bytes: &[u8], name: &str) -> Scan {
        let mut scanner = self.scanner.clone();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        // Both were defined when the rules were compiled.
        let _ = scanner.define_symbol("filename", name.to_owned());
        let _ = scanner.define_symbol("extension", format!(".{extension}"));
        let (result, timed_out) = match scanner.scan_mem(bytes) {
            Ok(result) => (result, false),
            Err((_, result)) => (result, true),
        };
        Scan {
            matches: self.matches(&result),
            timed_out,
        }
    }

    fn matches(&self, result: &ScanResult<'_>) -> Vec<Match> {
        let rules = result.rules.iter().take(YARA_RULES_TOLD_MAX);
        rules.map(|rule| self.told(rule)).collect()
    }

    fn told(&self, rule: &EvaluatedRule<'_>) -> Match {
        let text = |symbol| self.scanner.get_string_symbol(symbol).to_owned();
        let meta = rule.metadatas.iter().map(|meta| {
            let value = match meta.value {
                MetadataValue::Bytes(symbol) => {
                    let bytes = self.scanner.get_bytes_symbol(symbol);
                    MetaValue::Text(String::from_utf8_lossy(bytes).into_owned())
                }
                MetadataValue::Integer(number) => MetaValue::Number(number),
                MetadataValue::Boolean(truth) => MetaValue::Truth(truth),
            };
            (text(meta.name), value)
        });
        let places = rule.matches.iter().flat_map(|string| {
            string.matches.iter().map(|found| Place {
                string: format!("${}", string.name),
                offset: found.offset as u64,
                length: found.length as u64,
                bytes: found.data.to_vec(),
            })
        });
        Match {
            rule: rule.name.to_owned(),
            file: rule.namespace.to_owned(),
            tags: rule.tags.iter().map(|tag| text(*tag)).collect(),
            meta: meta.collect(),
            places: places.take(YARA_MATCHES_TOLD_MAX).collect(),
        }
    }
}
