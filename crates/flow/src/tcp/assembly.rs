//! One direction of a connection put in order.
//!
//! Bytes are delivered as soon as they are in order, not only once they are acknowledged: the
//! receiver has what reached the mirror port, a block or an alert must not wait for the way back,
//! and one-sided captures have no acknowledgements at all. Where copies of the same bytes differ,
//! those that came first count, the difference is told, and the bytes are shown again as a receiver
//! reads them for whom the last ones count.

use super::copies::Copies;
use super::{Delivery, Gap};
use crate::limits::{OUT_OF_ORDER_BYTES_MAX, OUT_OF_ORDER_PIECES_MAX, STREAM_WINDOW_BYTES_MAX};
use std::collections::BTreeMap;

/// Name of the anomaly when copies of the same bytes differ.
pub(crate) const OVERLAP: &str = "reassembly_overlap_different_data";

/// A stretch of a direction as it is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch<'a> {
    /// Bytes kept from before, then the fresh ones.
    pub bytes: &'a [u8],
    /// How many bytes, at the end, are fresh.
    pub fresh: usize,
    /// Position of `bytes[0]`, from 0 at the first byte of the direction.
    pub offset: u64,
    /// Bytes before the fresh ones are missing.
    pub after_gap: bool,
}

impl<'a> Stretch<'a> {
    /// What is new.
    pub fn fresh_bytes(&self) -> &'a [u8] {
        let start = self.bytes.len().saturating_sub(self.fresh);
        self.bytes.get(start..).unwrap_or(&[])
    }
}

/// What became of a segment's payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Some of it is new: delivered, or waiting for what is missing before it.
    Accepted,
    /// All of it was known.
    Known,
    /// It could not wait, by the limits of waiting.
    Refused,
}

/// Positions count from 0 at the first byte; they are 64 bits wide, so that only the way from
/// sequence numbers to positions has to think of wrap-around.
#[derive(Debug)]
pub(crate) struct Assembly {
    next_sequence: u32,
    position: u64,
    waiting: BTreeMap<u64, Vec<u8>>,
    waiting_bytes: usize,
    window: Vec<u8>,
    window_kept: bool,
    after_gap: bool,
    end: Option<u64>,
    ended: bool,
    /// Copies that differ from what came first; most directions have none.
    copies: Option<Box<Copies>>,
}

impl Assembly {
    /// The first byte will have this sequence number.
    pub fn new(next_sequence: u32) -> Self {
        Self {
            next_sequence,
            position: 0,
            waiting: BTreeMap::new(),
            waiting_bytes: 0,
            window: Vec::new(),
            window_kept: true,
            after_gap: false,
            end: None,
            ended: false,
            copies: None,
        }
    }

    /// Sequence number of the next byte in order.
    pub const fn next_sequence(&self) -> u32 {
        self.next_sequence
    }

    /// Distance of a sequence number from the next byte in order; negative for what has passed.
    pub const fn distance(&self, sequence: u32) -> i64 {
        (sequence.wrapping_sub(self.next_sequence) as i32) as i64
    }

    /// Number of bytes delivered or passed over.
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// Whether all up to the end was delivered.
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether the sender said where the direction ends.
    pub const fn knows_end(&self) -> bool {
        self.end.is_some()
    }

