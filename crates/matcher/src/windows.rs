//! Literals found by a few of their bytes: the window of each that is rarest.
//!
//! Every place of the block is looked up in a table of bits by a hash of the four bytes there (three, two or one for
//! shorter literals). Where the bit is set, the literals with that window are compared. The tables are small: a block of a
//! few dozen bytes, as most buffers are, costs a few dozen look-ups in memory that is likely to be near, where
//! an automaton over thousands of literals waits for memory at every step. (After Wu and Manber, "A fast algorithm for
//! multi-pattern searching", 1994, with a window chosen for each literal in place of its last bytes, and without skips.)
//!
//! Literals that share a window with too many others go to an [`Automaton`]: no block makes a place cost more than
//! [`SHARED_MAX`] comparisons of each width.

use crate::common::is_common;
use crate::portable::Automaton;
use crate::rarity::rarity;
use crate::{CompileError, Pattern};
use std::collections::HashMap;

/// Most literals with the same window.
const SHARED_MAX: usize = 16;

/// Bits in the table for each literal: one look-up in so many goes further in bytes that are as good as random.
const BITS_EACH: usize = 32;

/// Widest window, in bytes.
const WIDTH_MAX: usize = 4;

/// Tenths of bits that a window within a common word loses.
const COMMON_LOSS: u32 = 70;

/// Tenths of bits that each literal loses that has the window too.
const SHARED_LOSS: u32 = 6;

/// Literals of a database, ready to be looked for.
pub(crate) struct Windows {
    literals: Vec<Literal>,
    /// Their bytes, those of caseless ones in lower case.
    bytes: Vec<u8>,
    lanes: [Lane; WIDTH_MAX],
    crowded: Option<(Automaton, Vec<u32>)>,
}

#[derive(Clone, Copy)]
struct Literal {
    /// Its place in `bytes`.
    start: u32,
    length: u16,
    /// Where its window begins.
    offset: u16,
    caseless: bool,
}

/// Literals with windows of one width.
#[derive(Default)]
struct Lane {
    /// A bit for each hash of a window.
    bits: Vec<u64>,
    /// By which hashes are cut to a number of a bit.
    bit_shift: u32,
    /// Where the entries of each bucket begin, and at last the end of all.
    buckets: Vec<u32>,
    bucket_shift: u32,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy)]
struct Entry {
    window: u32,
    literal: u32,
}

/// The bytes of a window as a number, upper and lower case alike: a few other bytes fall together with it, which does no
/// harm.
const fn word(bytes: [u8; WIDTH_MAX]) -> u32 {
    u32::from_le_bytes(bytes) | 0x2020_2020
}

/// The same for a window of any width.
fn word_of(window: &[u8]) -> u32 {
    let mut bytes = [0; WIDTH_MAX];
    bytes[..window.len()].copy_from_slice(window);
    word(bytes)
}

