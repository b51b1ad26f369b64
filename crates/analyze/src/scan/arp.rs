//! ARP sweeps: one host asks for many addresses that nobody has.

use crate::{ArpFact, limits, table::Table};
use event::{
    Communication, Detection, Detector, Endpoint, Record, Severity, Stage, Text, Timestamp, Value,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Unanswered addresses within the window that make a sweep.
const ADDRESSES_MIN: usize = 24;
/// Of the addresses between the first and the last, so many percent were asked for ...
const DENSE_PERCENT: u32 = 60;
/// ... and of all steps from one to the next, so many percent went a little further up or down.
const ORDERLY_PERCENT: usize = 60;
/// How far a step goes.
const STEP_MAX: u32 = 4;
/// The window; nanoseconds. Kept short: a router asks for missing hosts all day.
const WINDOW_NS: u64 = 60_000_000_000;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ArpSweeps {
    askers: Table<IpAddr, Asker>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Asker {
    #[serde(with = "crate::table::pairs")]
    asked: BTreeMap<IpAddr, Timestamp>,
    told: usize,
}

impl Asker {
    /// Whether it counts through a range. A router asks for whomever somebody outside looks for, without order; and where
    /// answers to others are not mirrored, all that it asks seems to fail.
    fn counts(&self) -> bool {
        let mut asked: Vec<(Timestamp, u32)> = self
            .asked
            .iter()
            .filter_map(|(ip, at)| match ip {
                IpAddr::V4(ip) => Some((*at, ip.to_bits())),
                IpAddr::V6(_) => None,
            })
            .collect();
        asked.sort_unstable();
        let numbers = || asked.iter().map(|(_, number)| *number);
        let (Some(first), Some(last)) = (numbers().min(), numbers().max()) else {
            return false;
        };
        let range = last.abs_diff(first).saturating_add(1);
        let dense = asked.len() as u64 * 100 >= u64::from(range) * u64::from(DENSE_PERCENT);
        let steps = numbers()
            .zip(numbers().skip(1))
            .filter(|(one, next)| one.abs_diff(*next) <= STEP_MAX)
            .count();
        dense && steps * 100 >= (asked.len() - 1) * ORDERLY_PERCENT
    }
}

impl ArpSweeps {
    pub fn new() -> Self {
        Self {
            askers: Table::new(limits::HOSTS_MAX),
        }
    }

    pub fn packet(&mut self, fact: &ArpFact, out: &mut Vec<Detection>) {
        if !fact.request {
            if let Some(asker) = self.askers.at_mut(&fact.target_ip) {
                asker.asked.remove(&fact.sender_ip);
            }
        } else if fact.sender_ip != fact.target_ip && !fact.sender_ip.is_unspecified() {
            self.request(fact, out);
        }
    }

    fn request(&mut self, fact: &ArpFact, out: &mut Vec<Detection>) {
        let (now, from, to) = (fact.time, fact.sender_ip, fact.target_ip);
        let asker = self.askers.touch(from, now, Asker::default);
        asker.asked.retain(|_, at| now.since(*at) <= WINDOW_NS);
        if asker.asked.len() < limits::NAMES_MAX {
            asker.asked.insert(to, now);
        }
        let count = asker.asked.len();
        if count < ADDRESSES_MIN || count < asker.told * 2 || !asker.counts() {
            return;
        }
        asker.told = count;
        out.push(Detection {
            time: now,
            detector: Detector::Scan,
            id: "arp_sweep".to_owned(),
            name: format!("asked for {count} addresses that nobody has"),
            communication: Some(Communication::ReconAccess),
            stage: Stage::Reconnaissance,
            severity: Severity::Medium,
            confidence: 0.6,
            technique: vec!["T1018".to_owned()],
            reasons: vec![Text::new(
                format!("1分以内に、応答のない {count} 個のアドレスを ARP で順番に探しました"),
                format!("asked by ARP for {count} addresses one after another within a minute, and nobody answered"),
            )],
            subject: Endpoint::new(from, 0),
            peer: Some(Endpoint::new(to, 0)),
            peer_name: None,
            event: record(fact, count),
        });
    }
}

fn record(fact: &ArpFact, count: usize) -> Record {
    let mut scan = Record::new();
    scan.push("kind", "arp_sweep");
    scan.push("targets", count as u64);
    let mut record = Record::new();
    record.push("timestamp", fact.time.eve());
    record.push("event_type", "scan");
    record.push("src_ip", fact.sender_ip.to_string());
    record.push("dest_ip", fact.target_ip.to_string());
    record.push("proto", "ARP");
    record.push("scan", Value::Record(scan));
    record
}

#[cfg(test)]
mod tests {
    use super::{ArpSweeps, Timestamp};
    use crate::ArpFact;
    use std::net::{IpAddr, Ipv4Addr};

    fn asks(numbers: impl Iterator<Item = u32>) -> usize {
        let mut sweeps = ArpSweeps::new();
        let mut found = Vec::new();
        for (at, number) in numbers.enumerate() {
            let fact = ArpFact {
                time: Timestamp::new(at as i64 / 20, 0).plus_nanos(at as i64),
                request: true,
                sender_mac: [2, 0, 0, 0, 0, 1],
                sender_ip: IpAddr::V4(Ipv4Addr::new(192, 168, 1, 250)),
                target_ip: IpAddr::V4(Ipv4Addr::from_bits(0xc0a8_0100 + number)),
            };
            sweeps.packet(&fact, &mut found);
        }
        found.len()
    }

    #[test]
    fn who_counts_through_a_range_sweeps_and_a_router_does_not() {
        assert!(asks(1..200) > 0);
        assert!(asks((1..200).rev()) > 0);
        // All over the range, without order; and in order, but far apart.
        assert_eq!(asks((0..200).map(|at| at * 89 % 251)), 0);
        assert_eq!(asks((0..60).map(|at| at * 4)), 0);
    }
}
