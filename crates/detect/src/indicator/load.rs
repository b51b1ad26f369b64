//! Reading lists: lines, comments, columns.

use super::entry::{self, Parsed, Refusal};
use super::{Entry, Indicators};
use crate::limits::{BAD_LINES_SHOWN_MAX, INDICATOR_LINE_BYTES_MAX, INDICATORS_MAX};
use flow::Digests;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

/// A line that is no indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Name of the list.
    pub list: String,
    /// From 1.
    pub line: usize,
    /// The line, cut short.
    pub text: String,
}

/// What happened while lists were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// Lists read.
    pub lists: usize,
    /// Entries taken.
    pub entries: usize,
    /// Entries that stood in a list before.
    pub repeated: usize,
    /// Lines that are no indicator.
    pub bad: usize,
    /// Entries refused because they name private or reserved addresses.
    pub reserved: usize,
    /// Entries refused because they are too short or too wide to mean anything.
    pub too_broad: usize,
    /// Entries beyond `limits::INDICATORS_MAX`.
    pub beyond_limit: usize,
    /// The first bad lines.
    pub bad_lines: Vec<BadLine>,
    /// Files that could not be read, with the reason.
    pub unreadable: Vec<(String, String)>,
}

/// Columns whose name says that they hold indicators, best first.
const COLUMNS: &[&str] = &[
    "indicator",
    "ioc",
    "ioc_value",
    "value",
    "ipaddr",
    "ip",
    "ip_address",
    "address",
    "dst_ip",
    "domain",
    "host",
    "hostname",
    "url",
    "sha256",
    "sha256_hash",
    "sha1",
    "md5",
    "ja3",
    "ja3_md5",
    "ja4",
];

/// Columns whose values look like hashes and are none that we look for.
const OTHER_COLUMNS: &[&str] = &["hassh", "fingerprint", "image"];

impl Indicators {
    /// Reads lists; what cannot be read is in the report, the rest goes on.
    pub fn load<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> (Self, LoadReport) {
        let mut indicators = Self::default();
        let mut report = LoadReport::default();
        for path in paths {
            let path = path.as_ref();
            let result = File::open(path).and_then(|file| {
                let name = path
                    .file_stem()
                    .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
                indicators.read(&name, BufReader::new(file), &mut report)
            });
            if let Err(error) = result {
                report
                    .unreadable
                    .push((path.display().to_string(), error.to_string()));
            }
        }
        (indicators, report)
    }

    /// Reads one list under a name.
    ///
    /// # Errors
    /// Those of the reader; what was read before stays.
    pub fn read(
        &mut self,
        name: &str,
        reader: impl BufRead,
        report: &mut LoadReport,
    ) -> io::Result<()> {
        let Ok(list) = u16::try_from(self.lists.len()) else {
            return Err(io::Error::other("more than 65,536 lists"));
        };
        self.lists.push(Arc::from(name));
        report.lists = report.lists.saturating_add(1);
        let mut reading = Reading {
            list,
            name,
            column: 0,
            decided: false,
            unwanted: is_unwanted(name),
            contexts: HashMap::new(),
        };
        let mut lines = Lines {
            reader,
            number: 0,
            bytes: Vec::new(),
        };
        while lines.next()? {
            let text = String::from_utf8_lossy(&lines.bytes);
            self.line(&mut reading, &text, lines.number, report);
        }
        Ok(())
    }

    fn line(
        &mut self,
        reading: &mut Reading<'_>,
        text: &str,
        number: usize,
        report: &mut LoadReport,
    ) {
        let text = text.trim().trim_start_matches('\u{feff}');
        if text.is_empty() || text.starts_with(['#', ';']) || text.starts_with("//") {
            return;
        }
        let (text, comment) = split_comment(text);
        let columns = columns(text);
        if !reading.decided {
            reading.decided = true;
            if let Some(column) = header(&columns) {
                reading.column = column;
                reading.unwanted |=
                    columns.iter().any(|name| is_other(name)) && column == usize::MAX;
                return;
            }
        }
        let value = columns.get(reading.column).copied().unwrap_or("");
        match entry::parse(value) {
            _ if reading.unwanted => report.bad_line(reading.name, number, text),
            Ok(_) if self.count >= INDICATORS_MAX => {
                report.beyond_limit = report.beyond_limit.saturating_add(1)
            }
            Ok(parsed) => {
                let context = context(&columns, reading.column, comment);
                let entry = Entry {
                    list: reading.list,
                    context: self.context_number(reading, context),
                };
                self.insert(parsed, entry, report);
            }
            Err(Refusal::Reserved) => report.reserved = report.reserved.saturating_add(1),
            Err(Refusal::TooBroad) => report.too_broad = report.too_broad.saturating_add(1),
            Err(Refusal::Unknown) => report.bad_line(reading.name, number, text),
        }
    }

