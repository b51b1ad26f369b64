//! New rules in the place of old ones, while flows go on.
//!
//! What a flow remembers is written in numbers of the rule set that it met. [`Translation`] says the same in the
//! numbers of another: rules are known again by gid and sid, bits and counters by their names. What the new rules
//! do not know is forgotten.

use super::compile::Ruleset;
use super::state::EngineState;
use std::collections::HashMap;
use std::hash::Hash;

/// How memories of one rule set are said in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translation {
    rules: Vec<Option<u32>>,
    bits: Vec<Option<u32>>,
    counters: Vec<Option<u32>>,
}

impl Translation {
    /// From the old rules to the new.
    pub fn between(old: &Ruleset, new: &Ruleset) -> Self {
        let ids = |rules: &Ruleset| {
            let programs = rules.programs.iter();
            programs
                .map(|program| (program.meta.gid, program.meta.sid))
                .collect::<Vec<_>>()
        };
        Self {
            rules: places(&ids(old), &ids(new)),
            bits: places(old.bit_names(), new.bit_names()),
            counters: places(old.counter_names(), new.counter_names()),
        }
    }

    /// Puts one flow's memory into the numbers of the new rules.
    pub fn apply(&self, state: &mut EngineState) {
        if let Some(memory) = state.remembered_mut() {
            memory.translate(self);
        }
    }

    pub(crate) fn rule(&self, old: u32) -> Option<u32> {
        place(&self.rules, old)
    }

    pub(crate) fn bit(&self, old: u32) -> Option<u32> {
        place(&self.bits, old)
    }

    pub(crate) fn counter(&self, old: u32) -> Option<u32> {
        place(&self.counters, old)
    }
}

fn place(places: &[Option<u32>], old: u32) -> Option<u32> {
    places.get(usize::try_from(old).ok()?).copied().flatten()
}

/// Where each of the old things stands among the new.
fn places<T: Eq + Hash>(old: &[T], new: &[T]) -> Vec<Option<u32>> {
    let known: HashMap<&T, u32> = new.iter().zip(0_u32..).collect();
    old.iter().map(|thing| known.get(thing).copied()).collect()
}
