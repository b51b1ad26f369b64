//! Names for rules and events.

use super::message::{Header, Message, Section};
use super::state::{self, DnsTransaction, Flavour};
use super::{event, probe};
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, ProtocolSpec, Transaction,
};

const ANOMALIES: &[&str] = &[
    "malformed_data",
    "not_a_request",
    "not_a_response",
    "z_flag_set",
    "invalid_opcode",
    "infinite_loop",
    "too_many_labels",
    "name_too_long",
    "invalid_authorities",
    "invalid_additionals",
];

/// DNS over UDP.
pub static UDP: ProtocolSpec = ProtocolSpec {
    name: "dns",
    carrier: Carrier::Datagram,
    ports: &[53],
    probe: probe::dns_datagram,
    parser: || Box::new(state::Datagrams::new(Flavour::Dns, &UDP)),
    buffers: &DNS_BUFFERS,
    numbers: &DNS_NUMBERS,
    anomalies: ANOMALIES,
};

/// DNS over TCP.
pub static TCP: ProtocolSpec = ProtocolSpec {
    name: "dns",
    carrier: Carrier::Stream,
    ports: &[53],
    probe: probe::dns_stream,
    parser: || Box::new(state::Stream::new(&TCP)),
    buffers: &DNS_BUFFERS,
    numbers: &DNS_NUMBERS,
    anomalies: ANOMALIES,
};

/// Multicast DNS (RFC 6762).
pub static MDNS: ProtocolSpec = ProtocolSpec {
    name: "mdns",
    carrier: Carrier::Datagram,
    ports: &[5353],
    probe: probe::mdns,
    parser: || Box::new(state::Datagrams::new(Flavour::Multicast, &MDNS)),
    buffers: &MDNS_BUFFERS,
    numbers: &MDNS_NUMBERS,
    anomalies: ANOMALIES,
};

/// Link-local multicast name resolution (RFC 4795).
pub static LLMNR: ProtocolSpec = ProtocolSpec {
    name: "llmnr",
    carrier: Carrier::Datagram,
    ports: &[5355],
    probe: probe::llmnr,
    parser: || Box::new(state::Datagrams::new(Flavour::LinkLocal, &LLMNR)),
    buffers: &LLMNR_BUFFERS,
    numbers: &LLMNR_NUMBERS,
    anomalies: ANOMALIES,
};

static DNS_BUFFERS: [FieldSpec; 8] = named_buffers([
    "dns.query",
    "dns.query.name",
    "dns.queries.rrname",
    "dns.answers.rrname",
    "dns.answer.name",
    "dns.authorities.rrname",
    "dns.additionals.rrname",
    "dns.response.rrname",
]);
static MDNS_BUFFERS: [FieldSpec; 8] = named_buffers([
    "mdns.query",
    "mdns.query.name",
    "mdns.queries.rrname",
    "mdns.answers.rrname",
    "mdns.answer.name",
    "mdns.authorities.rrname",
    "mdns.additionals.rrname",
    "mdns.response.rrname",
]);
static LLMNR_BUFFERS: [FieldSpec; 8] = named_buffers([
    "llmnr.query",
    "llmnr.query.name",
    "llmnr.queries.rrname",
    "llmnr.answers.rrname",
    "llmnr.answer.name",
    "llmnr.authorities.rrname",
    "llmnr.additionals.rrname",
    "llmnr.response.rrname",
]);
static DNS_NUMBERS: [FieldSpec; 3] = named_numbers(["dns.opcode", "dns.rcode", "dns.rrtype"]);
static MDNS_NUMBERS: [FieldSpec; 3] = named_numbers(["mdns.opcode", "mdns.rcode", "mdns.rrtype"]);
static LLMNR_NUMBERS: [FieldSpec; 3] =
    named_numbers(["llmnr.opcode", "llmnr.rcode", "llmnr.rrtype"]);

