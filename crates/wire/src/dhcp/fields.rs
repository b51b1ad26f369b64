//! Names for rules and events.

use crate::protocol::{Carrier, FieldSpec, Inspected, ProtocolSpec};

const fn field(name: &'static str, inspected: Inspected) -> FieldSpec {
    FieldSpec { name, inspected }
}

/// `dhcp` over UDP.
pub static DHCP: ProtocolSpec = ProtocolSpec {
    name: "dhcp",
    carrier: Carrier::Datagram,
    ports: &[67, 68],
    probe: |_, _| crate::protocol::Probe::No,
    parser: || Box::new(crate::registry::Quiet),
    buffers: &[],
    numbers: &[
        field("dhcp.leasetime", Inspected::Both),
        field("dhcp.rebinding_time", Inspected::Both),
        field("dhcp.renewal_time", Inspected::Both),
    ],
    anomalies: &[],
};
