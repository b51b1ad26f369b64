//! Log-ins whose outcome is encrypted: many short ones of nearly the same size, one after another.

use crate::model::Verdict;
use crate::{FlowFact, FlowMoment, limits, table::Table, tcp_flags};
use event::{Communication, Detection, Record, Severity, Stage, Text, Timestamp, Transport, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// A service that asks for a password, and what one failed log-in there looks like.
struct Service {
    name: &'static str,
    app_proto: &'static str,
    port: u16,
    bytes_max: u64,
    seconds_max: u64,
    attempts_min: usize,
    window_s: u64,
    technique: &'static [&'static str],
}

impl Service {
    /// Whether a conversation is with this service. Where its first bytes were not seen, nothing is known of what was
    /// said, and the port alone is no log-in. Remote desktops are TLS inside or outside their own protocol.
    fn is_of(&self, fact: &FlowFact) -> bool {
        match fact.app_proto {
            None => false,
            Some("failed" | "unknown") => fact.server.port == self.port,
            Some("tls") => self.app_proto == "rdp" && fact.server.port == self.port,
            Some(name) => name == self.app_proto,
        }
    }
}

const SERVICES: [Service; 5] = [
    Service {
        name: "SSH",
        app_proto: "ssh",
        port: 22,
        bytes_max: 9_000,
        seconds_max: 90,
        attempts_min: 5,
        window_s: 120,
        technique: &["T1110.001", "T1021.004"],
    },
    Service {
        name: "RDP",
        app_proto: "rdp",
        port: 3389,
        bytes_max: 25_000,
        seconds_max: 90,
        attempts_min: 8,
        window_s: 86_400,
        technique: &["T1110.001", "T1021.001"],
    },
    Service {
        name: "FTP",
        app_proto: "ftp",
        port: 21,
        bytes_max: 4_000,
        seconds_max: 60,
        attempts_min: 8,
        window_s: 600,
        technique: &["T1110.001"],
    },
    Service {
        name: "Telnet",
        app_proto: "telnet",
        port: 23,
        bytes_max: 6_000,
        seconds_max: 60,
        attempts_min: 8,
        window_s: 900,
        technique: &["T1110.001"],
    },
    Service {
        name: "VNC",
        app_proto: "rfb",
        port: 5900,
        bytes_max: 2_000,
        seconds_max: 30,
        attempts_min: 8,
        window_s: 900,
        technique: &["T1110.001", "T1021.005"],
    },
];

/// Servers on which one client's short log-ins are odd, whatever their size.
const SERVERS_MANY: usize = 6;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Series {
    attempts: Vec<Attempt>,
    all: u64,
    told: u64,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Attempt {
    time: Timestamp,
    server: IpAddr,
    bytes: u64,
}

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Lengths {
    series: Table<(IpAddr, usize), Series>,
}

impl Lengths {
    pub fn new() -> Self {
        Self {
            series: Table::new(limits::HOSTS_MAX),
        }
    }

    /// A conversation ended.
    pub fn see(&mut self, fact: &FlowFact) -> Option<Detection> {
        let open = fact.flags_to_client & tcp_flags::SYN != 0 || fact.packets_to_client > 2;
        if fact.moment != FlowMoment::Ended || fact.transport != Transport::Tcp || !open {
            return None;
        }
        let (at, service) = SERVICES
            .iter()
            .enumerate()
            .find(|(_, service)| service.is_of(fact))?;
        let seconds = fact.last.since(fact.start) / 1_000_000_000;
        let small =
            fact.bytes_to_server <= service.bytes_max && fact.bytes_to_client <= service.bytes_max;
        let spoke = fact.packets_to_server >= 4 && fact.packets_to_client >= 3;
        if !small || !spoke || seconds > service.seconds_max {
            return None;
        }
        let series = self
            .series
            .touch((fact.client.ip, at), fact.start, Series::default);
        series.all = series.all.saturating_add(1);
        if series.attempts.len() >= limits::TIMES_MAX {
            series.attempts.remove(0);
        }
        series.attempts.push(Attempt {
            time: fact.start,
            server: fact.server.ip,
            bytes: fact.bytes_to_server,
        });
        let window = service.window_s.saturating_mul(1_000_000_000);
        series
            .attempts
            .retain(|attempt| fact.start.since(attempt.time) <= window);
        let found = judge(service, series, fact)?;
        series.told = series.all;
        Some(found)
    }
}

fn judge(service: &Service, series: &Series, fact: &FlowFact) -> Option<Detection> {
    let count = series.attempts.len();
    if count < service.attempts_min || series.all < series.told.saturating_mul(2) {
        return None;
    }
    let mut sizes: Vec<u64> = series
        .attempts
        .iter()
        .map(|attempt| attempt.bytes)
        .collect();
    sizes.sort_unstable();
    let middle = *sizes.get(count / 2)?;
    let alike = sizes
        .iter()
        .filter(|size| size.abs_diff(middle) * 6 <= middle)
        .count();
    let servers: BTreeSet<IpAddr> = series.attempts.iter().map(|one| one.server).collect();
    // One password at many doors, or many at one.
    let fans_out =
        servers.len() >= SERVERS_MANY && count >= 2 * service.attempts_min.min(SERVERS_MANY);
    if alike * 10 < count * 8 && !fans_out {
        return None;
    }
    let (all, hosts, name) = (series.all, servers.len(), service.name);
    let confidence = 0.52 + 0.08 * (all as f32 / service.attempts_min as f32).log2();
    let mut event = fact.record();
    let mut guess = Record::new();
    guess.push("service", name);
    guess.push("attempts", all);
    guess.push("servers", hosts as u64);
    event.push("password_guessing", Value::Record(guess));
    Some(
        Verdict {
            id: "password_guessing",
            name: format!("password guessing on {name}"),
            communication: Some(Communication::LateralMovement),
            stage: Stage::LateralMovement,
            severity: Severity::Medium,
            confidence: confidence.min(0.85),
            technique: service.technique,
            reasons: vec![Text::new(
                format!(
                    "{name} への短いログイン試行を {all} 回（相手 {hosts} 台）繰り返しています"
                ),
                format!("{all} short {name} log-ins on {hosts} machine(s), one after another"),
            )],
        }
        .about(fact.time, fact.client, Some(fact.server), None, event),
    )
}
