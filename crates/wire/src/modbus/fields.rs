//! Names for rules and events.

use super::function::{self, COILS, DISCRETES, HOLDING, INPUT, MULTIPLE, READ, SINGLE, WRITE};
use super::parser::{Data, HEADER_BYTES, LENGTH_MAX, Message};
use super::state::{Modbus, ModbusTransaction};
use super::words::{touches, words};
use crate::field::{Buffer, VisitBytes, VisitNumber, buffer_specs, visit_buffer};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};
use crate::text::hex;

/// Modbus. Its messages say so little of themselves that the port has to decide.
pub static MODBUS: ProtocolSpec = ProtocolSpec {
    name: "modbus",
    carrier: Carrier::Stream,
    ports: &[502],
    probe: |_, bytes| probe(bytes),
    parser: || Box::new(Modbus::default()),
    buffers: &BUFFER_SPECS,
    numbers: &[],
    anomalies: &[
        "invalid_protocol_id",
        "unsolicited_response",
        "invalid_length",
        "invalid_unit_identifier",
        "invalid_function_code",
        "invalid_value",
        "invalid_exception_code",
        "value_mismatch",
        "flooded",
    ],
};

/// Protocol 0 and a length of Modbus; the first message is one packet, not much more.
fn probe(bytes: &[u8]) -> Probe {
    match bytes {
        [_, _, 0, 0, 0, length, ..] if (2..=LENGTH_MAX).contains(&u16::from(*length)) => {
            match bytes.get(HEADER_BYTES.saturating_add(1)) {
                Some(0) => Probe::No,
                _ => Probe::Unsure,
            }
        }
        [] | [_] | [_, _] | [_, _, 0] | [_, _, 0, 0] | [_, _, 0, 0, 0] => Probe::Unsure,
        _ => Probe::No,
    }
}

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);

const BUFFERS: [Buffer<ModbusTransaction>; 2] = [
    Buffer::new("modbus", Inspected::ToServer, |tx, _, visit| {
        if let Some(request) = &tx.request {
            words(request, visit);
        }
    }),
    Buffer::new("modbus.touches", Inspected::ToServer, |tx, _, visit| {
        if let Some(request) = &tx.request {
            touches(request, visit);
        }
    }),
];

fn access_text(access: u8) -> String {
    let names = [
        (READ, "READ"),
        (WRITE, "WRITE"),
        (DISCRETES, "DISCRETES"),
        (COILS, "COILS"),
        (INPUT, "INPUT"),
        (HOLDING, "HOLDING"),
        (SINGLE, "SINGLE"),
        (MULTIPLE, "MULTIPLE"),
    ];
    let mut set: Vec<&str> = names
        .into_iter()
        .filter(|(bit, _)| access & bit != 0)
        .map(|(_, name)| name)
        .collect();
    for (bits, name) in [
        (WRITE | SINGLE, "WRITE_SINGLE"),
        (WRITE | MULTIPLE, "WRITE_MULTIPLE"),
    ] {
        if access & bits == bits {
            set.push(name);
        }
    }
    if set.is_empty() {
        "NONE".to_owned()
    } else {
        set.join(" | ")
    }
}

fn message(name: &'static str, message: &Message, fields: &mut dyn Fields) {
    fields.begin_record(name);
    fields.number("transaction_id", message.transaction_id.into());
    fields.number("protocol_id", message.protocol_id.into());
    fields.number("unit_id", message.unit.into());
    fields.number("function_raw", message.function_raw.into());
    let code = message.function();
    fields.bytes("function_code", function::name(code).as_bytes());
    fields.bytes(
        "access_type",
        access_text(function::access(code)).as_bytes(),
    );
    let (category, _) = function::category(code, message.subfunction());
    fields.bytes("category", category.as_bytes());
    let errors = match message.errors.as_slice() {
        [] => "NONE".to_owned(),
        errors => errors.join(" | "),
    };
    fields.bytes("error_flags", errors.as_bytes());
    data(&message.data, fields);
    fields.end();
}

fn digits(bytes: &[u8], fields: &mut dyn Fields) {
    fields.bytes("data", hex(bytes, None).as_bytes());
}

fn data(data: &Data, fields: &mut dyn Fields) {
    match data {
        Data::Empty => {}
        Data::Bytes(bytes) => digits(bytes, fields),
        Data::Diagnostic(sub, bytes) => {
            fields.begin_record("diagnostic");
            fields.number("raw", (*sub).into());
            digits(bytes, fields);
            fields.end();
        }
        Data::Encapsulated(kind, bytes) => {
            fields.begin_record("mei");
            fields.number("raw", (*kind).into());
            let name: &[u8] = match kind {
                13 => b"CANOpenGenRefReqResp",
                14 => b"RdDevId",
                _ => b"Unknown",
            };
            fields.bytes("code", name);
            digits(bytes, fields);
            fields.end();
        }
        Data::Exception(code) => {
            fields.begin_record("exception");
            fields.number("raw", (*code).into());
            fields.bytes("code", function::exception(*code).as_bytes());
            fields.end();
        }
        Data::Read(address, quantity) => read(*address, *quantity, fields),
        Data::ReadAnswer(bytes) => {
            fields.begin_record("read");
            digits(bytes, fields);
            fields.end();
        }
        Data::WriteOne(address, value) => {
            fields.begin_record("write");
            fields.number("address", (*address).into());
            fields.number("data", (*value).into());
            fields.end();
        }
        Data::WriteMany(address, quantity, bytes) => write(*address, *quantity, bytes, fields),
        Data::WriteMask(address, and, or) => {
            fields.begin_record("write");
            fields.number("address", (*address).into());
            fields.number("and_mask", (*and).into());
            fields.number("or_mask", (*or).into());
            fields.end();
        }
        Data::ReadWrite(from, to, bytes) => {
            let ([address, quantity], [at, count]) = (*from, *to);
            read(address, quantity, fields);
            write(at, count, bytes, fields);
        }
    }
}

fn read(address: u16, quantity: u16, fields: &mut dyn Fields) {
    fields.begin_record("read");
    fields.number("address", address.into());
    fields.number("quantity", quantity.into());
    fields.end();
}

fn write(address: u16, quantity: u16, bytes: &[u8], fields: &mut dyn Fields) {
    fields.begin_record("write");
    fields.number("address", address.into());
    fields.number("quantity", quantity.into());
    if !bytes.is_empty() {
        digits(bytes, fields);
    }
    fields.end();
}

impl Transaction for ModbusTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &MODBUS
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("modbus")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        // Counted from 1, unlike elsewhere.
        fields.number("id", self.id.saturating_add(1));
        if let Some(request) = &self.request {
            message("request", request, fields);
        }
        if let Some(response) = &self.response {
            message("response", response, fields);
        }
    }
}
