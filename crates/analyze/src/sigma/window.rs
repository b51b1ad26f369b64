//! Matches within a span of time, group by group: the memory of correlations. Time is that of the events.

use super::limits::{ENTRIES_MAX, ENTRIES_TOTAL_MAX, GROUPS_MAX};
use super::rule::{CorrelationKind, Threshold};
use super::rules::Correlation;
use crate::fnv;
use crate::table::Table;
use event::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, VecDeque};

/// Which correlation, and which values of its fields.
pub(super) type GroupKey = (String, Vec<String>);

/// Every group of every correlation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Windows {
    groups: Table<GroupKey, Window>,
    /// Matches in all groups.
    entries: usize,
}

/// One group.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Window {
    entries: VecDeque<Entry>,
}

/// A match of one of the rules.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Entry {
    time: Timestamp,
    member: usize,
    value: Measure,
}

/// What is counted of a match.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Measure {
    /// Nothing but the match.
    Nothing,
    Number(f64),
    /// A text, by its hash: that it is the same is all that matters.
    Hash(u64),
}

impl Measure {
    /// What a kind of correlation takes of a text; None where that is no number.
    pub fn of(kind: CorrelationKind, text: Option<&str>) -> Option<Self> {
        match (kind, text) {
            (
                CorrelationKind::EventCount
                | CorrelationKind::Temporal
                | CorrelationKind::TemporalOrdered,
                _,
            ) => Some(Self::Nothing),
            (_, None) => None,
            (CorrelationKind::ValueCount, Some(text)) => Some(Self::Hash(fnv::hash(text.bytes()))),
            (_, Some(text)) => {
                let number: f64 = text.trim().parse().ok()?;
                number.is_finite().then_some(Self::Number(number))
            }
        }
    }
}

/// What a window says when its condition holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Verdict {
    /// The number that was compared.
    pub value: f64,
    /// Matches that it is made of.
    pub matches: usize,
    /// The time of the first of them.
    pub first: Timestamp,
}

impl Default for Windows {
    fn default() -> Self {
        Self {
            groups: Table::new(GROUPS_MAX),
            entries: 0,
        }
    }
}

impl Windows {
    /// Takes a match into its group; a verdict ends what the group remembers, so that it speaks once for each time that
    /// it is full.
    pub fn take(
        &mut self,
        correlation: &Correlation,
        key: GroupKey,
        member: usize,
        value: Measure,
        now: Timestamp,
    ) -> Option<Verdict> {
        if self.entries >= ENTRIES_TOTAL_MAX {
            self.thin_out();
        }
        let window = self.groups.touch(key, now, Window::default);
        let before = window.entries.len();
        window.forget(now, correlation.timespan_ns);
        window.entries.push_back(Entry {
            time: now,
            member,
            value,
        });
        let verdict = window.judge(correlation);
        if verdict.is_some() {
            window.entries.clear();
        }
        self.entries = (self.entries + window.entries.len()).saturating_sub(before);
        verdict
    }

    /// Half of the groups, those touched longest ago, go. What the table itself let go of is counted anew.
    fn thin_out(&mut self) {
        self.groups.halve();
        self.entries = self
            .groups
            .iter()
            .map(|(_, window)| window.entries.len())
            .sum();
    }
}

impl Window {
    fn forget(&mut self, now: Timestamp, span_ns: u64) {
        while let Some(first) = self.entries.front() {
            let is_old = now > first.time && now.since(first.time) > span_ns;
            if !is_old && self.entries.len() < ENTRIES_MAX {
                return;
            }
            self.entries.pop_front();
        }
    }

    fn judge(&self, correlation: &Correlation) -> Option<Verdict> {
        let value = match correlation.kind {
            CorrelationKind::EventCount => self.entries.len() as f64,
            CorrelationKind::ValueCount => {
                let distinct: BTreeSet<u64> = self.entries.iter().filter_map(Entry::hash).collect();
                distinct.len() as f64
            }
            CorrelationKind::Temporal | CorrelationKind::TemporalOrdered => {
                let in_order = correlation.kind == CorrelationKind::TemporalOrdered;
                let members = correlation.members.len();
                let seen = if in_order {
                    self.in_order(members)
                } else {
                    self.seen()
                };
                if let Threshold::Seen(condition) = &correlation.threshold {
                    let holds = condition.holds(&mut |member| seen.contains(&member));
                    return holds.then(|| self.verdict(seen.len() as f64)).flatten();
                }
                seen.len() as f64
            }
            CorrelationKind::ValueSum => self.numbers().sum(),
            CorrelationKind::ValueAverage => {
                let count = self.numbers().count();
                self.numbers().sum::<f64>() / count.max(1) as f64
            }
            CorrelationKind::ValueMedian => self.percentile(50),
            CorrelationKind::ValuePercentile(percent) => self.percentile(percent),
        };
        if !correlation.threshold.holds(value) {
            return None;
        }
        self.verdict(value)
    }

    fn verdict(&self, value: f64) -> Option<Verdict> {
        Some(Verdict {
            value,
            matches: self.entries.len(),
            first: self.entries.iter().map(|entry| entry.time).min()?,
        })
    }

    fn seen(&self) -> BTreeSet<usize> {
        self.entries.iter().map(|entry| entry.member).collect()
    }

    /// So many of the rules, from the first on, matched one after the other.
    fn in_order(&self, members: usize) -> BTreeSet<usize> {
        let mut next = 0;
        for entry in &self.entries {
            if next < members && entry.member == next {
                next += 1;
            }
        }
        (0..next).collect()
    }

    fn numbers(&self) -> impl Iterator<Item = f64> {
        self.entries.iter().filter_map(|entry| match entry.value {
            Measure::Number(number) => Some(number),
            _ => None,
        })
    }

    /// Between the two nearest values, by how near they are.
    fn percentile(&self, percent: u8) -> f64 {
        let mut numbers: Vec<f64> = self.numbers().collect();
        numbers.sort_by(f64::total_cmp);
        let rank = f64::from(percent) / 100.0 * numbers.len().saturating_sub(1) as f64;
        let at = |index: f64| numbers.get(index as usize).copied().unwrap_or(0.0);
        let (low, high) = (at(rank.floor()), at(rank.ceil()));
        low + (high - low) * rank.fract()
    }
}

impl Entry {
    fn hash(&self) -> Option<u64> {
        match self.value {
            Measure::Hash(hash) => Some(hash),
            _ => None,
        }
    }
}