/// Multiplicative hashing: the upper bits are good (Knuth, volume 3, 6.4).
const fn hash(word: u32) -> u32 {
    word.wrapping_mul(0x9e37_79b1)
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Lane {
    fn new(mut entries: Vec<Entry>) -> Self {
        if entries.is_empty() {
            return Self::default();
        }
        entries.sort_unstable_by_key(|entry| (hash(entry.window), entry.window, entry.literal));
        let bucket_bits = entries.len().next_power_of_two().ilog2().max(1);
        let bit_count = (entries.len() * BITS_EACH).next_power_of_two().max(512);
        let bit_shift = u32::BITS - bit_count.ilog2();
        let mut bits = vec![0; bit_count / 64];
        for entry in &entries {
            let bit = hash(entry.window) >> bit_shift;
            if let Some(word) = bits.get_mut(bit as usize / 64) {
                *word |= 1 << (bit % 64);
            }
        }
        let bucket_shift = u32::BITS - bucket_bits;
        let mut buckets = Vec::with_capacity((1 << bucket_bits) + 1);
        let mut place = 0;
        for bucket in 0..1_u32 << bucket_bits {
            buckets.push(number(place));
            place += entries[place..]
                .partition_point(|entry| hash(entry.window) >> bucket_shift <= bucket);
        }
        buckets.push(number(place));
        Self {
            bits,
            bit_shift,
            buckets,
            bucket_shift,
            entries,
        }
    }

    /// Calls `found` with each literal whose window is at a place of the block, and that place. `widen` fills a window up
    /// with zeros.
    #[inline(always)]
    fn scan<const WIDTH: usize>(
        &self,
        block: &[u8],
        widen: impl Fn([u8; WIDTH]) -> [u8; WIDTH_MAX],
        found: &mut impl FnMut(u32, usize),
    ) {
        if self.entries.is_empty() {
            return;
        }
        let (bits, shift) = (self.bits.as_slice(), self.bit_shift);
        for (place, window) in block.windows(WIDTH).enumerate() {
            let Some(window) = window.first_chunk::<WIDTH>() else {
                continue;
            };
            let word = word(widen(*window));
            let bit = hash(word) >> shift;
            let near = bits.get(bit as usize / 64).copied().unwrap_or_default();
            if near >> (bit % 64) & 1 == 1 {
                self.look(word, place, found);
            }
        }
    }

    #[inline(never)]
    fn look(&self, word: u32, place: usize, found: &mut impl FnMut(u32, usize)) {
        for entry in self.bucket(hash(word)) {
            if entry.window == word {
                found(entry.literal, place);
            }
        }
    }

    fn bucket(&self, hash: u32) -> &[Entry] {
        let bucket = (hash >> self.bucket_shift) as usize;
        match self.buckets.get(bucket..bucket + 2) {
            Some(&[start, end]) => self
                .entries
                .get(start as usize..end as usize)
                .unwrap_or_default(),
            _ => &[],
        }
    }
}

/// A window within a literal, and how rare it is.
struct Choice {
    word: u32,
    offset: usize,
    rarity: u32,
}

/// All windows of a literal.
fn choices(pattern: &Pattern<'_>) -> Vec<Choice> {
    let folded = pattern.bytes.to_ascii_lowercase();
    let width = folded.len().min(WIDTH_MAX);
    let windows = folded.windows(width).enumerate();
    let choices = windows.map(|(offset, window)| {
        let word = word_of(window);
        let loss = if is_common(window) { COMMON_LOSS } else { 0 };
        Choice {
            word,
            offset,
            rarity: rarity(window, true).saturating_sub(loss),
        }
    });
    choices.collect()
}

impl Windows {
    /// # Errors
    /// When the automaton for crowded literals cannot be made.
    pub(crate) fn compile(patterns: &[Pattern<'_>]) -> Result<Self, CompileError> {
        let all: Vec<Vec<Choice>> = patterns.iter().map(choices).collect();
        let mut shared: HashMap<u32, u32> = HashMap::new();
        for choice in all.iter().flatten() {
            *shared.entry(choice.word).or_default() += 1;
        }
        let mut taken: HashMap<u32, usize> = HashMap::new();
        let mut entries: [Vec<Entry>; WIDTH_MAX] = Default::default();
        let mut crowded = Vec::new();
        let (mut literals, mut bytes) = (Vec::new(), Vec::new());
        for (place, (pattern, choices)) in patterns.iter().zip(&all).enumerate() {
            let score = |choice: &Choice| {
                let others = shared.get(&choice.word).map_or(0, |count| count - 1);
                choice.rarity.saturating_sub(others.min(100) * SHARED_LOSS)
            };
            let free = choices.iter().filter(|choice| {
                taken
                    .get(&choice.word)
                    .is_none_or(|count| *count < SHARED_MAX)
            });
            let chosen = free.max_by_key(|choice| score(choice));
            literals.push(Literal {
                start: number(bytes.len()),
                length: u16::try_from(pattern.bytes.len()).unwrap_or(u16::MAX),
                offset: chosen
                    .and_then(|choice| u16::try_from(choice.offset).ok())
                    .unwrap_or_default(),
                caseless: pattern.caseless,
            });
            let Some(chosen) = chosen else {
                crowded.push(place);
                continue;
            };
            if pattern.caseless {
                bytes.extend(pattern.bytes.iter().map(u8::to_ascii_lowercase));
            } else {
                bytes.extend_from_slice(pattern.bytes);
            }
            *taken.entry(chosen.word).or_default() += 1;
            entries[pattern.bytes.len().min(WIDTH_MAX) - 1].push(Entry {
                window: chosen.word,
                literal: number(place),
            });
        }
        let crowded = if crowded.is_empty() {
            None
        } else {
            let list: Vec<Pattern<'_>> = crowded.iter().map(|place| patterns[*place]).collect();
            Some((
                Automaton::compile(&list)?,
                crowded.into_iter().map(number).collect(),
            ))
        };
        Ok(Self {
            literals,
            bytes,
            lanes: entries.map(Lane::new),
            crowded,
        })
    }

    /// Adds the literals that occur in the block to `hits`, each once. `seen` has no bit set, and has none afterwards.
    pub(crate) fn scan(&self, block: &[u8], seen: &mut Vec<u64>, hits: &mut Vec<u32>) {
        let words = self.literals.len().div_ceil(64);
        if seen.len() < words {
            seen.resize(words, 0);
        }
        let mut found = |number: u32, place: usize| {
            let (word, bit) = (number as usize / 64, 1_u64 << (number % 64));
            if seen.get(word).is_some_and(|seen| seen & bit == 0)
                && self.is_at(number, block, place)
            {
                if let Some(seen) = seen.get_mut(word) {
                    *seen |= bit;
                }
                hits.push(number);
            }
        };
        let [one, two, three, four] = &self.lanes;
        four.scan(block, |window| window, &mut found);
        three.scan(block, |[a, b, c]| [a, b, c, 0], &mut found);
        two.scan(block, |[a, b]| [a, b, 0, 0], &mut found);
        one.scan(block, |[a]| [a, 0, 0, 0], &mut found);
        for number in hits.iter() {
            if let Some(seen) = seen.get_mut(*number as usize / 64) {
                *seen = 0;
            }
        }
        if let Some((automaton, numbers)) = &self.crowded {
            let mut others = Vec::new();
            automaton.scan(block, &mut others);
            let numbers = others.iter().filter_map(|hit| numbers.get(*hit as usize));
            hits.extend(numbers);
        }
    }

    /// Whether a literal occurs so that its window is at a place of the block.
    fn is_at(&self, number: u32, block: &[u8], place: usize) -> bool {
        let Some(literal) = self.literals.get(number as usize) else {
            return false;
        };
        let length = usize::from(literal.length);
        let own = self
            .bytes
            .get(literal.start as usize..)
            .and_then(|rest| rest.get(..length));
        let start = place.checked_sub(usize::from(literal.offset));
        let there = start.and_then(|start| block.get(start..)?.get(..length));
        match (own, there) {
            (Some(own), Some(there)) if literal.caseless => own.eq_ignore_ascii_case(there),
            (Some(own), Some(there)) => own == there,
            _ => false,
        }
    }
}
