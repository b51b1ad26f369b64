//! Rules without a pattern, which are asked whatever the bytes are.

use super::gate::{Gate, Glimpse};
use super::ports::{ByPort, server_ports};
use crate::signature::program::{Header, Program};
use std::sync::Arc;
use wire::protocol::Direction;

/// Rules that have the same header: one of them, and the places of their gates.
#[derive(Debug)]
struct SameHeader {
    first: u32,
    gates: Vec<u32>,
}

/// Rules that have the same header stand together: hundreds of rules have a few dozen headers, and whether one fits a
/// flow is worked out once for all of them.
#[derive(Debug, Default)]
pub(crate) struct Always {
    gates: Vec<Gate>,
    groups: ByPort<Vec<SameHeader>>,
}

impl Always {
    /// Of these rules; with a direction, only those that may be about a flow's port are asked.
    pub(super) fn new(
        mut rules: Vec<u32>,
        programs: &[Program],
        direction: Option<Direction>,
    ) -> Self {
        rules.sort_unstable();
        rules.dedup();
        let mut always = Self::default();
        let program = |rule: u32| programs.get(usize::try_from(rule).ok()?);
        for rule in rules {
            let Some(own) = program(rule) else {
                continue;
            };
            let gate = u32::try_from(always.gates.len()).unwrap_or(u32::MAX);
            always.gates.push(Gate::new(rule, own));
            let ports = direction
                .filter(|_| !own.watched)
                .and_then(|direction| server_ports(&own.header, direction));
            always.groups.each_mut(ports.as_deref(), |groups| {
                let known = groups.iter_mut().find(|group| {
                    program(group.first).is_some_and(|first| {
                        !first.watched && !own.watched && are_the_same(&first.header, &own.header)
                    })
                });
                match known {
                    Some(group) => group.gates.push(gate),
                    None => groups.push(SameHeader {
                        first: rule,
                        gates: vec![gate],
                    }),
                }
            });
        }
        always
    }

    /// Whether there is none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.gates.is_empty()
    }

    /// All rules.
    pub(crate) fn rules(&self) -> impl Iterator<Item = u32> {
        self.gates.iter().map(|gate| gate.rule)
    }

    /// Places of the gates of all rules whose header fits; `port` is the server's.
    pub(crate) fn fitting(&self, port: u16, fits: impl Fn(u32) -> bool) -> Vec<u32> {
        let groups = self.groups.at(port).flatten();
        let fitting = groups.filter(|group| fits(group.first));
        fitting.flat_map(|group| &group.gates).copied().collect()
    }

    /// Adds those of the rules behind these gates that may match.
    pub(crate) fn admit(&self, places: &[u32], glimpse: &Glimpse<'_>, found: &mut Vec<u32>) {
        for place in places {
            let gate = usize::try_from(*place).ok();
            if let Some(gate) = gate.and_then(|place| self.gates.get(place))
                && gate.admits(glimpse)
            {
                found.push(gate.rule);
            }
        }
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
        && a.at_ports == b.at_ports
}
