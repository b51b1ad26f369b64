//! Names for rules and events.

use super::parser::{self, Start};
use super::sdp::{Media, Session};
use super::state::{Datagrams, SipTransaction, Stream};
use crate::field::{Buffer, VisitBytes, VisitNumber, buffer_specs, visit_buffer};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};

/// Over UDP.
pub static UDP: ProtocolSpec = ProtocolSpec {
    name: "sip",
    carrier: Carrier::Datagram,
    ports: &[5060],
    probe: |_, bytes| probe(bytes),
    parser: || Box::new(Datagrams::new(&UDP)),
    buffers: &BUFFER_SPECS,
    numbers: &[],
    anomalies: &ANOMALIES,
};

/// Over TCP.
pub static TCP: ProtocolSpec = ProtocolSpec {
    name: "sip",
    carrier: Carrier::Stream,
    ports: &[5060],
    probe: |_, bytes| probe(bytes),
    parser: || Box::new(Stream::new(&TCP)),
    buffers: &BUFFER_SPECS,
    numbers: &[],
    anomalies: &ANOMALIES,
};

const ANOMALIES: [&str; 2] = ["incomplete_data", "invalid_data"];

/// Bytes of a first line that is still looked at.
const LINE_BYTES_MAX: usize = 2048;

/// A first line that is SIP's, or may become it.
fn probe(bytes: &[u8]) -> Probe {
    let seen = bytes.get(..LINE_BYTES_MAX).unwrap_or(bytes);
    if let Some(end) = seen.iter().position(|byte| *byte == b'\n') {
        let line = seen.get(..end).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        return match parser::start(line) {
            Some(_) => Probe::Yes,
            None => Probe::No,
        };
    }
    const ANSWER: &[u8] = b"SIP/";
    if seen.starts_with(ANSWER) || ANSWER.starts_with(seen) {
        return Probe::Unsure;
    }
    let mut words = seen.split(|byte| *byte == b' ');
    let method = words.next().unwrap_or_default();
    let printable = seen
        .iter()
        .all(|byte| (0x20..0x7f).contains(byte) || *byte == b'\r');
    let is_method = method.len() <= 12 && method.iter().all(u8::is_ascii_uppercase);
    let uri = words.next().unwrap_or_default();
    let fits = |wanted: &[u8]| {
        let length = wanted.len().min(uri.len());
        wanted.get(..length) == uri.get(..length)
    };
    if seen.len() < LINE_BYTES_MAX
        && printable
        && is_method
        && [&b"sip:"[..], b"sips:", b"tel:"].into_iter().any(fits)
    {
        Probe::Unsure
    } else {
        Probe::No
    }
}

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);

type Visit<'a> = VisitBytes<'a>;
type Entry = Buffer<SipTransaction>;

const fn both(name: &'static str, of: fn(&SipTransaction, Direction, Visit<'_>)) -> Entry {
    Buffer::new(name, Inspected::Both, of)
}

const BUFFERS: [Entry; 30] = [
    both("sip.method", |tx, _, visit| {
        if let Start::Request { method, .. } = &tx.message.start {
            visit(method);
        }
    }),
    both("sip.uri", |tx, _, visit| {
        if let Start::Request { uri, .. } = &tx.message.start {
            visit(uri);
        }
    }),
    both("sip.request_line", |tx, _, visit| {
        if let Start::Request { .. } = &tx.message.start {
            visit(&tx.message.line);
        }
    }),
    both("sip.stat_code", |tx, _, visit| {
        if let Start::Response { code, .. } = &tx.message.start {
            visit(code);
        }
    }),
    both("sip.stat_msg", |tx, _, visit| {
        if let Start::Response { reason, .. } = &tx.message.start {
            visit(reason);
        }
    }),
    both("sip.response_line", |tx, _, visit| {
        if let Start::Response { .. } = &tx.message.start {
            visit(&tx.message.line);
        }
    }),
    both("sip.protocol", |tx, _, visit| visit(&tx.message.version)),
    both("sip.from", |tx, _, visit| header(tx, b"From", visit)),
    both("sip.to", |tx, _, visit| header(tx, b"To", visit)),
    both("sip.via", |tx, _, visit| header(tx, b"Via", visit)),
    both("sip.user_agent", |tx, _, visit| {
        header(tx, b"User-Agent", visit)
    }),
    both("sip.content_type", |tx, _, visit| {
        header(tx, b"Content-Type", visit)
    }),
    both("sip.content_length", |tx, _, visit| {
        header(tx, b"Content-Length", visit)
    }),
    both("sdp.origin", |tx, _, visit| {
        one(tx, |sdp| &sdp.origin, visit)
    }),
    both("sdp.session_name", |tx, _, visit| {
        one(tx, |sdp| &sdp.name, visit)
    }),
    both("sdp.session_info", |tx, _, visit| {
        one(tx, |sdp| &sdp.information, visit)
    }),
    both("sdp.uri", |tx, _, visit| one(tx, |sdp| &sdp.uri, visit)),
    both("sdp.email", |tx, _, visit| one(tx, |sdp| &sdp.email, visit)),
    both("sdp.phone_number", |tx, _, visit| {
        one(tx, |sdp| &sdp.phone, visit)
    }),
    both("sdp.connection_data", |tx, _, visit| {
        one(tx, |sdp| &sdp.connection, visit)
    }),
    both("sdp.bandwidth", |tx, _, visit| {
        many(tx, |sdp| &sdp.bandwidths, visit)
    }),
    both("sdp.time", |tx, _, visit| one(tx, |sdp| &sdp.time, visit)),
    both("sdp.repeat_time", |tx, _, visit| {
        one(tx, |sdp| &sdp.repeat, visit)
    }),
    both("sdp.timezone", |tx, _, visit| {
        one(tx, |sdp| &sdp.zone, visit)
    }),
    both("sdp.encryption_key", |tx, _, visit| {
        one(tx, |sdp| &sdp.key, visit)
    }),
    both("sdp.attribute", |tx, _, visit| {
        many(tx, |sdp| &sdp.attributes, visit)
    }),
    both("sdp.media.media", |tx, _, visit| {
        media(tx, |media| Some(&media.media), visit)
    }),
    both("sdp.media.media_info", |tx, _, visit| {
        media(tx, |media| media.information.as_ref(), visit);
    }),
    both("sdp.media.connection_data", |tx, _, visit| {
        media(tx, |media| media.connection.as_ref(), visit);
    }),
    both("sdp.media.encryption_key", |tx, _, visit| {
        media(tx, |media| media.key.as_ref(), visit);
    }),
];

