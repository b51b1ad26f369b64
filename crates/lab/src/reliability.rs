//! Whether confidence means what it says: incidents in buckets of confidence, and how many of each were right.

use anyhow::Context;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Lower bounds of buckets.
const BUCKETS: [f32; 6] = [0.5, 0.6, 0.7, 0.8, 0.9, 0.97];

/// An incident that was told: how sure, and whether rightly.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    pub confidence: f32,
    pub is_right: bool,
}

/// Writes points as lines of two numbers.
pub fn write(path: &Path, points: &[Point]) -> anyhow::Result<()> {
    let mut text = String::new();
    for point in points {
        let _ = writeln!(text, "{:.4},{}", point.confidence, u8::from(point.is_right));
    }
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn read(path: &Path) -> anyhow::Result<Vec<Point>> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let point = |line: &str| {
        let (confidence, right) = line.split_once(',')?;
        Some(Point {
            confidence: confidence.parse().ok()?,
            is_right: right.trim() == "1",
        })
    };
    Ok(text.lines().filter_map(point).collect())
}

/// Prints a table over all points, by the files that they stand in.
pub fn tell(paths: &[PathBuf]) -> anyhow::Result<()> {
    println!("| incidents of | confidence | incidents | mean confidence | right | 95 % interval |");
    println!("|---|---|---|---|---|---|");
    let mut all = Vec::new();
    for path in paths {
        let points = read(path)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        table(&name, &points);
        all.extend(points);
    }
    table("**all**", &all);
    let count = all.len().max(1) as f32;
    let truth = |point: &Point| f32::from(u8::from(point.is_right));
    let brier: f32 = all
        .iter()
        .map(|point| (point.confidence - truth(point)).powi(2))
        .sum();
    println!(
        "\nBrier score over {} incidents: {:.3}",
        all.len(),
        brier / count
    );
    Ok(())
}

fn table(name: &str, points: &[Point]) {
    for (at, low) in BUCKETS.iter().enumerate() {
        let high = BUCKETS.get(at + 1).copied().unwrap_or(1.01);
        let of: Vec<&Point> = points
            .iter()
            .filter(|point| (*low..high).contains(&point.confidence))
            .collect();
        if of.is_empty() {
            continue;
        }
        let count = of.len() as f64;
        let mean = of
            .iter()
            .map(|point| f64::from(point.confidence))
            .sum::<f64>()
            / count;
        let right = of.iter().filter(|point| point.is_right).count() as f64;
        let (from, to) = wilson(right / count, count);
        println!(
            "| {name} | {low:.2} to {:.2} | {count} | {mean:.2} | {:.0} % | {:.0} to {:.0} % |",
            high.min(1.0),
            100.0 * right / count,
            100.0 * from,
            100.0 * to
        );
    }
}

/// The interval of a share (Wilson 1927).
fn wilson(share: f64, count: f64) -> (f64, f64) {
    const Z: f64 = 1.96;
    let scale = 1.0 + Z * Z / count;
    let middle = (share + Z * Z / (2.0 * count)) / scale;
    let half = Z / scale * (share * (1.0 - share) / count + Z * Z / (4.0 * count * count)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

/// Labels of captures and the communications that they mean.
const LABELS: [(&str, &str); 13] = [
    ("recon", "recon_access"),
    ("web_redirector", "redirector_site"),
    ("web_compromised", "compromised_site"),
    ("web_malvertising", "malvertising_site"),
    ("web_exploit", "exploit_site"),
    ("web_profiling", "profiling_site"),
    ("download_malware", "malware_download"),
    ("download_ek_payload", "exploit_kit_download"),
    ("c2", "command_and_control"),
    ("dns_tunnel", "command_and_control"),
    ("lateral", "lateral_movement"),
    ("ransomware", "ransomware"),
    ("tor", "tor"),
];

/// From incidents of labelled captures to points: right is what names a label of its capture, or any incident where the
/// label stands outside the table of communications.
pub fn of_captures(incidents: &Path, manifest: &Path, out: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(manifest)
        .with_context(|| format!("cannot read {}", manifest.display()))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let place = |name: &str| header.iter().position(|one| *one == name);
    let (file, category) = (
        place("file").context("the manifest has no column file")?,
        place("category").context("the manifest has no column category")?,
    );
    let labels: BTreeMap<&str, BTreeSet<&str>> = lines
        .filter_map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            Some((*cells.get(file)?, cells.get(category)?.split(';').collect()))
        })
        .collect();
    let told = std::fs::read_to_string(incidents)
        .with_context(|| format!("cannot read {}", incidents.display()))?;
    let mut points = Vec::new();
    for line in told.lines() {
        let incident: Value = serde_json::from_str(line)?;
        let text = |name: &str| {
            incident
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let capture = text("pcap_filename");
        let wanted = labels.iter().find(|(file, _)| capture.ends_with(*file));
        let (Some((_, wanted)), true) = (wanted, text("severity") != "low") else {
            continue;
        };
        let communications = incident.get("communications").and_then(Value::as_array);
        let named: BTreeSet<&str> = communications
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let outside = ["web_phishing", "server_exploit", "cryptomining"];
        let is_right = wanted.iter().any(|label| {
            outside.contains(label)
                || named.contains(label)
                || LABELS
                    .iter()
                    .any(|(one, means)| one == label && named.contains(means))
        });
        let confidence = incident
            .get("confidence")
            .and_then(Value::as_f64)
            .unwrap_or(0.0) as f32;
        points.push(Point {
            confidence,
            is_right,
        });
    }
    write(out, &points)
}
