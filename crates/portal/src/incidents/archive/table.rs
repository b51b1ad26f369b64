//! A tenant's incidents as short rows of numbers.

use super::words::Words;
use crate::Error;
use crate::incidents::model::{Handling, IncidentKey, Resolution};
use crate::incidents::queries::ArchiveRow;
use event::{Communication, Stage, ThreatClass};
use std::collections::{HashMap, HashSet};

/// Stands for no name.
const NOTHING: u32 = u32::MAX;

/// What an incident is found and sorted by. Names are numbers of [`Table::names`]; sets of keys have a bit for each.
#[derive(Clone, Copy)]
pub struct Row {
    pub id: IncidentKey,
    pub first_seen: i64,
    pub last_seen: i64,
    /// `i64::MAX` where nobody waits.
    pub due_at: i64,
    pub confidence: f64,
    pub host_ip: u32,
    pub host_name: u32,
    pub sensor: u32,
    pub assignee: u32,
    words_start: u32,
    words_length: u32,
    pub communications: u16,
    pub stages: u8,
    pub severity: u8,
    pub class: u8,
    pub handling: u8,
    /// No bit where it has not ended.
    pub resolution: u8,
    pub is_suppressed: bool,
}

/// All of a tenant's incidents.
#[derive(Default)]
pub struct Table {
    pub rows: Vec<Row>,
    places: HashMap<IncidentKey, u32>,
    /// Hosts, sensors, people.
    pub names: Words,
    /// What the searched texts are made of.
    pub words: Words,
    /// The words of each row, one after the other; those of earlier revisions in between.
    text: Vec<u32>,
    text_unused: usize,
}

impl Table {
    /// Takes an incident, in place of what was known of it.
    pub fn take(&mut self, stored: &ArchiveRow) -> Result<(), Error> {
        let mut row = self.row(stored)?;
        (row.words_start, row.words_length) = self.take_text(&stored.search);
        let end = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let place = *self.places.entry(stored.id).or_insert(end);
        match self.rows.get_mut(place as usize) {
            Some(known) => {
                let unused = known.words_length as usize;
                *known = row;
                self.text_unused = self.text_unused.saturating_add(unused);
                self.gather_text();
            }
            None => self.rows.push(row),
        }
        Ok(())
    }

    fn row(&mut self, stored: &ArchiveRow) -> Result<Row, Error> {
        let unreadable = || Error::Stored { what: "incident" };
        let class = ThreatClass::ALL
            .iter()
            .position(|one| one.key() == stored.class);
        let handling = Handling::from_key(&stored.handling).ok_or_else(unreadable)?;
        let resolution = stored.resolution.as_deref().map(Resolution::from_key);
        let mut communications = 0;
        for key in keys(&stored.communications) {
            let place = Communication::ALL.iter().position(|one| one.key() == key);
            communications |= 1_u16 << place.ok_or_else(unreadable)?;
        }
        let mut stages = 0;
        for key in keys(&stored.stages) {
            let place = Stage::ALL.iter().position(|one| one.key() == key);
            stages |= 1_u8 << place.ok_or_else(unreadable)?;
        }
        Ok(Row {
            id: stored.id,
            first_seen: stored.first_seen,
            last_seen: stored.last_seen,
            due_at: stored.due_at.unwrap_or(i64::MAX),
            confidence: stored.confidence,
            host_ip: self.names.number(&stored.host_ip),
            host_name: self.optional(stored.host_name.as_deref()),
            sensor: self.names.number(&stored.sensor),
            assignee: self.optional(stored.assignee.as_deref()),
            words_start: 0,
            words_length: 0,
            communications,
            stages,
            severity: stored.severity as u8,
            class: class.ok_or_else(unreadable)? as u8,
            handling: handling as u8,
            resolution: match resolution {
                Some(resolution) => 1 << resolution.ok_or_else(unreadable)? as u8,
                None => 0,
            },
            is_suppressed: stored.is_suppressed,
        })
    }

    fn optional(&mut self, name: Option<&str>) -> u32 {
        name.map_or(NOTHING, |name| self.names.number(name))
    }

    /// Takes a text; where its words stand, and how many there are.
    fn take_text(&mut self, text: &str) -> (u32, u32) {
        let start = self.text.len();
        let mut taken = HashSet::new();
        for word in text.split_whitespace() {
            let number = self.words.number(word);
            if taken.insert(number) {
                self.text.push(number);
            }
        }
        let position = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        (position(start), position(taken.len()))
    }

    /// Writes the words anew when half of what is there is of earlier revisions.
    fn gather_text(&mut self) {
        if self.text_unused.saturating_mul(2) < self.text.len() {
            return;
        }
        let mut gathered = Vec::with_capacity(self.text.len().saturating_sub(self.text_unused));
        for row in &mut self.rows {
            let start = row.words_start as usize;
            let words = self
                .text
                .get(start..start.saturating_add(row.words_length as usize));
            row.words_start = u32::try_from(gathered.len()).unwrap_or(u32::MAX);
            gathered.extend_from_slice(words.unwrap_or_default());
        }
        self.text = gathered;
        self.text_unused = 0;
    }

    /// The words of a row, by number.
    pub fn words_of(&self, row: &Row) -> &[u32] {
        let start = row.words_start as usize;
        let end = start.saturating_add(row.words_length as usize);
        self.text.get(start..end).unwrap_or_default()
    }

    /// Bytes in memory, about.
    pub fn bytes(&self) -> usize {
        let of_rows = self.rows.capacity() * size_of::<Row>();
        let of_places = self.places.capacity() * (size_of::<(IncidentKey, u32)>() + 1);
        let of_text = self.text.capacity() * size_of::<u32>();
        of_rows + of_places + of_text + self.names.bytes() + self.words.bytes()
    }
}

/// The keys of a column of keys between commas.
fn keys(column: &str) -> impl Iterator<Item = &str> {
    column.split(',').filter(|key| !key.is_empty())
}
