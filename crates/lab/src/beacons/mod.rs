//! Measuring beacons: a grid of period and jitter, in several manners, hidden in the life of a company.

mod grid;
mod picture;
mod rita;
mod table;

use crate::office::{self, DAY, Deed, Office, What};
use crate::random::Random;
use crate::reliability::{self, Point};
use grid::Beacon;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

/// Where pictures are drawn.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pictures<'a> {
    pub heat_map: Option<&'a Path>,
    pub curve: Option<&'a Path>,
    pub points: Option<&'a Path>,
}

/// What was found of a beacon.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    /// The confidence of the incident that rests on it; 0 where there is none.
    pub confidence: f32,
    /// Periods until it was told.
    pub periods: Option<f64>,
    /// Found by the peer at the budget.
    pub by_peer: bool,
}

/// Lets the company live with beacons in it, prints tables, and draws.
pub fn measure(hosts: usize, days: u64, seed: u64, pictures: Pictures<'_>) -> anyhow::Result<()> {
    let office = Office::new(seed, hosts, days);
    let mut random = Random::new(seed, "infection");
    let (beacons, mut calls) = grid::infect(&office, &mut random);
    let mut peer = Peer::default();
    let told = office::live(&office, |day, deeds| {
        deeds.extend(calls.remove(&day).unwrap_or_default());
        peer.day(deeds, day);
    });
    let infected: BTreeSet<IpAddr> = beacons.iter().map(|one| one.host.into()).collect();
    office::tell(&office, &told, &infected);
    if let Some(path) = pictures.points {
        let scanner = office::is_unknown_scanner;
        let points: Vec<Point> = told
            .loud()
            .map(|incident| Point {
                confidence: incident.confidence,
                is_right: infected.contains(&incident.host.ip) || scanner(incident.host.ip),
            })
            .collect();
        reliability::write(path, &points)?;
    }
    let host_days = (hosts - infected.len()) as f64 * days as f64;
    let by_peer = peer.found(&infected, host_days / 1_000.0);
    let outcomes: Vec<Outcome> = beacons
        .iter()
        .map(|beacon| outcome(beacon, &told, &by_peer))
        .collect();
    let of_beacon =
        |incident: &&event::Incident| incident.detections.iter().any(|line| line.id == "beacon");
    let false_confidences: Vec<f32> = told
        .loud()
        .filter(of_beacon)
        .filter(|incident| !infected.contains(&incident.host.ip))
        .map(|incident| incident.confidence)
        .collect();
    let state = told.state_bytes as f64 / 1e6;
    println!("\nstate of the brain as JSON: {state:.1} MB\n");
    table::print(&beacons, &outcomes, &false_confidences, host_days, pictures)
}

fn outcome(
    beacon: &Beacon,
    told: &office::Told,
    by_peer: &BTreeSet<(Ipv4Addr, String)>,
) -> Outcome {
    let mut outcome = Outcome {
        by_peer: by_peer.contains(&(beacon.host, beacon.name.clone())),
        ..Outcome::default()
    };
    let here = told
        .loud()
        .filter(|incident| incident.host.ip == IpAddr::from(beacon.host));
    for incident in here {
        // Told after the first call, by the model, and its site is named.
        let told_at = told.first.get(&incident.incident_id).copied();
        let rests = incident.detections.iter().any(|line| names(line, beacon));
        let Some(at) = told_at.filter(|at| rests && *at >= beacon.first) else {
            continue;
        };
        outcome.confidence = outcome.confidence.max(incident.confidence);
        let periods = (at - beacon.first) as f64 / beacon.period_ms() as f64;
        let known = outcome.periods.unwrap_or(f64::MAX);
        outcome.periods = Some(periods.min(known));
    }
    outcome
}

/// Whether a line of evidence names the beacon's site; of names that were looked up the model tells the registered part.
fn names(line: &event::EvidenceLine, beacon: &Beacon) -> bool {
    let site = beacon.name.as_str();
    let registered = ["www.", "app.", "portal."]
        .iter()
        .find_map(|front| site.strip_prefix(front))
        .unwrap_or(site);
    let mut words = line.reasons.iter().map(|reason| reason.en.as_ref());
    line.id == "beacon" && words.any(|text: &str| text.contains(registered))
}

/// RITA's score of each pair and day.
#[derive(Default)]
struct Peer {
    best: BTreeMap<(Ipv4Addr, String), f64>,
}

impl Peer {
    fn day(&mut self, deeds: &[Deed], day: u64) {
        let mut pairs: BTreeMap<(Ipv4Addr, &str), Vec<(u64, u32)>> = BTreeMap::new();
        let mut in_order: Vec<&Deed> = deeds.iter().filter(|deed| deed.at / DAY == day).collect();
        in_order.sort_by_key(|deed| deed.at);
        for deed in in_order {
            let (name, bytes) = match &deed.what {
                What::Call(call) => (call.site.name.as_ref(), call.up),
                // By the part that was registered, as RITA's own view of DNS is.
                What::Lookup { name, .. } => {
                    (name.split_once('.').map_or("", |(_, rest)| rest), 60)
                }
                _ => continue,
            };
            pairs
                .entry((deed.client, name))
                .or_default()
                .push((deed.at / 1_000, bytes));
        }
        for ((client, name), calls) in pairs {
            if let Some(score) = rita::score(&calls) {
                let best = self.best.entry((client, name.to_owned())).or_default();
                *best = best.max(score);
            }
        }
    }

    /// Pairs above the threshold that keeps to so many false ones.
    fn found(&self, infected: &BTreeSet<IpAddr>, budget: f64) -> BTreeSet<(Ipv4Addr, String)> {
        let mut harmless: Vec<f64> = self
            .best
            .iter()
            .filter(|(pair, _)| !infected.contains(&pair.0.into()))
            .map(|(_, score)| *score)
            .collect();
        harmless.sort_by(|one, other| other.total_cmp(one));
        let threshold = harmless.get(budget as usize).copied().unwrap_or(0.0);
        println!(
            "\nRITA's score: threshold {threshold:.3} keeps to one false pair per 1,000 host-days"
        );
        self.best
            .iter()
            .filter(|(_, score)| **score > threshold)
            .map(|(pair, _)| pair.clone())
            .collect()
    }
}
