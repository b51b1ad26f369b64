//! Files in, index and report out.

use crate::brake::{Brakes, Gathering};
use crate::entry::{self, Parsed, Refusal};
use crate::facts::Facts;
use crate::format::{self, Format};
use crate::hold::{Held, Tally};
use crate::index::{Added, Builder, Indicators, Mark};
use crate::limits;
use crate::report::{ListReport, LoadReport, Place, Reason};
use crate::source::{self, Document, Found};
use event::Timestamp;
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Reads lists; what cannot be read is in the report, the rest goes on.
pub fn load<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> (Indicators, LoadReport) {
    Loader::default().load(paths)
}

/// How lists are to be read.
#[derive(Default)]
pub struct Loader<'a> {
    /// The index in force: of lists that are held back, what it has stays.
    pub before: Option<&'a Indicators>,
    /// The time for the count of what has expired; entries expire by the time of events, whatever stands here.
    pub now: Option<Timestamp>,
    /// Take lists that would be held back.
    pub trusting: bool,
}

impl Loader<'_> {
    /// Reads lists. Warning lists are read first, wherever they stand.
    pub fn load<P: AsRef<Path>>(
        self,
        paths: impl IntoIterator<Item = P>,
    ) -> (Indicators, LoadReport) {
        let mut reading = Reading::new(self);
        let paths: Vec<P> = paths.into_iter().collect();
        let mut warnings = Gathering::default();
        for path in &paths {
            source::visit(path.as_ref(), &mut |found| {
                if let Found::Document(document) = found {
                    reading.warnings(document, &mut warnings);
                }
            });
        }
        reading.report.warnings = warnings.count();
        reading.brakes = warnings.finish();
        for path in &paths {
            source::visit(path.as_ref(), &mut |found| reading.found(found));
        }
        reading.finish()
    }

    /// Reads one list from memory, under a name.
    pub fn read(self, name: &str, bytes: &[u8]) -> (Indicators, LoadReport) {
        let mut reading = Reading::new(self);
        let mut warnings = Gathering::default();
        reading.warnings(in_memory(name, &mut &*bytes), &mut warnings);
        reading.report.warnings = warnings.count();
        reading.brakes = warnings.finish();
        reading.document(in_memory(name, &mut &*bytes));
        reading.finish()
    }
}

fn in_memory<'a>(name: &str, reader: &'a mut dyn io::BufRead) -> Document<'a> {
    Document {
        name: name.to_owned(),
        file: name.to_owned(),
        reader,
    }
}

/// What has been read so far.
pub(crate) struct Reading<'a> {
    loader: Loader<'a>,
    builder: Builder,
    brakes: Brakes,
    report: LoadReport,
    list: List,
    /// Entries of each list of the index in force.
    before: HashMap<Arc<str>, usize>,
}

/// The list that is being read.
struct List {
    name: Arc<str>,
    file: String,
    tally: Tally,
    mark: Mark,
    skipped_before: usize,
}

impl<'a> Reading<'a> {
    fn new(loader: Loader<'a>) -> Self {
        let builder = Builder::default();
        let list = List {
            name: Arc::from(""),
            file: String::new(),
            tally: Tally::default(),
            mark: builder.mark(),
            skipped_before: 0,
        };
        Self {
            before: loader
                .before
                .map(Indicators::count_by_list)
                .unwrap_or_default(),
            loader,
            builder,
            brakes: Brakes::default(),
            report: LoadReport::default(),
            list,
        }
    }

    /// Warning lists are JSON; what is none is not looked at now.
    fn warnings(&mut self, document: Document<'_>, into: &mut Gathering) {
        let is_json = document
            .reader
            .fill_buf()
            .is_ok_and(|start| format::is_json(start) && looks_like_warnings(start));
        if !is_json {
            return;
        }
        if let Ok(bytes) = source::read_whole(document.reader, limits::JSON_BYTES_MAX) {
            format::read_warnings(&document.name, &bytes, into);
        }
    }

    fn found(&mut self, found: Found<'_>) {
        match found {
            Found::Document(document) if self.report.lists < limits::LISTS_MAX => {
                self.document(document);
            }
            Found::Document(document) => {
                let reason = format!("more than {} lists", limits::LISTS_MAX);
                self.report.unreadable.push((document.file, reason));
            }
            Found::Other => {
                self.report.other_files = self.report.other_files.saturating_add(1);
            }
            Found::Unreadable(file, reason) => self.report.unreadable.push((file, reason)),
        }
    }

