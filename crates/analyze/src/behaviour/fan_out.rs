//! One machine at many doors: remote desktops asked for and NTLM log-ons at machine after machine, and remote desktops
//! that lead from a machine outside over one inside to the next (MITRE ATT&CK T1021.001, T1550.002, T1563.002).
//!
//! What happens behind the door is encrypted; how many doors one machine and one account stand at is not. With NTLM the
//! stored hash is enough to log on, and where a domain works names are proven by Kerberos.

use super::ends::ends;
use crate::model::{Context, Model, Verdict};
use crate::{limits, table::Table};
use event::{Communication, Detection, Event, Severity, Stage, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

const WINDOW_NS: u64 = 600_000_000_000;
/// A chain's second step follows within so long.
const CHAIN_NS: u64 = 3_600_000_000_000;
/// Desktops within the window that nobody looks at side by side; from outside, fewer.
const DESKTOPS_MIN: usize = 7;
const DESKTOPS_OUTSIDE_MIN: usize = 4;
/// Accounts of one client at desktops.
const ACCOUNTS_MIN: usize = 4;
/// Machines at which one machine logs on by NTLM.
const NTLM_MIN: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Door {
    Desktop,
    Ntlm,
}

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FanOut {
    clients: Table<(IpAddr, Door), Visits>,
    /// Who last came to a desktop from outside, and when.
    strangers: Table<IpAddr, (Timestamp, IpAddr)>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Visits {
    recent: Vec<Visit>,
    told_doors: usize,
    told_accounts: usize,
    told_chain: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Visit {
    time: Timestamp,
    server: IpAddr,
    account: String,
}

impl FanOut {
    pub fn new() -> Self {
        Self {
            clients: Table::new(limits::HOSTS_MAX),
            strangers: Table::new(limits::HOSTS_MAX),
        }
    }
}

impl Model for FanOut {
    fn event(&mut self, context: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        let Some((door, account)) = visit(event) else {
            return;
        };
        let Some((client, server)) = ends(None, event) else {
            return;
        };
        if client.ip == server.ip {
            return;
        }
        let now = event.time;
        let outside = !context.home.contains(client.ip);
        let visits = self.clients.touch((client.ip, door), now, Visits::default);
        visits.add(Visit {
            time: now,
            server: server.ip,
            account,
        });
        let mut found = vec![visits.doors(door, outside), visits.accounts(door)];
        if door == Door::Desktop && outside && context.home.contains(server.ip) {
            let seen = (now, client.ip);
            *self.strangers.touch(server.ip, now, || seen) = seen;
        } else if door == Door::Desktop
            && let Some((came, stranger)) = self.strangers.at(&client.ip)
            && now.since(*came) <= CHAIN_NS
            && server.ip != *stranger
        {
            found.push(visits.chain(*stranger));
        }
        for verdict in found.into_iter().flatten() {
            out.push(verdict.about(now, client, Some(server), None, event.to_record()));
        }
    }
}

/// The door that an event shows somebody at, and as whom.
fn visit(event: &Event) -> Option<(Door, String)> {
    let shortened = |name: &str| crate::inventory::shortened(name).to_lowercase();
    match event.kind.as_ref() {
        "rdp" if event.text("rdp.event_type") == Some("initial_request") => {
            let account = event.text("rdp.cookie").unwrap_or_default();
            Some((Door::Desktop, shortened(account)))
        }
        "smb" => {
            let set_up = event.text("smb.command")?.contains("SESSION_SETUP");
            let user = event.text("smb.ntlmssp.user")?;
            let named = !user.is_empty() && !user.ends_with('$');
            let granted = event.text("smb.status_code") == Some("0x0");
            (set_up && granted && named).then(|| (Door::Ntlm, shortened(user)))
        }
        _ => None,
    }
}

impl Visits {
    fn add(&mut self, visit: Visit) {
        self.recent
            .retain(|one| visit.time.since(one.time) <= WINDOW_NS);
        if self.recent.len() >= limits::TIMES_MAX {
            self.recent.remove(0);
        }
        self.recent.push(visit);
    }

    fn doors(&mut self, door: Door, outside: bool) -> Option<Verdict> {
        let servers: BTreeSet<IpAddr> = self.recent.iter().map(|one| one.server).collect();
        let count = servers.len();
        let least = match door {
            Door::Desktop if outside => DESKTOPS_OUTSIDE_MIN,
            Door::Desktop => DESKTOPS_MIN,
            Door::Ntlm => NTLM_MIN,
        };
        if count < least || count < self.told_doors.saturating_mul(2) {
            return None;
        }
        self.told_doors = count;
        let (id, technique, ja, en): (_, &'static [&'static str], _, _) = match door {
            Door::Desktop => (
                "remote_desktops_many",
                &["T1021.001", "T1110.003"],
                format!("10分以内に、{count} 台の機器へリモートデスクトップ接続を試みました"),
                format!("asked {count} machines for a remote desktop within ten minutes"),
            ),
            Door::Ntlm => (
                "ntlm_many",
                &["T1550.002", "T1021.002"],
                format!(
                    "10分以内に、{count} 台の機器へ NTLM 認証（パスワードの代わりにハッシュでも成立する方式）でログオンしました"
                ),
                format!(
                    "logged on to {count} machines within ten minutes by NTLM, for which a stolen hash is enough"
                ),
            ),
        };
        let belief = 0.54 + 0.08 * (count as f32 / least as f32).log2();
        Some(verdict(id, technique, belief.min(0.85), Text::new(ja, en)))
    }

    fn accounts(&mut self, door: Door) -> Option<Verdict> {
        let named = self.recent.iter().filter(|one| !one.account.is_empty());
        let accounts: BTreeSet<&str> = named.map(|one| one.account.as_str()).collect();
        let count = accounts.len();
        let news = count >= self.told_accounts.saturating_mul(2).max(ACCOUNTS_MIN);
        if door != Door::Desktop || !news {
            return None;
        }
        self.told_accounts = count;
        Some(verdict(
            "remote_desktop_accounts",
            &["T1110.003", "T1021.001"],
            0.58,
            Text::new(
                format!(
                    "10分以内に、{count} 個の異なるアカウント名でリモートデスクトップ接続を試みました"
                ),
                format!(
                    "asked for remote desktops under {count} different accounts within ten minutes"
                ),
            ),
        ))
    }

    fn chain(&mut self, stranger: IpAddr) -> Option<Verdict> {
        if std::mem::replace(&mut self.told_chain, true) {
            return None;
        }
        Some(verdict(
            "remote_desktop_chain",
            &["T1021.001", "T1563.002"],
            0.6,
            Text::new(
                format!(
                    "社外の {stranger} からリモートデスクトップで接続された後、1時間以内に別の機器へリモートデスクトップで接続しました"
                ),
                format!(
                    "within an hour after {stranger} outside asked it for a remote desktop, it asked another machine for one"
                ),
            ),
        ))
    }
}

fn verdict(
    id: &'static str,
    technique: &'static [&'static str],
    confidence: f32,
    reason: Text,
) -> Verdict {
    Verdict {
        id,
        name: reason.en.clone().into_owned(),
        communication: Some(Communication::LateralMovement),
        stage: Stage::LateralMovement,
        severity: Severity::Medium,
        confidence,
        technique,
        reasons: vec![reason],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HomeNet;
    use event::{Endpoint, Record, Transport, Value};

    fn desktop(second: i64, client: &str, server: &str, account: &str) -> Event {
        let mut event = Event::new(Timestamp::new(second, 0), "rdp");
        // As events have it: the source is the one that was asked.
        event.source = Some(Endpoint::new(server.parse().unwrap(), 3389));
        event.dest = Some(Endpoint::new(client.parse().unwrap(), 50_000));
        event.transport = Some(Transport::Tcp);
        let mut body = Record::new();
        body.push("event_type", "initial_request");
        body.push("cookie", account.to_owned());
        event.body.push("rdp", Value::Record(body));
        event
    }

    fn ids(events: &[Event]) -> Vec<String> {
        let (mut model, home) = (FanOut::new(), HomeNet::default());
        let mut found = Vec::new();
        for event in events {
            model.event(&Context { home: &home }, event, &mut found);
        }
        found.into_iter().map(|one| one.id).collect()
    }

    #[test]
    fn a_few_desktops_are_work_and_many_are_not() {
        let few: Vec<Event> = (1..6)
            .map(|at| desktop(at, "10.0.0.9", &format!("10.0.0.{at}"), "ann"))
            .collect();
        assert!(ids(&few).is_empty());
        let many: Vec<Event> = (20..30)
            .map(|at| desktop(at, "10.0.0.9", &format!("10.0.0.{at}"), "ann"))
            .collect();
        assert_eq!(ids(&many), ["remote_desktops_many"]);
        let slow: Vec<Event> = (20..30)
            .map(|at| desktop(at * 3_600, "10.0.0.9", &format!("10.0.0.{at}"), "ann"))
            .collect();
        assert!(ids(&slow).is_empty());
    }

    #[test]
    fn accounts_are_counted_and_chains_from_outside_are_seen() {
        let accounts: Vec<Event> = (1..6)
            .map(|at| desktop(at, "10.0.0.9", "10.0.0.1", &format!("user{at}")))
            .collect();
        assert_eq!(ids(&accounts), ["remote_desktop_accounts"]);
        let chain = [
            desktop(1, "203.0.113.7", "10.0.0.1", "ann"),
            desktop(600, "10.0.0.1", "10.0.0.2", "ann"),
        ];
        assert_eq!(ids(&chain), ["remote_desktop_chain"]);
    }
}
