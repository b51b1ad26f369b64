//! Names for rules and events.

use crate::protocol::{Carrier, FieldSpec, Inspected, ProtocolSpec};

const fn field(name: &'static str, inspected: Inspected) -> FieldSpec {
    FieldSpec { name, inspected }
}

/// `tls` over TCP.
pub static TLS: ProtocolSpec = ProtocolSpec {
    name: "tls",
    carrier: Carrier::Stream,
    ports: &[443, 465, 636, 853, 989, 990, 993, 995, 8443],
    probe: |_, _| crate::protocol::Probe::No,
    parser: || Box::new(crate::registry::Quiet),
    buffers: &[
        field("tls.sni", Inspected::ToServer),
        field("tls.cert_subject", Inspected::Both),
        field("tls.cert_issuer", Inspected::Both),
        field("tls.cert_serial", Inspected::Both),
        field("tls.cert_fingerprint", Inspected::Both),
        field("tls.certs", Inspected::Both),
        field("tls.subjectaltname", Inspected::Both),
        field("tls.alpn", Inspected::Both),
        field("tls.version", Inspected::Both),
        field("tls.random", Inspected::Both),
        field("tls.random_time", Inspected::Both),
        field("tls.random_bytes", Inspected::Both),
        field("ssl_version", Inspected::Both),
        field("ssl_state", Inspected::Both),
        field("ja3.hash", Inspected::ToServer),
        field("ja3.string", Inspected::ToServer),
        field("ja3s.hash", Inspected::ToClient),
        field("ja3s.string", Inspected::ToClient),
        field("ja4.hash", Inspected::ToServer),
    ],
    numbers: &[
        field("tls.version", Inspected::Both),
        field("tls.cert_chain_len", Inspected::Both),
        field("tls.cert_not_before", Inspected::Both),
        field("tls.cert_not_after", Inspected::Both),
    ],
    anomalies: &[],
};
