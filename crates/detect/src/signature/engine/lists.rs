//! Lists that many flows have in common, kept once.

use crate::limits::{ENDS_KINDS_MAX, SHARED_LISTS_MAX};
use crate::signature::compile::{Always, EndsKind};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Most flows of a network fit the same few headers, so their lists of rules are equal: a million flows hold a million
/// references to a few hundred lists.
#[derive(Debug, Default)]
pub(super) struct SharedLists {
    known: HashSet<Arc<[u32]>>,
    /// Which list holds for which rules (by where they lie in memory) and which ends.
    of_ends: HashMap<(usize, EndsKind), Arc<[u32]>>,
}

impl SharedLists {
    /// The list of these rules for such ends, made where it is not known.
    pub fn of_ends(
        &mut self,
        always: &Always,
        ends: EndsKind,
        make: impl FnOnce() -> Vec<u32>,
    ) -> Arc<[u32]> {
        let key = (std::ptr::from_ref(always).addr(), ends);
        if let Some(known) = self.of_ends.get(&key) {
            return Arc::clone(known);
        }
        let list = self.share(make());
        if self.of_ends.len() >= ENDS_KINDS_MAX {
            self.of_ends.clear();
        }
        self.of_ends.insert(key, Arc::clone(&list));
        list
    }

    /// The one copy of the list.
    fn share(&mut self, list: Vec<u32>) -> Arc<[u32]> {
        if let Some(known) = self.known.get(list.as_slice()) {
            return Arc::clone(known);
        }
        let list: Arc<[u32]> = list.into();
        if self.known.len() >= SHARED_LISTS_MAX {
            // Flows keep what they hold; lists that come again are shared anew.
            self.known.clear();
        }
        self.known.insert(Arc::clone(&list));
        list
    }
}
