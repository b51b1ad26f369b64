//! Names for rules and events.

use super::parser::{self, VERSION_BYTES, Version};
use super::state::{Rfb, RfbTransaction};
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};
use crate::text::hex;

/// RFB.
pub static RFB: ProtocolSpec = ProtocolSpec {
    name: "rfb",
    carrier: Carrier::Stream,
    ports: &[5900],
    probe: |_, bytes| probe(bytes),
    parser: || Box::new(Rfb::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: &[
        "malformed_message",
        "unimplemented_security_type",
        "unknown_security_result",
    ],
};

/// Both sides begin with a version.
fn probe(bytes: &[u8]) -> Probe {
    const START: &[u8] = b"RFB ";
    match bytes.get(..VERSION_BYTES) {
        Some(first) if parser::version(first).is_some() => Probe::Yes,
        None if bytes.starts_with(START) || START.starts_with(bytes) => Probe::Unsure,
        _ => Probe::No,
    }
}

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

const BUFFERS: [Buffer<RfbTransaction>; 1] = [Buffer::new(
    "rfb.name",
    Inspected::ToClient,
    |tx, _, visit| {
        if let Some(init) = &tx.server_init {
            visit(&init.name);
        }
    },
)];

const NUMBERS: [Number<RfbTransaction>; 2] = [
    Number::new("rfb.sectype", Inspected::ToServer, |tx, _, visit| {
        if let Some(kind) = tx.security_type {
            visit(kind.into());
        }
    }),
    Number::new("rfb.secresult", Inspected::ToClient, |tx, _, visit| {
        // Rules know 3 as `unknown`.
        if let Some(result) = tx.result {
            visit(result.min(3).into());
        }
    }),
];

fn version(name: &'static str, version: Option<Version>, fields: &mut dyn Fields) {
    if let Some(version) = version {
        fields.begin_record(name);
        fields.bytes("major", &version.major);
        fields.bytes("minor", &version.minor);
        fields.end();
    }
}

fn authentication(tx: &RfbTransaction, fields: &mut dyn Fields) {
    if tx.security_type.is_none() && tx.result.is_none() && tx.reason.is_none() {
        return;
    }
    fields.begin_record("authentication");
    if let Some(kind) = tx.security_type {
        fields.number("security_type", kind.into());
    }
    if tx.challenge.is_some() || tx.response.is_some() {
        fields.begin_record("vnc");
        for (name, bytes) in [("challenge", tx.challenge), ("response", tx.response)] {
            if let Some(bytes) = bytes {
                fields.bytes(name, hex(&bytes, None).as_bytes());
            }
        }
        fields.end();
    }
    match tx.result {
        Some(0) => fields.bytes("security_result", b"OK"),
        Some(1) => fields.bytes("security_result", b"FAIL"),
        Some(2) => fields.bytes("security_result", b"TOOMANY"),
        Some(other) => {
            fields.bytes("security_result", format!("UNKNOWN ({other})").as_bytes());
        }
        None => {}
    }
    if let Some(reason) = &tx.reason {
        fields.bytes("fail_reason", reason);
    }
    fields.end();
}

fn picture(tx: &RfbTransaction, fields: &mut dyn Fields) {
    let Some(init) = &tx.server_init else { return };
    fields.begin_record("framebuffer");
    fields.number("width", init.width.into());
    fields.number("height", init.height.into());
    fields.bytes("name", &init.name);
    let format = &init.format;
    fields.begin_record("pixel_format");
    fields.number("bits_per_pixel", format.bits_per_pixel.into());
    fields.number("depth", format.depth.into());
    fields.truth("big_endian", format.big_endian);
    fields.truth("true_color", format.true_color);
    for (name, max) in ["red_max", "green_max", "blue_max"]
        .into_iter()
        .zip(format.max)
    {
        fields.number(name, max.into());
    }
    let places = ["red_shift", "green_shift", "blue_shift"];
    for (name, shift) in places.into_iter().zip(format.shift) {
        fields.number(name, shift.into());
    }
    fields.end();
    fields.end();
}

impl Transaction for RfbTransaction {
    fn id(&self) -> u64 {
        0
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &RFB
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("rfb")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, fields: &mut dyn Fields) {
        version("server_protocol_version", self.server_version, fields);
        version("client_protocol_version", self.client_version, fields);
        authentication(self, fields);
        if let Some(shared) = self.shared {
            fields.truth("screen_shared", shared);
        }
        picture(self, fields);
    }
}
