//! Training of boosted trees: logistic loss, second-order gains, histograms of features (Friedman 2001; Chen and
//! Guestrin, XGBoost, 2016). Deterministic: the same rows in the same order give the same trees.

use analyze::domains::{Forest, Node, Tree};

const BINS: usize = 64;

/// A row to learn from.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// Features.
    pub features: &'a [f32],
    /// Whether the answer is yes.
    pub yes: bool,
    /// How much it counts.
    pub weight: f32,
}

/// How trees are grown.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// Number of trees.
    pub trees: usize,
    /// Questions from root to leaf.
    pub depth: usize,
    /// How much of each tree's answer is taken.
    pub rate: f32,
    /// Least sum of second derivatives in a leaf.
    pub leaf_min: f64,
}

struct Binned {
    /// Upper ends of the bins of each feature.
    ends: Vec<Vec<f32>>,
    /// Bins, feature by feature.
    bins: Vec<Vec<u8>>,
}

#[derive(Clone, Copy, Default)]
struct Sums {
    first: f64,
    second: f64,
}

/// Grows a forest.
pub fn grow(rows: &[Row<'_>], recipe: Recipe) -> Forest {
    let binned = bin(rows);
    let (yes, all) = rows.iter().fold((0.0, 0.0), |(yes, all), row| {
        (
            yes + if row.yes { f64::from(row.weight) } else { 0.0 },
            all + f64::from(row.weight),
        )
    });
    let base = ((yes / (all - yes).max(1e-9)).max(1e-9).ln()) as f32;
    let mut scores = vec![base; rows.len()];
    let mut forest = Forest {
        base,
        trees: Vec::new(),
    };
    for _ in 0..recipe.trees {
        let sums: Vec<Sums> = rows
            .iter()
            .zip(&scores)
            .map(|(row, score)| {
                let chance = 1.0 / (1.0 + (-f64::from(*score)).exp());
                let weight = f64::from(row.weight);
                Sums {
                    first: weight * (chance - if row.yes { 1.0 } else { 0.0 }),
                    second: weight * (chance * (1.0 - chance)).max(1e-6),
                }
            })
            .collect();
        let tree = tree(&binned, &sums, recipe);
        for (row, score) in rows.iter().zip(&mut scores) {
            *score += tree.score(row.features);
        }
        forest.trees.push(tree);
    }
    forest
}

fn bin(rows: &[Row<'_>]) -> Binned {
    let width = rows.first().map_or(0, |row| row.features.len());
    let mut binned = Binned {
        ends: Vec::new(),
        bins: Vec::new(),
    };
    for feature in 0..width {
        let mut values: Vec<f32> = rows.iter().map(|row| row.features[feature]).collect();
        values.sort_by(f32::total_cmp);
        let mut ends: Vec<f32> = (1..BINS)
            .map(|at| values[at * (values.len() - 1) / BINS])
            .collect();
        ends.dedup();
        let bins = rows
            .iter()
            .map(|row| ends.partition_point(|end| *end < row.features[feature]) as u8)
            .collect();
        binned.ends.push(ends);
        binned.bins.push(bins);
    }
    binned
}

fn tree(binned: &Binned, sums: &[Sums], recipe: Recipe) -> Tree {
    let mut nodes = vec![Node {
        feature: Node::LEAF,
        value: 0.0,
        then: 0,
    }];
    let mut open = vec![(0, (0..sums.len() as u32).collect::<Vec<u32>>(), 0)];
    while let Some((at, rows, depth)) = open.pop() {
        let total = rows
            .iter()
            .fold(Sums::default(), |sum, row| add(sum, sums[*row as usize]));
        let split = if depth < recipe.depth {
            best_split(binned, sums, &rows, total, recipe)
        } else {
            None
        };
        let Some((feature, bin)) = split else {
            nodes[at].value = recipe.rate * (-total.first / (total.second + 1.0)) as f32;
            continue;
        };
        let (left, right): (Vec<u32>, Vec<u32>) = rows
            .iter()
            .partition(|row| binned.bins[feature][**row as usize] <= bin);
        let then = nodes.len();
        nodes[at] = Node {
            feature: feature as u8,
            value: binned.ends[feature][usize::from(bin)],
            then: then as u16,
        };
        nodes.extend(
            [Node {
                feature: Node::LEAF,
                value: 0.0,
                then: 0,
            }; 2],
        );
        open.push((then, left, depth + 1));
        open.push((then + 1, right, depth + 1));
    }
    Tree { nodes }
}

fn add(one: Sums, other: Sums) -> Sums {
    Sums {
        first: one.first + other.first,
        second: one.second + other.second,
    }
}

fn best_split(
    binned: &Binned,
    sums: &[Sums],
    rows: &[u32],
    total: Sums,
    recipe: Recipe,
) -> Option<(usize, u8)> {
    let worth = |sum: Sums| sum.first * sum.first / (sum.second + 1.0);
    let mut best = (worth(total) + 1e-3, None);
    for (feature, ends) in binned.ends.iter().enumerate() {
        let mut histogram = [Sums::default(); BINS + 1];
        let bins = &binned.bins[feature];
        for row in rows {
            let slot = &mut histogram[usize::from(bins[*row as usize])];
            *slot = add(*slot, sums[*row as usize]);
        }
        let mut left = Sums::default();
        for (bin, slot) in histogram.iter().enumerate().take(ends.len()) {
            left = add(left, *slot);
            let right = Sums {
                first: total.first - left.first,
                second: total.second - left.second,
            };
            if left.second < recipe.leaf_min || right.second < recipe.leaf_min {
                continue;
            }
            let gain = worth(left) + worth(right);
            if gain > best.0 {
                best = (gain, Some((feature, bin as u8)));
            }
        }
    }
    best.1
}
