//! Scans that many sources share out among them: each tries a few targets only, yet together they go through a network of
//! ours, and hardly two try the same.
//!
//! After Gates, Coordinated Scan Detection, NDSS 2009: many targets covered, little overlap between sources.

use super::source::{Protocol, Target};
use crate::{HomeNet, limits, table::Table};
use event::{
    Communication, Detection, Detector, Endpoint, Record, Severity, Stage, Text, Timestamp, Value,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

const WINDOW_NS: u64 = 900 * 1_000_000_000;
/// Sources that share the work.
const SOURCES_MIN: usize = 6;
/// Different targets that they failed at together.
const TARGETS_MIN: usize = 18;
/// Attempts are judged when so large a part of them is new.
const EVERY_PART: usize = 8;
/// A source with more targets is a scan of its own.
const EACH_MAX: usize = 8;

/// Failed attempts by the network that they went to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Together {
    networks: Table<IpAddr, Siege>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Siege {
    attempts: Vec<(Timestamp, IpAddr, Target)>,
    told: usize,
    /// Attempts since the last judgement.
    fresh: usize,
    /// The door that was named when it was told; of the same siege the same is named again.
    named: Option<Target>,
}

impl Together {
    pub fn new() -> Self {
        Self {
            networks: Table::new(limits::SCAN_SOURCES_MAX / 4),
        }
    }

    /// An attempt failed.
    pub fn failed(
        &mut self,
        home: &HomeNet,
        time: Timestamp,
        source: Endpoint,
        target: Target,
        out: &mut Vec<Detection>,
    ) {
        if !home.contains(target.ip) || target.protocol == Protocol::Icmp {
            return;
        }
        let siege = self
            .networks
            .touch(network(target.ip), time, Siege::default);
        let known =
            |(_, who, what): &(Timestamp, IpAddr, Target)| *who == source.ip && *what == target;
        if siege.attempts.iter().any(known) {
            return;
        }
        siege
            .attempts
            .retain(|(at, _, _)| time.since(*at) <= WINDOW_NS);
        if siege.attempts.len() >= limits::NAMES_MAX {
            siege.attempts.remove(0);
        }
        siege.attempts.push((time, source.ip, target));
        siege.fresh = siege.fresh.saturating_add(1);
        out.extend(siege.judge(home, time, source, target));
    }
}

impl Siege {
    fn judge(
        &mut self,
        home: &HomeNet,
        now: Timestamp,
        source: Endpoint,
        target: Target,
    ) -> Option<Detection> {
        if self.attempts.len() < TARGETS_MIN.max(self.told.saturating_mul(2)) {
            return None;
        }
        // A judgement looks at all of them: so only when there is a part more.
        if self.fresh * EVERY_PART < self.attempts.len() {
            return None;
        }
        self.fresh = 0;
        let mut by_source: BTreeMap<IpAddr, usize> = BTreeMap::new();
        for (_, who, _) in &self.attempts {
            *by_source.entry(*who).or_default() += 1;
        }
        // Strangers and one's own do not scan together.
        let outside = !home.contains(source.ip);
        by_source.retain(|who, tried| *tried <= EACH_MAX && home.contains(*who) != outside);
        // Among many machines of one's own somebody always misses something: those who scan look for one door.
        let is_part = |what: &Target| outside || what.port == target.port;
        let shared = || {
            let attempts = self.attempts.iter();
            attempts.filter(|(_, who, what)| by_source.contains_key(who) && is_part(what))
        };
        let attempts = shared().count();
        let targets: BTreeSet<Target> = shared().map(|(_, _, what)| *what).collect();
        let sources: BTreeSet<IpAddr> = shared().map(|(_, who, _)| *who).collect();
        let (sources, covered) = (sources.len(), targets.len());
        let little_overlap = covered * 10 >= attempts * 8;
        // Each has its part: else it is many who look for one thing that is gone.
        let parts = covered >= sources * 2;
        if sources < SOURCES_MIN || covered < TARGETS_MIN || !little_overlap || !parts {
            return None;
        }
        self.told = self.attempts.len();
        let is_there = |named: &Target| self.attempts.iter().any(|(_, _, what)| what == named);
        let target = self.named.filter(is_there).unwrap_or(target);
        self.named = Some(target);
        Some(tell(
            now, source, target, sources, covered, attempts, outside,
        ))
    }
}

fn tell(
    now: Timestamp,
    source: Endpoint,
    target: Target,
    sources: usize,
    covered: usize,
    attempts: usize,
    outside: bool,
) -> Detection {
    let private = match target.ip {
        IpAddr::V4(ip) => ip.is_private(),
        IpAddr::V6(ip) => ip.is_unique_local(),
    };
    let mut event = Record::new();
    event.push("event_type", "scan");
    event.push("timestamp", now.eve());
    event.push("src_ip", source.ip.to_string());
    event.push("dest_ip", target.ip.to_string());
    event.push("dest_port", target.port);
    let mut scan = Record::new();
    scan.push("kind", "distributed_scan");
    scan.push("sources", sources as u64);
    scan.push("targets", covered as u64);
    event.push("scan", Value::Record(scan));
    Detection {
        time: now,
        detector: Detector::Scan,
        id: "distributed_scan".to_owned(),
        name: format!("{sources} addresses scan a network together"),
        communication: Some(Communication::ReconAccess),
        stage: Stage::Reconnaissance,
        // Public addresses are scanned all day.
        severity: if outside && !private {
            Severity::Low
        } else {
            Severity::Medium
        },
        confidence: (0.55 + 0.1 * (covered as f32 / TARGETS_MIN as f32).log2()).clamp(0.55, 0.85),
        technique: vec!["T1046".to_owned(), "T1595".to_owned()],
        reasons: vec![Text::new(
            format!(
                "15分以内に、{sources} か所の送信元が手分けをして、{covered} 個の入口（機器とポートの組）を試しました。同じ入口を試した重なりは {} 件だけです",
                attempts - covered
            ),
            format!(
                "within 15 minutes {sources} sources shared {covered} doors (machine and port) among them; only {} tries were of a door that another had tried",
                attempts - covered
            ),
        )],
        subject: Endpoint::new(source.ip, 0),
        peer: Some(Endpoint::new(target.ip, target.port)),
        peer_name: None,
        event,
    }
}

/// The first 24 bits of an address, or 64 of IPv6.
fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) => IpAddr::from((ip.to_bits() & 0xffff_ff00).to_be_bytes()),
        IpAddr::V6(ip) => IpAddr::from((ip.to_bits() >> 64 << 64).to_be_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::Together;
    use crate::HomeNet;
    use crate::scan::source::{Protocol, Target};
    use event::{Detection, Endpoint, Severity, Timestamp};
    use std::net::IpAddr;

    fn found(tries: impl Iterator<Item = ([u8; 4], [u8; 4], u16)>) -> Vec<Detection> {
        let (mut together, home) = (Together::new(), HomeNet::default());
        let mut out = Vec::new();
        for (at, (from, to, port)) in tries.enumerate() {
            let target = Target {
                ip: IpAddr::from(to),
                port,
                protocol: Protocol::Tcp,
            };
            let source = Endpoint::new(IpAddr::from(from), 50_000);
            together.failed(
                &home,
                Timestamp::new(at as i64, 0),
                source,
                target,
                &mut out,
            );
        }
        out
    }

    #[test]
    fn sources_that_share_a_network_out_are_told() {
        let from = |at: u8| [203, 0, 113, at % 8];
        let found = found((0..40).map(|at| (from(at), [192, 168, 1, at], 445)));
        assert!(!found.is_empty());
        assert_eq!(found[0].severity, Severity::Medium);
    }

    #[test]
    fn machines_that_miss_different_things_are_not() {
        let found = found((0..60).map(|at| {
            let ports = [445, 9_100, 8_009, 5_357, 515, 7_680];
            let (from, to) = ([192, 168, 1, at % 12], [192, 168, 1, 100 + at]);
            (from, to, ports[usize::from(at % 6)])
        }));
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn machines_that_miss_the_same_servers_are_not() {
        // Thirty machines look for two printers and a server that are off.
        let found =
            found((0..90).map(|at| ([192, 168, 1, at / 3], [192, 168, 1, 200 + at % 3], 9_100)));
        assert!(found.is_empty(), "{found:?}");
    }
}