    fn document(&mut self, document: Document<'_>) {
        self.report.lists = self.report.lists.saturating_add(1);
        self.list = List {
            name: Arc::from(document.name.as_str()),
            file: document.file,
            tally: Tally::default(),
            mark: self.builder.mark(),
            skipped_before: self.report.skipped_total(),
        };
        match self.read(&document.name, document.reader) {
            Ok(format) => self.judge(format),
            Err(error) => {
                let unreadable = (self.list.file.clone(), error.to_string());
                self.report.unreadable.push(unreadable);
                // A part of what was there before is worse than all of it, and better than nothing.
                if let Some(before) = self.loader.before
                    && self.before.contains_key(&self.list.name)
                {
                    self.builder.roll_back(self.list.mark);
                    self.builder.carry_over(before, &self.list.name);
                } else {
                    self.judge(Format::Plain);
                }
            }
        }
    }

    fn read(&mut self, name: &str, reader: &mut dyn io::BufRead) -> io::Result<Format> {
        if format::is_json(reader.fill_buf()?) {
            let bytes = source::read_whole(reader, limits::JSON_BYTES_MAX)?;
            format::read_json(self, &bytes)
        } else {
            format::read_list(self, name, reader)
        }
    }

    /// Holds the list back, or takes it.
    fn judge(&mut self, format: Format) {
        let tally = std::mem::take(&mut self.list.tally);
        let entries = usize::try_from(tally.entries()).unwrap_or(usize::MAX);
        let skipped = self.report.skipped_total();
        if self.report.each.len() < limits::LISTS_SHOWN_MAX {
            self.report.each.push(ListReport {
                name: self.list.name.to_string(),
                file: self.list.file.clone(),
                format,
                entries,
                skipped: skipped.saturating_sub(self.list.skipped_before),
            });
        }
        let before = self.before.get(&self.list.name).copied().unwrap_or(0);
        let Some((reason, count, examples)) = tally.judge(before) else {
            return;
        };
        if self.loader.trusting || format == Format::Warning {
            return;
        }
        self.builder.roll_back(self.list.mark);
        let kept = self
            .loader
            .before
            .map(|before| self.builder.carry_over(before, &self.list.name))
            .filter(|kept| *kept > 0);
        self.report.held.push(Held {
            list: self.list.name.to_string(),
            file: self.list.file.clone(),
            reason,
            count,
            entries,
            examples,
            kept,
        });
    }

    /// Takes an entry as it stands in the list.
    pub(crate) fn entry(&mut self, text: &str, facts: Facts, place: Place) {
        match entry::parse(text) {
            Ok(parsed) => self.parsed(parsed, text, facts, place),
            Err(refusal) => {
                self.list.tally.refused(refusal, text);
                let reason = match refusal {
                    Refusal::Unknown => Reason::NotUnderstood,
                    Refusal::Reserved => Reason::Reserved,
                    Refusal::TooBroad | Refusal::TooWide => Reason::TooBroad,
                };
                self.skip(place, reason, text);
            }
        }
    }

    /// Takes an entry in normal form; `text` is the list's own.
    pub(crate) fn parsed(&mut self, parsed: Parsed, text: &str, mut facts: Facts, place: Place) {
        self.list.tally.taken(&parsed, text);
        facts.brake = self.brakes.judge(&parsed);
        match self.builder.add(&self.list.name, &parsed, &facts) {
            Added::Taken => {
                let braked = usize::from(facts.brake.is_some());
                self.report.braked = self.report.braked.saturating_add(braked);
                let now = self.loader.now;
                let expired =
                    now.is_some_and(|now| facts.valid_until.is_some_and(|end| end <= now));
                self.report.expired = self.report.expired.saturating_add(usize::from(expired));
            }
            Added::BeyondLimit => self.skip(place, Reason::BeyondLimit, text),
        }
    }

    /// Leaves a record out.
    pub(crate) fn skip(&mut self, place: Place, reason: Reason, text: &str) {
        self.report.skip(&self.list.file, place, reason, text);
    }

    fn finish(mut self) -> (Indicators, LoadReport) {
        self.report.notes_left_out = self.builder.strings_left_out();
        let (mut indicators, repeated) = self.builder.finish();
        indicators.brakes = Some(Box::new(self.brakes));
        self.report.repeated = repeated;
        self.report.entries = indicators.len();
        (indicators, self.report)
    }
}

/// A look at the beginning spares most documents a second reading.
fn looks_like_warnings(start: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(start, word).is_some();
    !has(b"\"objects\"")
        && !has(b"\"Event\"")
        && (has(b"\"list\"") || has(b"\"matching_attributes\"") || has(b"\"description\""))
}
