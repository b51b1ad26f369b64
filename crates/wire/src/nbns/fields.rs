//! Names for rules and events.

use crate::protocol::{Carrier, FieldSpec, Inspected, ProtocolSpec};

const fn field(name: &'static str, inspected: Inspected) -> FieldSpec {
    FieldSpec { name, inspected }
}

/// `nbns` over UDP.
pub static NBNS: ProtocolSpec = ProtocolSpec {
    name: "nbns",
    carrier: Carrier::Datagram,
    ports: &[137],
    probe: |_, _| crate::protocol::Probe::No,
    parser: || Box::new(crate::registry::Quiet),
    buffers: &[field("nbns.name", Inspected::Both)],
    numbers: &[],
    anomalies: &[],
};
