//! A peer: a classifier of flow statistics, as those that are measured on the ISCX sets are built.
//!
//! Written from its description: Lashkari, Draper-Gil, Mamun and Ghorbani, Characterization of Tor Traffic using Time based
//! Features, ICISSP 2017, table of 23 features: how long a flow lasts, the times between its packets (there, back, both), how
//! long it is busy and silent, bytes and packets a second. No content, no names. Where they learned C4.5 trees, the boosted trees
//! of this laboratory learn. It is asked about the tunnels that [`crate::packets`] writes, each case left out of the training.

use crate::boost::{Recipe, Row, grow};
use drill::lookalike::{Case, Pace, Way};
use std::collections::BTreeMap;

const FEATURES: usize = 23;
/// A silence longer than this parts busy times, as in the tool that the authors published; nanoseconds.
const IDLE_NS: i64 = 5_000_000_000;
const SECOND: f64 = 1e9;
const RUNS: u64 = 10;
const RECIPE: Recipe = Recipe {
    trees: 80,
    depth: 4,
    rate: 0.1,
    leaf_min: 2.0,
};

/// The flows of one run of a case.
struct Run {
    case: usize,
    is_tunnel: bool,
    flows: Vec<[f32; FEATURES]>,
}

/// Prints recall and false alarms over cases that were left out of training.
pub fn measure() {
    let runs = runs();
    let cases = runs
        .iter()
        .map(|run| run.case)
        .max()
        .map_or(0, |last| last + 1);
    let mut scores: Vec<(f32, bool)> = Vec::new();
    for case in 0..cases {
        let rows: Vec<Row<'_>> = runs
            .iter()
            .filter(|run| run.case != case)
            .flat_map(|run| {
                run.flows.iter().map(|flow| Row {
                    features: flow,
                    yes: run.is_tunnel,
                    weight: 1.0,
                })
            })
            .collect();
        let forest = grow(&rows, RECIPE);
        for run in runs.iter().filter(|run| run.case == case) {
            let of_flows = run.flows.iter().map(|flow| forest.score(flow));
            scores.push((of_flows.fold(f32::MIN, f32::max), run.is_tunnel));
        }
    }
    tell(&scores);
}

fn runs() -> Vec<Run> {
    let mut runs = Vec::new();
    for (number, case) in Case::all().enumerate() {
        for pace in [Pace::Fast, Pace::Slow] {
            for way in [Way::Direct, Way::Resolver] {
                for seed in 0..RUNS {
                    runs.push(Run {
                        case: number,
                        is_tunnel: case.is_tunnel,
                        flows: flows(&case.packets(seed, pace, way)),
                    });
                }
            }
        }
    }
    runs
}

/// A packet of a flow: when, from its client, how large.
type Passed = (i64, bool, usize);

/// What each two machines exchange, measured.
fn flows(packets: &[drill::Packet]) -> Vec<[f32; FEATURES]> {
    let mut pairs: BTreeMap<[u8; 8], Vec<Passed>> = BTreeMap::new();
    for packet in packets {
        // Addresses of IPv4 behind an Ethernet header.
        let (Some(from), Some(to)) = (packet.bytes.get(26..30), packet.bytes.get(30..34)) else {
            continue;
        };
        let mut there = [0; 8];
        there[..4].copy_from_slice(from);
        there[4..].copy_from_slice(to);
        let mut back = there;
        back.rotate_left(4);
        let is_client = !pairs.contains_key(&back);
        let key = if is_client { there } else { back };
        let passed = (packet.time_nanos, is_client, packet.bytes.len());
        pairs.entry(key).or_default().push(passed);
    }
    pairs.into_values().map(|flow| features(&flow)).collect()
}

fn features(flow: &[Passed]) -> [f32; FEATURES] {
    let times = |wanted: fn(&&Passed) -> bool| -> Vec<i64> {
        flow.iter().filter(wanted).map(|passed| passed.0).collect()
    };
    let gaps = |times: &[i64]| -> Vec<f64> {
        let pairs = times.windows(2);
        pairs
            .map(|pair| (pair[1] - pair[0]) as f64 / SECOND)
            .collect()
    };
    let all = times(|_| true);
    let (first, last) = (
        all.first().copied().unwrap_or(0),
        all.last().copied().unwrap_or(0),
    );
    let duration = ((last - first) as f64 / SECOND).max(1e-3);
    let (mut busy, mut silent, mut since) = (Vec::new(), Vec::new(), first);
    for pair in all.windows(2) {
        if pair[1] - pair[0] > IDLE_NS {
            busy.push((pair[0] - since) as f64 / SECOND);
            silent.push((pair[1] - pair[0]) as f64 / SECOND);
            since = pair[1];
        }
    }
    busy.push((last - since) as f64 / SECOND);
    let bytes: usize = flow.iter().map(|passed| passed.2).sum();
    let mut values = vec![duration];
    for set in [
        gaps(&times(|passed| passed.1)),
        gaps(&times(|passed| !passed.1)),
        gaps(&all),
        busy,
        silent,
    ] {
        values.extend(summary(&set));
    }
    values.extend([bytes as f64 / duration, flow.len() as f64 / duration]);
    let mut out = [0.0; FEATURES];
    for (to, from) in out.iter_mut().zip(values) {
        *to = from as f32;
    }
    out
}

/// Mean, least, greatest, spread.
fn summary(values: &[f64]) -> [f64; 4] {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let spread = values
        .iter()
        .map(|one| (one - mean) * (one - mean))
        .sum::<f64>()
        / count;
    let least = values.iter().copied().reduce(f64::min).unwrap_or(0.0);
    let most = values.iter().copied().reduce(f64::max).unwrap_or(0.0);
    [mean, least, most, spread.sqrt()]
}

fn tell(scores: &[(f32, bool)]) {
    let of = |is_tunnel: bool| scores.iter().filter(move |one| one.1 == is_tunnel);
    let over = |is_tunnel: bool, limit: f32| of(is_tunnel).filter(|one| one.0 > limit).count();
    let highest = of(false).map(|one| one.0).fold(f32::MIN, f32::max);
    println!(
        "| flow statistics alone, case left out of training | tunnels found | false alarms |\n|---|---|---|"
    );
    for (words, limit) in [
        ("at even odds", 0.0),
        ("where nothing harmless is called", highest),
    ] {
        println!(
            "| {words} | {} of {} ({:.1} %) | {} of {} ({:.1} %) |",
            over(true, limit),
            of(true).count(),
            100.0 * over(true, limit) as f64 / of(true).count().max(1) as f64,
            over(false, limit),
            of(false).count(),
            100.0 * over(false, limit) as f64 / of(false).count().max(1) as f64,
        );
    }
}
