//! Names for events.

use super::parser::{Body, Node, Request, Response, message};
use super::state::{Dht, DhtTransaction};
use crate::field::{VisitBytes, VisitNumber};
use crate::protocol::{Carrier, Direction, Fields, Probe, ProtocolSpec, Transaction};
use crate::text::hex;

/// The distributed table.
pub static DHT: ProtocolSpec = ProtocolSpec {
    name: "bittorrent-dht",
    carrier: Carrier::Datagram,
    ports: &[],
    probe: |_, bytes| match message(bytes) {
        Some(_) => Probe::Yes,
        None => Probe::No,
    },
    parser: || Box::new(Dht::default()),
    buffers: &[],
    numbers: &[],
    anomalies: &["malformed_packet"],
};

fn digits(name: &'static str, bytes: &[u8], fields: &mut dyn Fields) {
    fields.bytes(name, hex(bytes, None).as_bytes());
}

fn request(request: &Request, fields: &mut dyn Fields) {
    fields.begin_record("request");
    digits("id", &request.id, fields);
    let values = [
        ("target", &request.target),
        ("info_hash", &request.info_hash),
        ("token", &request.token),
    ];
    for (name, value) in values {
        if let Some(value) = value {
            digits(name, value, fields);
        }
    }
    for (name, number) in [
        ("implied_port", request.implied_port),
        ("port", request.port),
    ] {
        if let Some(number) = number.and_then(|number| u64::try_from(number).ok()) {
            fields.number(name, number);
        }
    }
    fields.end();
}

fn nodes(name: &'static str, nodes: &[Node], fields: &mut dyn Fields) {
    if nodes.is_empty() {
        return;
    }
    fields.begin_list(name);
    for node in nodes {
        fields.begin_record("");
        digits("id", &node.id, fields);
        fields.bytes("ip", node.address.to_string().as_bytes());
        fields.number("port", node.port.into());
        fields.end();
    }
    fields.end();
}

fn response(response: &Response, fields: &mut dyn Fields) {
    fields.begin_record("response");
    digits("id", &response.id, fields);
    nodes("nodes", &response.nodes, fields);
    nodes("nodes6", &response.nodes6, fields);
    if !response.values.is_empty() {
        fields.begin_list("values");
        for (address, port) in &response.values {
            fields.begin_record("");
            fields.bytes("ip", address.to_string().as_bytes());
            fields.number("port", (*port).into());
            fields.end();
        }
        fields.end();
    }
    if let Some(token) = &response.token {
        digits("token", token, fields);
    }
    fields.end();
}

impl Transaction for DhtTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &DHT
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("bittorrent_dht")
    }

    fn buffer(&self, _: usize, _: Direction, _: VisitBytes<'_>) {}

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        let message = &self.message;
        digits("transaction_id", &message.transaction_id, fields);
        if let Some(version) = &message.client_version {
            digits("client_version", version, fields);
        }
        match &message.body {
            Body::Request {
                kind,
                request: asked,
            } => {
                fields.bytes("request_type", kind);
                request(asked, fields);
            }
            Body::Response(answer) => response(answer, fields),
            Body::Error(number, text) => {
                fields.begin_record("error");
                fields.number("num", u64::try_from(*number).unwrap_or(0));
                fields.bytes("msg", text);
                fields.end();
            }
        }
    }

    fn direction(&self) -> Direction {
        self.direction
    }
}
