//! Names for rules and events.

use crate::protocol::{Carrier, FieldSpec, Inspected, ProtocolSpec};

const fn field(name: &'static str, inspected: Inspected) -> FieldSpec {
    FieldSpec { name, inspected }
}

/// `dns` over UDP.
pub static UDP: ProtocolSpec = ProtocolSpec {
    name: "dns",
    carrier: Carrier::Datagram,
    ports: &[53],
    probe: |_, _| crate::protocol::Probe::No,
    parser: || Box::new(crate::registry::Quiet),
    buffers: &[
        field("dns.query", Inspected::ToServer),
        field("dns.query.name", Inspected::Both),
        field("dns.queries.rrname", Inspected::Both),
        field("dns.answers.rrname", Inspected::Both),
        field("dns.answer.name", Inspected::Both),
        field("dns.authorities.rrname", Inspected::Both),
        field("dns.additionals.rrname", Inspected::Both),
        field("dns.response.rrname", Inspected::Both),
        field("dns.response", Inspected::Both),
    ],
    numbers: &[
        field("dns.opcode", Inspected::Both),
        field("dns.rcode", Inspected::Both),
        field("dns.rrtype", Inspected::Both),
    ],
    anomalies: &[],
};

/// `dns` over TCP.
pub static TCP: ProtocolSpec = ProtocolSpec {
    name: "dns",
    carrier: Carrier::Stream,
    ports: &[53],
    probe: |_, _| crate::protocol::Probe::No,
    parser: || Box::new(crate::registry::Quiet),
    buffers: &[
        field("dns.query", Inspected::ToServer),
        field("dns.query.name", Inspected::Both),
        field("dns.queries.rrname", Inspected::Both),
        field("dns.answers.rrname", Inspected::Both),
        field("dns.answer.name", Inspected::Both),
        field("dns.authorities.rrname", Inspected::Both),
        field("dns.additionals.rrname", Inspected::Both),
        field("dns.response.rrname", Inspected::Both),
        field("dns.response", Inspected::Both),
    ],
    numbers: &[
        field("dns.opcode", Inspected::Both),
        field("dns.rcode", Inspected::Both),
        field("dns.rrtype", Inspected::Both),
    ],
    anomalies: &[],
};

/// `mdns` over UDP.
pub static MDNS: ProtocolSpec = ProtocolSpec {
    name: "mdns",
    carrier: Carrier::Datagram,
    ports: &[5353],
    probe: |_, _| crate::protocol::Probe::No,
    parser: || Box::new(crate::registry::Quiet),
    buffers: &[
        field("mdns.query", Inspected::ToServer),
        field("mdns.query.name", Inspected::Both),
        field("mdns.queries.rrname", Inspected::Both),
        field("mdns.answers.rrname", Inspected::Both),
        field("mdns.answer.name", Inspected::Both),
        field("mdns.authorities.rrname", Inspected::Both),
        field("mdns.additionals.rrname", Inspected::Both),
        field("mdns.response.rrname", Inspected::Both),
        field("mdns.response", Inspected::Both),
    ],
    numbers: &[
        field("mdns.opcode", Inspected::Both),
        field("mdns.rcode", Inspected::Both),
        field("mdns.rrtype", Inspected::Both),
    ],
    anomalies: &[],
};

/// `llmnr` over UDP.
pub static LLMNR: ProtocolSpec = ProtocolSpec {
    name: "llmnr",
    carrier: Carrier::Datagram,
    ports: &[5355],
    probe: |_, _| crate::protocol::Probe::No,
    parser: || Box::new(crate::registry::Quiet),
    buffers: &[
        field("llmnr.query", Inspected::ToServer),
        field("llmnr.query.name", Inspected::Both),
        field("llmnr.queries.rrname", Inspected::Both),
        field("llmnr.answers.rrname", Inspected::Both),
        field("llmnr.answer.name", Inspected::Both),
        field("llmnr.authorities.rrname", Inspected::Both),
        field("llmnr.additionals.rrname", Inspected::Both),
        field("llmnr.response.rrname", Inspected::Both),
        field("llmnr.response", Inspected::Both),
    ],
    numbers: &[
        field("llmnr.opcode", Inspected::Both),
        field("llmnr.rcode", Inspected::Both),
        field("llmnr.rrtype", Inspected::Both),
    ],
    anomalies: &[],
};
