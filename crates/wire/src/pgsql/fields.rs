//! Names for rules and events.

use super::event;
use super::parser::{Request, may_be_start, start};
use super::state::{Asked, Pgsql, PgsqlTransaction};
use crate::field::{Buffer, VisitBytes, VisitNumber, buffer_specs, visit_buffer};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};

/// PostgreSQL.
pub static PGSQL: ProtocolSpec = ProtocolSpec {
    name: "pgsql",
    carrier: Carrier::Stream,
    ports: &[5432],
    probe,
    parser: || Box::new(Pgsql::default()),
    buffers: &BUFFER_SPECS,
    numbers: &[],
    anomalies: &[
        "invalid_length",
        "malformed_request",
        "malformed_response",
        "too_many_transactions",
        "too_many_responses",
    ],
};

/// A client's first message tells it; a server's may be one byte, so the port has to help.
fn probe(direction: Direction, bytes: &[u8]) -> Probe {
    match direction {
        Direction::ToServer if start(bytes).is_some() => Probe::Yes,
        Direction::ToServer if may_be_start(bytes) => Probe::Unsure,
        Direction::ToServer => Probe::No,
        Direction::ToClient => match bytes {
            [] | [b'S' | b'N' | b'G'] => Probe::Unsure,
            // After `S`, TLS; else authentication or an error, shorter than 64 KiB.
            [b'S', 0x16 | 0x15, ..] | [b'R' | b'E' | b'N', 0, 0, ..] => Probe::Unsure,
            [b'R' | b'E'] | [b'R' | b'E' | b'N', 0] => Probe::Unsure,
            [b'N', b'R' | b'E', 0, ..] => Probe::Unsure,
            _ => Probe::No,
        },
    }
}

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);

const BUFFERS: [Buffer<PgsqlTransaction>; 1] = [Buffer::new(
    "pgsql.query",
    Inspected::ToServer,
    |tx, _, visit| {
        if let Some(Asked::Request(Request::Query(text))) = &tx.asked {
            visit(text);
        }
    },
)];

impl Transaction for PgsqlTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &PGSQL
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("pgsql")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        event::transaction(self, fields);
    }
}
