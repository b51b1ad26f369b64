//! Remote desktops that a program plays back: several sessions between the same two machines that are alike in length and in
//! bytes of both directions. People's sessions never are; tools that attack the service try the same again and again.

use crate::model::{Context, Model, Verdict};
use crate::{FlowFact, FlowMoment, limits, table::Table};
use event::{Communication, Detection, Severity, Stage, Text, Timestamp, Transport};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

const PORT: u16 = 3389;
/// Sessions alike that are judged.
const SESSIONS_MIN: usize = 3;
/// Shorter ones are log-ins that failed, which are counted elsewhere, or checks whether the service is there.
const LENGTH_MIN_NS: u64 = 10 * 1_000_000_000;
const BYTES_MIN: u64 = 8_000;
/// How far sessions alike differ at most; parts of a hundred.
const PERCENT: u64 = 2;
const WINDOW_NS: u64 = 6 * 3_600 * 1_000_000_000;

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PlayedDesktops {
    pairs: Table<(IpAddr, IpAddr), Pair>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Pair {
    sessions: Vec<Session>,
    told: usize,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Session {
    time: Timestamp,
    length: u64,
    there: u64,
    back: u64,
}

impl Session {
    fn is_like(&self, other: &Self) -> bool {
        let near = |one: u64, two: u64| one.abs_diff(two) * 100 <= one.max(two) * PERCENT;
        near(self.length, other.length)
            && near(self.there, other.there)
            && near(self.back, other.back)
    }
}

impl PlayedDesktops {
    pub fn new() -> Self {
        Self {
            pairs: Table::new(limits::PAIRS_MAX / 4),
        }
    }
}

impl Model for PlayedDesktops {
    fn flow(&mut self, _: &Context<'_>, fact: &FlowFact, out: &mut Vec<Detection>) {
        let desktop = fact.app_proto == Some("rdp")
            || fact.app_proto == Some("tls") && fact.server.port == PORT;
        let length = fact.last.since(fact.start);
        if fact.moment != FlowMoment::Ended
            || fact.transport != Transport::Tcp
            || !desktop
            || length < LENGTH_MIN_NS
            || fact.bytes_to_server.min(fact.bytes_to_client) < BYTES_MIN
        {
            return;
        }
        let session = Session {
            time: fact.start,
            length,
            there: fact.bytes_to_server,
            back: fact.bytes_to_client,
        };
        let pair = self
            .pairs
            .touch((fact.client.ip, fact.server.ip), fact.time, Pair::default);
        pair.sessions
            .retain(|one| session.time.since(one.time) <= WINDOW_NS);
        if pair.sessions.len() >= limits::TIMES_MAX {
            pair.sessions.remove(0);
        }
        pair.sessions.push(session);
        let alike = pair
            .sessions
            .iter()
            .filter(|one| one.is_like(&session))
            .count();
        if alike >= SESSIONS_MIN.max(pair.told.saturating_mul(2)) {
            pair.told = alike;
            out.push(tell(fact, session, alike));
        }
    }
}

fn tell(fact: &FlowFact, session: Session, alike: usize) -> Detection {
    let seconds = session.length / 1_000_000_000;
    let (there, back) = (session.there, session.back);
    let event = fact.record();
    Verdict {
        id: "played_desktop",
        name: "remote desktop played by a program".to_owned(),
        communication: Some(Communication::LateralMovement),
        stage: Stage::Exploitation,
        severity: Severity::Medium,
        confidence: (0.52 + 0.06 * (alike as f32 / SESSIONS_MIN as f32).log2()).min(0.68),
        technique: &["T1210", "T1021.001"],
        reasons: vec![Text::new(
            format!(
                "リモートデスクトップの接続が {alike} 回、長さ（約 {seconds} 秒）も往復のデータ量（{there}／{back} バイト）もほぼ同じでした。人の操作ではこうなりません"
            ),
            format!(
                "{alike} remote desktop sessions were alike in length (about {seconds} s) and in bytes ({there} there, {back} back), as no person's are"
            ),
        )],
    }
    .about(fact.time, fact.client, Some(fact.server), None, event)
}

#[cfg(test)]
mod tests {
    use super::PlayedDesktops;
    use crate::HomeNet;
    use crate::model::{Context, Model};
    use crate::{FlowFact, FlowMoment};
    use event::{Detection, Endpoint, Timestamp, Transport};

    fn found(sessions: &[(i64, u64, u64)]) -> Vec<Detection> {
        let (mut model, home) = (PlayedDesktops::new(), HomeNet::default());
        let mut out = Vec::new();
        for (at, (length, there, back)) in sessions.iter().enumerate() {
            let start = at as i64 * 600;
            let fact = FlowFact {
                time: Timestamp::new(start + length, 0),
                flow: at as u64,
                moment: FlowMoment::Ended,
                client: Endpoint::new("192.168.1.5".parse().unwrap(), 50_000),
                server: Endpoint::new("192.168.1.9".parse().unwrap(), 3389),
                transport: Transport::Tcp,
                start: Timestamp::new(start, 0),
                last: Timestamp::new(start + length, 0),
                packets_to_server: 200,
                packets_to_client: 200,
                bytes_to_server: *there,
                bytes_to_client: *back,
                flags_to_server: 0x1b,
                flags_to_client: 0x1b,
                icmp_type: None,
                echoes_foreign: 0,
                app_proto: Some("rdp"),
            };
            model.flow(&Context { home: &home }, &fact, &mut out);
        }
        out
    }

    #[test]
    fn the_same_session_again_and_again_is_a_program() {
        let found = found(&[
            (300, 90_000, 4_000_000),
            (90, 18_000, 51_000),
            (90, 18_100, 51_300),
            (91, 17_900, 50_900),
        ]);
        assert_eq!(found.len(), 1);
        assert!(found[0].confidence >= 0.5);
    }

    #[test]
    fn people_and_checks_of_the_service_are_not() {
        let people = [
            (600, 90_000, 4_000_000),
            (610, 140_000, 4_100_000),
            (590, 60_000, 2_000_000),
        ];
        let checks = [(1, 900, 700); 20];
        assert!(found(&people).is_empty() && found(&checks).is_empty());
    }
}
