//! Groups before their matchers are made, and the making of them.

use super::always::Always;
use super::group::Group;
use crate::signature::program::Program;
use matcher::{Cache, CompileError, Database, Pattern};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The beginning of a pattern is enough to select a rule.
const PATTERN_BYTES_KEPT: usize = 128;

/// A group before its matcher is made.
#[derive(Default)]
pub(super) struct DraftGroup {
    patterns: Vec<(Vec<u8>, bool)>,
    places: HashMap<(Vec<u8>, bool), usize>,
    rules_of: Vec<Vec<u32>>,
    always: Vec<u32>,
}

impl DraftGroup {
    /// Adds a rule, to be selected by a pattern (without regard to case?) or always.
    pub fn add(&mut self, rule: u32, pattern: Option<(&[u8], bool)>) {
        let Some((bytes, caseless)) = pattern else {
            self.always.push(rule);
            return;
        };
        let bytes = bytes.get(..PATTERN_BYTES_KEPT).unwrap_or(bytes);
        let key = (bytes.to_vec(), caseless);
        let place = match self.places.get(&key) {
            Some(place) => *place,
            None => {
                let place = self.patterns.len();
                self.patterns.push(key.clone());
                self.rules_of.push(Vec::new());
                self.places.insert(key, place);
                place
            }
        };
        if let Some(rules) = self.rules_of.get_mut(place) {
            rules.push(rule);
        }
    }

    /// Number of patterns.
    pub fn len(&self) -> usize {
        self.patterns.len()
    }

    /// Rules that a pattern selects.
    pub fn into_rules(self) -> impl Iterator<Item = u32> {
        self.rules_of.into_iter().flatten()
    }

    fn finish(self, programs: &[Program], cache: Option<&Cache>) -> Result<Group, CompileError> {
        let patterns: Vec<Pattern<'_>> = self
            .patterns
            .iter()
            .map(|(bytes, caseless)| Pattern {
                bytes,
                caseless: *caseless,
            })
            .collect();
        let database = if patterns.is_empty() {
            None
        } else {
            Some(match cache {
                Some(cache) => cache.database(&patterns)?,
                None => Database::compile(&patterns)?,
            })
        };
        let lengths = self.patterns.iter().map(|(bytes, _)| bytes.len());
        Ok(Group {
            bytes_min: lengths.min().unwrap_or(0),
            database,
            rules_of: self.rules_of,
            always: Always::new(self.always, programs, None),
        })
    }
}

/// Makes the matchers of all groups, on as many threads as there are processors: most of the time of loading goes here.
pub(super) fn finish_all(
    drafts: Vec<DraftGroup>,
    programs: &[Program],
    cache: Option<&Cache>,
) -> Result<Vec<Group>, CompileError> {
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    // The largest first, so that none of them is left over for one thread alone.
    order.sort_by_key(|place| {
        std::cmp::Reverse(drafts.get(*place).map(|draft| draft.patterns.len()))
    });
    let waiting: Vec<Mutex<Option<DraftGroup>>> = drafts
        .into_iter()
        .map(|draft| Mutex::new(Some(draft)))
        .collect();
    let done: Vec<Mutex<Option<Result<Group, CompileError>>>> =
        waiting.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(place) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let draft = waiting.get(*place).and_then(|slot| locked(slot).take());
            if let (Some(draft), Some(slot)) = (draft, done.get(*place)) {
                let group = draft.finish(programs, cache);
                *locked(slot) = Some(group);
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(order.len()) {
            scope.spawn(work);
        }
    });
    done.into_iter()
        .filter_map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect()
}

fn locked<T>(slot: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
