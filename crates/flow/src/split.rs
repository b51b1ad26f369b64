//! Frames taken apart before they go to several trackers: each packet of a frame belongs to the
//! tracker of its own flow, and what carries it may belong to another.
//!
//! A tracker that has all flows to itself needs none of this: [`Tracker::packet`](crate::Tracker::packet)
//! goes the same way, in the same order.

use crate::defragment::Defragmenter;
use crate::settings::Settings;
use crate::statistics::Statistics;
use crate::tracker::{Frame, REASSEMBLY_DEPTH_MAX};
use event::Timestamp;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use wire::packet::{Decoded, Ethernet, Packet, VlanTags, decode, decode_ip};

/// One packet of a frame, for [`Tracker::part`](crate::Tracker::part).
#[derive(Debug)]
pub struct Part {
    /// The datagram in which it is found; None: the frame itself.
    pub(crate) datagram: Option<Arc<Datagram>>,
    /// Its place among the packets found there.
    pub(crate) layer: usize,
    /// What became of it, where it is a fragment.
    pub(crate) fragment: Option<Fate>,
}

impl Part {
    /// Whether it is a fragment, or was found in what fragments made.
    pub const fn is_of_fragments(&self) -> bool {
        self.fragment.is_some() || self.datagram.is_some()
    }
}

/// A datagram that was put together.
#[derive(Debug)]
pub(crate) struct Datagram {
    pub bytes: Vec<u8>,
    pub vlan: VlanTags,
    pub ethernet: Option<Ethernet>,
    /// How many times its bytes were put together.
    pub depth: u8,
}

/// What became of a fragment.
#[derive(Debug, Default)]
pub(crate) struct Fate {
    /// Names of what was wrong.
    pub wrong: Vec<&'static str>,
    /// Counted: 0 or 1 each.
    pub seen: u64,
    pub completed: u64,
    pub refused: u64,
}

/// Addresses of a packet, where it has any.
pub type Addresses = Option<(IpAddr, IpAddr)>;

/// Addresses of the flow that a packet belongs to, or that it complains about.
fn owner_of(packet: &Packet<'_>) -> Addresses {
    packet
        .complains_about()
        .map(|quoted| (quoted.source.0, quoted.destination.0))
        .or_else(|| packet.addresses())
}

/// Takes frames apart, and puts fragments together for all trackers.
pub struct Splitter {
    defragmenter: Defragmenter,
    statistics: Statistics,
    timeout: Duration,
    now: Timestamp,
}

impl Splitter {
    /// Without fragments.
    pub fn new(settings: &Settings) -> Self {
        Self {
            defragmenter: Defragmenter::new(settings.fragment_bytes_max),
            statistics: Statistics::default(),
            timeout: settings.timeouts.fragments,
            now: Timestamp::default(),
        }
    }

    /// Gives the packets of a frame in the order in which they are to be taken, with their
    /// addresses. A frame that is one packet comes with None in place of a part: all of it is for
    /// [`Tracker::packet`](crate::Tracker::packet).
    pub fn split(&mut self, frame: &Frame<'_>, give: &mut dyn FnMut(Addresses, Option<Part>)) {
        self.now = self.now.max(frame.time);
        let mut decoded = Decoded::default();
        decode(frame.link, frame.bytes, &mut decoded);
        match decoded.packets.as_slice() {
            [packet] if !packet.is_fragment() => give(owner_of(packet), None),
            [] => give(None, None),
            packets => self.walk(packets, None, give),
        }
    }

    fn walk(
        &mut self,
        packets: &[Packet<'_>],
        datagram: Option<&Arc<Datagram>>,
        give: &mut dyn FnMut(Addresses, Option<Part>),
    ) {
        for (layer, packet) in packets.iter().enumerate() {
            let part = |fragment| {
                Some(Part {
                    datagram: datagram.cloned(),
                    layer,
                    fragment,
                })
            };
            if !packet.is_fragment() {
                give(owner_of(packet), part(None));
                continue;
            }
            let (fate, whole) = self.fragment(packet);
            give(packet.addresses(), part(Some(fate)));
            let depth = datagram.map_or(0, |datagram| datagram.depth);
            if depth >= REASSEMBLY_DEPTH_MAX {
                continue;
            }
            for bytes in whole {
                let whole = Arc::new(Datagram {
                    bytes,
                    vlan: packet.vlan,
                    ethernet: packet.ethernet,
                    depth: depth.saturating_add(1),
                });
                let mut decoded = Decoded::default();
                decode_ip(&whole.bytes, whole.vlan, whole.ethernet, &mut decoded);
                self.walk(&decoded.packets, Some(&whole), give);
            }
        }
    }

    fn fragment(&mut self, packet: &Packet<'_>) -> (Fate, Vec<Vec<u8>>) {
        let mut counted = Statistics::default();
        let mut wrong = Vec::new();
        let whole = self
            .defragmenter
            .take(packet, self.now, &mut counted, &mut |name| wrong.push(name));
        let fate = Fate {
            wrong,
            seen: counted.fragments,
            completed: counted.datagrams_reassembled,
            refused: counted.fragment_limit_drops,
        };
        (fate, whole)
    }

    /// Tells the time, where the trackers are told it.
    pub fn tick(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        self.defragmenter
            .tick(self.now, self.timeout, &mut self.statistics);
    }

    /// What no tracker counts: datagrams given up, and the bytes held for those that wait.
    pub fn statistics(&self) -> Statistics {
        let mut statistics = self.statistics.clone();
        statistics.memory_bytes = self.defragmenter.memory() as u64;
        statistics
    }
}
