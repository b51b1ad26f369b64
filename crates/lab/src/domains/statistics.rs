//! What is usual: tables of characters, words and endings, counted over names that people registered and over English.

use analyze::domains::{Language, PAIR_BITS, letter_class, place, word_hash};
use std::collections::BTreeMap;

const WORDS_MAX: usize = 40_000;
const PAIRS_MAX: usize = 90_000;
const PLACES: usize = 38;

/// A label with its ending.
pub struct Name<'a> {
    pub label: &'a str,
    pub ending: &'a str,
}

/// Counts all tables.
pub fn count(
    names: &[Name<'_>],
    english: &[(String, u64)],
    pairs: &[(String, String)],
) -> Language {
    let mut language = Language {
        threes: threes(names),
        fours: fours(names),
        ..Language::default()
    };
    let mut words: BTreeMap<String, (u8, u8)> = BTreeMap::new();
    for (word, count) in english
        .iter()
        .filter(|(word, _)| word.len() > 2 || word.len() == 2)
        .take(WORDS_MAX)
    {
        let level = ((*count as f64).log2() - 13.0) * 1.45;
        words.insert(word.clone(), (level.clamp(1.0, 31.0) as u8, 0));
    }
    for token in tokens(names) {
        words.entry(token).or_insert((0, 10));
    }
    // Two rounds: what words names are made of depends on how common the words are.
    for _ in 0..2 {
        language.words = table(&words);
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for name in names {
            for word in language.words_of(name.label) {
                *counts.entry(word).or_default() += 1;
            }
        }
        let scale = 60_000.0 / names.len().max(1) as f64;
        let levels: BTreeMap<String, u8> = counts
            .iter()
            .map(|(word, count)| {
                (
                    (*word).to_owned(),
                    ((1.0 + f64::from(*count) * scale).log2() * 3.0).min(31.0) as u8,
                )
            })
            .collect();
        for (word, entry) in &mut words {
            entry.1 = levels.get(word).copied().unwrap_or(0);
        }
    }
    words.retain(|word, (english, names)| *english > 0 || *names > 6 && word.len() > 2);
    language.words = table(&words);
    for (first, second) in pairs.iter().take(PAIRS_MAX) {
        for bit in Language::pair_bits(word_hash(first.as_bytes()), word_hash(second.as_bytes())) {
            language.pairs[(bit % PAIR_BITS) as usize / 8] |= 1 << (bit % 8);
        }
    }
    let mut endings: BTreeMap<&str, u32> = BTreeMap::new();
    for name in names {
        *endings.entry(name.ending).or_default() += 1;
    }
    language.endings = endings
        .into_iter()
        .map(|(ending, count)| {
            (
                word_hash(ending.as_bytes()),
                (f64::from(count + 1).log2() * 2.0).min(31.0) as u8,
            )
        })
        .collect();
    language.endings.sort_unstable();
    language.endings.dedup_by_key(|known| known.0);
    language
}

fn table(words: &BTreeMap<String, (u8, u8)>) -> Vec<(u32, u8, u8)> {
    let mut table: Vec<_> = words
        .iter()
        .map(|(word, (english, names))| (word_hash(word.as_bytes()), *english, *names))
        .collect();
    table.sort_unstable();
    table.dedup_by_key(|word| word.0);
    table
}

/// Whole labels and their parts between hyphens that also begin or end many other labels.
fn tokens(names: &[Name<'_>]) -> Vec<String> {
    let mut edges: BTreeMap<&str, u32> = BTreeMap::new();
    for name in names {
        for length in 3..=10.min(name.label.len().saturating_sub(1)) {
            for edge in [
                name.label.get(..length),
                name.label.get(name.label.len() - length..),
            ] {
                *edges.entry(edge.unwrap_or_default()).or_default() += 1;
            }
        }
    }
    let mut tokens: Vec<String> = names
        .iter()
        .flat_map(|name| name.label.split('-'))
        .filter(|token| {
            token.bytes().all(|byte| byte.is_ascii_lowercase())
                && edges.get(token).is_some_and(|count| *count >= 8)
        })
        .map(str::to_owned)
        .collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}

fn threes(names: &[Name<'_>]) -> Vec<u8> {
    let mut three = vec![0u32; PLACES * PLACES * PLACES];
    let mut two = vec![0u32; PLACES * PLACES];
    let mut one = [0u32; PLACES];
    for name in names {
        let (mut first, mut second) = (37, 37);
        for third in name.label.bytes().map(place).chain([37]) {
            three[Language::three_at(first, second, third)] += 1;
            two[second * PLACES + third] += 1;
            one[third] += 1;
            (first, second) = (second, third);
        }
    }
    let all: u32 = one.iter().sum();
    let sum = |slice: &[u32]| f64::from(slice.iter().sum::<u32>());
    let mut costs = vec![0; three.len()];
    for first in 0..PLACES {
        for second in 0..PLACES {
            let row = Language::three_at(first, second, 0);
            let (row_sum, two_sum) = (
                sum(&three[row..row + PLACES]),
                sum(&two[second * PLACES..(second + 1) * PLACES]),
            );
            for third in 0..PLACES {
                let single = (f64::from(one[third]) + 1.0) / (f64::from(all) + PLACES as f64);
                let double =
                    (f64::from(two[second * PLACES + third]) + 6.0 * single) / (two_sum + 6.0);
                let triple = (f64::from(three[row + third]) + 6.0 * double) / (row_sum + 6.0);
                costs[row + third] = (-triple.ln() * 8.0).round().clamp(0.0, 255.0) as u8;
            }
        }
    }
    costs
}

fn fours(names: &[Name<'_>]) -> Vec<u8> {
    let mut counts: BTreeMap<[usize; 4], u32> = BTreeMap::new();
    for name in names {
        let mut four = [27; 4];
        for class in name
            .label
            .bytes()
            .map(|byte| letter_class(place(byte)))
            .chain([27])
        {
            four = [four[1], four[2], four[3], class];
            *counts.entry(four).or_default() += 1;
        }
    }
    let mut table = Language::default().fours;
    for (four, count) in counts {
        let level = match count {
            0 => 0,
            1 | 2 => 1,
            3..=12 => 2,
            _ => 3,
        };
        let (at, shift) = Language::four_at(four);
        table[at] |= level << shift;
    }
    table
}
