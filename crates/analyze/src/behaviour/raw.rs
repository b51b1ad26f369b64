//! Remote control in a protocol of its own: a connection that is held, and beside it one upload after another of nearly the
//! same size to the same door, as programs send that spy on screen and keys.

use crate::model::{Context, Model, Verdict};
use crate::{FlowFact, FlowMoment, limits, table::Table};
use event::{Communication, Detection, Severity, Stage, Text, Timestamp, Transport};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Ports of services that speak protocols which the sensor does not know: printing, storage, databases, monitoring,
/// calls, messages to telephones, backup, virtual machines.
const KNOWN_PORTS: [u16; 40] = [
    515, 554, 631, 873, 902, 1433, 1521, 1935, 2049, 2181, 2195, 2196, 3260, 3306, 5060, 5061,
    5222, 5223, 5228, 5269, 5432, 5671, 5672, 6379, 6380, 6556, 8883, 9092, 9100, 9101, 9102, 9103,
    9200, 9300, 10_050, 10_051, 11_211, 27_017, 49_152, 50_000,
];
/// An upload of at least so many bytes that brings little back.
const UPLOAD_MIN: u64 = 8_000;
const UPLOAD_RATIO: u64 = 5;
/// Uploads of nearly one size.
const UPLOADS_MIN: usize = 4;
const WINDOW_NS: u64 = 1_800 * 1_000_000_000;
/// A connection is held when it lasts so long and each side speaks briefly, again and again.
const HELD_NS: u64 = 60 * 1_000_000_000;
const HELD_PACKETS_MIN: u64 = 8;
const HELD_BYTES_EACH_MAX: u64 = 240;

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RawControl {
    doors: Table<(IpAddr, IpAddr, u16), Door>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Door {
    uploads: Vec<(Timestamp, u64)>,
    held: Option<(Timestamp, u64)>,
    told: usize,
    told_held: bool,
}

impl RawControl {
    pub fn new() -> Self {
        Self {
            doors: Table::new(limits::PAIRS_MAX),
        }
    }
}

impl Model for RawControl {
    fn flow(&mut self, context: &Context<'_>, fact: &FlowFact, out: &mut Vec<Detection>) {
        let port = fact.server.port;
        let ends = fact.moment == FlowMoment::Ended && fact.transport == Transport::Tcp;
        // `failed`: data was seen from its beginning and is of no known protocol.
        let unknown =
            fact.app_proto == Some("failed") && port >= 256 && !KNOWN_PORTS.contains(&port);
        if !ends || !unknown || !context.home.contains(fact.client.ip) {
            return;
        }
        let held = is_held(fact);
        let sent = fact.bytes_to_server;
        let upload =
            sent >= UPLOAD_MIN && sent >= fact.bytes_to_client.saturating_mul(UPLOAD_RATIO);
        if !held && !upload {
            return;
        }
        let key = (fact.client.ip, fact.server.ip, port);
        let door = self.doors.touch(key, fact.time, Door::default);
        if held {
            door.held = Some((fact.start, fact.last.since(fact.start)));
        }
        if upload {
            if door.uploads.len() >= limits::TIMES_MAX {
                door.uploads.remove(0);
            }
            door.uploads.push((fact.start, sent));
        }
        let newest = fact.start;
        door.uploads
            .retain(|(time, _)| newest.since(*time) <= WINDOW_NS);
        let outside = !context.home.contains(fact.server.ip);
        out.extend(door.judge(fact, outside));
    }
}

fn is_held(fact: &FlowFact) -> bool {
    let (there, back) = (fact.packets_to_server, fact.packets_to_client);
    let each = (fact.bytes_to_server + fact.bytes_to_client) / (there + back).max(1);
    fact.last.since(fact.start) >= HELD_NS
        && there >= HELD_PACKETS_MIN
        && back >= HELD_PACKETS_MIN
        && each <= HELD_BYTES_EACH_MAX
}

impl Door {
    fn judge(&mut self, fact: &FlowFact, outside: bool) -> Option<Detection> {
        let mut sizes: Vec<u64> = self.uploads.iter().map(|(_, bytes)| *bytes).collect();
        sizes.sort_unstable();
        let middle = sizes.get(sizes.len() / 2).copied().unwrap_or(0);
        let alike = sizes
            .iter()
            .filter(|size| size.abs_diff(middle) * 10 <= middle)
            .count();
        let spies = alike >= UPLOADS_MIN && alike * 4 >= sizes.len() * 3;
        match self.held {
            Some((_, length)) if spies && alike >= self.told.saturating_mul(2) => {
                self.told = alike;
                Some(spying(fact, outside, alike, middle, length))
            }
            Some((_, length)) if outside && !self.told_held => {
                self.told_held = true;
                Some(holding(fact, length))
            }
            _ => None,
        }
    }
}

fn spying(fact: &FlowFact, outside: bool, count: usize, bytes: u64, held_ns: u64) -> Detection {
    let (seconds, port) = (held_ns / 1_000_000_000, fact.server.port);
    let verdict = Verdict {
        id: "raw_control",
        name: format!("remote control on port {port}"),
        communication: Some(Communication::CommandAndControl),
        stage: Stage::CommandAndControl,
        severity: Severity::High,
        confidence: if outside { 0.62 } else { 0.52 },
        technique: &["T1095", "T1571", "T1113"],
        reasons: vec![
            Text::new(
                format!(
                    "知られていない方式の接続（ポート {port}）を {seconds} 秒間保ち、短いやり取りを続けています"
                ),
                format!(
                    "a connection in no known protocol (port {port}) was held for {seconds} s with short messages both ways"
                ),
            ),
            Text::new(
                format!(
                    "同じ相手の同じポートへ、ほぼ同じ大きさ（約 {bytes} バイト）のデータを {count} 回送りました。画面などを盗み見るプログラムの特徴です"
                ),
                format!(
                    "to the same door went {count} uploads of nearly one size (about {bytes} bytes), as programs send that spy on the screen"
                ),
            ),
        ],
    };
    tell(verdict, fact)
}

fn holding(fact: &FlowFact, held_ns: u64) -> Detection {
    let (seconds, port) = (held_ns / 1_000_000_000, fact.server.port);
    let verdict = Verdict {
        id: "raw_held",
        name: format!("connection in an unknown protocol on port {port}"),
        communication: Some(Communication::CommandAndControl),
        stage: Stage::CommandAndControl,
        severity: Severity::Medium,
        confidence: 0.28,
        technique: &["T1095", "T1571"],
        reasons: vec![Text::new(
            format!(
                "社外との知られていない方式の接続（ポート {port}）を {seconds} 秒間保ち、短いやり取りを続けました"
            ),
            format!(
                "a connection to the outside in no known protocol (port {port}) was held for {seconds} s with short messages both ways"
            ),
        )],
    };
    tell(verdict, fact)
}

fn tell(verdict: Verdict, fact: &FlowFact) -> Detection {
    let event = fact.record();
    verdict.about(fact.time, fact.client, Some(fact.server), None, event)
}

#[cfg(test)]
mod tests {
    use super::RawControl;
    use crate::HomeNet;
    use crate::model::{Context, Model};
    use crate::{FlowFact, FlowMoment};
    use event::{Detection, Endpoint, Timestamp, Transport};

    fn flow(second: i64, lasts: i64, port: u16, sent: u64, got: u64, packets: u64) -> FlowFact {
        FlowFact {
            time: Timestamp::new(second + lasts, 0),
            flow: second as u64,
            moment: FlowMoment::Ended,
            client: Endpoint::new("192.168.1.5".parse().unwrap(), 50_000),
            server: Endpoint::new("203.0.113.9".parse().unwrap(), port),
            transport: Transport::Tcp,
            start: Timestamp::new(second, 0),
            last: Timestamp::new(second + lasts, 0),
            packets_to_server: packets,
            packets_to_client: packets,
            bytes_to_server: sent,
            bytes_to_client: got,
            flags_to_server: 0x1b,
            flags_to_client: 0x1b,
            icmp_type: None,
            echoes_foreign: 0,
            app_proto: Some("failed"),
        }
    }

    fn best(facts: &[FlowFact]) -> (f32, Vec<Detection>) {
        let (mut model, home) = (RawControl::new(), HomeNet::default());
        let mut out = Vec::new();
        for fact in facts {
            model.flow(&Context { home: &home }, fact, &mut out);
        }
        (
            out.iter().map(|one| one.confidence).fold(0.0, f32::max),
            out,
        )
    }

    #[test]
    fn a_held_connection_with_pictures_of_the_screen_beside_it_speaks() {
        let mut facts: Vec<FlowFact> = (0..6)
            .map(|at| flow(at * 10, 1, 6_666, 60_000 + at as u64 * 300, 2_000, 50))
            .collect();
        assert!(best(&facts).0 < 0.3);
        facts.push(flow(0, 120, 6_666, 2_400, 2_100, 30));
        let (best, found) = best(&facts);
        assert!(best >= 0.6, "{found:?}");
    }

    #[test]
    fn backups_printing_and_a_held_connection_alone_do_not_speak() {
        let backup: Vec<FlowFact> = (1..9)
            .map(|at| flow(at * 10, 5, 7_000, at as u64 * 900_000, 9_000, 900))
            .collect();
        let printing: Vec<FlowFact> = (0..9)
            .map(|at| flow(at * 10, 5, 9_100, 90_000, 900, 90))
            .chain([flow(0, 300, 9_100, 3_000, 3_000, 30)])
            .collect();
        let telephone = [flow(0, 900, 5_555, 3_000, 3_000, 40)];
        for facts in [&backup[..], &printing, &telephone] {
            let (best, found) = best(facts);
            assert!(best < 0.3, "{found:?}");
        }
    }
}
