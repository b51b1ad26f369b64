//! Rules without a pattern, which are asked whatever the bytes are.

use crate::signature::program::{Header, Program};
use std::sync::Arc;

/// Rules that have the same header stand together: hundreds of rules have a few dozen headers, and whether one fits a
/// flow is worked out once for all of them.
#[derive(Debug, Default)]
pub(crate) struct Always {
    groups: Vec<Box<[u32]>>,
}

impl Always {
    pub(super) fn new(rules: Vec<u32>, programs: &[Program]) -> Self {
        let mut groups: Vec<Vec<u32>> = Vec::new();
        let header = |rule: u32| Some(&programs.get(usize::try_from(rule).ok()?)?.header);
        for rule in rules {
            let known = groups.iter_mut().find(|group| {
                let first = group.first().and_then(|first| header(*first));
                matches!((first, header(rule)), (Some(a), Some(b)) if are_the_same(a, b))
            });
            match known {
                Some(group) => group.push(rule),
                None => groups.push(vec![rule]),
            }
        }
        Self {
            groups: groups.into_iter().map(Vec::into_boxed_slice).collect(),
        }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// For each header a rule that has it, and all that have it.
    pub(crate) fn by_header(&self) -> impl Iterator<Item = (u32, &[u32])> {
        let groups = self.groups.iter();
        groups.filter_map(|group| Some((*group.first()?, &**group)))
    }
}

/// Sets that rules share are one in memory.
fn are_the_same(a: &Header, b: &Header) -> bool {
    fn is_one<T>(a: &Option<Arc<T>>, b: &Option<Arc<T>>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        }
    }
    a.transport == b.transport
        && a.applications == b.applications
        && is_one(&a.source, &b.source)
        && is_one(&a.source_ports, &b.source_ports)
        && is_one(&a.destination, &b.destination)
        && is_one(&a.destination_ports, &b.destination_ports)
        && a.either == b.either
        && a.transaction == b.transaction
}
