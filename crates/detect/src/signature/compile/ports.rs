//! Which rules can be about a flow at all, by its server's port.

use crate::signature::program::Header;
use std::collections::BTreeMap;
use wire::protocol::Direction;

/// A header that names more ports is about any.
const PORTS_MAX: u32 = 16;

/// The ports of the server that a rule names, for bytes of one direction. None: it may be about any.
pub(super) fn server_ports(header: &Header, direction: Direction) -> Option<Vec<u16>> {
    if header.either {
        return None;
    }
    let is_source = direction == Direction::ToClient && !header.transaction;
    let set = if is_source {
        header.source_ports.as_ref()?
    } else {
        header.destination_ports.as_ref()?
    };
    let count = set.ranges().iter().fold(0_u32, |count, (first, last)| {
        let more = u32::from(last.saturating_sub(*first)).saturating_add(1);
        count.saturating_add(more)
    });
    let ports = || set.ranges().iter().flat_map(|(first, last)| *first..=*last);
    (count <= PORTS_MAX).then(|| ports().collect())
}

/// Something for flows to any port, and something more for each of some ports.
#[derive(Debug)]
pub(crate) struct ByPort<T> {
    any: T,
    of: BTreeMap<u16, T>,
}

impl<T: Default> Default for ByPort<T> {
    fn default() -> Self {
        Self {
            any: T::default(),
            of: BTreeMap::new(),
        }
    }
}

impl<T> ByPort<T> {
    /// What there is for a flow to this port.
    pub fn at(&self, port: u16) -> impl Iterator<Item = &T> {
        std::iter::once(&self.any).chain(self.of.get(&port))
    }

    /// Takes out what there is for single ports and is not wanted.
    pub(super) fn take_ports(&mut self, mut unwanted: impl FnMut(&T) -> bool) -> Vec<T> {
        let of = std::mem::take(&mut self.of);
        let (out, stays): (Vec<_>, Vec<_>) = of.into_iter().partition(|(_, value)| unwanted(value));
        self.of = stays.into_iter().collect();
        out.into_iter().map(|(_, value)| value).collect()
    }

    /// The same with other values, made in a fixed order.
    pub(super) fn map<U>(self, mut change: impl FnMut(T) -> U) -> ByPort<U> {
        ByPort {
            any: change(self.any),
            of: self
                .of
                .into_iter()
                .map(|(port, value)| (port, change(value)))
                .collect(),
        }
    }
}

impl<T: Default> ByPort<T> {
    /// Does something to what there is for each of these ports, or for any.
    pub(super) fn each_mut(&mut self, ports: Option<&[u16]>, mut act: impl FnMut(&mut T)) {
        match ports {
            None => act(&mut self.any),
            Some(ports) => {
                for port in ports {
                    act(self.of.entry(*port).or_default());
                }
            }
        }
    }
}
