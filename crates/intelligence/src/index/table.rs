//! Entries by key: sorted, with a directory over the first bits of the keys.
//!
//! Keys are evenly spread, so the first bits say where a key must stand, give or take a few entries: a look-up touches
//! the directory and one or two cache lines. Nearly all look-ups find nothing, and most of them end before that: of each
//! entry the last bits of the key set three bits in one word of a field of bits, eight times as many as there are entries or
//! more (a blocked Bloom filter: Putze, Sanders, Singler 2007), so that one in a hundred goes on. A filter that errs less
//! (binary fuse, xor) would touch three lines.

use super::Times;

/// An entry: 20 bytes. Two halves of the key, so that no room is lost between entries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    high: u32,
    low: u32,
    pub(super) context: u32,
    pub(super) times: Times,
}

impl Entry {
    pub(super) const fn new(key: u64, context: u32, times: Times) -> Self {
        Self {
            high: (key >> 32) as u32,
            low: key as u32,
            context,
            times,
        }
    }

    pub(super) const fn key(&self) -> u64 {
        (self.high as u64) << 32 | self.low as u64
    }
}

/// All entries, in order.
#[derive(Debug, Default)]
pub(super) struct Table {
    entries: Box<[Entry]>,
    /// Where the entries of each value of the first bits begin; one more at the end.
    directory: Box<[u32]>,
    /// How far a key is shifted to be a place in the directory.
    shift: u32,
    /// The bits that keys set.
    known: Box<[u64]>,
}

/// Bits of the largest directory: 16 MiB.
const DIRECTORY_BITS_MAX: u32 = 22;
/// Bits of an entry in the field, at least, and the words of the largest field: 16 MiB.
const KNOWN_BITS_EACH: usize = 8;
const KNOWN_WORDS_MAX: usize = 1 << 21;

impl Table {
    /// Takes entries in the order of their keys.
    pub(super) fn new(entries: Vec<Entry>) -> Self {
        let wanted = entries.len().div_ceil(4).max(2).next_power_of_two();
        let bits = wanted.trailing_zeros().min(DIRECTORY_BITS_MAX);
        let shift = 64_u32.saturating_sub(bits);
        let buckets = 1_usize << bits;
        let mut directory = Vec::with_capacity(buckets.saturating_add(1));
        for (place, entry) in entries.iter().enumerate() {
            let bucket = (entry.key() >> shift) as usize;
            while directory.len() <= bucket {
                directory.push(place as u32);
            }
        }
        while directory.len() <= buckets {
            directory.push(entries.len() as u32);
        }
        let words = entries.len().saturating_mul(KNOWN_BITS_EACH).div_ceil(64);
        let words = words.max(1).next_power_of_two().min(KNOWN_WORDS_MAX);
        let mut known = vec![0_u64; words].into_boxed_slice();
        for entry in &entries {
            let (word, bits) = place_of(entry.key(), words);
            if let Some(word) = known.get_mut(word) {
                *word |= bits;
            }
        }
        Self {
            entries: entries.into_boxed_slice(),
            directory: directory.into_boxed_slice(),
            shift,
            known,
        }
    }

    /// All entries with a key.
    pub(super) fn find(&self, key: u64) -> &[Entry] {
        let (word, bits) = place_of(key, self.known.len());
        if self.known.get(word).is_none_or(|word| word & bits != bits) {
            return &[];
        }
        let bucket = (key >> self.shift) as usize;
        let place = |bucket: usize| self.directory.get(bucket).map(|place| *place as usize);
        let (Some(start), Some(end)) = (place(bucket), place(bucket.saturating_add(1))) else {
            return &[];
        };
        let Some(near) = self.entries.get(start..end) else {
            return &[];
        };
        let first = near.partition_point(|entry| entry.key() < key);
        let rest = near.get(first..).unwrap_or_default();
        let same = rest.iter().take_while(|entry| entry.key() == key).count();
        rest.get(..same).unwrap_or_default()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(super) const fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn bytes(&self) -> usize {
        let entries = size_of_val(&*self.entries).saturating_add(size_of_val(&*self.directory));
        entries.saturating_add(size_of_val(&*self.known))
    }
}

/// The word and the bits of a key in a field of so many words (a power of two, at most `KNOWN_WORDS_MAX`), by bits of the key
/// that neither the directory nor one another takes.
const fn place_of(key: u64, words: usize) -> (usize, u64) {
    let word = (key >> 6) as usize & words.saturating_sub(1);
    let bits = (1 << (key & 63)) | (1 << ((key >> 28) & 63)) | (1 << ((key >> 34) & 63));
    (word, bits)
}

#[cfg(test)]
mod tests {
    use super::{Entry, Table};
    use crate::index::Times;
    use proptest::prelude::*;

    #[test]
    fn an_entry_is_twenty_bytes() {
        assert_eq!(size_of::<Entry>(), 20);
    }

    proptest! {
        #[test]
        fn what_is_in_is_found_and_nothing_else(
            mut keys in proptest::collection::vec(prop_oneof![any::<u64>(), 0u64..50, Just(u64::MAX)], 0..300),
            others in proptest::collection::vec(prop_oneof![any::<u64>(), 0u64..100], 0..100),
        ) {
            keys.sort_unstable();
            let table = Table::new(keys.iter().map(|key| Entry::new(*key, 7, Times::default())).collect());
            for key in keys.iter().chain(&others) {
                let wanted = keys.iter().filter(|known| *known == key).count();
                prop_assert_eq!(table.find(*key).len(), wanted);
            }
        }
    }
}
