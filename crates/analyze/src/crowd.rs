//! Addresses behind which several machines work: translated networks (NAT), terminal servers, proxies. What is counted over
//! such an address is the doing of many, and is not judged as that of one.
//!
//! After Maier, Schneider, Feldmann, NAT Usage in Residential Broadband Networks, PAM 2011: systems and browsers that
//! name themselves in HTTP.

use crate::{HomeNet, fnv, limits, table::Table};
use event::{Detection, Event, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Different systems, or different browsers, that one machine alone does not have.
const SYSTEMS_MIN: usize = 3;
const BROWSERS_MIN: usize = 8;
const BROWSERS_MAX: usize = 64;
/// What was seen is forgotten after this; nanoseconds.
const WINDOW_NS: u64 = 24 * 3_600 * 1_000_000_000;
/// Claims that count what an address does, and what is left of them.
const COUNTED: [&str; 7] = [
    "data_leaves",
    "unlike_itself",
    "generated_domains",
    "peer_network",
    "horizontal_scan",
    "ntlm_many",
    "password_spraying",
];
const FACTOR: f32 = 0.8;

/// Who shows as several.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Crowds {
    addresses: Table<IpAddr, Seen>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Seen {
    since: Timestamp,
    systems: BTreeSet<System>,
    browsers: BTreeSet<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum System {
    Windows,
    Mac,
    Linux,
    Android,
    Apple,
}

impl System {
    fn of(agent: &str) -> Option<Self> {
        let has = |word: &str| agent.contains(word);
        if has("iPhone") || has("iPad") {
            Some(Self::Apple)
        } else if has("Android") {
            Some(Self::Android)
        } else if has("Windows NT") {
            Some(Self::Windows)
        } else if has("Mac OS X") {
            Some(Self::Mac)
        } else if has("Linux") {
            Some(Self::Linux)
        } else {
            None
        }
    }
}

impl Crowds {
    pub fn new() -> Self {
        Self {
            addresses: Table::new(limits::HOSTS_MAX),
        }
    }

    /// Learns from what browsers say of themselves.
    pub fn event(&mut self, home: &HomeNet, event: &Event) {
        let (Some(client), "http") = (event.source, event.kind.as_ref()) else {
            return;
        };
        let Some(agent) = event.text("http.http_user_agent") else {
            return;
        };
        let Some(system) = System::of(agent).filter(|_| agent.starts_with("Mozilla/5.0 (")) else {
            return;
        };
        if !home.contains(client.ip) {
            return;
        }
        let seen = self.addresses.touch(client.ip, event.time, || Seen {
            since: event.time,
            ..Seen::default()
        });
        if event.time.since(seen.since) > WINDOW_NS {
            *seen = Seen {
                since: event.time,
                ..Seen::default()
            };
        }
        seen.systems.insert(system);
        if seen.browsers.len() < BROWSERS_MAX {
            seen.browsers.insert(fnv::hash(agent.bytes()));
        }
    }

    /// Says so, and lowers what was counted over all of them.
    pub fn weigh(&self, detection: &mut Detection) {
        let Some(seen) = self.addresses.at(&detection.subject.ip) else {
            return;
        };
        let (systems, browsers) = (seen.systems.len(), seen.browsers.len());
        if systems < SYSTEMS_MIN && browsers < BROWSERS_MIN {
            return;
        }
        let ip = detection.subject.ip;
        detection.reasons.push(Text::new(
            format!(
                "{ip} の後ろには複数の機器があるようです（OS {systems} 種類、ブラウザ {browsers} 種類）。どの機器かは、変換装置や中継サーバーの記録で確かめてください"
            ),
            format!(
                "several machines seem to be behind {ip} ({systems} systems, {browsers} browsers); the records of the translating device tell which one it was"
            ),
        ));
        if COUNTED.contains(&detection.id.as_str()) {
            detection.confidence *= FACTOR;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Crowds;
    use crate::HomeNet;
    use crate::correlate::testing::claim;
    use event::{Endpoint, Event, Record, Stage, Timestamp, Value};

    fn weighed(agents: &[&str], id: &str) -> (f32, usize) {
        let (mut crowds, home) = (Crowds::new(), HomeNet::default());
        for agent in agents {
            let mut event = Event::new(Timestamp::new(1, 0), "http");
            event.source = Some(Endpoint::new("192.168.1.5".parse().unwrap(), 50_000));
            let mut http = Record::new();
            http.push("http_user_agent", (*agent).to_owned());
            event.body.push("http", Value::Record(http));
            crowds.event(&home, &event);
        }
        let stage = Stage::Impact;
        let mut one = claim(2, id, "192.168.1.5", "203.0.113.1", None, stage, 0.5);
        crowds.weigh(&mut one);
        (one.confidence, one.reasons.len())
    }

    #[test]
    fn what_many_do_together_is_not_judged_as_one() {
        let many = [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) A/1",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) B/1",
            "Mozilla/5.0 (X11; Linux x86_64) C/1",
        ];
        assert_eq!(weighed(&many, "data_leaves"), (0.4, 2));
        assert_eq!(weighed(&many, "web_shell_command"), (0.5, 2));
        assert_eq!(weighed(&many[..1], "data_leaves"), (0.5, 1));
    }
}
