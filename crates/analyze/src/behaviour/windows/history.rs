//! What one machine has done to others, and since when.

use super::act::Act;
use super::call::Deed;
use crate::limits;
use event::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;

const DAY_S: i64 = 86_400;

/// On so many earlier days a deed was done: then it is a habit.
pub(super) const HABIT_DAYS: u32 = 3;

/// A machine that does things to others.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Client {
    #[serde(with = "crate::table::pairs")]
    acts: BTreeMap<Act, Done>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Done {
    /// Against whom, and when last.
    #[serde(with = "crate::table::pairs")]
    servers: BTreeMap<IpAddr, Timestamp>,
    count: u64,
    /// Days before the latest on which it was done.
    earlier_days: u32,
    latest_day: i64,
    /// The strongest belief told so far.
    told: f32,
}

/// Whether there is something to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// The first of its kind against this machine.
    Target,
    /// So often now that it is worth another word.
    Count,
    /// Only if it is believed more than before.
    Nothing,
}

impl Client {
    /// Remembers a deed.
    pub fn record(&mut self, deed: &Deed, now: Timestamp) -> News {
        let done = self.acts.entry(deed.act).or_default();
        let day = now.micros().div_euclid(DAY_S * 1_000_000);
        if done.count > 0 && day > done.latest_day {
            done.earlier_days = done.earlier_days.saturating_add(1);
        }
        done.latest_day = done.latest_day.max(day);
        if done.count == 0 {
            done.latest_day = day;
        }
        done.count = done.count.saturating_add(1);
        let known = done.servers.contains_key(&deed.server.ip);
        if !known && done.servers.len() >= limits::NAMES_MAX {
            let oldest = done.servers.iter().min_by_key(|(_, at)| **at);
            if let Some(ip) = oldest.map(|(ip, _)| *ip) {
                done.servers.remove(&ip);
            }
        }
        done.servers.insert(deed.server.ip, now);
        if !known {
            News::Target
        } else if done.count.is_power_of_two() {
            News::Count
        } else {
            News::Nothing
        }
    }

    /// Machines against which it was done within a time, in nanoseconds.
    pub fn breadth(&self, act: Act, now: Timestamp, window_ns: u64) -> usize {
        self.acts.get(&act).map_or(0, |done| {
            let recent = done.servers.values();
            recent.filter(|at| now.since(**at) <= window_ns).count()
        })
    }

    /// Whether it was done to this machine within a time, in nanoseconds.
    pub fn did(&self, act: Act, server: IpAddr, now: Timestamp, window_ns: u64) -> bool {
        self.acts
            .get(&act)
            .and_then(|done| done.servers.get(&server))
            .is_some_and(|at| now.since(*at) <= window_ns)
    }

    /// Days before today on which it was done.
    pub fn earlier_days(&self, act: Act) -> u32 {
        self.acts.get(&act).map_or(0, |done| done.earlier_days)
    }

    /// Notes a belief; true when it is clearly more than any before.
    pub fn is_surer(&mut self, act: Act, belief: f32) -> bool {
        let Some(done) = self.acts.get_mut(&act) else {
            return false;
        };
        let surer = belief > done.told + 0.04;
        done.told = done.told.max(belief);
        surer
    }
}
