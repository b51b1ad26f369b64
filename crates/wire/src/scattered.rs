//! Bytes of a file that come at places of their own, brought into order.

use crate::limits::{SCATTERED_BYTES_MAX, SCATTERED_PIECES_MAX};
use std::collections::BTreeMap;

/// What comes out, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordered<'a> {
    /// The next bytes.
    Bytes(&'a [u8]),
    /// That many bytes are missing.
    Missing(u64),
}

/// Bytes that wait for others before them were too many; the oldest gap was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueFull;

/// Who takes what comes out.
pub type Tell<'a> = &'a mut dyn FnMut(Ordered<'_>);

/// One file in one direction. Bytes in order are told as they come; others wait, within limits. Of several
/// copies of a byte the first that came counts, so that it makes no difference how the stream was cut.
#[derive(Debug, Default)]
pub struct Scattered {
    next: u64,
    waiting: BTreeMap<u64, Vec<u8>>,
    waiting_bytes: usize,
}

impl Scattered {
    /// Place of the first byte that has not been told.
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// Bytes that wait for others before them.
    pub const fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// The next bytes at a place of the file.
    pub fn push(&mut self, offset: u64, bytes: &[u8], tell: Tell<'_>) -> Result<(), QueueFull> {
        if offset > self.next {
            return self.wait(offset, bytes, tell);
        }
        // Those that wait came before: where these reach them, they count.
        let mut rest = bytes;
        let mut at = offset;
        while !rest.is_empty() {
            let free = self.free_from(at, rest.len());
            let (fresh, behind) = rest.split_at_checked(free).unwrap_or((rest, &[]));
            self.deliver(at, fresh, tell);
            self.drain(tell);
            at = at.saturating_add(fresh.len() as u64);
            let known = usize::try_from(self.next.saturating_sub(at)).unwrap_or(usize::MAX);
            rest = behind.get(known..).unwrap_or_default();
            at = at.saturating_add(known as u64);
        }
        self.drain(tell);
        Ok(())
    }

    /// Bytes at a place of the file are missing from the capture.
    pub fn lose(&mut self, offset: u64, missing: u64, tell: Tell<'_>) {
        let end = offset.saturating_add(missing);
        if offset <= self.next && end > self.next {
            self.skip_to(end, tell);
            self.drain(tell);
        }
    }

    /// What is missing before the first waiting bytes is given up.
    pub fn give_up_waiting(&mut self, tell: Tell<'_>) {
        if let Some(start) = self.waiting.keys().next().copied() {
            self.skip_to(start, tell);
            self.drain(tell);
        }
    }

    /// Nothing more comes: what waits is told, with what is missing between.
    pub fn finish(&mut self, tell: Tell<'_>) {
        while !self.waiting.is_empty() {
            self.give_up_waiting(tell);
        }
    }

    fn wait(&mut self, offset: u64, bytes: &[u8], tell: Tell<'_>) -> Result<(), QueueFull> {
        let mut rest = bytes;
        let mut at = offset;
        while !rest.is_empty() {
            let known = self.known_from(at, rest.len());
            rest = rest.get(known..).unwrap_or_default();
            at = at.saturating_add(known as u64);
            let free = self.free_from(at, rest.len());
            let (fresh, behind) = rest.split_at_checked(free).unwrap_or((rest, &[]));
            self.keep(at, fresh);
            rest = behind;
            at = at.saturating_add(fresh.len() as u64);
        }
        if self.waiting_bytes <= SCATTERED_BYTES_MAX && self.waiting.len() <= SCATTERED_PIECES_MAX {
            return Ok(());
        }
        self.give_up_waiting(tell);
        Err(QueueFull)
    }

    /// How many bytes from `at` on wait already in the piece that covers `at`, up to `most`.
    fn known_from(&self, at: u64, most: usize) -> usize {
        let Some((start, piece)) = self.waiting.range(..=at).next_back() else {
            return 0;
        };
        let end = start.saturating_add(piece.len() as u64);
        usize::try_from(end.saturating_sub(at)).map_or(most, |known| known.min(most))
    }

    /// How many bytes from `at` on, which is in no piece, are free up to the next piece, up to `most`.
    fn free_from(&self, at: u64, most: usize) -> usize {
        let Some((start, _)) = self.waiting.range(at..).next() else {
            return most;
        };
        usize::try_from(start.saturating_sub(at)).map_or(most, |free| free.min(most))
    }

    /// Bytes that no piece holds join the piece that ends before them, or are one of their own.
    fn keep(&mut self, at: u64, fresh: &[u8]) {
        if fresh.is_empty() {
            return;
        }
        self.waiting_bytes = self.waiting_bytes.saturating_add(fresh.len());
        match self.waiting.range_mut(..at).next_back() {
            Some((start, piece)) if start.saturating_add(piece.len() as u64) == at => {
                piece.extend_from_slice(fresh);
            }
            _ => {
                self.waiting.insert(at, fresh.to_vec());
            }
        }
    }

    fn skip_to(&mut self, place: u64, tell: Tell<'_>) {
        let missing = place.saturating_sub(self.next);
        if missing > 0 {
            tell(Ordered::Missing(missing));
            self.next = place;
        }
    }

    /// Waiting bytes whose turn has come.
    fn drain(&mut self, tell: Tell<'_>) {
        while let Some(entry) = self.waiting.first_entry() {
            if *entry.key() > self.next {
                break;
            }
            let (offset, piece) = entry.remove_entry();
            self.waiting_bytes = self.waiting_bytes.saturating_sub(piece.len());
            self.deliver(offset, &piece, tell);
        }
    }

    /// Tells bytes at `offset`, which is not above `next`; those told before are left out.
    fn deliver(&mut self, offset: u64, bytes: &[u8], tell: Tell<'_>) {
        let known = usize::try_from(self.next.saturating_sub(offset)).unwrap_or(usize::MAX);
        let Some(fresh) = bytes.get(known..).filter(|fresh| !fresh.is_empty()) else {
            return;
        };
        tell(Ordered::Bytes(fresh));
        self.next = self.next.saturating_add(fresh.len() as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The file as told; missing bytes as zeros.
    fn told(writes: &[(u64, Vec<u8>)], piece: usize) -> Vec<u8> {
        let mut scattered = Scattered::default();
        let mut found = Vec::new();
        let mut tell = |ordered: Ordered<'_>| match ordered {
            Ordered::Bytes(bytes) => found.extend_from_slice(bytes),
            Ordered::Missing(count) => found.extend(vec![0; count as usize]),
        };
        for (offset, bytes) in writes {
            let mut at = *offset;
            for cut in bytes.chunks(piece) {
                scattered.push(at, cut, &mut tell).unwrap();
                at += cut.len() as u64;
            }
        }
        scattered.finish(&mut tell);
        assert_eq!(scattered.waiting_bytes(), 0);
        found
    }

    proptest! {
        #[test]
        fn the_first_copy_of_each_byte_counts_however_writes_are_cut(
            writes in proptest::collection::vec((0u64..40, proptest::collection::vec(1u8.., 0..20)), 0..12),
        ) {
            let mut expected: Vec<u8> = Vec::new();
            for (offset, bytes) in &writes {
                for (place, byte) in (*offset as usize..).zip(bytes) {
                    if expected.len() <= place {
                        expected.resize(place + 1, 0);
                    }
                    if expected[place] == 0 {
                        expected[place] = *byte;
                    }
                }
            }
            for piece in [1, 2, 5, 100] {
                prop_assert_eq!(told(&writes, piece), expected.clone());
            }
        }
    }

    #[test]
    fn too_much_that_waits_gives_the_gap_up() {
        let mut scattered = Scattered::default();
        let mut missing = 0;
        let mut tell = |ordered: Ordered<'_>| {
            if let Ordered::Missing(count) = ordered {
                missing += count;
            }
        };
        let block = vec![1; SCATTERED_BYTES_MAX / 2];
        assert_eq!(scattered.push(10, &block, &mut tell), Ok(()));
        let end = 10 + block.len() as u64;
        assert_eq!(scattered.push(end, &block, &mut tell), Ok(()));
        let end = end + block.len() as u64;
        assert_eq!(scattered.push(end, b"x", &mut tell), Err(QueueFull));
        assert_eq!((missing, scattered.next()), (10, end + 1));
    }
}
