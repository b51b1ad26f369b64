//! Measuring beacons: a grid of period and jitter, in several manners, hidden in the traffic of an office.

mod network;
mod picture;
mod rita;

use crate::random::Random;
use analyze::{Brain, Settings};
use event::{Endpoint, Event, FlowRef, Incident, Record, Severity, Timestamp, Transport};
pub use network::{Call, Channel, Office};
use network::{DAY, HOUR};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

const PERIODS_S: [u64; 9] = [5, 30, 60, 300, 900, 3_600, 14_400, 43_200, 86_400];
const JITTERS: [f64; 6] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5];
/// How a beacon behaves: steadily; with a sleep that changes; with calls that get lost; in DNS, by day only where it calls often.
const MANNERS: usize = 4;
const CALLS_MAX: usize = 240;
/// A Monday.
const START_S: i64 = 1_790_553_600;

/// A beacon of the grid.
struct Beacon {
    period: usize,
    jitter: usize,
    manner: usize,
    host: u32,
    site: u32,
    first: u64,
}

/// Simulates, measures, prints tables, and draws the heat map.
pub fn measure(hosts: usize, days: usize, seed: u64, picture: Option<&Path>) -> anyhow::Result<()> {
    let mut office = Office::new(seed, hosts, days);
    office.live();
    let beacons = infect(&mut office, seed);
    let mut calls = std::mem::take(&mut office.calls);
    calls.sort_by_key(|call| (call.at, call.host, call.site));
    let infected: BTreeSet<u32> = beacons.iter().map(|beacon| beacon.host).collect();
    let (found, false_incidents) = watch(&calls, &infected, days);
    let healthy_days = (hosts - infected.len()) * days;
    let budget = healthy_days as f64 / 1_000.0;
    println!(
        "{} calls of {hosts} hosts in {days} days; {} beacons",
        calls.len(),
        beacons.len()
    );
    println!(
        "false incidents: {} in {healthy_days} host-days ({:.2} per 1,000)",
        false_incidents.len(),
        false_incidents.len() as f64 / budget
    );
    let rita = peer(&calls, &infected, budget);
    let hits = |is_found: &dyn Fn(&Beacon) -> bool| {
        beacons.iter().filter(|beacon| is_found(beacon)).count() as f64 / beacons.len() as f64
    };
    let ours = |beacon: &Beacon| found.contains_key(&beacon.host);
    println!(
        "recall: ours {:.3} (at the false incidents above), RITA's score at one per 1,000 host-days {:.3}",
        hits(&ours),
        hits(&|beacon| rita.contains(&(beacon.host, beacon.site)))
    );
    let table = |is_found: &dyn Fn(&Beacon) -> bool| {
        let mut table = vec![vec![0.0; PERIODS_S.len()]; JITTERS.len()];
        for beacon in beacons.iter().filter(|beacon| is_found(beacon)) {
            table[beacon.jitter][beacon.period] += 1.0 / MANNERS as f64;
        }
        table
    };
    let (our_table, rita_table) = (
        table(&ours),
        table(&|beacon| rita.contains(&(beacon.host, beacon.site))),
    );
    println!(
        "\n| jitter | {} |\n|---|{}",
        PERIODS_S.map(label).join(" | "),
        "---|".repeat(PERIODS_S.len())
    );
    for (row, jitter) in our_table.iter().zip(JITTERS) {
        let cells: Vec<String> = row
            .iter()
            .map(|share| format!("{:.0} %", share * 100.0))
            .collect();
        println!("| {:.0} % | {} |", jitter * 100.0, cells.join(" | "));
    }
    for (manner, name) in [
        "steady, TLS",
        "changing sleep, TLS",
        "lost calls, HTTP",
        "DNS",
    ]
    .iter()
    .enumerate()
    {
        let of: Vec<&Beacon> = beacons
            .iter()
            .filter(|beacon| beacon.manner == manner)
            .collect();
        println!(
            "{name}: {:.3}",
            of.iter().filter(|beacon| ours(beacon)).count() as f64 / of.len() as f64
        );
    }
    let mut delays: Vec<f64> = beacons
        .iter()
        .filter_map(|beacon| {
            Some(
                (*found.get(&beacon.host)? - beacon.first as f64 / 1_000.0)
                    / PERIODS_S[beacon.period] as f64,
            )
        })
        .collect();
    delays.sort_by(f64::total_cmp);
    if let Some(middle) = delays.get(delays.len() / 2) {
        println!("periods until it is told, median: {middle:.0}");
    }
    if let Some(path) = picture {
        std::fs::write(
            path,
            picture::heat_map(
                &PERIODS_S.map(label),
                &JITTERS,
                &[("Hinomi", &our_table), ("RITA's score", &rita_table)],
            ),
        )?;
    }
    Ok(())
}

