//! Lists of lines: plain ones, CSV with or without header, maltrail's, and the hashes of MISP feeds.

use super::column::{Layout, split};
use super::maltrail::Trail;
use super::{Format, Lines};
use crate::entry::Parsed;
use crate::facts::Facts;
use crate::limits::GUESS_LINES_MAX;
use crate::loader::Reading;
use crate::purpose::shortened;
use crate::report::{Place, Reason};
use std::io::{self, BufRead};

/// A line that may hold indicators.
struct Line {
    number: usize,
    text: String,
    columns: Vec<String>,
    comment: Option<String>,
}

/// What is known of the list so far.
struct State {
    layout: Option<Layout>,
    /// The list holds something that is not looked for.
    is_other: bool,
    trail: Option<Trail>,
    has_columns: bool,
    hashes: bool,
    /// Lines before the layout is known.
    waiting: Vec<Line>,
}

/// Reads a list of lines.
///
/// # Errors
/// Those of the reader; what was read before stays.
pub(crate) fn read_list(
    reading: &mut Reading<'_>,
    name: &str,
    reader: &mut dyn BufRead,
) -> io::Result<Format> {
    let mut state = State {
        layout: None,
        is_other: name.to_ascii_lowercase().contains("hassh"),
        trail: Trail::of_name(name),
        has_columns: false,
        hashes: false,
        waiting: Vec::new(),
    };
    let mut lines = Lines::new(reader);
    while let Some((number, text)) = lines.next()? {
        if text.is_empty() {
            continue;
        }
        if let Some(comment) = comment(&text) {
            state.comment(name, comment);
            continue;
        }
        let (front, comment) = split_comment(&text);
        let columns = split(front);
        state.line(
            reading,
            Line {
                number,
                columns,
                comment: comment.map(str::to_owned),
                text,
            },
        );
    }
    state.decide(reading);
    Ok(match state {
        State { trail: Some(_), .. } => Format::Maltrail,
        State { hashes: true, .. } => Format::MispHashes,
        State {
            has_columns: true, ..
        } => Format::Columns,
        _ => Format::Plain,
    })
}

impl State {
    /// A comment may be the header of columns, or say where trails come from.
    fn comment(&mut self, name: &str, comment: &str) {
        if self.trail.is_none() && comment.contains("Maltrail developers") {
            self.trail = Some(Trail::of_words(name));
        }
        if let Some(trail) = &mut self.trail {
            trail.comment(comment);
        } else if self.layout.is_none() && self.waiting.is_empty() {
            let columns = split(comment);
            if columns.len() > 2 {
                self.layout =
                    Layout::of_header(&columns).filter(|layout| !layout.values.is_empty());
                self.has_columns |= self.layout.is_some();
            }
        }
    }

    fn line(&mut self, reading: &mut Reading<'_>, line: Line) {
        self.has_columns |= line.columns.len() > 1;
        if self.layout.is_some() {
            return self.take(reading, line);
        }
        if self.waiting.is_empty()
            && self.trail.is_none()
            && let Some(layout) = Layout::of_header(&line.columns)
        {
            self.is_other |= layout.values.is_empty();
            self.layout = Some(layout);
            return;
        }
        self.waiting.push(line);
        if self.trail.is_some() || self.waiting.len() >= GUESS_LINES_MAX {
            self.decide(reading);
        }
    }

    /// Without header: by what the first lines look like.
    fn decide(&mut self, reading: &mut Reading<'_>) {
        if self.layout.is_none() {
            self.hashes = !self.waiting.is_empty()
                && self
                    .waiting
                    .iter()
                    .all(|line| hash_and_event(&line.columns).is_some());
            let lines = self.waiting.iter().map(|line| line.columns.as_slice());
            self.layout = Some(Layout::guess(lines));
        }
        for line in std::mem::take(&mut self.waiting) {
            self.take(reading, line);
        }
    }

    fn take(&mut self, reading: &mut Reading<'_>, line: Line) {
        let place = Place::Line(line.number);
        if self.is_other {
            return reading.skip(place, Reason::OtherKind, &line.text);
        }
        if let Some(trail) = &mut self.trail {
            trail.entry();
            let facts = trail.facts(line.comment.as_deref());
            let text = line.columns.first().map_or("", String::as_str);
            return reading.entry(text, facts, place);
        }
        if self.hashes {
            return match hash_and_event(&line.columns) {
                Some((hash, event)) => {
                    let facts = Facts {
                        note: shortened(&format!("MISP event {event}"), 80),
                        ..Facts::default()
                    };
                    reading.parsed(Parsed::Hashed(hash), &line.text, facts, place);
                }
                None => reading.skip(place, Reason::NotUnderstood, &line.text),
            };
        }
        let Some(layout) = &self.layout else { return };
        let facts = layout.facts(&line.columns, line.comment.as_deref());
        let texts = layout.values.iter().map(|value| line.columns.get(*value));
        let texts: Vec<&str> = texts.map(|text| text.map_or("", String::as_str)).collect();
        match texts.as_slice() {
            [""] => reading.skip(place, Reason::NotUnderstood, &line.text),
            [one] => reading.entry(one, facts, place),
            // Several digests of one file, some of which may be missing.
            several => {
                for text in several.iter().filter(|text| !text.is_empty()) {
                    reading.entry(text, facts.clone(), place.clone());
                }
            }
        }
    }
}

/// `hashes.csv` of a MISP feed: the MD5 of a value, and the event that has it.
fn hash_and_event(columns: &[String]) -> Option<(String, &str)> {
    let [hash, event] = columns else { return None };
    let hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_event = event.len() == 36
        && event.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && event.split('-').all(hexadecimal);
    (hash.len() == 32 && hexadecimal(hash) && is_event)
        .then(|| (hash.to_ascii_lowercase(), event.as_str()))
}

/// What a whole line of comment says.
fn comment(text: &str) -> Option<&str> {
    text.strip_prefix(['#', ';'])
        .or_else(|| text.strip_prefix("//"))
        .map(str::trim)
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
