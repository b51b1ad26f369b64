//! Ends of flows that no header tells apart.
//!
//! The headers of a rule set cut the addresses and the ports into stretches: two addresses of one stretch stand in the
//! same sets, whichever set one looks at. Which headers fit is worked out once for each pair of stretches that occurs,
//! not for each flow.

use crate::signature::program::Program;
use event::{Endpoint, Transport};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Where stretches begin, sorted.
#[derive(Debug, Default)]
pub(crate) struct Stretches {
    v4: Vec<u32>,
    v6: Vec<u128>,
    ports: Vec<u16>,
}

/// A pair of ends, as far as headers are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EndsKind {
    transport: u8,
    v6: bool,
    addresses: (usize, usize),
    ports: (usize, usize),
}

impl Stretches {
    /// As the headers of these programs cut them.
    pub(super) fn new<'p>(programs: impl Iterator<Item = &'p Program>) -> Self {
        let (mut v4, mut v6, mut ports) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for program in programs {
            let header = &program.header;
            for set in [&header.source, &header.destination].into_iter().flatten() {
                for (first, last) in set.v4.ranges() {
                    v4.extend([Some(*first), last.checked_add(1)].into_iter().flatten());
                }
                for (first, last) in set.v6.ranges() {
                    v6.extend([Some(*first), last.checked_add(1)].into_iter().flatten());
                }
            }
            let sets = [&header.source_ports, &header.destination_ports];
            for (first, last) in sets.into_iter().flatten().flat_map(|set| set.ranges()) {
                ports.extend([Some(*first), last.checked_add(1)].into_iter().flatten());
            }
        }
        Self {
            v4: v4.into_iter().collect(),
            v6: v6.into_iter().collect(),
            ports: ports.into_iter().collect(),
        }
    }

    /// The kind of a sender and a receiver.
    pub(crate) fn kind(
        &self,
        transport: Option<Transport>,
        source: Endpoint,
        dest: Endpoint,
    ) -> EndsKind {
        let address = |ip: IpAddr| match ip {
            IpAddr::V4(ip) => stretch(&self.v4, u32::from(ip)),
            IpAddr::V6(ip) => stretch(&self.v6, u128::from(ip)),
        };
        EndsKind {
            transport: transport.map_or(0, Transport::number),
            v6: source.ip.is_ipv6(),
            addresses: (address(source.ip), address(dest.ip)),
            ports: (
                stretch(&self.ports, source.port),
                stretch(&self.ports, dest.port),
            ),
        }
    }
}

fn stretch<T: Ord + Copy>(starts: &[T], position: T) -> usize {
    starts.partition_point(|start| *start <= position)
}
