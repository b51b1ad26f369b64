//! What is unlike a machine's habit and unlike its peers: data that leaves, and days that differ.
//!
//! Medians and maxima of past days rather than means, since days of machines have long tails; a machine's own past counts
//! once five of its working days are known, its peers once five others were seen. Until then the verdicts say so, and stay
//! too weak to be believed alone. After Marchetti and others, Analysis of High Volumes of Network Traffic for Advanced
//! Persistent Threat Detection, Computer Networks 109, 2016 (uploads, destinations; each host against itself and others).

mod day;
mod leave;
#[cfg(test)]
mod tests;

use crate::model::{Context, Model, Verdict};
use crate::{FlowFact, FlowMoment, inventory::shortened, limits, table::Table};
use day::{Habit, MEASURES, Measure};
use event::{Detection, Endpoint, Event, Severity, Stage, Text, Transport};
use leave::Destinations;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Days of work after which a machine's habit is known.
const DAYS_KNOWN: usize = 5;
/// Other machines by which one is compared.
const PEERS_KNOWN: usize = 5;
/// What nearly all other machines reached at most, and how many they are; None while too few are known.
type Peers = Option<(u64, usize)>;

/// How often of the most of all past days, and of nearly all peers, is odd.
const TIMES_ODD: u64 = 4;

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Habits {
    hosts: Table<IpAddr, Habit>,
    destinations: Destinations,
    /// Names of flows under way: TLS server names, hosts.
    names: Table<u64, String>,
}

impl Habits {
    pub fn new() -> Self {
        Self {
            hosts: Table::new(limits::HOSTS_MAX),
            destinations: Destinations::new(),
            names: Table::new(limits::PAIRS_MAX),
        }
    }
}

impl Model for Habits {
    fn event(&mut self, _: &Context<'_>, event: &Event, _: &mut Vec<Detection>) {
        let name = match event.kind.as_ref() {
            "tls" => event.text("tls.sni"),
            "quic" => event.text("quic.sni"),
            "http" => event.text("http.hostname"),
            _ => None,
        };
        if let (Some(name), Some(flow)) = (name, event.flow) {
            self.names.touch(flow.id, event.time, || {
                shortened(&name.to_ascii_lowercase())
            });
        }
    }

    fn flow(&mut self, context: &Context<'_>, fact: &FlowFact, out: &mut Vec<Detection>) {
        let talks = matches!(fact.transport, Transport::Tcp | Transport::Udp);
        let server = fact.server.ip;
        if fact.moment != FlowMoment::Ended
            || !talks
            || !context.home.contains(fact.client.ip)
            || server.is_multicast()
            || server.is_loopback()
        {
            return;
        }
        let name = self.names.take(&fact.flow);
        let outside = !context.home.contains(server);
        let habit = self.hosts.touch(fact.client.ip, fact.time, Habit::default);
        habit.count(fact, outside);
        out.extend(self.unlike_itself(fact));
        if outside {
            let Some(habit) = self.hosts.at(&fact.client.ip) else {
                return;
            };
            let peers = || peers(&self.hosts, fact.client.ip, habit.today(), Measure::Sent);
            out.extend(self.destinations.sent(fact, name, habit, peers));
        }
    }
}

impl Habits {
    /// Several measures of one day far beyond all days before and beyond the peers'.
    fn unlike_itself(&mut self, fact: &FlowFact) -> Option<Detection> {
        let ip = fact.client.ip;
        let habit = self.hosts.at(&ip)?;
        let (days, today) = (habit.days_known(), habit.today());
        if days < DAYS_KNOWN {
            return None;
        }
        let odd: Vec<(Measure, u64, u64, Peers)> = MEASURES
            .into_iter()
            .filter_map(|measure| {
                let (now, before) = (habit.of_today(measure), habit.most_before(measure));
                let far = now >= measure.floor() && now > before.saturating_mul(TIMES_ODD);
                // The peers are asked last: it takes a look at all of them.
                far.then(|| (measure, now, before, peers(&self.hosts, ip, today, measure)))
            })
            .filter(|(_, now, _, peers)| {
                peers.is_none_or(|(most, _)| *now > most.saturating_mul(TIMES_ODD))
            })
            .collect();
        let habit = self.hosts.at_mut(&ip)?;
        if odd.is_empty() || !habit.is_news(odd.len()) {
            return None;
        }
        let compared = odd.iter().all(|(_, _, _, peers)| peers.is_some());
        let mut reasons: Vec<Text> = odd
            .iter()
            .map(|(measure, now, before, _)| measure.says(*now, *before, days))
            .collect();
        if !compared {
            reasons.push(too_few_peers());
        }
        let belief = 0.2 + 0.1 * odd.len() as f32 + if compared { 0.05 } else { 0.0 };
        let verdict = Verdict {
            id: "unlike_itself",
            name: "a day unlike all days before".to_owned(),
            communication: None,
            stage: Stage::CommandAndControl,
            severity: Severity::Medium,
            confidence: belief.min(0.38),
            technique: &["T1078"],
            reasons,
        };
        Some(tell(verdict, fact, None))
    }
}

/// What nearly all other machines reached at most today or yesterday, and how many they are; None while too few are known.
fn peers(hosts: &Table<IpAddr, Habit>, but: IpAddr, day: i64, measure: Measure) -> Peers {
    let mut most: Vec<u64> = hosts
        .iter()
        .filter(|(ip, _)| **ip != but)
        .filter_map(|(_, habit)| habit.lately(day, measure))
        .collect();
    if most.len() < PEERS_KNOWN {
        return None;
    }
    most.sort_unstable();
    let nearly_all = (most.len() - 1) * 8 / 10;
    Some((*most.get(nearly_all)?, most.len()))
}

fn too_few_peers() -> Text {
    Text::new(
        "比べられる他の機器がまだ少ないため、この機器自身の過去とだけ比べています",
        "too few other machines are known yet, so it was compared with its own past only",
    )
}

fn tell(verdict: Verdict, fact: &FlowFact, name: Option<String>) -> Detection {
    let event = fact.record();
    verdict.about(
        fact.time,
        Endpoint::new(fact.client.ip, 0),
        Some(fact.server),
        name,
        event,
    )
}
