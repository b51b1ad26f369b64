//! What workers tell the sink, in an order that does not depend on their number.

use analyze::FlowFact;
use detect::signature::Alert;
use event::{Event, Timestamp};
use std::net::IpAddr;

/// One thing told.
pub(crate) enum Told {
    /// A fact for the log and the models.
    Event(Event),
    /// A rule matched.
    Alert(Box<Alert>),
    /// A flow opened, or was answered.
    Flow(FlowFact),
    /// An address was seen with a hardware address.
    Sighting(IpAddr, [u8; 6], Timestamp),
}

/// Where in the order of things it stands: what a packet brought comes before what the passing
/// of time brought after it; things of the same packet stay in their order; what happens to
/// flows at the same moment of time comes in the order of their ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Order {
    pub packet_number: u64,
    pub phase: Phase,
    pub flow_id: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    #[default]
    Packet,
    Tick,
    Finish,
}
