//! Names for rules and events.

use crate::protocol::{Carrier, FieldSpec, Inspected, ProtocolSpec};

const fn field(name: &'static str, inspected: Inspected) -> FieldSpec {
    FieldSpec { name, inspected }
}

/// `http` over TCP.
pub static HTTP: ProtocolSpec = ProtocolSpec {
    name: "http",
    carrier: Carrier::Stream,
    ports: &[80, 8080, 8000, 3128, 8888],
    probe: |_, _| crate::protocol::Probe::No,
    parser: || Box::new(crate::registry::Quiet),
    buffers: &[
        field("http.uri", Inspected::ToServer),
        field("http.uri.raw", Inspected::ToServer),
        field("http.method", Inspected::ToServer),
        field("http.host", Inspected::ToServer),
        field("http.host.raw", Inspected::ToServer),
        field("http.user_agent", Inspected::ToServer),
        field("http.cookie", Inspected::Both),
        field("http.header", Inspected::Both),
        field("http.header.raw", Inspected::Both),
        field("http.header_names", Inspected::Both),
        field("http.request_header", Inspected::ToServer),
        field("http.response_header", Inspected::ToClient),
        field("http.accept", Inspected::ToServer),
        field("http.accept_lang", Inspected::ToServer),
        field("http.accept_enc", Inspected::ToServer),
        field("http.referer", Inspected::ToServer),
        field("http.connection", Inspected::Both),
        field("http.content_type", Inspected::Both),
        field("http.content_len", Inspected::Both),
        field("http.start", Inspected::Both),
        field("http.protocol", Inspected::Both),
        field("http.request_line", Inspected::ToServer),
        field("http.response_line", Inspected::ToClient),
        field("http.stat_code", Inspected::ToClient),
        field("http.stat_msg", Inspected::ToClient),
        field("http.location", Inspected::ToClient),
        field("http.server", Inspected::ToClient),
        field("http.request_body", Inspected::ToServer),
        field("http.response_body", Inspected::ToClient),
        field("file.data", Inspected::Both),
        field("file.name", Inspected::Both),
    ],
    numbers: &[
        field("urilen", Inspected::ToServer),
        field("urilen.raw", Inspected::ToServer),
        field("http.content_len", Inspected::Both),
        field("http.stat_code", Inspected::ToClient),
    ],
    anomalies: &[],
};
