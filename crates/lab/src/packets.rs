//! Tunnels and what resembles them as captures, so that they go through the whole sensor, and what it said of them.

use crate::reliability::{self, Point};
use anyhow::Context;
use drill::lookalike::{Case, Pace, Way};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter};
use std::path::Path;

const KINDS: [(Pace, Way, &str); 4] = [
    (Pace::Fast, Way::Direct, "fast, straight"),
    (Pace::Fast, Way::Resolver, "fast, by the resolver"),
    (Pace::Slow, Way::Direct, "slow, straight"),
    (Pace::Slow, Way::Resolver, "slow, by the resolver"),
];

/// Writes a capture for each run; its name says which.
pub fn write(folder: &Path, runs: u64) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut count = 0;
    for (number, case) in Case::all().enumerate() {
        for (kind, (pace, way, _)) in KINDS.iter().enumerate() {
            for run in 0..runs {
                let path = folder.join(format!("{number:02}-{kind}-{run}.pcap"));
                let file = File::create(&path)
                    .with_context(|| format!("cannot write {}", path.display()))?;
                let packets = case.packets(run * 4 + kind as u64, *pace, *way);
                drill::write_pcap(BufWriter::new(file), packets)?;
                count += 1;
            }
        }
    }
    println!("{count} captures written to {}", folder.display());
    Ok(())
}

/// Reads the incidents of the replay and prints the table: how many runs of each case have one of medium or more.
pub fn tell(replay: &Path, runs: u64, out: Option<&Path>) -> anyhow::Result<()> {
    let path = replay.join("incidents.jsonl");
    let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let tunnels: Vec<bool> = Case::all().map(|case| case.is_tunnel).collect();
    let (mut loud, mut points) = (BTreeSet::new(), Vec::new());
    for line in BufReader::new(file).lines() {
        let incident: Value = serde_json::from_str(&line?)?;
        let text = |name: &str| {
            incident
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        if matches!(text("severity"), "medium" | "high" | "critical") {
            let name = Path::new(text("pcap_filename")).file_stem();
            let name = name.unwrap_or_default().to_string_lossy().into_owned();
            let case = name
                .split('-')
                .next()
                .and_then(|number| number.parse().ok());
            let case: Option<usize> = case;
            let confidence = incident.get("confidence").and_then(Value::as_f64);
            points.push(Point {
                confidence: confidence.unwrap_or(0.0) as f32,
                is_right: case.and_then(|case| tunnels.get(case)).copied() == Some(true),
            });
            loud.insert(name);
        }
    }
    if let Some(path) = out {
        reliability::write(path, &points)?;
    }
    println!(
        "| traffic | {} |",
        KINDS.map(|(_, _, words)| words).join(" | ")
    );
    println!("|---|{}", "---|".repeat(KINDS.len()));
    let mut sums: BTreeMap<bool, (u64, u64)> = BTreeMap::new();
    for (number, case) in Case::all().enumerate() {
        let mut cells = Vec::new();
        for kind in 0..KINDS.len() {
            let is_loud = |run: &u64| loud.contains(&format!("{number:02}-{kind}-{run}"));
            let hits = (0..runs).filter(is_loud).count() as u64;
            let sum = sums.entry(case.is_tunnel).or_default();
            *sum = (sum.0 + hits, sum.1 + runs);
            cells.push(format!("{hits} of {runs}"));
        }
        let harmless = if case.is_tunnel { "" } else { " (harmless)" };
        println!("| {}{harmless} | {} |", case.name, cells.join(" | "));
    }
    for (is_tunnel, (hits, all)) in sums {
        let words = if is_tunnel {
            "tunnels found"
        } else {
            "false alarms"
        };
        println!(
            "\n{words}: {hits} of {all} ({:.1} %)",
            hits as f64 * 100.0 / all as f64
        );
    }
    Ok(())
}