fn label(seconds: u64) -> String {
    match seconds {
        0..=59 => format!("{seconds} s"),
        60..=3_599 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

/// Puts one beacon on each of as many hosts as the grid has places.
fn infect(office: &mut Office, seed: u64) -> Vec<Beacon> {
    let mut beacons = Vec::new();
    for (period, seconds) in PERIODS_S.iter().enumerate() {
        for (jitter, share) in JITTERS.iter().enumerate() {
            for manner in 0..MANNERS {
                let number = beacons.len();
                let mut random = Random::new(seed, &format!("beacon {number}"));
                // Over all kinds of hosts, evenly.
                let host =
                    (number * office.hosts / (PERIODS_S.len() * JITTERS.len() * MANNERS)) as u32;
                let site = office.new_site();
                let first = DAY + 9 * HOUR + random.count(0, (30 * HOUR) as usize) as u64;
                beacons.push(Beacon {
                    period,
                    jitter,
                    manner,
                    host,
                    site,
                    first,
                });
                let mut at = first;
                for call in 0..CALLS_MAX {
                    if at >= office.days as u64 * DAY {
                        break;
                    }
                    let lost = manner == 2 && random.chance(0.15);
                    let asleep =
                        manner == 3 && *seconds <= 3_600 && !(8..19).contains(&(at % DAY / HOUR));
                    if !lost && !asleep {
                        let channel =
                            [Channel::Tls, Channel::Tls, Channel::Http, Channel::Dns][manner];
                        let bytes = 300 + random.count(0, 60) as u32;
                        office.calls.push(Call {
                            at,
                            host,
                            site,
                            channel,
                            bytes,
                        });
                    }
                    let factor = if manner == 1 && call >= 40 { 4 } else { 1 };
                    at += network::jittered(&mut random, seconds * 1_000 * factor, *share);
                }
            }
        }
    }
    beacons
}

/// Shows everything to the brain. Hosts with an incident that rests on a beacon and when it was told first (seconds), and
/// incidents of hosts without one.
fn watch(
    calls: &[Call],
    infected: &BTreeSet<u32>,
    days: usize,
) -> (BTreeMap<u32, f64>, BTreeSet<String>) {
    let mut brain = Brain::new(Settings::default());
    let mut found = BTreeMap::new();
    let mut false_incidents = BTreeSet::new();
    let mut take = |brain: &mut Brain| {
        for incident in brain.changed_incidents() {
            if incident.severity < Severity::Medium {
                continue;
            }
            let IpAddr::V4(address) = incident.host.ip else {
                continue;
            };
            let host = u32::from(address) - u32::from(Ipv4Addr::new(10, 0, 0, 0));
            let of_beacon = incident.detections.iter().any(|line| line.id == "beacon");
            if infected.contains(&host) && of_beacon {
                let seen = (incident.last_seen.nanos() / 1_000_000_000 - START_S) as f64;
                found.entry(host).or_insert(seen);
            } else if !infected.contains(&host)
                && false_incidents.insert(incident.incident_id.clone())
                && false_incidents.len() <= 8
            {
                tell_false(&incident);
            }
        }
    };
    for (number, call) in calls.iter().enumerate() {
        brain.event(&event_of(call));
        if number % 5_000 == 0 {
            take(&mut brain);
        }
    }
    brain.finish(Timestamp::new(START_S + days as i64 * 86_400, 0));
    take(&mut brain);
    println!(
        "state of the brain as JSON: {:.1} MB",
        brain.snapshot().map_or(0, |state| state.len()) as f64 / 1e6
    );
    (found, false_incidents)
}

/// Says why a host without beacon was named.
fn tell_false(incident: &Incident) {
    for line in &incident.detections {
        let reasons: Vec<&str> = line
            .reasons
            .iter()
            .map(|reason| reason.en.as_ref())
            .collect();
        println!(
            "false: {:.2} {}: {}",
            line.confidence,
            line.name,
            reasons.join("; ")
        );
    }
}

/// What the sensor tells of a call.
pub fn event_of(call: &Call) -> Event {
    let time = Timestamp::from_nanos(START_S * 1_000_000_000 + call.at as i64 * 1_000_000);
    let name = network::name(call.site);
    let (kind, port) = match call.channel {
        Channel::Tls => ("tls", 443),
        Channel::Http => ("http", 80),
        Channel::Dns => ("dns", 53),
    };
    let mut event = Event::new(time, kind);
    let host = Ipv4Addr::from(u32::from(Ipv4Addr::new(10, 0, 0, 0)) + call.host);
    let server = match call.channel {
        Channel::Dns => Ipv4Addr::new(10, 255, 0, 53),
        _ => Ipv4Addr::from(0x5000_0000 | call.site),
    };
    event.source = Some(Endpoint::new(host.into(), 50_000));
    event.dest = Some(Endpoint::new(server.into(), port));
    event.transport = Some(if port == 53 {
        Transport::Udp
    } else {
        Transport::Tcp
    });
    event.flow = Some(FlowRef {
        id: call.at ^ u64::from(call.host) << 40,
    });
    let mut body = Record::new();
    match call.channel {
        Channel::Tls => body.push("sni", name),
        Channel::Http => {
            body.push("hostname", name);
            body.push("url", "/index");
            body.push("http_method", "GET");
            body.push("http_user_agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36");
            body.push("status", 200_u64);
            body.push("length", u64::from(call.bytes));
        }
        Channel::Dns => {
            body.push("type", "request");
            body.push("rrname", name);
            body.push("rrtype", "A");
        }
    }
    event.body.push(kind, body);
    event
}

/// Pairs that RITA's score finds, by the threshold that keeps to the budget.
fn peer(calls: &[Call], infected: &BTreeSet<u32>, budget: f64) -> BTreeSet<(u32, u32)> {
    let mut pairs: BTreeMap<(u32, u32, u64), Vec<(u64, u32)>> = BTreeMap::new();
    for call in calls {
        pairs
            .entry((call.host, call.site, call.at / DAY))
            .or_default()
            .push((call.at / 1_000, call.bytes));
    }
    let mut best: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    for ((host, site, _), calls) in pairs {
        if let Some(score) = rita::score(&calls) {
            let known = best.entry((host, site)).or_default();
            *known = known.max(score);
        }
    }
    let mut false_scores: Vec<f64> = best
        .iter()
        .filter(|(pair, _)| !infected.contains(&pair.0))
        .map(|(_, score)| *score)
        .collect();
    false_scores.sort_by(|one, other| other.total_cmp(one));
    let threshold = false_scores.get(budget as usize).copied().unwrap_or(0.0);
    println!("RITA's score: threshold {threshold:.3} keeps to one false pair per 1,000 host-days");
    best.into_iter()
        .filter(|(_, score)| *score > threshold)
        .map(|(pair, _)| pair)
        .collect()
}
