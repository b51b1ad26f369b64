//! DNS messages (RFC 1035), also as mDNS (RFC 6762) and LLMNR (RFC 4795) use them.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Record types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum Kind {
    A = 1,
    Cname = 5,
    Soa = 6,
    Ptr = 12,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,
    Https = 65,
    Any = 255,
}

/// What a record says.
#[derive(Clone, Debug)]
pub(crate) enum Data {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Cname(String),
    Ptr(String),
    Txt(Vec<u8>),
    Srv(u16, String),
    Soa(String),
}

/// A resource record.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) ttl: u32,
    pub(crate) data: Data,
}

impl Record {
    pub(crate) fn new(name: &str, ttl: u32, data: Data) -> Self {
        Self {
            name: name.to_owned(),
            ttl,
            data,
        }
    }
}

/// A standard question.
pub(crate) fn question(id: u16, name: &str, kind: Kind) -> Vec<u8> {
    message(id, 0x0100, Some((name, kind)), &[], &[])
}

/// An answer of a recursive server.
pub(crate) fn answer(id: u16, name: &str, kind: Kind, records: &[Record]) -> Vec<u8> {
    message(id, 0x8180, Some((name, kind)), records, &[])
}

/// "No such name", or with records of other types "no such record" (`known`).
pub(crate) fn negative(id: u16, name: &str, kind: Kind, known: bool) -> Vec<u8> {
    let zone = parent(name);
    let authority = [Record::new(zone, 900, Data::Soa(zone.to_owned()))];
    message(
        id,
        if known { 0x8180 } else { 0x8183 },
        Some((name, kind)),
        &[],
        &authority,
    )
}

/// A message with any flags.
pub(crate) fn message(
    id: u16,
    flags: u16,
    question: Option<(&str, Kind)>,
    answers: &[Record],
    authority: &[Record],
) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128);
    let counts = [
        u16::from(question.is_some()),
        answers.len() as u16,
        authority.len() as u16,
        0,
    ];
    for word in [id, flags].into_iter().chain(counts) {
        bytes.extend(word.to_be_bytes());
    }
    if let Some((asked, kind)) = question {
        bytes.extend(name(asked));
        bytes.extend((kind as u16).to_be_bytes());
        bytes.extend([0, 1]);
    }
    for record in answers.iter().chain(authority) {
        if question.is_some_and(|(asked, _)| asked == record.name) {
            bytes.extend([0xc0, 12]);
        } else {
            bytes.extend(name(&record.name));
        }
        write_record(&mut bytes, record);
    }
    bytes
}

fn write_record(bytes: &mut Vec<u8>, record: &Record) {
    let (kind, data) = match &record.data {
        Data::A(address) => (Kind::A, address.octets().to_vec()),
        Data::Aaaa(address) => (Kind::Aaaa, address.octets().to_vec()),
        Data::Cname(target) => (Kind::Cname, name(target)),
        Data::Ptr(target) => (Kind::Ptr, name(target)),
        Data::Txt(text) => (Kind::Txt, strings(text)),
        Data::Srv(port, target) => {
            let [high, low] = port.to_be_bytes();
            (
                Kind::Srv,
                [&[0, 0, 0, 100, high, low][..], &name(target)].concat(),
            )
        }
        Data::Soa(zone) => (Kind::Soa, start_of_authority(zone)),
    };
    bytes.extend((kind as u16).to_be_bytes());
    bytes.extend([0, 1]);
    bytes.extend(record.ttl.to_be_bytes());
    bytes.extend((data.len() as u16).to_be_bytes());
    bytes.extend(data);
}

fn start_of_authority(zone: &str) -> Vec<u8> {
    let mut data = name(&format!("ns1.{zone}"));
    data.extend(name(&format!("hostmaster.{zone}")));
    for number in [2_025_060_901_u32, 7_200, 900, 1_209_600, 900] {
        data.extend(number.to_be_bytes());
    }
    data
}

/// A name as labels. Labels are cut at 63 octets.
pub(crate) fn name(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + 2);
    for label in text.split('.').filter(|label| !label.is_empty()) {
        let label = &label.as_bytes()[..label.len().min(63)];
        bytes.push(label.len() as u8);
        bytes.extend_from_slice(label);
    }
    bytes.push(0);
    bytes
}

/// Text as character strings of at most 255 octets.
fn strings(text: &[u8]) -> Vec<u8> {
    if text.is_empty() {
        return vec![0];
    }
    text.chunks(255)
        .flat_map(|part| [&[part.len() as u8][..], part].concat())
        .collect()
}

/// The name without its first label.
fn parent(name: &str) -> &str {
    match name.split_once('.') {
        Some((_, rest)) if !rest.is_empty() => rest,
        _ => name,
    }
}
