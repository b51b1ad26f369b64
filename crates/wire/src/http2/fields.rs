//! Names for rules and events: the buffers of HTTP/1 as far as they have a meaning here, and those of frames.

use super::event;
use super::probe;
use super::state::Http2;
use super::transaction::{Http2Transaction, Message, Numbers, Part};
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::protocol::{
    Carrier, Direction, FieldSpec, Fields, Inspected, Probe, ProtocolSpec, Transaction,
};
use crate::text::decimal;

const ANOMALIES: &[&str] = &[
    "invalid_frame_header",
    "invalid_client_magic",
    "invalid_frame_data",
    "invalid_header",
    "invalid_frame_length",
    "extra_header_data",
    "long_frame_data",
    "stream_id_reuse",
    "invalid_http1_settings",
    "failed_decompression",
    "invalid_range",
    "header_integer_overflow",
    "too_many_streams",
    "authority_host_mismatch",
    "userinfo_in_uri",
    "reassembly_limit_reached",
    "dns_request_too_long",
    "dns_response_too_long",
    "data_stream_zero",
    "header_list_too_long",
    "continuation_flood",
    "rapid_reset",
    "compression_bomb",
];

/// HTTP/2.
pub static HTTP2: ProtocolSpec = ProtocolSpec {
    name: "http2",
    carrier: Carrier::Stream,
    ports: &[],
    probe: probe::http2,
    parser: || Box::new(Http2::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: ANOMALIES,
};

/// Frames by themselves: those of the connection, and what comes on a stream whose side has been told. They have no
/// header fields, so that rules over header fields are not asked again.
pub static FRAMES: ProtocolSpec = ProtocolSpec {
    name: "http2",
    carrier: Carrier::Stream,
    ports: &[],
    probe: |_, _| Probe::No,
    parser: || Box::new(Http2::default()),
    buffers: &LATE_BUFFER_SPECS,
    numbers: &LATE_NUMBER_SPECS,
    anomalies: ANOMALIES,
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);
static LATE_BUFFER_SPECS: [FieldSpec; LATE_BUFFERS.len()] = buffer_specs(&LATE_BUFFERS);
static LATE_NUMBER_SPECS: [FieldSpec; FRAME_NUMBERS.len()] = number_specs(&FRAME_NUMBERS);

type Read = fn(&Http2Transaction, Direction, VisitBytes<'_>);

/// A buffer of the request.
const fn asked(name: &'static str, of: Read) -> Buffer<Http2Transaction> {
    Buffer::new(name, Inspected::ToServer, of)
}

/// A buffer of the answer.
const fn told(name: &'static str, of: Read) -> Buffer<Http2Transaction> {
    Buffer::new(name, Inspected::ToClient, of)
}

/// A buffer of both.
const fn both(name: &'static str, of: Read) -> Buffer<Http2Transaction> {
    Buffer::new(name, Inspected::Both, of)
}

const BUFFERS: [Buffer<Http2Transaction>; 28] = [
    asked("http.uri", |transaction, _, visit| {
        filled(&transaction.normal_uri, visit);
    }),
    asked("http.uri.raw", |transaction, way, visit| {
        field(transaction, way, b":path", visit);
    }),
    asked("http.method", |transaction, way, visit| {
        field(transaction, way, b":method", visit);
    }),
    asked("http.host", |transaction, _, visit| {
        filled(&transaction.host, visit);
    }),
    asked("http.host.raw", |transaction, way, visit| {
        let message = transaction.side(way);
        if let Some(host) = message.value(b":authority").or(message.value(b"host")) {
            visit(host);
        }
    }),
    asked("http.user_agent", |transaction, way, visit| {
        field(transaction, way, b"user-agent", visit);
    }),
    both("http.cookie", |transaction, way, visit| {
        field(transaction, way, cookie_name(way), visit);
    }),
    both("http.header", |transaction, way, visit| {
        filled(
            &header_block(transaction.side(way), Some(cookie_name(way))),
            visit,
        );
    }),
    both("http.header.raw", |transaction, way, visit| {
        filled(&header_block(transaction.side(way), None), visit);
    }),
    both("http.header_names", |transaction, way, visit| {
        let message = transaction.side(way);
        if message.headers_done {
            visit(&names(message));
        }
    }),
    asked("http.request_header", each_field),
    told("http.response_header", each_field),
    both("http2.header_name", |transaction, way, visit| {
        for field in &transaction.side(way).fields {
            visit(&field.name);
        }
    }),
    asked("http.accept", |transaction, way, visit| {
        field(transaction, way, b"accept", visit);
    }),
    asked("http.accept_lang", |transaction, way, visit| {
        field(transaction, way, b"accept-language", visit);
    }),
    asked("http.accept_enc", |transaction, way, visit| {
        field(transaction, way, b"accept-encoding", visit);
    }),
    asked("http.referer", |transaction, way, visit| {
        field(transaction, way, b"referer", visit);
    }),
    both("http.connection", |transaction, way, visit| {
        field(transaction, way, b"connection", visit);
    }),
    both("http.content_type", |transaction, way, visit| {
        field(transaction, way, b"content-type", visit);
    }),
    both("http.content_len", |transaction, way, visit| {
        field(transaction, way, b"content-length", visit);
    }),
    both("http.protocol", |transaction, way, visit| {
        if transaction.side(way).headers_done {
            visit(b"HTTP/2");
        }
    }),
    told("http.stat_code", |transaction, way, visit| {
        field(transaction, way, b":status", visit);
    }),
    told("http.location", |transaction, way, visit| {
        field(transaction, way, b"location", visit);
    }),
    told("http.server", |transaction, way, visit| {
        field(transaction, way, b"server", visit);
    }),
    asked("http.request_body", body),
    told("http.response_body", body),
    both("file.data", file_data),
    both("file.name", |transaction, way, visit| {
        for name in &transaction.side(way).body.names {
            visit(name);
        }
    }),
];

/// Buffers of what came late.
const LATE_BUFFERS: [Buffer<Http2Transaction>; 3] = [
    asked("http.request_body", late_body),
    told("http.response_body", late_body),
    both("file.data", |transaction, way, visit| {
        if transaction.side(way).late_body {
            file_data(transaction, way, visit);
        }
    }),
];

const FRAME_NUMBERS: [Number<Http2Transaction>; 13] = [
    Number::new("http2.frametype", Inspected::Both, kinds),
    Number::new("http2.errorcode", Inspected::Both, errors),
    Number::new("http2.priority", Inspected::Both, priorities),
    Number::new("http2.window", Inspected::Both, windows),
    Number::new("http2.size_update", Inspected::Both, sizes),
    setting::<1>("http2.settings.header_table_size"),
    setting::<2>("http2.settings.enable_push"),
    setting::<3>("http2.settings.max_concurrent_streams"),
    setting::<4>("http2.settings.initial_window_size"),
    setting::<5>("http2.settings.max_frame_size"),
    setting::<6>("http2.settings.max_header_list_size"),
    setting::<8>("http2.settings.enable_connect_protocol"),
    setting::<9>("http2.settings.no_rfc7540_priorities"),
];

const NUMBERS: [Number<Http2Transaction>; 9] = [
    Number::new("http2.frametype", Inspected::Both, kinds),
    Number::new("http2.errorcode", Inspected::Both, errors),
    Number::new("http2.priority", Inspected::Both, priorities),
    Number::new("http2.window", Inspected::Both, windows),
    Number::new("http2.size_update", Inspected::Both, sizes),
    Number::new("urilen", Inspected::ToServer, |transaction, _, visit| {
        visit(transaction.normal_uri.len() as u64);
    }),
    Number::new(
        "urilen.raw",
        Inspected::ToServer,
        |transaction, way, visit| {
            if let Some(path) = transaction.side(way).value(b":path") {
                visit(path.len() as u64);
            }
        },
    ),
    Number::new(
        "http.content_len",
        Inspected::Both,
        |transaction, way, visit| {
            let value = transaction.side(way).value(b"content-length");
            if let Some(length) = value.and_then(decimal) {
                visit(length);
            }
        },
    ),
    Number::new(
        "http.stat_code",
        Inspected::ToClient,
        |transaction, _, visit| {
            if let Some(status) = transaction.status() {
                visit(status.into());
            }
        },
    ),
];

fn kinds(transaction: &Http2Transaction, way: Direction, visit: VisitNumber<'_>) {
    each(&numbers(transaction, way).kinds, visit);
}

fn errors(transaction: &Http2Transaction, way: Direction, visit: VisitNumber<'_>) {
    each(&numbers(transaction, way).errors, visit);
}

fn priorities(transaction: &Http2Transaction, way: Direction, visit: VisitNumber<'_>) {
    each(&numbers(transaction, way).priorities, visit);
}

fn windows(transaction: &Http2Transaction, way: Direction, visit: VisitNumber<'_>) {
    each(&numbers(transaction, way).windows, visit);
}

fn sizes(transaction: &Http2Transaction, way: Direction, visit: VisitNumber<'_>) {
    each(&numbers(transaction, way).sizes, visit);
}

/// The value of one setting.
const fn setting<const NAME: u16>(name: &'static str) -> Number<Http2Transaction> {
    Number::new(name, Inspected::Both, |transaction, way, visit| {
        for (known, value) in &numbers(transaction, way).settings {
            if *known == NAME {
                visit((*value).into());
            }
        }
    })
}

fn numbers(transaction: &Http2Transaction, way: Direction) -> &Numbers {
    let message = transaction.side(way);
    match transaction.part {
        Part::Whole => &message.numbers,
        Part::Late => &message.late,
    }
}

fn each<T: Copy + Into<u64>>(values: &[T], visit: VisitNumber<'_>) {
    for value in values {
        visit((*value).into());
    }
}

fn filled(bytes: &[u8], visit: VisitBytes<'_>) {
    if !bytes.is_empty() {
        visit(bytes);
    }
}

/// All values of a field, joined as RFC 9110, 5.3 joins them.
fn field(transaction: &Http2Transaction, way: Direction, name: &[u8], visit: VisitBytes<'_>) {
    let mut values = transaction.side(way).values(name);
    let Some(first) = values.next() else {
        return;
    };
    match values.next() {
        None => visit(first),
        Some(second) => {
            let separator: &[u8] = if name == b"cookie" { b"; " } else { b", " };
            let mut joined = first.to_vec();
            for value in std::iter::once(second).chain(values) {
                joined.extend_from_slice(separator);
                joined.extend_from_slice(value);
            }
            visit(&joined);
        }
    }
}

const fn cookie_name(way: Direction) -> &'static [u8] {
    match way {
        Direction::ToServer => b"cookie",
        Direction::ToClient => b"set-cookie",
    }
}

fn each_field(transaction: &Http2Transaction, way: Direction, visit: VisitBytes<'_>) {
    for field in &transaction.side(way).fields {
        visit(&[field.name.as_slice(), b": ", &field.value].concat());
    }
}

/// `name: value` lines, without one field.
fn header_block(message: &Message, without: Option<&[u8]>) -> Vec<u8> {
    let mut block = Vec::new();
    for field in &message.fields {
        if without.is_none_or(|without| !field.name.eq_ignore_ascii_case(without)) {
            for part in [field.name.as_slice(), b": ", &field.value, b"\r\n"] {
                block.extend_from_slice(part);
            }
        }
    }
    block
}

/// `\r\nname\r\nname\r\n\r\n`.
fn names(message: &Message) -> Vec<u8> {
    let mut names = b"\r\n".to_vec();
    for field in &message.fields {
        names.extend_from_slice(&field.name);
        names.extend_from_slice(b"\r\n");
    }
    names.extend_from_slice(b"\r\n");
    names
}

fn body(transaction: &Http2Transaction, way: Direction, visit: VisitBytes<'_>) {
    filled(&transaction.side(way).body.held, visit);
}

fn late_body(transaction: &Http2Transaction, way: Direction, visit: VisitBytes<'_>) {
    if transaction.side(way).late_body {
        body(transaction, way, visit);
    }
}

/// The files of a form, or the body.
fn file_data(transaction: &Http2Transaction, way: Direction, visit: VisitBytes<'_>) {
    let body = &transaction.side(way).body;
    if body.parts.is_empty() {
        filled(&body.held, visit);
    } else {
        for part in &body.parts {
            visit(part);
        }
    }
}

impl Http2Transaction {
    /// Whether it has no header fields to look at.
    const fn is_frames(&self) -> bool {
        self.stream == 0 || matches!(self.part, Part::Late)
    }
}

impl Transaction for Http2Transaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        if self.is_frames() { &FRAMES } else { &HTTP2 }
    }

    fn event_name(&self) -> Option<&'static str> {
        event::is_worth_telling(self).then_some("http")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        if self.is_frames() {
            visit_buffer(&LATE_BUFFERS, self, index, direction, visit);
        } else {
            visit_buffer(&BUFFERS, self, index, direction, visit);
        }
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        if self.is_frames() {
            visit_number(&FRAME_NUMBERS, self, index, direction, visit);
        } else {
            visit_number(&NUMBERS, self, index, direction, visit);
        }
    }

    fn fields(&self, fields: &mut dyn Fields) {
        event::http(self, fields);
    }

    fn direction(&self) -> Direction {
        if self.begun_by_server {
            Direction::ToClient
        } else {
            Direction::ToServer
        }
    }
}
