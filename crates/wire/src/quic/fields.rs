//! Names for rules and events.

use super::state::Quic;
use super::transaction::QuicTransaction;
use super::{event, probe};
use crate::field::{Buffer, VisitBytes, VisitNumber, buffer_specs, visit_buffer};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, ProtocolSpec, Transaction,
};

/// QUIC.
pub static QUIC: ProtocolSpec = ProtocolSpec {
    name: "quic",
    carrier: Carrier::Datagram,
    ports: &[443],
    probe: probe::quic,
    parser: || Box::new(Quic::default()),
    buffers: &BUFFER_SPECS,
    numbers: &[],
    anomalies: &["failed_decrypt", "error_on_data", "crypto_frag_too_long"],
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);

const BUFFERS: [Buffer<QuicTransaction>; 10] = [
    Buffer::new(
        "quic.version",
        Inspected::Both,
        |transaction, way, visit| {
            if transaction.direction == way {
                visit(&transaction.version.0.to_be_bytes());
            }
        },
    ),
    Buffer::new("quic.sni", Inspected::ToServer, |transaction, _, visit| {
        transaction.server_name().into_iter().for_each(visit);
    }),
    Buffer::new("quic.ua", Inspected::ToServer, |transaction, _, visit| {
        if let Some((hello, _)) = &transaction.google
            && let Some(agent) = &hello.user_agent
        {
            visit(agent);
        }
    }),
    Buffer::new(
        "quic.cyu.hash",
        Inspected::ToServer,
        |transaction, _, visit| {
            if let Some((_, fingerprint)) = &transaction.google {
                visit(fingerprint.hash.as_bytes());
            }
        },
    ),
    Buffer::new(
        "quic.cyu.string",
        Inspected::ToServer,
        |transaction, _, visit| {
            if let Some((_, fingerprint)) = &transaction.google {
                visit(fingerprint.text.as_bytes());
            }
        },
    ),
    Buffer::new("ja3.hash", Inspected::ToServer, |transaction, _, visit| {
        if let Some(client) = &transaction.client {
            visit(client.ja3.hash.as_bytes());
        }
    }),
    Buffer::new(
        "ja3.string",
        Inspected::ToServer,
        |transaction, _, visit| {
            if let Some(client) = &transaction.client {
                visit(client.ja3.text.as_bytes());
            }
        },
    ),
    Buffer::new("ja3s.hash", Inspected::ToClient, |transaction, _, visit| {
        if let Some(server) = &transaction.server {
            visit(server.ja3s.hash.as_bytes());
        }
    }),
    Buffer::new(
        "ja3s.string",
        Inspected::ToClient,
        |transaction, _, visit| {
            if let Some(server) = &transaction.server {
                visit(server.ja3s.text.as_bytes());
            }
        },
    ),
    Buffer::new("ja4.hash", Inspected::ToServer, |transaction, _, visit| {
        if let Some(client) = &transaction.client {
            visit(client.ja4.as_bytes());
        }
    }),
];

impl Transaction for QuicTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &QUIC
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("quic")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        event::quic(self, fields);
    }

    fn direction(&self) -> Direction {
        self.direction
    }
}
