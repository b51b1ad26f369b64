//! What one source has tried.

use crate::{limits, table::Table};
use event::{Endpoint, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// What an attempt was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Protocol {
    Tcp,
    Udp,
    Icmp,
}

/// What was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Target {
    pub ip: IpAddr,
    pub port: u16,
    pub protocol: Protocol,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Outcome {
    Answered,
    Refused,
    Silent,
    HalfOpen,
}

impl Outcome {
    pub const fn failed(self) -> bool {
        !matches!(self, Self::Answered)
    }
}

/// One target as remembered.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Tried {
    pub time: Timestamp,
    pub outcome: Outcome,
}

/// What one source has tried, and what was said of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Source {
    pub address: Endpoint,
    pub targets: Table<Target, Tried>,
    /// Count at the last verdict, by its id.
    pub told: BTreeMap<String, u64>,
    fresh: u32,
}

/// From so many targets on, judge only every few failures ...
const OFTEN: usize = 64;
const EVERY: usize = 16;
/// ... or after this part of all targets, where that is more: a judgement looks at all of them, and news come at each
/// doubling only.
const EVERY_PART: usize = 8;

impl Source {
    pub fn new(address: Endpoint) -> Self {
        Self {
            address: Endpoint::new(address.ip, 0),
            targets: Table::new(limits::SCAN_TARGETS_MAX),
            told: BTreeMap::new(),
            fresh: 0,
        }
    }

    /// Remembers an attempt; true when it is time to judge.
    pub fn record(&mut self, time: Timestamp, target: Target, outcome: Outcome) -> bool {
        let mut known = true;
        let tried = self.targets.touch(target, time, || {
            known = false;
            Tried { time, outcome }
        });
        let before = tried.outcome;
        // What once answered is a service in use; a half-open probe is a probe even of those.
        if outcome == Outcome::HalfOpen || before != Outcome::Answered {
            tried.outcome = outcome;
        }
        let news = !known || before != tried.outcome;
        if !news || !tried.outcome.failed() {
            return false;
        }
        self.fresh = self.fresh.saturating_add(1);
        let count = self.targets.len();
        let due = count <= OFTEN || self.fresh as usize >= EVERY.max(count / EVERY_PART);
        if due {
            self.fresh = 0;
        }
        due
    }

    /// Whether a verdict with this count is news: the first, then at each doubling.
    pub fn is_news(&mut self, id: &str, count: u64) -> bool {
        match self.told.get_mut(id) {
            Some(told) if count < told.saturating_mul(2) => false,
            Some(told) => {
                *told = count;
                true
            }
            None => {
                self.told.insert(id.to_owned(), count);
                true
            }
        }
    }
}
