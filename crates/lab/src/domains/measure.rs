//! Leave-families-out: what is known of families that nobody has shown.

use super::corpus::{self, Given, Measure, Origin, Sample};
use super::groups::{self, Pool};
use super::{SEED, by_family, forests, made};
use crate::random::Random;
use analyze::domains::{BELIEVED, Forest};
use std::collections::BTreeMap;
use std::path::Path;

const FOLDS: usize = 4;
const FALSE_SHARE: f64 = 0.001;
/// Share of ordinary names among those of a family.
const NOISE: f64 = 0.15;
const SIZES: [usize; 4] = [6, 10, 20, 40];
const GROUPS_BENIGN: usize = 20_000;

#[derive(Default)]
struct Recall {
    name: f64,
    /// At the allowed share of false ones.
    groups: [f64; SIZES.len()],
    /// At the limit that is shipped.
    shipped: [f64; SIZES.len()],
}

/// Measures by cross-validation over families and prints tables.
pub fn measure(names: &Path, words: &Path, pairs: &Path) -> anyhow::Result<()> {
    let given = Given::read(names, words, pairs)?;
    let language = given.language(0..5);
    let measure = Measure {
        language: &language,
    };
    let (benign, unseen) = (measure.benign(&given, 5..8), measure.benign(&given, 8..10));
    let listed = measure.listed(&given);
    let characters = measure.made(&corpus::characters(SEED), 1_000);
    let words_taught = measure.made(&made::of_words(SEED, &given.words(Some(0)), 5, 250), 2_000);
    let words_asked = measure.made(
        &made::of_words(SEED + 1, &given.words(Some(1)), 3, 250),
        3_000,
    );
    let benign: Vec<&Sample> = benign.iter().collect();
    let names: Vec<&String> = given.families.keys().collect();
    let mut found: BTreeMap<String, Recall> = BTreeMap::new();
    for fold in 0..FOLDS {
        let held = |sample: &Sample| match sample.origin {
            Origin::Listed => sample.family % FOLDS == fold,
            Origin::Words(grammar) => grammar % FOLDS == fold,
            _ => false,
        };
        let taught: Vec<&Sample> = listed
            .iter()
            .chain(&characters)
            .chain(&words_taught)
            .filter(|sample| !held(sample))
            .collect();
        let asked: Vec<&Sample> = listed
            .iter()
            .chain(&words_asked)
            .filter(|sample| held(sample))
            .collect();
        let judge = Judge::new(forests(&taught, &benign), &unseen, fold);
        let mut random = Random::new(SEED, &format!("ask {fold}"));
        for (family, samples) in by_family(&asked) {
            let label = match family {
                0..1_000 => names[family - 1].clone(),
                _ => format!("words-{}-{}", (family - 3_000) / 3, (family - 3_000) % 3),
            };
            found.insert(label, judge.recall(&mut random, &samples));
        }
    }
    tell(&found);
    Ok(())
}

/// What one fold learned, and what it believes.
struct Judge<'a> {
    name: Forest,
    group: Forest,
    pool: Pool<'a>,
    /// The score of a name that one in a thousand ordinary names exceeds.
    limit: f32,
    /// The same of groups.
    group_limit: f32,
}

impl<'a> Judge<'a> {
    fn new((name, group): (Forest, Forest), ordinary: &'a [Sample], fold: usize) -> Self {
        let mut scores: Vec<f32> = ordinary
            .iter()
            .map(|sample| name.score(&sample.features.values))
            .collect();
        let limit = limit(&mut scores);
        let pool = Pool::new(ordinary.iter(), &name);
        let mut random = Random::new(SEED, &format!("ordinary {fold}"));
        let mut scores: Vec<f32> = (0..GROUPS_BENIGN)
            .map(|_| {
                let size = groups::size(&mut random).max(5);
                group.score(&pool.group(&mut random, size))
            })
            .collect();
        let group_limit = self::limit(&mut scores);
        let believed = scores.iter().filter(|score| **score > BELIEVED).count();
        println!(
            "fold {fold}: one in a thousand ordinary names is above {limit:.2}, groups above {group_limit:.2}; \
             believed {believed} of {GROUPS_BENIGN} ordinary groups"
        );
        Self {
            name,
            group,
            pool,
            limit,
            group_limit,
        }
    }

    fn recall(&self, random: &mut Random, samples: &[&Sample]) -> Recall {
        let over = |sample: &&&Sample| self.name.score(&sample.features.values) > self.limit;
        let mut recall = Recall {
            name: samples.iter().filter(over).count() as f64 / samples.len() as f64,
            ..Recall::default()
        };
        for (at, size) in SIZES.iter().enumerate() {
            for _ in 0..100 {
                let features = groups::group(random, samples, &self.name, &self.pool, *size, NOISE);
                let score = self.group.score(&features);
                recall.groups[at] += f64::from(u8::from(score > self.group_limit)) / 100.0;
                recall.shipped[at] += f64::from(u8::from(score > BELIEVED)) / 100.0;
            }
        }
        recall
    }
}

/// The score that at most the allowed share of ordinary ones exceeds; sorts.
fn limit(scores: &mut [f32]) -> f32 {
    scores.sort_by(f32::total_cmp);
    let allowed = (scores.len() as f64 * FALSE_SHARE) as usize;
    scores[scores.len() - 1 - allowed]
}

fn tell(found: &BTreeMap<String, Recall>) {
    println!(
        "\n| family (unseen) | one name | {} names | {} | {} | {} |\n|---|---|---|---|---|---|",
        SIZES[0], SIZES[1], SIZES[2], SIZES[3]
    );
    for (family, recall) in found {
        let groups: Vec<String> = recall
            .groups
            .iter()
            .map(|share| format!("{:.0} %", share * 100.0))
            .collect();
        println!(
            "| {family} | {:.0} % | {} |",
            recall.name * 100.0,
            groups.join(" | ")
        );
    }
    for (title, words) in [("characters", false), ("words", true)] {
        let of: Vec<&Recall> = found
            .iter()
            .filter(|(family, _)| family.starts_with("words-") == words)
            .map(|pair| pair.1)
            .collect();
        let mean = |value: &dyn Fn(&Recall) -> f64| {
            of.iter().map(|recall| value(recall)).sum::<f64>() / of.len().max(1) as f64
        };
        let f1 = |recall: f64| 2.0 * recall / (1.0 + recall + FALSE_SHARE);
        let groups: Vec<String> = (0..SIZES.len())
            .map(|at| format!("{:.3}", f1(mean(&|recall| recall.groups[at]))))
            .collect();
        println!(
            "| **{title}, F1 over families** | {:.3} | {} |",
            f1(mean(&|recall| recall.name)),
            groups.join(" | ")
        );
        let shipped: Vec<String> = (0..SIZES.len())
            .map(|at| format!("{:.3}", f1(mean(&|recall| recall.shipped[at]))))
            .collect();
        println!(
            "| {title}, at the limit that is shipped | | {} |",
            shipped.join(" | ")
        );
    }
}
