//! ARP sweeps: one host asks for many addresses that nobody has.

use crate::{limits, table::Table};
use event::{
    Communication, Detection, Detector, Endpoint, Event, Severity, Stage, Text, Timestamp,
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

    pub fn event(&mut self, event: &Event, out: &mut Vec<Detection>) {
        let address = |path| {
            event
                .text(path)
                .and_then(|text| text.parse::<IpAddr>().ok())
        };
        let (Some(from), Some(to)) = (address("arp.src_ip"), address("arp.dest_ip")) else {
            return;
        };
        match event.text("arp.opcode") {
            Some("request") if from != to && !from.is_unspecified() => {
                self.request(event, from, to, out);
            }
            Some("reply") => {
                if let Some(asker) = self.askers.at_mut(&to) {
                    asker.asked.remove(&from);
                }
            }
            _ => {}
        }
    }

    fn request(&mut self, event: &Event, from: IpAddr, to: IpAddr, out: &mut Vec<Detection>) {
        let now = event.time;
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
            event: event.to_record(),
        });
    }
}
