//! Names for rules and events.

use super::application::{Application, is_answer};
use super::link::{Front, front};
use super::state::{Dnp3, Dnp3Transaction};
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};

/// DNP3. The checksum of its first frame tells it.
pub static DNP3: ProtocolSpec = ProtocolSpec {
    name: "dnp3",
    carrier: Carrier::Stream,
    ports: &[20_000],
    probe: |_, bytes| match front(bytes) {
        Front::Frame(header) if header.is_intact && header.length >= 5 => Probe::Yes,
        Front::Unknown => Probe::Unsure,
        Front::Frame(_) | Front::NoFrame => Probe::No,
    },
    parser: || Box::new(Dnp3::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: &[
        "flooded",
        "len_too_small",
        "bad_link_crc",
        "bad_transport_crc",
        "unknown_object",
        "too_many_points",
        "too_many_objects",
        "too_long_reassembly",
    ],
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

const BUFFERS: [Buffer<Dnp3Transaction>; 2] = [
    Buffer::new("dnp3.data", Inspected::Both, |tx, _, visit| visit(&tx.data)),
    // `group,variation`, as the keyword asks.
    Buffer::new("dnp3_obj", Inspected::Both, |tx, _, visit| {
        for object in &tx.application.objects {
            visit(format!("{},{}", object.group, object.variation).as_bytes());
        }
    }),
];

const NUMBERS: [Number<Dnp3Transaction>; 2] = [
    Number::new("dnp3_func", Inspected::Both, |tx, _, visit| {
        visit(tx.application.function.into());
    }),
    Number::new("dnp3_ind", Inspected::Both, |tx, _, visit| {
        if let Some(indications) = tx.application.indications {
            visit(indications.into());
        }
    }),
];

/// Bits of a station's state, first byte high.
const INDICATIONS: [(u16, &str); 16] = [
    (0x8000, "device_restart"),
    (0x4000, "device_trouble"),
    (0x2000, "local_control"),
    (0x1000, "need_time"),
    (0x0800, "class_3_events"),
    (0x0400, "class_2_events"),
    (0x0200, "class_1_events"),
    (0x0100, "all_stations"),
    (0x0080, "reserved_1"),
    (0x0040, "reserved_2"),
    (0x0020, "config_corrupt"),
    (0x0010, "already_executing"),
    (0x0008, "event_buffer_overflow"),
    (0x0004, "parameter_error"),
    (0x0002, "object_unknown"),
    (0x0001, "no_func_code_support"),
];

fn application(message: &Application, fields: &mut dyn Fields) {
    fields.begin_record("application");
    fields.begin_record("control");
    for (name, bit) in [("fir", 0x80), ("fin", 0x40), ("con", 0x20), ("uns", 0x10)] {
        fields.truth(name, message.control & bit != 0);
    }
    fields.number("sequence", (message.control & 0x0f).into());
    fields.end();
    fields.number("function_code", message.function.into());
    objects(message, fields);
    fields.truth("complete", message.complete);
    fields.end();
}

fn objects(message: &Application, fields: &mut dyn Fields) {
    if message.objects.is_empty() {
        return;
    }
    fields.begin_list("objects");
    for object in &message.objects {
        fields.begin_record("");
        fields.number("group", object.group.into());
        fields.number("variation", object.variation.into());
        fields.number("qualifier", object.qualifier.into());
        fields.number("prefix_code", object.prefix_code().into());
        fields.number("range_code", object.range_code().into());
        fields.number("start", object.start.into());
        fields.number("stop", object.stop.into());
        fields.number("count", object.count.into());
        fields.end();
    }
    fields.end();
}

impl Transaction for Dnp3Transaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &DNP3
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("dnp3")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, fields: &mut dyn Fields) {
        let kind: &[u8] = match self.application.function {
            130 => b"unsolicited_response",
            function if is_answer(function) => b"response",
            _ => b"request",
        };
        fields.bytes("type", kind);
        fields.begin_record("control");
        let control = self.link.control;
        for (name, bit) in [("dir", 0x80), ("pri", 0x40), ("fcb", 0x20), ("fcv", 0x10)] {
            fields.truth(name, control & bit != 0);
        }
        fields.number("function_code", (control & 0x0f).into());
        fields.end();
        fields.number("src", self.link.source.into());
        fields.number("dst", self.link.destination.into());
        application(&self.application, fields);
        if let Some(indications) = self.application.indications {
            fields.begin_record("iin");
            if indications != 0 {
                fields.begin_list("indicators");
                for (bit, name) in INDICATIONS {
                    if indications & bit != 0 {
                        fields.bytes("", name.as_bytes());
                    }
                }
                fields.end();
            }
            fields.end();
        }
    }

    fn direction(&self) -> Direction {
        self.direction
    }
}
