//! Whether an attack on a service worked: a server that calls its attacker back does as it is told.

use crate::{FlowFact, FlowMoment, HomeNet, limits, table::Table, tcp_flags};
use event::{
    Communication, Detection, Detector, Endpoint, Record, Severity, Stage, Text, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A call back later than this has other causes; nanoseconds.
const WINDOW_NS: u64 = 1_800_000_000_000;
/// What servers ask their clients by themselves: FTP data, mail, names, ident, time, file sharing and directory among
/// machines of one house.
const ORDINARY_PORTS: [u16; 16] = [
    20, 21, 25, 53, 80, 88, 113, 123, 135, 137, 139, 389, 443, 445, 636, 5985,
];

/// Attacks on services of late.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Aftermath {
    /// By attacked machine and attacker.
    attacks: Table<(IpAddr, IpAddr), Attack>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Attack {
    time: Timestamp,
    name: String,
    told: bool,
}

impl Aftermath {
    pub fn new() -> Self {
        Self {
            attacks: Table::new(limits::PAIRS_MAX),
        }
    }

    /// One of the customer's services was attacked, by what was called so.
    pub fn attacked(&mut self, victim: IpAddr, attacker: IpAddr, name: &str, time: Timestamp) {
        let attack = self.attacks.touch((victim, attacker), time, || Attack {
            time,
            name: crate::inventory::shortened(name),
            told: false,
        });
        attack.time = attack.time.max(time);
    }

    /// Looks whether a flow is the attacked machine's call to its attacker.
    pub fn flow(&mut self, home: &HomeNet, fact: &FlowFact, out: &mut Vec<Detection>) {
        let (caller, called) = (fact.client, fact.server);
        let data = fact.moment != FlowMoment::Opened
            && fact.packets_to_client > 0
            && fact.flags_to_client & (tcp_flags::SYN | tcp_flags::ACK)
                == tcp_flags::SYN | tcp_flags::ACK;
        if !data || !home.contains(caller.ip) || caller.port == 20 {
            return;
        }
        // To the outside only mail, names, ident and FTP are expected; a web port is what attackers like best.
        let web = matches!(called.port, 80 | 443);
        let ordinary = ORDINARY_PORTS.contains(&called.port);
        if ordinary && (home.contains(called.ip) || !web) {
            return;
        }
        let Some(attack) = self.attacks.at_mut(&(caller.ip, called.ip)) else {
            return;
        };
        let late = fact.start < attack.time || fact.start.since(attack.time) > WINDOW_NS;
        if late || attack.told {
            return;
        }
        attack.told = true;
        out.push(verdict(fact.time, caller, called, &attack.name, fact.flow));
    }
}

fn verdict(
    time: Timestamp,
    caller: Endpoint,
    called: Endpoint,
    attack: &str,
    flow: u64,
) -> Detection {
    let mut event = Record::new();
    event.push("event_type", "flow");
    event.push("flow_id", flow);
    event.push("src_ip", caller.ip.to_string());
    event.push("dest_ip", called.ip.to_string());
    event.push("dest_port", u64::from(called.port));
    Detection {
        time,
        detector: Detector::Behaviour,
        id: "called_back".to_owned(),
        name: format!("calls {} back after it attacked", called.ip),
        communication: Some(Communication::CommandAndControl),
        stage: Stage::CommandAndControl,
        severity: Severity::High,
        confidence: 0.65,
        technique: vec!["T1190".to_owned()],
        reasons: vec![Text::new(
            format!(
                "「{attack}」の攻撃を受けた後、攻撃してきた {} へ自分から接続しました（ポート {}）",
                called.ip, called.port
            ),
            format!(
                "after the attack {attack:?} it opened a connection to the attacker, {} port {}",
                called.ip, called.port
            ),
        )],
        subject: caller,
        peer: Some(called),
        peer_name: None,
        event,
    }
}
