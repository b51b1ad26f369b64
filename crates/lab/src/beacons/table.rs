//! Tables and pictures of what was found.

use super::grid::{Beacon, JITTERS, MANNERS, PERIODS_S};
use super::{Outcome, Pictures, picture};

/// The confidence from which an incident speaks; all that is loud is above it.
const LOUD: f32 = 0.0;

/// Prints everything and draws.
pub fn print(
    beacons: &[Beacon],
    outcomes: &[Outcome],
    falsely: &[f32],
    host_days: f64,
    pictures: Pictures<'_>,
) -> anyhow::Result<()> {
    let found = |threshold: f32| {
        let hits = outcomes.iter().filter(|one| one.confidence > threshold);
        hits.count() as f64 / outcomes.len().max(1) as f64
    };
    let budget = host_days / 1_000.0;
    let mut limits: Vec<f32> = falsely.to_vec();
    limits.sort_by(|one, other| other.total_cmp(one));
    let at_budget = limits.get(budget as usize).copied().unwrap_or(LOUD);
    let by_peer = outcomes.iter().filter(|one| one.by_peer).count() as f64;
    println!("\n| | figure |\n|---|---|");
    println!("| beacons | {} |", beacons.len());
    println!("| recall, all that speaks | {:.3} |", found(LOUD));
    println!(
        "| false incidents that rest on a beacon | {} in {host_days:.0} host-days ({:.2} per 1,000) |",
        falsely.len(),
        falsely.len() as f64 / budget
    );
    println!(
        "| recall at one false incident per 1,000 host-days (confidence above {at_budget:.2}) | {:.3} |",
        found(at_budget)
    );
    println!(
        "| RITA's score at the same budget | {:.3} |",
        by_peer / outcomes.len().max(1) as f64
    );
    let mut delays: Vec<f64> = outcomes.iter().filter_map(|one| one.periods).collect();
    delays.sort_by(f64::total_cmp);
    for (share, words) in [(0.5, "median"), (0.9, "nine in ten")] {
        let place = (delays.len() as f64 * share) as usize;
        if let Some(delay) = delays.get(place) {
            println!("| periods until it is told, {words} | {delay:.0} |");
        }
    }
    for (manner, words) in MANNERS.iter().enumerate() {
        let of: Vec<&Outcome> = beacons
            .iter()
            .zip(outcomes)
            .filter(|(beacon, _)| beacon.manner == manner)
            .map(|(_, outcome)| outcome)
            .collect();
        let hits = of.iter().filter(|one| one.confidence > LOUD).count();
        println!("| recall, {words} | {hits} of {} |", of.len());
    }
    for (beacon, outcome) in beacons.iter().zip(outcomes) {
        if outcome.confidence <= LOUD {
            eprintln!(
                "missed: {} {} each {} with jitter {:.0} %, {}",
                beacon.host,
                beacon.name,
                label(PERIODS_S[beacon.period]),
                JITTERS[beacon.jitter] * 100.0,
                MANNERS[beacon.manner]
            );
        }
    }
    let ours = shares(beacons, outcomes, &|one| one.confidence > LOUD);
    let rita = shares(beacons, outcomes, &|one| one.by_peer);
    heat(&ours);
    if let Some(path) = pictures.heat_map {
        let panels = [("Hinomi", &ours), ("RITA's score", &rita)];
        let map = picture::heat_map(&PERIODS_S.map(label), &JITTERS, &panels);
        std::fs::write(path, map)?;
    }
    if let Some(path) = pictures.curve {
        let confidences: Vec<f32> = outcomes.iter().map(|one| one.confidence).collect();
        std::fs::write(path, picture::curve(&confidences, falsely, host_days))?;
    }
    Ok(())
}

fn shares(
    beacons: &[Beacon],
    outcomes: &[Outcome],
    is_found: &dyn Fn(&Outcome) -> bool,
) -> Vec<Vec<f64>> {
    let mut table = vec![vec![0.0; PERIODS_S.len()]; JITTERS.len()];
    for (beacon, outcome) in beacons.iter().zip(outcomes) {
        if is_found(outcome) {
            table[beacon.jitter][beacon.period] += 1.0 / MANNERS.len() as f64;
        }
    }
    table
}

fn heat(table: &[Vec<f64>]) {
    println!(
        "\n| jitter | {} |\n|---|{}",
        PERIODS_S.map(label).join(" | "),
        "---|".repeat(PERIODS_S.len())
    );
    for (row, jitter) in table.iter().zip(JITTERS) {
        let cells: Vec<String> = row
            .iter()
            .map(|share| format!("{:.0} %", share * 100.0))
            .collect();
        println!("| {:.0} % | {} |", jitter * 100.0, cells.join(" | "));
    }
}

fn label(seconds: u64) -> String {
    match seconds {
        0..=59 => format!("{seconds} s"),
        60..=3_599 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}