fn header(transaction: &SipTransaction, name: &[u8], visit: Visit<'_>) {
    for value in transaction.message.header(name) {
        visit(value);
    }
}

fn one(transaction: &SipTransaction, of: fn(&Session) -> &Option<Vec<u8>>, visit: Visit<'_>) {
    if let Some(value) = transaction
        .message
        .session
        .as_ref()
        .and_then(|sdp| of(sdp).as_ref())
    {
        visit(value);
    }
}

fn many(transaction: &SipTransaction, of: fn(&Session) -> &Vec<Vec<u8>>, visit: Visit<'_>) {
    if let Some(session) = &transaction.message.session {
        for value in of(session) {
            visit(value);
        }
    }
}

fn media(transaction: &SipTransaction, of: fn(&Media) -> Option<&Vec<u8>>, visit: Visit<'_>) {
    if let Some(session) = &transaction.message.session {
        for value in session.media.iter().filter_map(of) {
            visit(value);
        }
    }
}

fn list(name: &'static str, values: &[Vec<u8>], fields: &mut dyn Fields) {
    if values.is_empty() {
        return;
    }
    fields.begin_list(name);
    for value in values {
        fields.bytes("", value);
    }
    fields.end();
}

fn texts(values: &[(&'static str, &Option<Vec<u8>>)], fields: &mut dyn Fields) {
    for (name, value) in values {
        if let Some(value) = value {
            fields.bytes(name, value);
        }
    }
}

fn session(sdp: &Session, fields: &mut dyn Fields) {
    fields.begin_record("sdp");
    texts(
        &[
            ("origin", &sdp.origin),
            ("session_name", &sdp.name),
            ("session_info", &sdp.information),
            ("uri", &sdp.uri),
            ("email", &sdp.email),
            ("phone_number", &sdp.phone),
            ("connection_data", &sdp.connection),
        ],
        fields,
    );
    list("bandwidths", &sdp.bandwidths, fields);
    texts(
        &[
            ("time", &sdp.time),
            ("repeat_time", &sdp.repeat),
            ("timezone", &sdp.zone),
            ("encryption_key", &sdp.key),
        ],
        fields,
    );
    list("attributes", &sdp.attributes, fields);
    if !sdp.media.is_empty() {
        fields.begin_list("media_descriptions");
        for media in &sdp.media {
            fields.begin_record("");
            fields.bytes("media", &media.media);
            texts(&[("media_info", &media.information)], fields);
            list("bandwidths", &media.bandwidths, fields);
            texts(
                &[
                    ("connection_data", &media.connection),
                    ("encryption_key", &media.key),
                ],
                fields,
            );
            list("attributes", &media.attributes, fields);
            fields.end();
        }
        fields.end();
    }
    fields.end();
}

impl Transaction for SipTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        self.spec
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("sip")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        let message = &self.message;
        match &message.start {
            Start::Request { method, uri } => {
                fields.bytes("method", method);
                fields.bytes("uri", uri);
                fields.bytes("version", &message.version);
                fields.bytes("request_line", &message.line);
            }
            Start::Response { code, reason } => {
                fields.bytes("version", &message.version);
                fields.bytes("code", code);
                fields.bytes("reason", reason);
                fields.bytes("response_line", &message.line);
            }
        }
        if let Some(sdp) = &message.session {
            session(sdp, fields);
        }
    }

    fn direction(&self) -> Direction {
        self.direction
    }
}
