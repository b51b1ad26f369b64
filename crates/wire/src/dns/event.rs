//! The values of an event, in the form that Suricata 8 gives them (`dns` version 3, `mdns`).

use super::fields::set_flags;
use super::message::{Data, Message, Record, Section};
use super::names::{outcome, record_type};
use crate::protocol::Fields;
use crate::text::{hex, hex_byte, ipv4};
use std::borrow::Cow;

/// Version of the `dns` object.
const FORM_VERSION: u64 = 3;

/// The `dns` object.
pub fn dns(transaction_id: u64, message: &Message, fields: &mut dyn Fields) {
    let header = message.header;
    fields.number("version", FORM_VERSION);
    fields.text("type", message_type(message).into());
    fields.number("tx_id", transaction_id);
    fields.number("id", header.id.into());
    fields.text("flags", format!("{:x}", header.flags).into());
    for name in set_flags(header) {
        fields.truth(name, true);
    }
    fields.number("opcode", header.opcode().into());
    rcode(message, fields);
    queries(message, fields, type_name);
    if message.section(Section::Answer).next().is_some() {
        records("answers", Section::Answer, message, fields, Style::Unicast);
        if header.is_response() {
            grouped(message, fields);
        }
    }
    records(
        "authorities",
        Section::Authority,
        message,
        fields,
        Style::Unicast,
    );
    records(
        "additionals",
        Section::Additional,
        message,
        fields,
        Style::Unicast,
    );
}

/// The `mdns` object: types in lower case, each record's data under its type's name.
pub fn multicast(message: &Message, fields: &mut dyn Fields) {
    fields.text("type", message_type(message).into());
    fields.number("id", message.header.id.into());
    if message.header.rcode() != 0 {
        rcode(message, fields);
    }
    queries(message, fields, small_type_name);
    records(
        "answers",
        Section::Answer,
        message,
        fields,
        Style::Multicast,
    );
    records(
        "authorities",
        Section::Authority,
        message,
        fields,
        Style::Multicast,
    );
    records(
        "additionals",
        Section::Additional,
        message,
        fields,
        Style::Multicast,
    );
}

const fn message_type(message: &Message) -> &'static str {
    if message.header.is_response() {
        "response"
    } else {
        "request"
    }
}

fn rcode(message: &Message, fields: &mut dyn Fields) {
    let rcode = message.header.rcode();
    match outcome(rcode) {
        Some(name) => fields.text("rcode", name.into()),
        None => fields.text("rcode", rcode.to_string().into()),
    }
}

fn type_name(kind: u16) -> Cow<'static, str> {
    record_type(kind).map_or_else(|| kind.to_string().into(), Cow::Borrowed)
}

/// The same in lower case, as `mdns` has it.
fn small_type_name(kind: u16) -> Cow<'static, str> {
    match record_type(kind) {
        Some("A") => "a".into(),
        Some("AAAA") => "aaaa".into(),
        Some("PTR") => "ptr".into(),
        Some("SRV") => "srv".into(),
        Some("TXT") => "txt".into(),
        Some("ANY") => "any".into(),
        _ => type_name(kind).to_ascii_lowercase().into(),
    }
}

fn queries(message: &Message, fields: &mut dyn Fields, name_of: fn(u16) -> Cow<'static, str>) {
    if message.questions.is_empty() {
        return;
    }
    fields.begin_list("queries");
    for question in &message.questions {
        fields.begin_record("");
        fields.bytes("rrname", message.bytes(question.name));
        fields.text("rrtype", name_of(question.kind));
        fields.end();
    }
    fields.end();
}

fn records(
    name: &'static str,
    section: Section,
    message: &Message,
    fields: &mut dyn Fields,
    style: Style,
) {
    let mut begun = false;
    for record in message.section(section) {
        if !begun {
            fields.begin_list(name);
            begun = true;
        }
        if let (Data::Text(strings), Style::Unicast) = (record.data, style) {
            // Each string stands as if it were a record.
            for text in message.texts(strings) {
                fields.begin_record("");
                owner(message, record, fields);
                fields.bytes("rdata", text);
                fields.end();
            }
            continue;
        }
        fields.begin_record("");
        match style {
            Style::Unicast => dns_record(message, record, fields),
            Style::Multicast => mdns_record(message, record, fields),
        }
        fields.end();
    }
    if begun {
        fields.end();
    }
}

/// How records are written.
#[derive(Clone, Copy)]
enum Style {
    Unicast,
    Multicast,
}

fn owner(message: &Message, record: &Record, fields: &mut dyn Fields) {
    fields.bytes("rrname", message.bytes(record.name));
    fields.text("rrtype", type_name(record.kind));
    fields.number("ttl", record.ttl.into());
}

