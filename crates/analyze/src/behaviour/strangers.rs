//! Peer-to-peer networks of malware: one machine greets many strangers that no name leads to, with messages of one size in
//! a protocol that nobody knows, and few of them answer.
//!
//! After Zhang and others, Detecting Stealthy P2P Botnets Using Statistical Traffic Fingerprints, DSN 2011 (failed contacts,
//! peers spread over many networks, messages alike), for a single host.

use crate::model::{Context, Model, Verdict, settled};
use crate::{FlowFact, FlowMoment, limits, table::Table};
use event::{
    Communication, Detection, Endpoint, Event, Severity, Stage, Text, Timestamp, Transport, Value,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Strangers within the window that are judged.
const STRANGERS_MIN: usize = 30;
/// Networks (the first 16 bits, or 32 of IPv6) over which they are spread.
const NETWORKS_MIN: usize = 20;
const WINDOW_NS: u64 = 3_600 * 1_000_000_000;
/// Services whose clients meet many addresses: names, time, calls, tunnels, QUIC, games' voice, programs that share files.
const KNOWN_PORTS: [u16; 24] = [
    4662, 4672, 6346, 6347, 6881, 6889, 6969, 51_413, 53, 123, 443, 500, 853, 1194, 3478, 3479,
    3480, 3481, 4500, 5004, 5060, 19_302, 41_641, 51_820,
];

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Strangers {
    clients: Table<IpAddr, Circle>,
    /// Addresses that the DNS gave to somebody: those are no strangers.
    named: Table<IpAddr, ()>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Circle {
    #[serde(with = "crate::table::pairs")]
    strangers: BTreeMap<IpAddr, Greeting>,
    told: usize,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Greeting {
    time: Timestamp,
    port: u16,
    /// Bytes of the first message: of the flow by its packets.
    bytes: u64,
    answered: bool,
}

impl Strangers {
    pub fn new() -> Self {
        Self {
            clients: Table::new(limits::HOSTS_MAX),
            named: Table::new(limits::PAIRS_MAX),
        }
    }
}

impl Model for Strangers {
    fn event(&mut self, _: &Context<'_>, event: &Event, _: &mut Vec<Detection>) {
        if event.kind != "dns" {
            return;
        }
        let answers = event.body.at("dns.answers").map_or(&[][..], Value::as_list);
        for answer in answers.iter().take(8).filter_map(Value::as_record) {
            if let Some(ip) = answer.text("rdata").and_then(|data| data.parse().ok()) {
                self.named.touch(ip, event.time, || ());
            }
        }
    }

    fn flow(&mut self, context: &Context<'_>, fact: &FlowFact, out: &mut Vec<Detection>) {
        let ends = fact.moment == FlowMoment::Ended && fact.transport == Transport::Udp;
        let unknown = matches!(fact.app_proto, None | Some("failed" | "unknown"));
        let outward = context.home.contains(fact.client.ip) && is_public(fact.server.ip);
        let port = fact.server.port;
        if !ends || !unknown || !outward || port < 1024 || KNOWN_PORTS.contains(&port) {
            return;
        }
        if self.named.at(&fact.server.ip).is_some() {
            return;
        }
        let circle = self
            .clients
            .touch(fact.client.ip, fact.time, Circle::default);
        circle.greet(fact);
        out.extend(circle.judge(fact));
    }
}

impl Circle {
    fn greet(&mut self, fact: &FlowFact) {
        let now = fact.start;
        self.strangers
            .retain(|_, one| now.since(one.time) <= WINDOW_NS);
        if self.strangers.len() >= limits::NAMES_MAX {
            return;
        }
        let answered = fact.packets_to_client > 0;
        let greeting = self.strangers.entry(fact.server.ip).or_insert(Greeting {
            time: now,
            port: fact.server.port,
            bytes: fact.bytes_to_server / fact.packets_to_server.max(1),
            answered,
        });
        greeting.answered |= answered;
    }

    fn judge(&mut self, fact: &FlowFact) -> Option<Detection> {
        let count = self.strangers.len();
        if count < STRANGERS_MIN.max(self.told.saturating_mul(2)) {
            return None;
        }
        let networks: BTreeSet<u32> = self.strangers.keys().map(|ip| network(*ip)).collect();
        let silent = self.strangers.values().filter(|one| !one.answered).count();
        let mut sizes: BTreeMap<u64, usize> = BTreeMap::new();
        let mut ports: BTreeMap<u16, usize> = BTreeMap::new();
        for one in self.strangers.values() {
            *sizes.entry(one.bytes).or_default() += 1;
            *ports.entry(one.port).or_default() += 1;
        }
        let (size, alike) = sizes.into_iter().max_by_key(|(_, count)| *count)?;
        let (port, at_port) = ports.into_iter().max_by_key(|(_, count)| *count)?;
        let spread = networks.len() >= NETWORKS_MIN;
        if !spread || silent * 2 < count || alike * 2 < count {
            return None;
        }
        self.told = count;
        // A botnet's port is part of its program; file sharing draws ports by lot.
        let fixed = at_port * 5 >= count * 4;
        let uniform = alike * 5 >= count * 4;
        let belief = 0.36
            + 0.1 * f32::from(u8::from(fixed))
            + 0.1 * f32::from(u8::from(uniform))
            + 0.05 * (count as f32 / STRANGERS_MIN as f32).log2().min(2.0);
        Some(self.tell(
            fact,
            belief,
            [count, networks.len(), silent, alike],
            size,
            fixed.then_some(port),
        ))
    }

    fn tell(
        &self,
        fact: &FlowFact,
        belief: f32,
        [count, networks, silent, alike]: [usize; 4],
        size: u64,
        port: Option<u16>,
    ) -> Detection {
        let mut reasons = vec![
            Text::new(
                format!(
                    "1時間以内に、名前を引いていない社外の {count} 台（{networks} のネットワーク）へ UDP で話しかけ、{silent} 台からは応答がありません"
                ),
                format!(
                    "within an hour it greeted {count} machines outside by UDP, in {networks} networks, that no name led to; {silent} did not answer"
                ),
            ),
            Text::new(
                format!(
                    "うち {alike} 台には、同じ大きさ（{size} バイト）のデータを送っています。知られた種類の通信ではありません"
                ),
                format!(
                    "{alike} of them got a message of the same size ({size} bytes), in no known protocol"
                ),
            ),
        ];
        if let Some(port) = port {
            reasons.push(Text::new(
                format!("ほとんどが同じポート（{port}）宛てで、ファイル共有ソフトとは異なります"),
                format!("nearly all at the same port ({port}), unlike programs that share files"),
            ));
        }
        let event = fact.record();
        Verdict {
            id: "peer_network",
            name: "talks to a network of strangers".to_owned(),
            communication: Some(Communication::CommandAndControl),
            stage: Stage::CommandAndControl,
            severity: Severity::Medium,
            confidence: settled(belief, 0.66),
            technique: &["T1071", "T1008"],
            reasons,
        }
        .about(
            fact.time,
            Endpoint::new(fact.client.ip, 0),
            Some(fact.server),
            None,
            event,
        )
    }
}

fn network(ip: IpAddr) -> u32 {
    match ip {
        IpAddr::V4(ip) => ip.to_bits() >> 16,
        IpAddr::V6(ip) => (ip.to_bits() >> 96) as u32,
    }
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            !(ip.is_private()
                || ip.is_multicast()
                || ip.is_broadcast()
                || ip.is_link_local()
                || ip.is_loopback())
        }
        IpAddr::V6(ip) => !(ip.is_unique_local() || ip.is_multicast() || ip.is_loopback()),
    }
}

#[cfg(test)]
mod tests {
    use super::Strangers;
    use crate::HomeNet;
    use crate::model::{Context, Model};
    use crate::{FlowFact, FlowMoment};
    use event::{Detection, Endpoint, Timestamp, Transport};
    use std::net::IpAddr;

    fn greeting(at: u64, port: u16, bytes: u64, answered: bool, proto: &'static str) -> FlowFact {
        let ip = IpAddr::from([100 + (at % 90) as u8, (at * 7 % 250) as u8, 3, 9]);
        let time = Timestamp::new(at as i64 * 4, 0);
        FlowFact {
            time,
            flow: at,
            moment: FlowMoment::Ended,
            client: Endpoint::new("192.168.1.5".parse().unwrap(), 40_000),
            server: Endpoint::new(ip, port),
            transport: Transport::Udp,
            start: time,
            last: time,
            packets_to_server: 1,
            packets_to_client: u64::from(answered),
            bytes_to_server: bytes,
            bytes_to_client: if answered { bytes } else { 0 },
            flags_to_server: 0,
            flags_to_client: 0,
            icmp_type: None,
            echoes_foreign: 0,
            app_proto: Some(proto),
        }
    }

    fn found(facts: impl Iterator<Item = FlowFact>) -> Vec<Detection> {
        let (mut model, home) = (Strangers::new(), HomeNet::default());
        let mut out = Vec::new();
        for fact in facts {
            model.flow(&Context { home: &home }, &fact, &mut out);
        }
        out
    }

    #[test]
    fn many_strangers_at_one_port_who_rarely_answer_are_a_botnet() {
        let found = found((0..60).map(|at| greeting(at, 16_471, 58, at % 8 == 0, "failed")));
        assert!(found[0].confidence >= 0.5, "{found:?}");
    }

    #[test]
    fn sharing_of_files_calls_and_games_do_not_speak() {
        let shared = found((0..80).map(|at| {
            let port = 10_000 + (at * 97 % 40_000) as u16;
            greeting(at, port, 100 + at % 30, at % 3 == 0, "failed")
        }));
        assert!(shared.is_empty(), "{shared:?}");
        let known = (0..80).map(|at| greeting(at, 6_881, 140, false, "bittorrent-dht"));
        assert!(found(known).is_empty());
        let answered = (0..80).map(|at| greeting(at, 27_015, 60, true, "failed"));
        assert!(found(answered).is_empty());
    }
}
