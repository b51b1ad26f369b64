//! Groups of names as one host asks for them: of a family, with ordinary names in between, or ordinary ones only.

use super::corpus::Sample;
use crate::boost::Row;
use crate::random::Random;
use analyze::domains::{Forest, GROUP_FEATURES, group_features};
use std::collections::BTreeMap;

/// Ordinary names with their scores, ready to be drawn in several ways.
pub struct Pool<'a> {
    samples: Vec<(&'a Sample, f32)>,
    /// Places of the names that look worst.
    worst: Vec<usize>,
    by_ending: Vec<Vec<usize>>,
    by_length: Vec<Vec<usize>>,
}

impl<'a> Pool<'a> {
    pub fn new(samples: impl Iterator<Item = &'a Sample>, forest: &Forest) -> Self {
        let samples: Vec<_> = samples
            .map(|sample| (sample, forest.score(&sample.features.values)))
            .collect();
        let mut order: Vec<usize> = (0..samples.len()).collect();
        order.sort_by(|one, other| samples[*other].1.total_cmp(&samples[*one].1));
        order.truncate(samples.len() / 33);
        let mut by_ending: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        let mut by_length: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
        for (at, (sample, _)) in samples.iter().enumerate() {
            by_ending.entry(sample.member.ending).or_default().push(at);
            by_length.entry(sample.member.length).or_default().push(at);
        }
        let large = |group: &Vec<usize>| group.len() >= 60;
        let by_ending = by_ending.into_values().filter(large).collect();
        let by_length = by_length.into_values().filter(large).collect();
        Self {
            samples,
            worst: order,
            by_ending,
            by_length,
        }
    }

    /// The features of a group of ordinary names that do not exist: any, many that look bad, of one ending, of one length.
    pub fn group(&self, random: &mut Random, size: usize) -> [f32; GROUP_FEATURES] {
        let all: Vec<usize> = (0..self.samples.len()).collect();
        let kind = random.count(0, 6);
        let from: &[usize] = match kind {
            0 | 1 => &all,
            2 => random.pick::<Vec<usize>>(&self.by_ending),
            3 => random.pick::<Vec<usize>>(&self.by_length),
            _ => &self.worst,
        };
        let bad = if kind < 4 {
            1.0
        } else {
            *random.pick(&[0.1, 0.25, 0.4])
        };
        let members: Vec<_> = (0..size)
            .map(|_| {
                let at = if random.chance(bad) {
                    *random.pick(from)
                } else {
                    *random.pick(&all)
                };
                let (sample, score) = self.samples[at];
                analyze::domains::Member {
                    score,
                    ..sample.member
                }
            })
            .collect();
        group_features(&members)
    }
}

/// The features of a group of a family, with a share of ordinary names.
pub fn group(
    random: &mut Random,
    family: &[&Sample],
    forest: &Forest,
    pool: &Pool<'_>,
    size: usize,
    noise: f64,
) -> [f32; GROUP_FEATURES] {
    let start = random.count(0, family.len());
    let members: Vec<_> = (0..size)
        .map(|at| {
            if random.chance(noise) {
                let (sample, score) = pool.samples[random.count(0, pool.samples.len())];
                return analyze::domains::Member {
                    score,
                    ..sample.member
                };
            }
            // One seed's names stand together in a list; a host asks for one seed's names.
            let sample = family[(start + at) % family.len()];
            let score = forest.score(&sample.features.values);
            analyze::domains::Member {
                score,
                ..sample.member
            }
        })
        .collect();
    group_features(&members)
}

/// Sizes of groups, small ones more often.
pub fn size(random: &mut Random) -> usize {
    (4.0 * 12f64.powf(random.unit())) as usize
}

/// A labelled group.
pub struct Labelled {
    pub features: [f32; GROUP_FEATURES],
    pub yes: bool,
    pub weight: f32,
}

impl Labelled {
    pub fn row(&self) -> Row<'_> {
        Row {
            features: &self.features,
            yes: self.yes,
            weight: self.weight,
        }
    }
}
