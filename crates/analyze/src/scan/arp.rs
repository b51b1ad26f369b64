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
        if count < ADDRESSES_MIN || count < asker.told * 2 {
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
                format!("1分以内に、存在しない {count} 個のアドレスを ARP で探しました"),
                format!("asked by ARP for {count} addresses within a minute, and nobody has them"),
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
