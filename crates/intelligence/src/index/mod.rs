//! All entries of all lists, small enough for millions of them.
//!
//! Of an entry's text only 64 bits are kept ([`key`]): whoever looks something up has the text at hand. What many
//! entries share (list, family, note ...) stands once and is referred to by number; times are kept with each.

mod builder;
mod context;
pub(crate) mod key;
mod prefixes;
mod table;

#[cfg(test)]
mod tests;

pub(crate) use builder::{Added, Builder, Mark};
pub(crate) use key::Tag;

use crate::brake::Brakes;
use crate::facts::Facts;
use crate::time;
use context::Contexts;
use event::Timestamp;
use prefixes::Prefixes;
use std::collections::HashMap;
use std::sync::Arc;
use table::Table;

/// When an entry was seen and until when it counts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    /// Seconds since 1970; 0 for ever.
    until: u32,
    /// Days since 1970; 0 for unknown.
    first: u16,
    last: u16,
}

impl Times {
    fn of(facts: &Facts) -> Self {
        Self {
            until: time::seconds(facts.valid_until),
            first: time::days(facts.first_seen),
            last: time::days(facts.last_seen),
        }
    }

    const fn is_over(self, now: i64) -> bool {
        self.until != 0 && self.until as i64 <= now
    }

    /// The widest of both.
    fn join(self, other: Self) -> Self {
        let first = match (self.first, other.first) {
            (0, known) | (known, 0) => known,
            (one, two) => one.min(two),
        };
        Self {
            until: if self.until == 0 || other.until == 0 {
                0
            } else {
                self.until.max(other.until)
            },
            first,
            last: self.last.max(other.last),
        }
    }
}

/// The digests by which entries name files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Digests {
    /// Some are MD5 (or JA3, which looks the same).
    pub md5: bool,
    /// Some are SHA-1.
    pub sha1: bool,
}

/// All entries of some lists.
#[derive(Debug, Default)]
pub struct Indicators {
    table: Table,
    prefixes: Prefixes,
    contexts: Contexts,
    pub(crate) digests: Digests,
    /// Some entries are MD5 of what they name.
    pub(crate) has_hashed: bool,
    /// Which names are harmless; none where no list was read.
    pub(crate) brakes: Option<Box<Brakes>>,
}

/// What was found under a key or for an address: the best of its sources that still counts.
pub(crate) struct Match {
    pub(crate) list: Arc<str>,
    pub(crate) facts: Facts,
    pub(crate) others: Vec<Arc<str>>,
}

impl Indicators {
    /// Number of entries.
    pub fn len(&self) -> usize {
        self.table.len().saturating_add(self.prefixes.len())
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The digests of files that entries could be, by their length.
    pub const fn digests(&self) -> Digests {
        self.digests
    }

    /// Bytes of memory.
    pub fn bytes(&self) -> usize {
        [
            self.table.bytes(),
            self.prefixes.bytes(),
            self.contexts.bytes(),
            self.brakes.as_ref().map_or(0, |brakes| brakes.bytes()),
        ]
        .into_iter()
        .sum()
    }

    /// How many entries each list has.
    pub(crate) fn count_by_list(&self) -> HashMap<Arc<str>, usize> {
        let entries = self.table.iter().map(|entry| entry.context);
        let networks = self.prefixes.iter().map(|network| network.context);
        let mut by_context: HashMap<u32, usize> = HashMap::new();
        for context in entries.chain(networks) {
            let count = by_context.entry(context).or_default();
            *count = count.saturating_add(1);
        }
        let mut counts: HashMap<Arc<str>, usize> = HashMap::new();
        for (context, of_context) in by_context {
            if let Some(list) = self.contexts.list(context) {
                let count = counts.entry(list).or_default();
                *count = count.saturating_add(of_context);
            }
        }
        counts
    }

    /// The best of what stands under a key at a time.
    pub(crate) fn find(&self, key: u64, now: Timestamp) -> Option<Match> {
        let found = self.table.find(key);
        if found.is_empty() {
            return None;
        }
        self.best(
            found.iter().map(|entry| (entry.context, entry.times)),
            now.seconds(),
        )
    }

    /// The best for the narrowest network around an address that counts at a time, and its length.
    pub(crate) fn find_network(&self, bits: u128, now: Timestamp) -> Option<(u8, Match)> {
        let now = now.seconds();
        let narrowest = self
            .prefixes
            .covering(bits)
            .find(|network| !network.times.is_over(now))?
            .prefix;
        let same = self
            .prefixes
            .covering(bits)
            .filter(|network| network.prefix == narrowest);
        let found = self.best(same.map(|network| (network.context, network.times)), now)?;
        Some((narrowest, found))
    }

    fn best(&self, found: impl Iterator<Item = (u32, Times)>, now: i64) -> Option<Match> {
        let live = found
            .filter(|(_, times)| !times.is_over(now))
            .take(crate::limits::SOURCES_OF_ONE_MAX);
        let mut all: Vec<(u32, Times)> = live.collect();
        // The first of equals, so that the order of lists decides.
        let best = all
            .iter()
            .enumerate()
            .rev()
            .max_by_key(|(_, (context, _))| self.contexts.weight(*context))
            .map(|(place, _)| place)?;
        let (context, times) = all.remove(best);
        let list = self.contexts.list(context)?;
        let mut others: Vec<Arc<str>> = Vec::new();
        for (other, _) in all {
            let name = self.contexts.list(other);
            others.extend(name.filter(|name| *name != list));
        }
        others.sort();
        others.dedup();
        Some(Match {
            list,
            facts: self.facts(context, times),
            others,
        })
    }

    fn facts(&self, context: u32, times: Times) -> Facts {
        Facts {
            first_seen: time::of_days(times.first),
            last_seen: time::of_days(times.last),
            valid_until: time::of_seconds(times.until),
            ..self.contexts.facts(context)
        }
    }
}
