//! Gathers entries, and makes an index of them.

use super::context::Gathering;
use super::prefixes::{Network, Prefixes};
use super::table::{Entry, Table};
use super::{Digests, Indicators, Times, key};
use crate::entry::Parsed;
use crate::facts::Facts;
use crate::limits;
use std::sync::Arc;

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    Taken,
    /// `limits::INDICATORS_MAX` or `limits::NETWORKS_MAX`.
    BeyondLimit,
}

/// How far the builder was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    entries: usize,
    networks: usize,
}

/// An index that is being built.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    entries: Vec<Entry>,
    networks: Vec<Network>,
    contexts: Gathering,
    digests: Digests,
    has_hashed: bool,
}

impl Builder {
    /// Takes an entry of a list.
    pub(crate) fn add(&mut self, list: &Arc<str>, parsed: &Parsed, facts: &Facts) -> Added {
        let total = self.entries.len().saturating_add(self.networks.len());
        let full = total >= limits::INDICATORS_MAX;
        match (key::of(parsed), parsed) {
            (Some(key), _) if !full => {
                let context = self.contexts.number(list, facts);
                self.entries
                    .push(Entry::new(key, context, Times::of(facts)));
            }
            (None, Parsed::Network { bits, prefix })
                if !full && self.networks.len() < limits::NETWORKS_MAX =>
            {
                let context = self.contexts.number(list, facts);
                let network = Network::new(*bits, *prefix, context, Times::of(facts));
                self.networks.push(network);
            }
            _ => return Added::BeyondLimit,
        }
        match parsed {
            Parsed::Hash(text) => {
                self.digests.md5 |= text.len() == 32;
                self.digests.sha1 |= text.len() == 40;
            }
            Parsed::Hashed(_) => self.has_hashed = true,
            _ => {}
        }
        Added::Taken
    }

    /// How far it is.
    pub(crate) const fn mark(&self) -> Mark {
        Mark {
            entries: self.entries.len(),
            networks: self.networks.len(),
        }
    }

    /// Lets go of what came after a mark.
    pub(crate) fn roll_back(&mut self, mark: Mark) {
        self.entries.truncate(mark.entries);
        self.networks.truncate(mark.networks);
    }

    /// Takes the entries of one list from an index of before; their number.
    pub(crate) fn carry_over(&mut self, before: &Indicators, list: &Arc<str>) -> usize {
        let mark = self.mark();
        for entry in before.table.iter() {
            if before.contexts.list(entry.context).as_ref() == Some(list) {
                let context = self
                    .contexts
                    .number(list, &before.contexts.facts(entry.context));
                self.entries
                    .push(Entry::new(entry.key(), context, entry.times));
            }
        }
        for network in before.prefixes.iter() {
            if before.contexts.list(network.context).as_ref() == Some(list) {
                let context = self
                    .contexts
                    .number(list, &before.contexts.facts(network.context));
                let network = Network::new(network.bits, network.prefix, context, network.times);
                self.networks.push(network);
            }
        }
        self.digests.md5 |= before.digests.md5;
        self.digests.sha1 |= before.digests.sha1;
        self.has_hashed |= before.has_hashed;
        let taken = self.entries.len().saturating_sub(mark.entries);
        taken.saturating_add(self.networks.len().saturating_sub(mark.networks))
    }

    /// Texts for which there was no room.
    pub(crate) const fn strings_left_out(&self) -> usize {
        self.contexts.strings_left_out
    }

    /// The index, and the number of entries that stood in it before: those of the same list are joined, those of
    /// another one stand beside each other.
    pub(crate) fn finish(mut self) -> (Indicators, usize) {
        let mut repeated = 0_usize;
        let contexts = &self.contexts;
        // Contexts are numbered as lists come, so that the first list stands first under a key.
        self.entries
            .sort_unstable_by_key(|entry| (entry.key(), entry.context));
        self.entries.shrink_to_fit();
        self.entries.dedup_by(|later, kept| {
            if later.key() != kept.key() {
                return false;
            }
            repeated = repeated.saturating_add(1);
            let same = contexts.list_of(later.context) == contexts.list_of(kept.context);
            if same {
                kept.times = kept.times.join(later.times);
            }
            same
        });
        self.networks
            .sort_by_key(|network| (network.bits, network.prefix));
        self.networks.dedup_by(|later, kept| {
            if (later.bits, later.prefix) != (kept.bits, kept.prefix) {
                return false;
            }
            repeated = repeated.saturating_add(1);
            let same = contexts.list_of(later.context) == contexts.list_of(kept.context);
            if same {
                kept.times = kept.times.join(later.times);
            }
            same
        });
        let indicators = Indicators {
            table: Table::new(self.entries),
            prefixes: Prefixes::new(self.networks),
            contexts: self.contexts.finish(),
            digests: self.digests,
            has_hashed: self.has_hashed,
            brakes: None,
        };
        (indicators, repeated)
    }
}
