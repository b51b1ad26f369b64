//! Lists that many flows have in common, kept once.

use crate::limits::SHARED_LISTS_MAX;
use std::collections::HashSet;
use std::sync::Arc;

/// Most flows of a network fit the same few headers, so their lists of rules are equal: a million flows hold a million
/// references to a few hundred lists.
#[derive(Debug, Default)]
pub(super) struct SharedLists {
    known: HashSet<Arc<[u32]>>,
}

impl SharedLists {
    /// The one copy of the list.
    pub fn share(&mut self, list: Vec<u32>) -> Arc<[u32]> {
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