    fn insert(&mut self, parsed: Parsed, entry: Entry, report: &mut LoadReport) {
        use std::collections::hash_map::Entry as Slot;
        let known = match parsed {
            Parsed::Text(text) => match self.texts.entry(text.into_boxed_str()) {
                Slot::Occupied(_) => true,
                Slot::Vacant(slot) => {
                    self.digests = self.digests.or(digests_like(slot.key()));
                    slot.insert(entry);
                    false
                }
            },
            Parsed::Socket { bits, port } => self.sockets.insert((bits, port), entry).is_some(),
            Parsed::Network { bits, prefix } => self
                .networks
                .entry(prefix)
                .or_default()
                .insert(bits, entry)
                .is_some(),
        };
        if known {
            report.repeated = report.repeated.saturating_add(1);
        } else {
            self.count = self.count.saturating_add(1);
            report.entries = report.entries.saturating_add(1);
        }
    }

    fn context_number(&mut self, reading: &mut Reading<'_>, context: Option<String>) -> u32 {
        let Some(context) = context else { return 0 };
        if let Some(number) = reading.contexts.get(&context) {
            return *number;
        }
        self.contexts.push(Arc::from(context.as_str()));
        let number = u32::try_from(self.contexts.len()).unwrap_or(0);
        reading.contexts.insert(context, number);
        number
    }
}

/// The digests of files that a text could be (or a JA3, which looks like an MD5).
fn digests_like(text: &str) -> Digests {
    let is_digest = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Digests {
        md5: is_digest && text.len() == 32,
        sha1: is_digest && text.len() == 40,
    }
}

/// One list while it is read.
struct Reading<'a> {
    list: u16,
    name: &'a str,
    /// Where the indicator stands in a line.
    column: usize,
    /// Whether the first line has been seen.
    decided: bool,
    /// The list holds something that we do not look for.
    unwanted: bool,
    contexts: HashMap<String, u32>,
}

impl LoadReport {
    fn bad_line(&mut self, list: &str, line: usize, text: &str) {
        self.bad = self.bad.saturating_add(1);
        if self.bad_lines.len() < BAD_LINES_SHOWN_MAX {
            let text = text.chars().take(120).collect();
            self.bad_lines.push(BadLine {
                list: list.to_owned(),
                line,
                text,
            });
        }
    }
}

fn is_unwanted(name: &str) -> bool {
    name.to_ascii_lowercase().contains("hassh")
}

fn is_other(name: &str) -> bool {
    OTHER_COLUMNS.contains(&name.to_ascii_lowercase().as_str())
}

/// The column of indicators, if the line is a header.
fn header(columns: &[&str]) -> Option<usize> {
    let lower: Vec<String> = columns
        .iter()
        .map(|name| name.to_ascii_lowercase())
        .collect();
    let found = COLUMNS
        .iter()
        .find_map(|name| lower.iter().position(|column| column == name));
    match found {
        Some(column) => Some(column),
        None if columns.len() > 1 && lower.iter().any(|name| is_other(name)) => Some(usize::MAX),
        None => None,
    }
}

/// What follows ` #`; a `#` within a URL is none.
fn split_comment(text: &str) -> (&str, Option<&str>) {
    for mark in [" #", "\t#", " ;", "\t;"] {
        if let Some((front, comment)) = text.split_once(mark) {
            return (front.trim(), Some(comment.trim()));
        }
    }
    (text, None)
}

/// Columns by comma, semicolon or tab, without quotation marks; a line without them is one column.
fn columns(text: &str) -> Vec<&str> {
    let separator = [',', ';', '\t']
        .into_iter()
        .find(|separator| text.contains(*separator));
    let Some(separator) = separator else {
        return vec![text.split_whitespace().next().unwrap_or("")];
    };
    text.split(separator)
        .map(|column| column.trim().trim_matches('"'))
        .collect()
}

/// What else the line says.
fn context(columns: &[&str], indicator: usize, comment: Option<&str>) -> Option<String> {
    let others = columns
        .iter()
        .enumerate()
        .filter(|(place, text)| *place != indicator && !text.is_empty());
    let mut words: Vec<&str> = others.map(|(_, text)| *text).collect();
    words.extend(comment.filter(|comment| !comment.is_empty()));
    (!words.is_empty()).then(|| words.join(", ").chars().take(200).collect())
}

/// Lines of bounded length: the rest of a longer one is passed over.
struct Lines<R> {
    reader: R,
    number: usize,
    bytes: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> io::Result<bool> {
        self.bytes.clear();
        let mut any = false;
        loop {
            let area = self.reader.fill_buf()?;
            if area.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', area);
            let line = end.and_then(|end| area.get(..end)).unwrap_or(area);
            let room = INDICATOR_LINE_BYTES_MAX.saturating_sub(self.bytes.len());
            self.bytes
                .extend_from_slice(line.get(..room).unwrap_or(line));
            let used = line.len().saturating_add(usize::from(end.is_some()));
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        self.number = self.number.saturating_add(1);
        Ok(any)
    }
}
