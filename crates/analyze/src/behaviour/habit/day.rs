//! The days of one machine.

use crate::FlowFact;
use event::{Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;

/// Past days that are remembered.
const DAYS_MAX: usize = 14;
/// Different addresses that are counted of one day.
const ADDRESSES_MAX: usize = 512;

/// What is measured of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// Bytes sent to the outside.
    Sent,
    /// Different addresses outside.
    Outside,
    /// Different machines inside.
    Inside,
    /// Connections that nobody answered.
    Failed,
}

pub(super) const MEASURES: [Measure; 4] = [
    Measure::Sent,
    Measure::Outside,
    Measure::Inside,
    Measure::Failed,
];

impl Measure {
    /// Below this no day is odd.
    pub const fn floor(self) -> u64 {
        match self {
            Self::Sent => 50_000_000,
            Self::Outside => 300,
            Self::Inside => 20,
            Self::Failed => 200,
        }
    }

    pub fn says(self, now: u64, before: u64, days: usize) -> Text {
        let (ja, en) = match self {
            Self::Sent => ("社外へ送ったデータ（バイト）", "bytes sent to the outside"),
            Self::Outside => ("通信した社外の相手の数", "different addresses outside"),
            Self::Inside => ("通信した社内の機器の数", "different machines inside"),
            Self::Failed => ("応答のない接続の数", "connections that nobody answered"),
        };
        Text::new(
            format!("{ja}が今日は {now} で、過去 {days} 日間の最大 {before} を大きく超えています"),
            format!("{en}: {now} today, far beyond the most of {days} days before ({before})"),
        )
    }
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Day {
    sent: u64,
    outside: u64,
    inside: u64,
    failed: u64,
}

impl Day {
    const fn of(&self, measure: Measure) -> u64 {
        match measure {
            Measure::Sent => self.sent,
            Measure::Outside => self.outside,
            Measure::Inside => self.inside,
            Measure::Failed => self.failed,
        }
    }
}

/// A machine's days.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Habit {
    day: i64,
    now: Day,
    addresses: BTreeSet<IpAddr>,
    past: VecDeque<(i64, Day)>,
    told: usize,
}

/// The number of a day, by Japan's clock, where it begins at 15:00 UTC.
pub(super) fn day_of(time: Timestamp) -> i64 {
    (time.micros() / 1_000_000 + 9 * 3_600).div_euclid(86_400)
}

impl Habit {
    pub fn count(&mut self, fact: &FlowFact, outside: bool) {
        let day = day_of(fact.time);
        if day != self.day {
            self.close(day);
        }
        let sent = if outside { fact.bytes_to_server } else { 0 };
        self.now.sent = self.now.sent.saturating_add(sent);
        self.now.failed += u64::from(fact.packets_to_client == 0);
        let fresh = self.addresses.len() < ADDRESSES_MAX && self.addresses.insert(fact.server.ip);
        if fresh && outside {
            self.now.outside += 1;
        } else if fresh {
            self.now.inside += 1;
        }
    }

    /// A new day begins.
    fn close(&mut self, day: i64) {
        let worked = !self.addresses.is_empty();
        if worked && day > self.day {
            if self.past.len() >= DAYS_MAX {
                self.past.pop_front();
            }
            self.past.push_back((self.day, self.now));
        }
        self.day = day;
        self.now = Day::default();
        self.addresses.clear();
        self.told = 0;
    }

    pub const fn today(&self) -> i64 {
        self.day
    }

    /// Days of work behind it.
    pub fn days_known(&self) -> usize {
        self.past.len()
    }

    pub const fn of_today(&self, measure: Measure) -> u64 {
        self.now.of(measure)
    }

    /// The most of all days before.
    pub fn most_before(&self, measure: Measure) -> u64 {
        let days = self.past.iter().map(|(_, day)| day.of(measure));
        days.max().unwrap_or(0)
    }

    /// What was reached on a day or the day before it.
    pub fn lately(&self, day: i64, measure: Measure) -> Option<u64> {
        let now = (self.day == day || self.day == day - 1).then(|| self.now.of(measure));
        let before = self.past.back().filter(|(at, _)| *at == day - 1);
        now.max(before.map(|(_, past)| past.of(measure)))
    }

    /// Whether so many odd measures are more than were told today.
    pub fn is_news(&mut self, odd: usize) -> bool {
        let news = odd > self.told;
        self.told = self.told.max(odd);
        news
    }
}