fn dns_record(message: &Message, record: &Record, fields: &mut dyn Fields) {
    owner(message, record, fields);
    match record.data {
        Data::Authority { .. } => structured("soa", message, record, fields),
        Data::Service { .. } => structured("srv", message, record, fields),
        Data::Fingerprint { .. } => structured("sshfp", message, record, fields),
        _ => data_values(message, record, &mut |value| fields.bytes("rdata", value)),
    }
}

fn mdns_record(message: &Message, record: &Record, fields: &mut dyn Fields) {
    fields.bytes("rrname", message.bytes(record.name));
    match record.data {
        Data::Authority { .. } => structured("soa", message, record, fields),
        Data::Service { .. } => structured("srv", message, record, fields),
        Data::Fingerprint { .. } => structured("sshfp", message, record, fields),
        Data::Text(strings) => {
            fields.begin_list("txt");
            for text in message.texts(strings) {
                fields.bytes("", text);
            }
            fields.end();
        }
        _ => {
            let name = match record_type(record.kind) {
                Some("A") => "a",
                Some("AAAA") => "aaaa",
                Some("PTR") => "ptr",
                Some("CNAME") => "cname",
                Some("NS") => "ns",
                Some("MX") => "mx",
                _ => {
                    fields.text("rrtype", small_type_name(record.kind));
                    return;
                }
            };
            data_values(message, record, &mut |value| fields.bytes(name, value));
        }
    }
}

/// Data with several parts, as a record of its own.
fn structured(name: &'static str, message: &Message, record: &Record, fields: &mut dyn Fields) {
    fields.begin_record(name);
    match record.data {
        Data::Authority {
            server,
            mailbox,
            numbers,
        } => {
            fields.bytes("mname", message.bytes(server));
            fields.bytes("rname", message.bytes(mailbox));
            let names = ["serial", "refresh", "retry", "expire", "minimum"];
            for (name, number) in names.into_iter().zip(numbers) {
                fields.number(name, number.into());
            }
        }
        Data::Service {
            priority,
            weight,
            port,
            name,
        } => {
            fields.number("priority", priority.into());
            fields.number("weight", weight.into());
            fields.number("port", port.into());
            fields.bytes("name", message.bytes(name));
        }
        Data::Fingerprint {
            algorithm,
            kind,
            digest,
        } => {
            let digest = hex(message.bytes(digest), Some(':'));
            fields.bytes("fingerprint", digest.as_bytes());
            fields.number("algo", algorithm.into());
            fields.number("type", kind.into());
        }
        _ => {}
    }
    fields.end();
}

/// Data as text; several values for several strings.
fn data_values(message: &Message, record: &Record, visit: &mut dyn FnMut(&[u8])) {
    match record.data {
        Data::Address4(octets) => visit(ipv4(octets).as_bytes()),
        Data::Address6(octets) => visit(full_address(octets).as_bytes()),
        Data::Name(name) | Data::Exchange { name, .. } => visit(message.bytes(name)),
        Data::Text(strings) => {
            for text in message.texts(strings) {
                visit(text);
            }
        }
        Data::Binding { priority, name, .. } => {
            let mut text = format!("{priority} ").into_bytes();
            text.extend_from_slice(message.bytes(name));
            text.push(b'.');
            visit(&text);
        }
        Data::Raw(raw) if record.kind == 10 => visit(message.bytes(raw)),
        Data::Raw(_) | Data::Authority { .. } | Data::Service { .. } | Data::Fingerprint { .. } => {
        }
    }
}

/// An IPv6 address with all its digits.
fn full_address(octets: [u8; 16]) -> String {
    let mut text = String::with_capacity(39);
    for (index, pair) in octets.chunks(2).enumerate() {
        if index > 0 {
            text.push(':');
        }
        for byte in pair {
            text.push_str(hex_byte(*byte));
        }
    }
    text
}

/// Types whose answers are gathered by type.
const GROUPED: [(u16, &str); 8] = [
    (1, "A"),
    (28, "AAAA"),
    (5, "CNAME"),
    (15, "MX"),
    (2, "NS"),
    (12, "PTR"),
    (16, "TXT"),
    (10, "NULL"),
];

fn grouped(message: &Message, fields: &mut dyn Fields) {
    fields.begin_record("grouped");
    for (kind, name) in GROUPED {
        let mut begun = false;
        for record in message.section(Section::Answer) {
            if record.kind == kind {
                if !begun {
                    fields.begin_list(name);
                    begun = true;
                }
                data_values(message, record, &mut |value| fields.bytes("", value));
            }
        }
        if begun {
            fields.end();
        }
    }
    for (kind, name, part) in [
        (33, "SRV", "srv"),
        (44, "SSHFP", "sshfp"),
        (6, "SOA", "soa"),
    ] {
        let mut begun = false;
        for record in message.section(Section::Answer) {
            if record.kind == kind && !matches!(record.data, Data::Raw(_)) {
                if !begun {
                    fields.begin_list(name);
                    begun = true;
                }
                structured(part, message, record, fields);
            }
        }
        if begun {
            fields.end();
        }
    }
    fields.end();
}
