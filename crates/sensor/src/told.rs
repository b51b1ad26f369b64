//! What workers tell the sink, in an order that does not depend on their number.

use crate::acknowledged::{Release, Ticket};
use crate::evidence::HeldFrame;
use crate::files::{EndedFile, FileRest};
use analyze::{ArpFact, FlowFact};
use detect::signature::Alert;
use event::{Event, Record, Timestamp};
use std::net::IpAddr;

/// One thing told.
pub(crate) enum Told {
    /// A fact for the log and the models.
    Event(Event),
    /// A rule matched.
    Alert(Box<Alert>),
    /// One of the two, whose line waits for a packet.
    Held(Ticket, Box<Told>),
    /// That packet.
    Released(Ticket, Box<Release>),
    /// A file ended whose bytes somebody wants.
    File(Box<EndedFile>),
    /// Further bytes of a file that is larger than what is kept in memory.
    FileRest(Box<FileRest>),
    /// Packets of a flow in which something was found.
    Packets(u64, Vec<HeldFrame>),
    /// A flow opened, or was answered.
    Flow(FlowFact),
    /// A flow with a listed address was answered; with content from the other side, or without yet.
    Listed(Box<FlowFact>, bool),
    /// An address was seen with a hardware address.
    Sighting(IpAddr, [u8; 6], Timestamp),
    /// Somebody asked for an address, or answered.
    Arp(ArpFact),
    /// A second has passed, and this is the time. Every worker says so at the same place.
    Tick(Timestamp),
}

impl Told {
    /// The alert, where it is one.
    pub(crate) fn alert(&self) -> Option<&Alert> {
        match self {
            Self::Alert(alert) => Some(alert),
            Self::Held(_, told) => told.alert(),
            _ => None,
        }
    }
}

/// Where in the order of things it stands: what a packet brought comes before what the passing
/// of time brought after it; things of the same packet stay in their order; what happens to
/// flows at the same moment of time comes in the order of their ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Order {
    pub packet_number: u64,
    pub phase: Phase,
    /// Place among the packets of one frame, where they belong to several workers.
    pub part: usize,
    pub flow_id: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    #[default]
    Packet,
    Tick,
    Finish,
}

/// Puts what all workers tell into order, and adds up what each says of the limits that it met.
pub(crate) fn in_order(mut told: Vec<(Order, Told)>) -> Vec<(Order, Told)> {
    told.sort_by(|(order, told), (other_order, other)| {
        let by_place = order.cmp(other_order);
        by_place.then_with(|| limit_name(told).cmp(&limit_name(other)))
    });
    told.dedup_by(|(order, told), (order_before, before)| {
        let (Some((name, count)), Some((name_before, count_before))) = (limit(told), limit(before))
        else {
            return false;
        };
        let same = order == order_before && name == name_before;
        let total = count + count_before;
        if same && let Told::Event(before) = before {
            let mut record = Record::new();
            record.push("name", name.to_owned());
            record.push("count", total);
            before.body.set("limit", record);
        }
        same
    });
    told
}

fn limit_name(told: &Told) -> Option<&str> {
    limit(told).map(|(name, _)| name)
}

/// Name and count of a `limit` event.
fn limit(told: &Told) -> Option<(&str, u64)> {
    let Told::Event(event) = told else {
        return None;
    };
    if event.kind != "limit" {
        return None;
    }
    let record = &event.body;
    Some((record.text("limit.name")?, record.number("limit.count")?))
}
