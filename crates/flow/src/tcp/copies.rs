//! Copies of bytes that differ from those that came first: the other reading of a direction, in which the last copy
//! counts. Between them lie the readings of hosts that mix both.

use crate::limits::{OTHER_COPIES_BYTES_MAX, OTHER_COPIES_MAX, OTHER_READINGS_MAX};

/// Differing copies of one direction.
#[derive(Debug, Default)]
pub(super) struct Copies {
    /// Position and bytes, in the order in which they came.
    copies: Vec<(u64, Vec<u8>)>,
    bytes: usize,
    /// Some of them have not been read yet.
    untold: bool,
    readings: u8,
}

impl Copies {
    /// Bytes held.
    pub const fn memory(&self) -> usize {
        self.bytes
    }

    /// Remembers a copy; beyond the limits the first ones stay.
    pub fn add(&mut self, start: u64, copy: &[u8]) {
        let is_full = self.copies.len() >= OTHER_COPIES_MAX
            || self.bytes.saturating_add(copy.len()) > OTHER_COPIES_BYTES_MAX;
        if is_full || self.readings >= OTHER_READINGS_MAX {
            return;
        }
        self.bytes = self.bytes.saturating_add(copy.len());
        self.copies.push((start, copy.to_vec()));
        self.untold = true;
    }

    /// The bytes before this position were never seen.
    pub fn begin_at(&mut self, position: u64) {
        self.copies.retain(|(start, _)| *start >= position);
    }

    /// The bytes delivered last, `window` from position `begin` on, with the copies in their places; and how many of
    /// them, from the first that differs. None where nothing new is to be read, or part of a copy is still to come.
    pub fn read(&mut self, begin: u64, window: &[u8]) -> Option<(Vec<u8>, usize)> {
        let end = begin.saturating_add(window.len() as u64);
        let reach = |start: u64, copy: &[u8]| start.saturating_add(copy.len() as u64);
        let mut copies = self.copies.iter();
        if !self.untold || copies.any(|(start, copy)| reach(*start, copy) > end) {
            return None;
        }
        self.copies
            .retain(|(start, copy)| reach(*start, copy) > begin);
        self.bytes = self.copies.iter().map(|(_, copy)| copy.len()).sum();
        self.untold = false;
        self.readings = self.readings.saturating_add(1);
        let first = self.copies.iter().map(|(start, _)| *start).min()?;
        let mut bytes = window.to_vec();
        for (start, copy) in &self.copies {
            let passed = usize::try_from(begin.saturating_sub(*start)).ok()?;
            let place = usize::try_from(start.saturating_sub(begin)).ok()?;
            let copy = copy.get(passed..).unwrap_or(&[]);
            let room = bytes.get_mut(place..).unwrap_or_default();
            room.iter_mut().zip(copy).for_each(|(old, new)| *old = *new);
        }
        let fresh = end.saturating_sub(first.max(begin));
        Some((bytes, usize::try_from(fresh).ok()?))
    }
}
