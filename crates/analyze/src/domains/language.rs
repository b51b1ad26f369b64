//! What is usual in names and in English, as tables: three and four characters in a row, words, pairs of words.

use super::split::{letter_class, place};
use super::{take, take_u32};
use crate::fnv;

const PLACES: usize = 38;
const CLASSES: usize = 28;
const FOURS: usize = CLASSES * CLASSES * CLASSES * CLASSES;
/// Bits of the filter of word pairs.
pub const PAIR_BITS: u32 = 1 << 20;
/// Words that a model may hold.
const WORDS_MAX: usize = 200_000;
/// Shortest and longest word looked for inside a label.
const WORD_MIN: usize = 2;
const WORD_MAX: usize = 14;
/// What a character that belongs to no word costs, and a word by its commonness (levels of half a bit); nats.
const STRANGER_COST: f32 = 5.0;
const WORD_COST: f32 = 3.0;
const LEVEL_GAIN: f32 = 0.34;

/// Statistics of language.
#[derive(Clone, Debug, PartialEq)]
pub struct Language {
    /// Of each three places in a row (edges are place 37), how surprising the third is: eighths of a nat.
    pub threes: Vec<u8>,
    /// Of each four classes of letters, how often they occur in names: 0 never, 3 often; four in a byte.
    pub fours: Vec<u8>,
    /// Hash of a word, its commonness in English and in names (levels 0-31), by hash.
    pub words: Vec<(u32, u8, u8)>,
    /// A Bloom filter (Bloom 1970, two hashes) of words that follow each other in English.
    pub pairs: Vec<u8>,
    /// Hash of an ending, how common it is (levels 0-31), by hash.
    pub endings: Vec<(u32, u8)>,
}

/// A word found inside a label.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    pub start: usize,
    pub length: usize,
    pub english: u8,
    pub names: u8,
}

impl Default for Language {
    fn default() -> Self {
        Self {
            threes: vec![96; PLACES * PLACES * PLACES],
            fours: vec![0; FOURS / 4],
            words: Vec::new(),
            pairs: vec![0; PAIR_BITS as usize / 8],
            endings: Vec::new(),
        }
    }
}

/// The hash of a word (FNV-1a, folded).
pub fn word_hash(word: &[u8]) -> u32 {
    let hash = fnv::hash(word.iter().map(u8::to_ascii_lowercase));
    (hash ^ (hash >> 32)) as u32
}

impl Language {
    /// Where three places stand in the table.
    pub fn three_at(first: usize, second: usize, third: usize) -> usize {
        (first * PLACES + second) * PLACES + third
    }

    /// Where four classes stand: byte and shift.
    pub fn four_at(four: [usize; 4]) -> (usize, u32) {
        let at = four.iter().fold(0, |at, class| at * CLASSES + class);
        (at / 4, (at % 4) as u32 * 2)
    }

    /// The two bits of a pair of words in the filter.
    pub fn pair_bits(first: u32, second: u32) -> [u32; 2] {
        let mixed =
            (u64::from(first) << 32 | u64::from(second)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        [
            (mixed >> 44) as u32 % PAIR_BITS,
            (mixed >> 20) as u32 % PAIR_BITS,
        ]
    }

    /// Surprise of each character of a label and of its end; nats.
    pub(super) fn surprises(&self, label: &str, out: &mut Vec<f32>) {
        out.clear();
        let (mut first, mut second) = (37, 37);
        for third in label.bytes().map(place).chain([37]) {
            let cost = self.threes.get(Self::three_at(first, second, third));
            out.push(f32::from(*cost.unwrap_or(&96)) / 8.0);
            (first, second) = (second, third);
        }
    }

    /// How common each four characters are (0-3), edges included.
    pub(super) fn four_levels(&self, label: &str, out: &mut Vec<u8>) {
        out.clear();
        let mut four = [27; 4];
        for class in label
            .bytes()
            .map(|byte| letter_class(place(byte)))
            .chain([27])
        {
            four = [four[1], four[2], four[3], class];
            let (at, shift) = Self::four_at(four);
            out.push(self.fours.get(at).unwrap_or(&0) >> shift & 3);
        }
    }

    fn word(&self, text: &[u8]) -> Option<(u8, u8)> {
        let hash = word_hash(text);
        let at = self.words.binary_search_by_key(&hash, |word| word.0).ok()?;
        self.words.get(at).map(|word| (word.1, word.2))
    }

    /// How common an ending is, 0-31.
    pub(super) fn ending(&self, ending: &str) -> u8 {
        let hash = word_hash(ending.as_bytes());
        let found = self.endings.binary_search_by_key(&hash, |known| known.0);
        found
            .ok()
            .and_then(|at| self.endings.get(at))
            .map_or(0, |known| known.1)
    }

    /// Whether names were seen under a top-level domain.
    pub(crate) fn knows_ending(&self, last: &str) -> bool {
        self.ending(&last.to_ascii_lowercase()) > 0
    }

    /// Surprise of a text beside ordinary labels; bits. What is no character of a label counts as the rarest one.
    pub(crate) fn bits(&self, text: &str) -> f32 {
        let (mut first, mut second) = (37, 37);
        let mut eighths = 0u32;
        for third in text.bytes().map(place) {
            let cost = self.threes.get(Self::three_at(first, second, third));
            eighths += u32::from(*cost.unwrap_or(&96)).min(64);
            (first, second) = (second, third);
        }
        eighths as f32 / 8.0 * std::f32::consts::LOG2_E
    }

    /// Whether two words are known to follow each other.
    pub(super) fn is_pair(&self, first: &[u8], second: &[u8]) -> bool {
        Self::pair_bits(word_hash(first), word_hash(second))
            .iter()
            .all(|bit| {
                self.pairs
                    .get(*bit as usize / 8)
                    .is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
            })
    }

    /// The words that a label is read as.
    pub fn words_of<'a>(&self, label: &'a str) -> impl Iterator<Item = &'a str> + use<'a> {
        let (words, _) = self.segment(label.as_bytes());
        words
            .into_iter()
            .filter_map(move |word| label.get(word.start..word.start + word.length))
    }

