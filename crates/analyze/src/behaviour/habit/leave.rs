//! Data that leaves for one destination.

use super::day::{Habit, Measure, day_of};
use super::{DAYS_KNOWN, Peers, TIMES_ODD, tell};
use crate::model::{Verdict, settled};
use crate::{FlowFact, limits, table::Table};
use event::{Detection, Severity, Stage, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Bytes to one destination within a day that are looked at.
const SENT_MIN: u64 = 4_000_000;
/// Where this much more is sent than comes back, data leaves.
const RATIO: u64 = 4;
/// Machines whose callers of a destination are remembered.
const CALLERS_MAX: usize = 3;
/// So much at most is believed while habits are not known: less than what repetition could raise.
const UNSURE_MAX: f32 = 0.38;
/// Days after which a destination's newness means something.
const HOUSE_DAYS: i64 = 3;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Destinations {
    pairs: Table<(IpAddr, IpAddr), Today>,
    callers: Table<IpAddr, Callers>,
    /// The first day of all.
    since: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Today {
    day: i64,
    sent: u64,
    got: u64,
    told: u64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Callers {
    hosts: BTreeSet<IpAddr>,
    first: i64,
}

/// What speaks for and against.
struct Scale {
    belief: f32,
    reasons: Vec<Text>,
}

impl Scale {
    fn add(&mut self, weight: f32, ja: String, en: String) {
        self.belief += weight;
        self.reasons.push(Text::new(ja, en));
    }
}

impl Destinations {
    pub fn new() -> Self {
        Self {
            pairs: Table::new(limits::PAIRS_MAX),
            callers: Table::new(limits::SITES_MAX / 4),
            since: None,
        }
    }

    /// A conversation with a destination outside is over.
    pub fn sent(
        &mut self,
        fact: &FlowFact,
        name: Option<String>,
        habit: &Habit,
        peers: impl FnOnce() -> Peers,
    ) -> Option<Detection> {
        let day = day_of(fact.time);
        let since = *self.since.get_or_insert(day);
        let (client, server) = (fact.client.ip, fact.server.ip);
        let callers = self.callers.touch(server, fact.time, || Callers {
            hosts: BTreeSet::new(),
            first: day,
        });
        if callers.hosts.len() < CALLERS_MAX {
            callers.hosts.insert(client);
        }
        let fresh = callers.hosts.len() == 1 && callers.first == day && day - since >= HOUSE_DAYS;
        let today = self
            .pairs
            .touch((client, server), fact.time, Today::default);
        if today.day != day {
            *today = Today {
                day,
                ..Today::default()
            };
        }
        today.sent = today.sent.saturating_add(fact.bytes_to_server);
        today.got = today.got.saturating_add(fact.bytes_to_client);
        let leaves = today.sent >= SENT_MIN && today.sent >= today.got.saturating_mul(RATIO);
        if !leaves || today.sent < today.told.saturating_mul(2) {
            return None;
        }
        today.told = today.sent;
        let scale = weigh(fact, *today, name.as_deref(), habit, peers(), fresh);
        (scale.belief >= 0.25).then(|| {
            let verdict = Verdict {
                id: "data_leaves",
                name: "much data leaves for one destination".to_owned(),
                communication: None,
                stage: Stage::Impact,
                severity: Severity::Medium,
                confidence: settled(scale.belief, 0.75),
                technique: &["T1041", "T1567", "T1048"],
                reasons: scale.reasons,
            };
            tell(verdict, fact, name)
        })
    }
}

fn weigh(
    fact: &FlowFact,
    today: Today,
    name: Option<&str>,
    habit: &Habit,
    peers: Peers,
    fresh: bool,
) -> Scale {
    let (sent, got) = (today.sent, today.got);
    let mut scale = Scale {
        belief: 0.0,
        reasons: Vec::new(),
    };
    let size = 0.05 * (sent as f32 / SENT_MIN as f32).log2().min(4.0);
    scale.add(
        0.18 + size,
        format!("今日、1つの相手へ {sent} バイトを送りました（受け取りは {got} バイト）"),
        format!("sent {sent} bytes to one destination today and got {got} back"),
    );
    let all = habit.of_today(Measure::Sent);
    let (days, before) = (habit.days_known(), habit.most_before(Measure::Sent));
    let known = days >= DAYS_KNOWN;
    if known && all > before.saturating_mul(TIMES_ODD) {
        scale.add(
            0.2,
            format!("この機器の過去 {days} 日間の最大（1日 {before} バイト）を大きく超えています"),
            format!("far beyond the most of its {days} days before ({before} bytes in a day)"),
        );
    } else if known {
        scale.belief -= 0.2;
    }
    let usual = known && all <= before.saturating_mul(TIMES_ODD);
    match peers {
        // What is usual for the machine need not be so for others.
        Some((most, others)) if !usual && all > most.saturating_mul(TIMES_ODD) => scale.add(
            0.15,
            format!("他の {others} 台のほとんどは、1日 {most} バイト以下です"),
            format!("nearly all of {others} other machines sent at most {most} bytes in a day"),
        ),
        Some(_) if !usual => scale.belief -= 0.1,
        _ => {}
    }
    if fresh {
        scale.add(
            0.12,
            "社内の誰も通信したことのない相手です".to_owned(),
            "nobody in the house had to do with this destination before".to_owned(),
        );
    }
    let bare = name.is_none();
    let raw = matches!(
        fact.app_proto,
        None | Some("failed" | "unknown" | "ftp" | "ftp-data" | "ssh" | "smtp" | "tftp")
    );
    if bare || raw {
        scale.add(
            0.08 + 0.06 * f32::from(u8::from(bare && raw)),
            "名前のない相手、または Web 以外の方式で送られています".to_owned(),
            "it went to an address without name, or not by the web".to_owned(),
        );
    }
    if !known && !fresh {
        scale.belief = scale.belief.min(UNSURE_MAX);
        scale.reasons.push(Text::new(
            format!("この機器の普段の量はまだ分かっていません（観測 {days} 日）。そのため控えめに判断しています"),
            format!("what is usual for this machine is not known yet ({days} days seen), so this is judged with caution"),
        ));
    }
    scale.belief = scale.belief.clamp(0.0, 0.75);
    scale
}