/// What the buffers are, in the order of the names above.
const BUFFERS: [Buffer<DnsTransaction>; 8] = [
    Buffer::new("query", Inspected::Both, |transaction, _, visit| {
        if !transaction.message.header.is_response() {
            questions(&transaction.message, visit);
        }
    }),
    Buffer::new("query.name", Inspected::Both, |transaction, _, visit| {
        questions(&transaction.message, visit);
    }),
    Buffer::new(
        "queries.rrname",
        Inspected::Both,
        |transaction, _, visit| {
            questions(&transaction.message, visit);
        },
    ),
    Buffer::new(
        "answers.rrname",
        Inspected::Both,
        |transaction, _, visit| {
            owners(&transaction.message, Section::Answer, visit);
        },
    ),
    Buffer::new("answer.name", Inspected::Both, |transaction, _, visit| {
        owners(&transaction.message, Section::Answer, visit);
    }),
    Buffer::new(
        "authorities.rrname",
        Inspected::Both,
        |transaction, _, visit| {
            owners(&transaction.message, Section::Authority, visit);
        },
    ),
    Buffer::new(
        "additionals.rrname",
        Inspected::Both,
        |transaction, _, visit| {
            owners(&transaction.message, Section::Additional, visit);
        },
    ),
    Buffer::new(
        "response.rrname",
        Inspected::Both,
        |transaction, _, visit| {
            if transaction.message.header.is_response() {
                all_names(&transaction.message, visit);
            }
        },
    ),
];

const NUMBERS: [Number<DnsTransaction>; 3] = [
    Number::new("opcode", Inspected::Both, |transaction, _, visit| {
        visit(transaction.message.header.opcode().into());
    }),
    Number::new("rcode", Inspected::Both, |transaction, _, visit| {
        visit(transaction.message.header.rcode().into());
    }),
    Number::new("rrtype", Inspected::Both, |transaction, _, visit| {
        types(&transaction.message, visit);
    }),
];

const fn named_buffers(names: [&'static str; 8]) -> [FieldSpec; 8] {
    renamed(buffer_specs(&BUFFERS), names)
}

const fn named_numbers(names: [&'static str; 3]) -> [FieldSpec; 3] {
    renamed(number_specs(&NUMBERS), names)
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler; the length is the arrays' own"
)]
const fn renamed<const N: usize>(
    mut specs: [FieldSpec; N],
    names: [&'static str; N],
) -> [FieldSpec; N] {
    let mut index = 0;
    while index < N {
        specs[index].name = names[index];
        index += 1;
    }
    specs
}

fn questions(message: &Message, visit: VisitBytes<'_>) {
    for question in &message.questions {
        visit(message.bytes(question.name));
    }
}

fn owners(message: &Message, section: Section, visit: VisitBytes<'_>) {
    for record in message.section(section) {
        visit(message.bytes(record.name));
    }
}

fn all_names(message: &Message, visit: VisitBytes<'_>) {
    for question in &message.questions {
        visit(message.bytes(question.name));
    }
    for record in &message.records {
        visit(message.bytes(record.name));
        if let Some(name) = Message::name_in(record) {
            visit(message.bytes(name));
        }
    }
}

fn types(message: &Message, visit: VisitNumber<'_>) {
    for question in &message.questions {
        visit(question.kind.into());
    }
    for record in message.section(Section::Answer) {
        visit(record.kind.into());
    }
}

impl Transaction for DnsTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        self.spec
    }

    fn event_name(&self) -> Option<&'static str> {
        Some(self.spec.name)
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, fields: &mut dyn Fields) {
        match self.flavour {
            Flavour::Multicast => event::multicast(&self.message, fields),
            Flavour::Dns | Flavour::LinkLocal => event::dns(self.id, &self.message, fields),
        }
    }

    fn direction(&self) -> Direction {
        self.direction
    }
}

/// Flag bits with the names that events give them.
pub(super) const FLAGS: [(u16, &str); 6] = [
    (0x8000, "qr"),
    (0x0400, "aa"),
    (0x0200, "tc"),
    (0x0100, "rd"),
    (0x0080, "ra"),
    (0x0040, "z"),
];

/// The flag bits that are set, by name.
pub(super) fn set_flags(header: Header) -> impl Iterator<Item = &'static str> {
    FLAGS
        .into_iter()
        .filter(move |(bit, _)| header.has(*bit))
        .map(|(_, name)| name)
}