    /// The cheapest way to read a label as words and strangers (Viterbi), and what it costs.
    pub(super) fn segment(&self, label: &[u8]) -> (Vec<Word>, f32) {
        let label = label.get(..label.len().min(63)).unwrap_or(label);
        let mut best: Vec<(f32, Option<Word>)> = vec![(0.0, None); label.len() + 1];
        for end in 1..=label.len() {
            let digit = !label[end - 1].is_ascii_alphabetic();
            best[end] = (
                best[end - 1].0 + if digit { 2.0 } else { STRANGER_COST },
                None,
            );
            for length in WORD_MIN..=WORD_MAX.min(end) {
                let start = end - length;
                let text = &label[start..end];
                if !text[0].is_ascii_alphabetic() {
                    continue;
                }
                let Some((english, names)) = self.word(text) else {
                    continue;
                };
                let level = f32::from(english.max(names));
                let short = if length == 2 { 3.0 } else { 0.0 };
                let cost = best[start].0 + WORD_COST + short + (31.0 - level) * LEVEL_GAIN;
                if cost < best[end].0 {
                    best[end] = (
                        cost,
                        Some(Word {
                            start,
                            length,
                            english,
                            names,
                        }),
                    );
                }
            }
        }
        let mut words = Vec::new();
        let mut end = label.len();
        while end > 0 {
            match best[end].1 {
                Some(word) => {
                    words.push(word);
                    end = word.start;
                }
                None => end -= 1,
            }
        }
        words.reverse();
        (words, best[label.len()].0)
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.threes);
        bytes.extend_from_slice(&self.fours);
        bytes.extend_from_slice(&self.pairs);
        bytes.extend_from_slice(&(self.words.len() as u32).to_le_bytes());
        for (hash, english, names) in &self.words {
            bytes.extend_from_slice(&hash.to_le_bytes());
            bytes.extend_from_slice(&[*english, *names]);
        }
        bytes.extend_from_slice(&(self.endings.len() as u32).to_le_bytes());
        for (hash, level) in &self.endings {
            bytes.extend_from_slice(&hash.to_le_bytes());
            bytes.push(*level);
        }
    }

    pub(super) fn read(rest: &mut &[u8]) -> Option<Self> {
        let threes = take(rest, PLACES * PLACES * PLACES)?.to_vec();
        let fours = take(rest, FOURS / 4)?.to_vec();
        let pairs = take(rest, PAIR_BITS as usize / 8)?.to_vec();
        let count = (take_u32(rest)? as usize).min(WORDS_MAX);
        let mut words = Vec::with_capacity(count);
        for _ in 0..count {
            let hash = take_u32(rest)?;
            let levels = take(rest, 2)?;
            words.push((hash, levels[0], levels[1]));
        }
        let count = (take_u32(rest)? as usize).min(WORDS_MAX);
        let mut endings = Vec::with_capacity(count);
        for _ in 0..count {
            endings.push((take_u32(rest)?, take(rest, 1)?[0]));
        }
        Some(Self {
            threes,
            fours,
            words,
            pairs,
            endings,
        })
    }
}
