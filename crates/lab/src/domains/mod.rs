//! Training and measuring the model of generated domains; method and figures: `docs/models/domains.md`.

mod corpus;
mod groups;
mod made;
mod measure;
mod statistics;

use crate::boost::{Recipe, Row, grow};
use crate::random::Random;
use analyze::domains::{Forest, Model};
use corpus::{Given, Measure, Origin, Sample};
use groups::{Labelled, Pool};
use std::collections::BTreeMap;
use std::path::Path;

pub use measure::measure;

const SEED: u64 = 20_261_123;
const NAME: Recipe = Recipe {
    trees: 220,
    depth: 6,
    rate: 0.1,
    leaf_min: 8.0,
};
const GROUP: Recipe = Recipe {
    trees: 120,
    depth: 4,
    rate: 0.1,
    leaf_min: 3.0,
};
/// Groups to learn from, of each family and of ordinary names.
const GROUPS_OF_FAMILY: usize = 40;
const GROUPS_BENIGN: usize = 9_000;
/// What ordinary names count in sum, beside 1 for what is generated.
const BENIGN_WEIGHT: f32 = 3.0;

/// Trains on everything that is given and writes the model.
pub fn train(names: &Path, words: &Path, pairs: &Path, out: &Path) -> anyhow::Result<()> {
    let given = Given::read(names, words, pairs)?;
    let language = given.language(0..6);
    let measure = Measure {
        language: &language,
    };
    let benign = measure.benign(&given, 6..10);
    let mut generated = measure.listed(&given);
    generated.extend(measure.made(&corpus::characters(SEED), 1_000));
    generated.extend(measure.made(&made::of_words(SEED, &given.words(None), 5, 250), 2_000));
    let samples: Vec<&Sample> = generated.iter().collect();
    let benign: Vec<&Sample> = benign.iter().collect();
    let (name, group) = forests(&samples, &benign);
    let model = Model {
        language,
        name,
        group,
    };
    let bytes = model.write();
    std::fs::write(out, &bytes)?;
    println!(
        "{}: {} bytes, {} words, {} + {} trees",
        out.display(),
        bytes.len(),
        model.language.words.len(),
        model.name.trees.len(),
        model.group.trees.len()
    );
    Ok(())
}

/// Grows the forest for one name, and that for groups over names that their own forest had not seen.
fn forests(generated: &[&Sample], benign: &[&Sample]) -> (Forest, Forest) {
    let name = grow_names(generated, benign);
    let mut labelled = Vec::new();
    for half in 0..2 {
        let seen: Vec<&Sample> = generated
            .iter()
            .copied()
            .filter(|one| one.family % 2 == half)
            .collect();
        let unseen: Vec<&Sample> = generated
            .iter()
            .copied()
            .filter(|one| one.family % 2 != half)
            .collect();
        let every_other = |from: usize| benign.iter().copied().skip(from).step_by(2);
        let first: Vec<&Sample> = every_other(half).collect();
        let forest = grow_names(&seen, &first);
        let pool = Pool::new(every_other(1 - half), &forest);
        let mut random = Random::new(SEED, &format!("groups {half}"));
        label_groups(&mut random, &unseen, &forest, &pool, &mut labelled);
    }
    let rows: Vec<Row<'_>> = labelled.iter().map(Labelled::row).collect();
    (name, grow(&rows, GROUP))
}

fn label_groups(
    random: &mut Random,
    generated: &[&Sample],
    forest: &Forest,
    pool: &Pool<'_>,
    out: &mut Vec<Labelled>,
) {
    for family in by_family(generated)
        .values()
        .filter(|family| family.len() >= 4)
    {
        for _ in 0..GROUPS_OF_FAMILY {
            let size = groups::size(random);
            let noise = *random.pick(&[0.0, 0.0, 0.1, 0.3]);
            let features = groups::group(random, family, forest, pool, size, noise);
            out.push(Labelled {
                features,
                yes: true,
                weight: 1.0,
            });
        }
    }
    for _ in 0..GROUPS_BENIGN {
        let size = groups::size(random);
        out.push(Labelled {
            features: pool.group(random, size),
            yes: false,
            weight: 1.0,
        });
    }
}

fn by_family<'a>(samples: &[&'a Sample]) -> BTreeMap<usize, Vec<&'a Sample>> {
    let mut families: BTreeMap<usize, Vec<&Sample>> = BTreeMap::new();
    for sample in samples {
        families.entry(sample.family).or_default().push(sample);
    }
    families
}

/// Every family counts by the root of its size; made-up ones half of that.
fn grow_names(generated: &[&Sample], benign: &[&Sample]) -> Forest {
    let families = by_family(generated);
    let weight = |sample: &Sample| {
        let size = families.get(&sample.family).map_or(1, Vec::len) as f32;
        size.sqrt() / size
            * if sample.origin == Origin::Listed {
                1.0
            } else {
                0.6
            }
    };
    let sum: f32 = generated.iter().map(|sample| weight(sample)).sum();
    // As many as there are rows in all, so that limits on leaves mean rows.
    let scale = generated.len() as f32 / sum.max(1e-6);
    let benign_weight = BENIGN_WEIGHT * generated.len() as f32 / benign.len().max(1) as f32;
    let mut rows: Vec<Row<'_>> = generated
        .iter()
        .map(|sample| Row {
            features: &sample.features.values,
            yes: true,
            weight: weight(sample) * scale,
        })
        .collect();
    rows.extend(benign.iter().map(|sample| Row {
        features: &sample.features.values,
        yes: false,
        weight: benign_weight,
    }));
    grow(&rows, NAME)
}
