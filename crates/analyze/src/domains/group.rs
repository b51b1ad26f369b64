//! What is measured of several names that one host asked for.

use super::features::Features;
use super::language::word_hash;
use super::split::{Parts, place};
use serde::{Deserialize, Serialize};

/// Number of features of a group.
pub const GROUP_FEATURES: usize = 20;

/// What is remembered of one name of a group.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Log-odds of the name alone.
    pub score: f32,
    /// Characters of the chosen label.
    pub length: u8,
    /// Digits among them.
    pub digits: u8,
    /// Words found in it.
    pub words: u8,
    /// Part of it that is words, in 255ths.
    pub covered: u8,
    /// Hash of its ending.
    pub ending: u32,
    /// Which characters it uses, one bit each.
    pub characters: u64,
    /// Hash of its first three characters.
    pub front: u32,
}

impl Member {
    pub(super) fn new(parts: &Parts<'_>, features: &Features, score: f32) -> Self {
        let label = parts.label.as_bytes();
        let value = |at: usize| features.values.get(at).copied().unwrap_or(0.0);
        Self {
            score,
            length: label.len() as u8,
            digits: label.iter().filter(|byte| byte.is_ascii_digit()).count() as u8,
            words: value(19) as u8,
            covered: (value(18) * 255.0) as u8,
            ending: word_hash(parts.ending.as_bytes()),
            characters: label.iter().fold(0, |set, byte| set | 1 << place(*byte)),
            front: word_hash(label.get(..3).unwrap_or(label)),
        }
    }
}

/// Measures a group; the order of its members does not matter.
pub fn group_features(members: &[Member]) -> [f32; GROUP_FEATURES] {
    let count = members.len().max(1) as f32;
    let mut scores: Vec<f32> = members.iter().map(|member| member.score).collect();
    scores.sort_by(f32::total_cmp);
    let at = |share: f32| {
        scores
            .get((share * (count - 1.0)).round() as usize)
            .copied()
            .unwrap_or(0.0)
    };
    let (score, score_spread) = moments(members.iter().map(|member| member.score));
    let clipped = members
        .iter()
        .map(|member| member.score.clamp(-4.0, 5.0))
        .sum::<f32>();
    let (length, length_spread) = moments(members.iter().map(|member| f32::from(member.length)));
    let (digits, digits_spread) = moments(
        members
            .iter()
            .map(|one| f32::from(one.digits) / f32::from(one.length.max(1))),
    );
    let (words, words_spread) = moments(members.iter().map(|member| f32::from(member.words)));
    let (covered, covered_spread) = moments(
        members
            .iter()
            .map(|member| f32::from(member.covered) / 255.0),
    );
    let used = members
        .iter()
        .fold(0, |set, member| set | member.characters)
        .count_ones() as f32;
    let drawn = members
        .iter()
        .map(|member| f32::from(member.length))
        .sum::<f32>();
    [
        members.len() as f32,
        score,
        score_spread,
        at(0.1),
        at(0.25),
        at(0.5),
        at(0.75),
        at(0.9),
        clipped,
        length,
        length_spread,
        digits,
        digits_spread,
        words,
        words_spread,
        covered,
        covered_spread,
        distinct(members.iter().map(|member| member.ending)) / count,
        distinct(members.iter().map(|member| member.front)) / count,
        // Fewer characters in use than so many letters would show, were all equally likely.
        used / (36.0 * (1.0 - (-drawn / 36.0).exp())).max(1.0),
    ]
}

fn moments(values: impl Iterator<Item = f32> + Clone) -> (f32, f32) {
    let count = values.clone().count().max(1) as f32;
    let mean = values.clone().sum::<f32>() / count;
    let spread = values
        .map(|value| (value - mean) * (value - mean))
        .sum::<f32>()
        / count;
    (mean, spread.sqrt())
}

fn distinct(values: impl Iterator<Item = u32>) -> f32 {
    let mut all: Vec<u32> = values.collect();
    all.sort_unstable();
    all.dedup();
    all.len() as f32
}
