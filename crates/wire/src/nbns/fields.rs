//! Names for rules and events.

use super::parser::{Message, Name, Record, message};
use super::state::{Nbns, NbnsTransaction};
use crate::field::{Buffer, VisitBytes, VisitNumber, buffer_specs, visit_buffer};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};
use crate::text::{hex, ipv4};

/// NetBIOS name service.
pub static NBNS: ProtocolSpec = ProtocolSpec {
    name: "nbns",
    carrier: Carrier::Datagram,
    ports: &[137],
    probe: |_, bytes| match message(bytes) {
        Some(message) if !message.cut => Probe::Yes,
        Some(_) => Probe::Unsure,
        None => Probe::No,
    },
    parser: || Box::new(Nbns::default()),
    buffers: &BUFFER_SPECS,
    numbers: &[],
    anomalies: &["malformed_data"],
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);

const BUFFERS: [Buffer<NbnsTransaction>; 1] = [Buffer::new(
    "nbns.name",
    Inspected::Both,
    |transaction, _, visit| {
        for question in &transaction.message.questions {
            visit(&question.name.text);
        }
        for record in &transaction.message.records {
            visit(&record.name.text);
        }
    },
)];

fn opcode_name(message: &Message) -> Option<&'static str> {
    Some(match message.opcode() {
        0 => "query",
        5 => "registration",
        6 => "release",
        7 => "wait",
        8 | 9 => "refresh",
        _ => return None,
    })
}

fn name(name: &Name, fields: &mut dyn Fields) {
    fields.bytes("name", &name.text);
    fields.number("suffix", name.suffix.into());
}

const fn kind_name(kind: u16) -> &'static str {
    match kind {
        0x20 => "NB",
        0x21 => "NBSTAT",
        _ => "other",
    }
}

fn record(record: &Record, fields: &mut dyn Fields) {
    name(&record.name, fields);
    fields.text("rrtype", kind_name(record.kind).into());
    fields.number("ttl", record.ttl.into());
    if !record.addresses.is_empty() {
        let group = record.addresses.iter().any(|(_, group)| *group);
        fields.truth("group", group);
        fields.begin_list("addresses");
        for (address, _) in &record.addresses {
            fields.text("", ipv4(*address).into());
        }
        fields.end();
    }
    if !record.names.is_empty() {
        fields.begin_list("names");
        for (owned, group) in &record.names {
            fields.begin_record("");
            name(owned, fields);
            fields.truth("group", *group);
            fields.end();
        }
        fields.end();
    }
    if let Some(mac) = record.mac {
        fields.text("mac", hex(&mac, Some(':')).into());
    }
}

fn values(message: &Message, fields: &mut dyn Fields) {
    let kind = if message.is_response() {
        "response"
    } else {
        "request"
    };
    fields.text("type", kind.into());
    fields.number("id", message.id.into());
    if let Some(opcode) = opcode_name(message) {
        fields.text("opcode", opcode.into());
    }
    if message.is_response() {
        fields.number("rcode", (message.flags & 0x0f).into());
    }
    if !message.questions.is_empty() {
        fields.begin_list("queries");
        for question in &message.questions {
            fields.begin_record("");
            name(&question.name, fields);
            fields.text("rrtype", kind_name(question.kind).into());
            fields.end();
        }
        fields.end();
    }
    if !message.records.is_empty() {
        fields.begin_list("answers");
        for told in &message.records {
            fields.begin_record("");
            record(told, fields);
            fields.end();
        }
        fields.end();
    }
}

impl Transaction for NbnsTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &NBNS
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("nbns")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        values(&self.message, fields);
    }

    fn direction(&self) -> Direction {
        self.direction
    }
}
