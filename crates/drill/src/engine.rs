//! The clockwork: actors wake, send packets into the near future and name their next waking; packets leave
//! in order of time. At any moment only the packets of communications under way are held.

use crate::frame;
use crate::plan::Disorder;
use crate::random::Random;
use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap};
use std::net::IpAddr;

/// One Ethernet frame and when it passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Nanoseconds since 1970.
    pub time_nanos: i64,
    /// The frame, without its check sequence.
    pub bytes: Vec<u8>,
}

/// Somebody who makes traffic.
pub(crate) trait Actor: Send {
    /// Does what is due at `now`, sends packets of this time or later, and says when to be woken next.
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64>;
}

/// An actor and the time of its first waking.
pub(crate) type Entrance = (i64, Box<dyn Actor>);

/// The stream of packets of a plan.
pub struct Packets {
    out: Outbox,
    waiting: BinaryHeap<Reverse<Waiting>>,
    entered: u64,
}

impl Packets {
    pub(crate) fn new(out: Outbox, actors: Vec<Entrance>) -> Self {
        let mut packets = Self {
            out,
            waiting: BinaryHeap::new(),
            entered: 0,
        };
        for (wake, actor) in actors {
            packets.wait(wake, actor);
        }
        packets
    }

    /// Number of packets held ready at this moment.
    pub fn held(&self) -> usize {
        self.out.queue.len()
    }

    fn wait(&mut self, wake: i64, actor: Box<dyn Actor>) {
        self.entered += 1;
        self.waiting.push(Reverse(Waiting {
            wake,
            entered: self.entered,
            actor,
        }));
    }
}

impl Iterator for Packets {
    type Item = Packet;

    fn next(&mut self) -> Option<Packet> {
        loop {
            let wake = self.waiting.peek().map(|Reverse(next)| next.wake);
            let due = self
                .out
                .queue
                .peek()
                .map(|Reverse(queued)| queued.packet.time_nanos);
            match (due, wake) {
                (Some(due), wake) if wake.is_none_or(|wake| due <= wake) => {
                    return self.out.queue.pop().map(|Reverse(queued)| queued.packet);
                }
                (_, None) => return None,
                (_, Some(_)) => {
                    let Reverse(mut next) = self.waiting.pop()?;
                    self.out.floor = next.wake;
                    if let Some(wake) = next.actor.act(next.wake, &mut self.out) {
                        self.wait(wake.max(next.wake + 1), next.actor);
                    }
                }
            }
        }
    }
}

/// Where actors put their packets, and what the whole network shares.
pub(crate) struct Outbox {
    queue: BinaryHeap<Reverse<Queued>>,
    sent: u64,
    floor: i64,
    vlan: Option<u16>,
    ports: HashMap<IpAddr, u16>,
    disorder: Disorder,
    span: Option<(i64, i64)>,
    measuring: bool,
}

impl Outbox {
    pub(crate) fn new(vlan: Option<u16>, disorder: Disorder) -> Self {
        Self {
            queue: BinaryHeap::new(),
            sent: 0,
            floor: i64::MIN,
            vlan,
            ports: HashMap::new(),
            disorder,
            span: None,
            measuring: false,
        }
    }

    /// An outbox that throws packets away and keeps the times of the first and the last.
    pub(crate) fn measuring(disorder: Disorder) -> Self {
        Self {
            measuring: true,
            ..Self::new(None, disorder)
        }
    }

    /// Times of the first and the last packet seen by a measuring outbox.
    pub(crate) fn span(&self) -> Option<(i64, i64)> {
        self.span
    }

    /// Puts a frame on the wire at a time.
    pub(crate) fn send(&mut self, time_nanos: i64, mut frame: Vec<u8>) {
        debug_assert!(time_nanos >= self.floor, "an actor sent into the past");
        let time_nanos = time_nanos.max(self.floor);
        if self.measuring {
            let (first, last) = self.span.unwrap_or((time_nanos, time_nanos));
            self.span = Some((first.min(time_nanos), last.max(time_nanos)));
            return;
        }
        if let Some(vlan) = self.vlan {
            frame::tag(&mut frame, vlan);
        }
        self.sent += 1;
        let packet = Packet {
            time_nanos,
            bytes: frame,
        };
        self.queue.push(Reverse(Queued {
            packet,
            order: self.sent,
        }));
    }

    /// The next ephemeral port of an address.
    pub(crate) fn port(&mut self, address: IpAddr) -> u16 {
        let port = self.ports.entry(address).or_insert_with(|| {
            let seed = match address {
                IpAddr::V4(address) => u64::from(address.to_bits()),
                IpAddr::V6(address) => address.to_bits() as u64,
            };
            49_152 + Random::new(seed).below(12_000) as u16
        });
        *port = if *port >= 65_534 { 49_152 } else { *port + 1 };
        *port
    }

    /// How often the network loses or reorders.
    pub(crate) fn disorder(&self) -> Disorder {
        self.disorder
    }
}

struct Queued {
    packet: Packet,
    order: u64,
}

impl Queued {
    fn key(&self) -> (i64, u64) {
        (self.packet.time_nanos, self.order)
    }
}

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Queued {}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Queued {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

struct Waiting {
    wake: i64,
    entered: u64,
    actor: Box<dyn Actor>,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        (self.wake, self.entered) == (other.wake, other.entered)
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.wake, self.entered).cmp(&(other.wake, other.entered))
    }
}
