//! Names for rules and events: one table entry per buffer or number, name and accessor together.

use super::state::{Echo, EchoTransaction};
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};

/// Echo, line by line. To be recognised, this would stand in `registry::PROTOCOLS`.
pub static ECHO: ProtocolSpec = ProtocolSpec {
    name: "echo",
    carrier: Carrier::Stream,
    ports: &[7],
    probe,
    parser: || Box::new(Echo::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: &["line_too_long"],
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

const BUFFERS: [Buffer<EchoTransaction>; 2] = [
    Buffer::new("echo.said", Inspected::ToServer, |transaction, _, visit| {
        if let Some(line) = &transaction.said {
            visit(&line.text);
        }
    }),
    Buffer::new(
        "echo.echoed",
        Inspected::ToClient,
        |transaction, _, visit| {
            if let Some(line) = &transaction.echoed {
                visit(&line.text);
            }
        },
    ),
];

const NUMBERS: [Number<EchoTransaction>; 1] = [Number::new(
    "echo.length",
    Inspected::ToServer,
    |transaction, _, visit| {
        if let Some(line) = &transaction.said {
            visit(line.text.len() as u64);
        }
    },
)];

/// Strict: what another protocol or random bytes could begin with is `No`.
fn probe(_: Direction, bytes: &[u8]) -> Probe {
    const START: &[u8] = b"ECHO ";
    if bytes.starts_with(START) {
        Probe::Yes
    } else if START.starts_with(bytes) {
        Probe::Unsure
    } else {
        Probe::No
    }
}

impl Transaction for EchoTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &ECHO
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("echo")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, fields: &mut dyn Fields) {
        if let Some(line) = &self.said {
            fields.bytes("said", &line.text);
        }
        if let Some(line) = &self.echoed {
            fields.bytes("echoed", &line.text);
        }
    }
}