    /// Whether bytes wait for missing ones.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Bytes that wait.
    pub const fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        let nodes = self.waiting.len().saturating_mul(64);
        self.waiting_bytes
            .saturating_add(nodes)
            .saturating_add(self.copies.as_ref().map_or(0, |copies| copies.memory()))
            .saturating_add(self.window.capacity())
    }

    /// From now on only fresh bytes are delivered, nothing is kept in front of them.
    pub fn drop_window(&mut self) {
        self.window_kept = false;
        self.copies = None;
        self.window = Vec::new();
    }

    /// Passes over everything delivered from now on without keeping it: nobody listens.
    pub fn abandon(&mut self) {
        self.drop_window();
        self.waiting.clear();
        self.waiting_bytes = 0;
    }

    /// Moves on as if `length` bytes from `sequence` had been delivered; for directions to which
    /// nobody listens.
    pub fn pass(&mut self, sequence: u32, length: usize) {
        let end = sequence.wrapping_add(length as u32);
        let distance = self.distance(end);
        if let Ok(ahead) = u64::try_from(distance) {
            self.position = self.position.saturating_add(ahead);
            self.next_sequence = end;
        }
    }

    /// Takes the payload of one segment. The caller has checked that it lies in the window.
    pub fn insert(
        &mut self,
        sequence: u32,
        payload: &[u8],
        deliver: &mut dyn FnMut(Delivery<'_>),
    ) -> Fate {
        let distance = self.distance(sequence);
        if distance == 0 && self.waiting.is_empty() && self.end.is_none() {
            if self.ended || payload.is_empty() {
                return Fate::Known;
            }
            self.hand_over(payload, deliver);
            return Fate::Accepted;
        }
        let (known, rest) = match usize::try_from(distance.saturating_neg()) {
            Ok(before) => payload.split_at(before.min(payload.len())),
            Err(_) => payload.split_at(0),
        };
        // Keep-alives send one byte of no meaning where the last one was.
        let is_keep_alive = distance == -1 && payload.len() == 1;
        let mut different = !is_keep_alive && self.differs_from_window(sequence, known);
        let ahead = u64::try_from(distance).unwrap_or(0);
        let start = self.position.saturating_add(ahead);
        let rest = self.within_end(start, rest);
        if rest.is_empty() || self.ended {
            if different {
                deliver(Delivery::Anomaly(OVERLAP));
                self.note_copy(distance, payload);
                self.tell_copies(deliver);
            }
            return Fate::Known;
        }
        let fate = self.keep(start, rest, &mut different);
        if different {
            deliver(Delivery::Anomaly(OVERLAP));
            self.note_copy(distance, payload);
        }
        self.drain(deliver);
        fate
    }

    fn note_copy(&mut self, distance: i64, payload: &[u8]) {
        if self.window_kept
            && let Some(start) = self.position.checked_add_signed(distance)
        {
            self.copies.get_or_insert_default().add(start, payload);
        }
    }

    /// Shows the other reading once all of a differing copy lies in what was delivered.
    fn tell_copies(&mut self, deliver: &mut dyn FnMut(Delivery<'_>)) {
        let Some(copies) = &mut self.copies else {
            return;
        };
        let begin = self.position.saturating_sub(self.window.len() as u64);
        if let Some((bytes, fresh)) = copies.read(begin, &self.window) {
            deliver(Delivery::Other(Stretch {
                bytes: &bytes,
                fresh,
                offset: begin,
                after_gap: false,
            }));
        }
    }

    /// The sender said that nothing follows after `sequence`.
    pub fn set_end(&mut self, sequence: u32, deliver: &mut dyn FnMut(Delivery<'_>)) {
        if self.end.is_none() {
            let ahead = u64::try_from(self.distance(sequence)).unwrap_or(0);
            self.end = Some(self.position.saturating_add(ahead));
            self.end_if_reached(deliver);
        }
    }

    /// Gives up the missing bytes before `limit` (a position), then delivers what waited.
    /// `acknowledged`: the other side got them.
    pub fn skip_gap(
        &mut self,
        limit: u64,
        acknowledged: bool,
        deliver: &mut dyn FnMut(Delivery<'_>),
    ) {
        let waiting = self.waiting.keys().next().copied();
        let end = [waiting, self.end, Some(limit)].into_iter().flatten().min();
        if let Some(missing) = end.and_then(|end| end.checked_sub(self.position))
            && missing > 0
        {
            self.position = self.position.saturating_add(missing);
            self.next_sequence = self.next_sequence.wrapping_add(missing as u32);
            self.window.clear();
            if let Some(copies) = &mut self.copies {
                copies.begin_at(self.position);
            }
            self.after_gap = true;
            deliver(Delivery::Gap(Gap {
                missing,
                acknowledged,
            }));
        }
        self.drain(deliver);
    }

    /// Nothing more comes: what waits is delivered with gaps, and the direction ends.
    pub fn finish(&mut self, deliver: &mut dyn FnMut(Delivery<'_>)) {
        while let Some(first) = self.waiting.keys().next().copied() {
            self.skip_gap(first, false, deliver);
        }
        if !self.ended {
            self.ended = true;
            deliver(Delivery::End(self.tail()));
        }
        self.drop_window();
    }

    fn tail(&self) -> Stretch<'_> {
        let start = self.window.len().saturating_sub(STREAM_WINDOW_BYTES_MAX);
        let bytes = self.window.get(start..).unwrap_or(&[]);
        let kept = bytes.len() as u64;
        Stretch {
            bytes,
            fresh: 0,
            offset: self.position.saturating_sub(kept),
            after_gap: self.after_gap,
        }
    }

    /// What lies before the end that the sender announced.
    fn within_end<'a>(&self, start: u64, bytes: &'a [u8]) -> &'a [u8] {
        let Some(end) = self.end else {
            return bytes;
        };
        let room = usize::try_from(end.saturating_sub(start)).unwrap_or(usize::MAX);
        bytes.get(..room).unwrap_or(bytes)
    }

    /// Whether bytes sent again are not those delivered, as far as they are still kept.
    fn differs_from_window(&self, sequence: u32, known: &[u8]) -> bool {
        let behind = self.distance(sequence).unsigned_abs();
        let behind = usize::try_from(behind).unwrap_or(usize::MAX);
        // Where the copy begins in the window; what lies before the window is not compared.
        let (start, skipped) = match self.window.len().checked_sub(behind) {
            Some(start) => (start, 0),
            None => (0, behind.saturating_sub(self.window.len())),
        };
        let copy = known.get(skipped..).unwrap_or(&[]);
        let kept = self.window.get(start..).unwrap_or(&[]);
        copy.iter().zip(kept).any(|(copy, kept)| copy != kept)
    }

    /// Puts the parts of a payload that are new among what waits.
    fn keep(&mut self, start: u64, payload: &[u8], different: &mut bool) -> Fate {
        let end = start.saturating_add(payload.len() as u64);
        // At most one piece begins before the payload and reaches into it.
        let from = match self.waiting.range(..start).next_back() {
            Some((first, bytes)) if first.saturating_add(bytes.len() as u64) > start => *first,
            _ => start,
        };
        let mut holes: Vec<(u64, u64)> = Vec::new();
        let mut at = start;
        for (first, bytes) in self.waiting.range(from..end) {
            let last = first.saturating_add(bytes.len() as u64);
            *different |= overlap_differs(start, payload, *first, bytes);
            if *first > at {
                holes.push((at, *first));
            }
            at = at.max(last);
        }
        if at < end {
            holes.push((at, end));
        }
        let mut fate = Fate::Known;
        for (hole_start, hole_end) in holes {
            let from = hole_start.saturating_sub(start) as usize;
            let to = hole_end.saturating_sub(start) as usize;
            let Some(piece) = payload.get(from..to) else {
                continue;
            };
            // The bytes that everything waits for are never refused.
            let full = self.waiting.len() >= OUT_OF_ORDER_PIECES_MAX
                || self.waiting_bytes.saturating_add(piece.len()) > OUT_OF_ORDER_BYTES_MAX;
            if full && hole_start != self.position {
                return Fate::Refused;
            }
            self.waiting_bytes = self.waiting_bytes.saturating_add(piece.len());
            self.waiting.insert(hole_start, piece.to_vec());
            fate = Fate::Accepted;
        }
        fate
    }

    /// Delivers what is in order.
    fn drain(&mut self, deliver: &mut dyn FnMut(Delivery<'_>)) {
        while let Some(entry) = self.waiting.first_entry() {
            if *entry.key() > self.position {
                break;
            }
            let bytes = entry.remove();
            self.waiting_bytes = self.waiting_bytes.saturating_sub(bytes.len());
            self.hand_over(&bytes, deliver);
        }
        self.tell_copies(deliver);
        self.end_if_reached(deliver);
    }

    fn hand_over(&mut self, bytes: &[u8], deliver: &mut dyn FnMut(Delivery<'_>)) {
        let after_gap = std::mem::take(&mut self.after_gap);
        if self.window_kept {
            // Trimmed before it would grow beyond twice the window: growing doubles the memory.
            let full = self.window.len().saturating_add(bytes.len());
            if full > STREAM_WINDOW_BYTES_MAX.saturating_mul(2) {
                let excess = self.window.len().saturating_sub(STREAM_WINDOW_BYTES_MAX);
                self.window.drain(..excess);
            }
            self.window.extend_from_slice(bytes);
        }
        let shown = if self.window_kept {
            let length = bytes.len().saturating_add(STREAM_WINDOW_BYTES_MAX);
            let start = self.window.len().saturating_sub(length);
            self.window.get(start..).unwrap_or(bytes)
        } else {
            bytes
        };
        let kept = shown.len().saturating_sub(bytes.len()) as u64;
        deliver(Delivery::Data(Stretch {
            bytes: shown,
            fresh: bytes.len(),
            offset: self.position.saturating_sub(kept),
            after_gap,
        }));
        self.position = self.position.saturating_add(bytes.len() as u64);
        self.next_sequence = self.next_sequence.wrapping_add(bytes.len() as u32);
    }

    fn end_if_reached(&mut self, deliver: &mut dyn FnMut(Delivery<'_>)) {
        if !self.ended && self.end.is_some_and(|end| self.position >= end) {
            self.ended = true;
            self.waiting.clear();
            self.waiting_bytes = 0;
            deliver(Delivery::End(self.tail()));
        }
    }
}

/// Whether two stretches differ where both have bytes.
fn overlap_differs(start: u64, payload: &[u8], first: u64, bytes: &[u8]) -> bool {
    let from = start.max(first);
    let ours = payload.get(from.saturating_sub(start) as usize..);
    let theirs = bytes.get(from.saturating_sub(first) as usize..);
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => ours.iter().zip(theirs).any(|(a, b)| a != b),
        _ => false,
    }
}
