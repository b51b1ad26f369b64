//! Names for rules and events.

use super::parser::FIN;
use super::state::{WebSocket, WebSocketTransaction};
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};

/// WebSocket. It has no beginning to be known by: HTTP/1 hands it over.
pub static WEBSOCKET: ProtocolSpec = ProtocolSpec {
    name: "websocket",
    carrier: Carrier::Stream,
    ports: &[],
    probe: |_, _| Probe::No,
    parser: || Box::new(WebSocket::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: &["skip_end_of_payload", "reassembly_limit_reached"],
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

const BUFFERS: [Buffer<WebSocketTransaction>; 1] = [Buffer::new(
    "websocket.payload",
    Inspected::Both,
    |transaction, way, visit| {
        if transaction.sent() == way {
            visit(&transaction.payload);
        }
    },
)];

const NUMBERS: [Number<WebSocketTransaction>; 3] = [
    Number::new(
        "websocket.opcode",
        Inspected::Both,
        |transaction, way, visit| {
            if transaction.sent() == way {
                visit(transaction.opcode.into());
            }
        },
    ),
    Number::new(
        "websocket.mask",
        Inspected::Both,
        |transaction, way, visit| {
            if transaction.sent() == way
                && let Some(mask) = transaction.mask
            {
                visit(u32::from_be_bytes(mask).into());
            }
        },
    ),
    Number::new(
        "websocket.flags",
        Inspected::Both,
        |transaction, way, visit| {
            if transaction.sent() == way {
                visit(transaction.flags.into());
            }
        },
    ),
];

/// RFC 6455, 5.2.
const fn opcode_name(opcode: u8) -> Option<&'static str> {
    Some(match opcode {
        0 => "continuation",
        1 => "text",
        2 => "binary",
        8 => "connection_close",
        9 => "ping",
        10 => "pong",
        _ => return None,
    })
}

impl Transaction for WebSocketTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &WEBSOCKET
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("websocket")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, fields: &mut dyn Fields) {
        fields.truth("fin", self.flags & FIN != 0);
        if let Some(mask) = self.mask {
            fields.number("mask", u32::from_be_bytes(mask).into());
        }
        match opcode_name(self.opcode) {
            Some(name) => fields.bytes("opcode", name.as_bytes()),
            None => fields.bytes("opcode", format!("unknown-{}", self.opcode).as_bytes()),
        }
    }

    fn direction(&self) -> Direction {
        self.sent()
    }
}
