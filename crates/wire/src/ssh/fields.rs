//! Names for rules and events.

use crate::protocol::{Carrier, FieldSpec, Inspected, ProtocolSpec};

const fn field(name: &'static str, inspected: Inspected) -> FieldSpec {
    FieldSpec { name, inspected }
}

/// `ssh` over TCP.
pub static SSH: ProtocolSpec = ProtocolSpec {
    name: "ssh",
    carrier: Carrier::Stream,
    ports: &[22],
    probe: |_, _| crate::protocol::Probe::No,
    parser: || Box::new(crate::registry::Quiet),
    buffers: &[
        field("ssh.proto", Inspected::Both),
        field("ssh.software", Inspected::Both),
        field("ssh.hassh", Inspected::ToServer),
        field("ssh.hassh.string", Inspected::ToServer),
        field("ssh.hassh.server", Inspected::ToClient),
        field("ssh.hassh.server.string", Inspected::ToClient),
    ],
    numbers: &[],
    anomalies: &[],
};
