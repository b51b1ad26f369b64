//! Names for rules and events.

use super::parser::{Request, request};
use super::state::Tftp;
use crate::field::{VisitBytes, VisitNumber};
use crate::protocol::{Carrier, Direction, Fields, Probe, ProtocolSpec, Transaction};

/// TFTP.
pub static TFTP: ProtocolSpec = ProtocolSpec {
    name: "tftp",
    carrier: Carrier::Datagram,
    ports: &[69],
    probe: |direction, bytes| match direction {
        Direction::ToServer if request(bytes).is_some() => Probe::Yes,
        _ => Probe::No,
    },
    parser: || Box::new(Tftp::default()),
    buffers: &[],
    numbers: &[],
    anomalies: &[],
};

impl Transaction for Request {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &TFTP
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("tftp")
    }

    fn buffer(&self, _: usize, _: Direction, _: VisitBytes<'_>) {}

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        let packet: &[u8] = if self.writes { b"write" } else { b"read" };
        fields.bytes("packet", packet);
        fields.bytes("file", &self.file);
        fields.bytes("mode", &self.mode);
    }
}
