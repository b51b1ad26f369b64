//! Rules without a pattern, which are asked whatever the bytes are.

use super::ports::{ByPort, server_ports};
use crate::signature::program::{Header, Program};
use std::sync::Arc;
use wire::protocol::Direction;

/// Rules that have the same header.
type SameHeader = Vec<u32>;

/// Rules that have the same header stand together: hundreds of rules have a few dozen headers, and whether one fits a
/// flow is worked out once for all of them.
#[derive(Debug, Default)]
pub(crate) struct Always {
    groups: ByPort<Vec<SameHeader>>,
    count: usize,
}

impl Always {
    /// Of these rules; with a direction, only those that may be about a flow's port are asked.
    pub(super) fn new(rules: Vec<u32>, programs: &[Program], direction: Option<Direction>) -> Self {
        let mut always = Self {
            count: rules.len(),
            ..Self::default()
        };
        let header = |rule: u32| Some(&programs.get(usize::try_from(rule).ok()?)?.header);
        for rule in rules {
            let Some(own) = header(rule) else {
                continue;
            };
            let ports = direction.and_then(|direction| server_ports(own, direction));
            always.groups.each_mut(ports.as_deref(), |groups| {
                let known = groups.iter_mut().find(|group| {
                    let first = group.first().and_then(|first| header(*first));
                    first.is_some_and(|first| are_the_same(first, own))
                });
                match known {
                    Some(group) => group.push(rule),
                    None => groups.push(vec![rule]),
                }
            });
        }
        always
    }

    /// Whether there is none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// For each header a rule that has it, and all that have it; `port` is the server's.
    pub(crate) fn by_header(&self, port: u16) -> impl Iterator<Item = (u32, &[u32])> {
        let groups = self.groups.at(port).flatten();
        groups.filter_map(|group| Some((*group.first()?, group.as_slice())))
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
