//! Names for rules and events.

use super::parser::{request_line, status_line};
use super::state::Http;
use super::transaction::{HttpTransaction, Message};
use super::{event, probe};
use crate::field::{
    Buffer, Number, VisitBytes, VisitNumber, buffer_specs, number_specs, visit_buffer, visit_number,
};
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Inspected;
use crate::protocol::{Carrier, Direction, FieldSpec, Fields, ProtocolSpec, Transaction};
use crate::text::decimal;

/// HTTP up to 1.1.
pub static HTTP: ProtocolSpec = ProtocolSpec {
    name: "http",
    carrier: Carrier::Stream,
    ports: &[80, 8080, 8000, 3128, 8888],
    probe: probe::http,
    parser: || Box::new(Http::default()),
    buffers: &BUFFER_SPECS,
    numbers: &NUMBER_SPECS,
    anomalies: &[
        "gzip_decompression_failed",
        "compression_bomb",
        "request_field_missing_colon",
        "response_field_missing_colon",
        "request_header_invalid",
        "response_header_invalid",
        "invalid_request_field_folding",
        "invalid_response_field_folding",
        "request_header_repetition",
        "response_header_repetition",
        "request_too_many_headers",
        "response_too_many_headers",
        "request_field_too_long",
        "response_field_too_long",
        "request_line_invalid",
        "response_line_invalid",
        "response_invalid_status",
        "invalid_request_chunk_len",
        "invalid_response_chunk_len",
        "request_body_unexpected",
        "request_chunk_extension",
        "response_chunk_extension",
        "invalid_transfer_encoding_value_in_request",
        "invalid_transfer_encoding_value_in_response",
        "response_abnormal_transfer_encoding",
        "invalid_content_length_field_in_request",
        "invalid_content_length_field_in_response",
        "duplicate_content_length_field_in_request",
        "duplicate_content_length_field_in_response",
        "unable_to_match_response_to_request",
        "missing_host_header",
        "host_header_ambiguous",
        "header_host_invalid",
        "request_auth_unrecognized",
        "too_many_encoding_layers",
        "abnormal_ce_header",
        "request_line_leading_whitespace",
        "method_delim_non_compliant",
        "uri_delim_non_compliant",
        "request_line_missing_protocol",
        "double_encoded_uri",
        "uri_host_invalid",
        "invalid_authority_port",
        "invalid_server_port_in_request",
        "response_invalid_protocol",
        "response_chunked_old_proto",
    ],
};

static BUFFER_SPECS: [FieldSpec; BUFFERS.len()] = buffer_specs(&BUFFERS);
static NUMBER_SPECS: [FieldSpec; NUMBERS.len()] = number_specs(&NUMBERS);

/// A buffer of the request.
const fn asked(
    name: &'static str,
    of: fn(&HttpTransaction, Direction, VisitBytes<'_>),
) -> Buffer<HttpTransaction> {
    Buffer::new(name, Inspected::ToServer, of)
}

/// A buffer of the answer.
const fn told(
    name: &'static str,
    of: fn(&HttpTransaction, Direction, VisitBytes<'_>),
) -> Buffer<HttpTransaction> {
    Buffer::new(name, Inspected::ToClient, of)
}

/// A buffer of both.
const fn both(
    name: &'static str,
    of: fn(&HttpTransaction, Direction, VisitBytes<'_>),
) -> Buffer<HttpTransaction> {
    Buffer::new(name, Inspected::Both, of)
}

const BUFFERS: [Buffer<HttpTransaction>; 31] = [
    asked("http.uri", |transaction, _, visit| {
        if transaction.request.is_some() {
            visit(&transaction.normal_uri);
        }
    }),
    asked("http.uri.raw", |transaction, _, visit| {
        if let Some(request) = &transaction.request {
            visit(request_line(request.line()).uri);
        }
    }),
    asked("http.method", |transaction, _, visit| {
        if let Some(request) = &transaction.request {
            visit(request_line(request.line()).method);
        }
    }),
    asked("http.host", |transaction, _, visit| {
        filled(&transaction.host, visit);
    }),
    asked("http.host.raw", |transaction, way, visit| {
        if transaction
            .side(way)
            .is_some_and(|side| side.headers.value(b"Host").is_some())
        {
            header(transaction, way, b"Host", visit);
        } else {
            filled(&transaction.host, visit);
        }
    }),
    asked("http.user_agent", |transaction, way, visit| {
        header(transaction, way, b"User-Agent", visit);
    }),
    both("http.cookie", |transaction, way, visit| {
        header(transaction, way, cookie_name(way), visit);
    }),
    both("http.header", |transaction, way, visit| {
        side(transaction, way, |message| {
            visit(&header_block(message, Some(cookie_name(way))));
        });
    }),
    both("http.header.raw", |transaction, way, visit| {
        side(transaction, way, |message| visit(message.raw_headers()));
    }),
    both("http.header_names", |transaction, way, visit| {
        side(transaction, way, |message| visit(&names(message)));
    }),
    asked("http.request_header", each_header),
    told("http.response_header", each_header),
    asked("http.accept", |transaction, way, visit| {
        header(transaction, way, b"Accept", visit);
    }),
    asked("http.accept_lang", |transaction, way, visit| {
        header(transaction, way, b"Accept-Language", visit);
    }),
    asked("http.accept_enc", |transaction, way, visit| {
        header(transaction, way, b"Accept-Encoding", visit);
    }),
    asked("http.referer", |transaction, way, visit| {
        header(transaction, way, b"Referer", visit);
    }),
    both("http.connection", |transaction, way, visit| {
        header(transaction, way, b"Connection", visit);
    }),
    both("http.content_type", |transaction, way, visit| {
        header(transaction, way, b"Content-Type", visit);
    }),
    both("http.content_len", |transaction, way, visit| {
        header(transaction, way, b"Content-Length", visit);
    }),
    both("http.start", |transaction, way, visit| {
        side(transaction, way, |message| visit(&start(message)));
    }),
    both("http.protocol", |transaction, way, visit| {
        let protocol = transaction.side(way).and_then(|message| match way {
            ToServer => request_line(message.line()).protocol,
            ToClient => status_line(message.line()).map(|line| line.protocol),
        });
        filled(protocol.unwrap_or_default(), visit);
    }),
    asked("http.request_line", |transaction, way, visit| {
        side(transaction, way, |message| filled(message.line(), visit));
    }),
    told("http.response_line", |transaction, way, visit| {
        side(transaction, way, |message| filled(message.line(), visit));
    }),
    told("http.stat_code", |transaction, way, visit| {
        side(transaction, way, |message| {
            filled(
                status_line(message.line()).map_or(b"", |line| line.code),
                visit,
            );
        });
    }),
    told("http.stat_msg", |transaction, way, visit| {
        side(transaction, way, |message| {
            filled(
                status_line(message.line()).map_or(b"", |line| line.message),
                visit,
            );
        });
    }),
    told("http.location", |transaction, way, visit| {
        header(transaction, way, b"Location", visit);
    }),
    told("http.server", |transaction, way, visit| {
        header(transaction, way, b"Server", visit);
    }),
    asked("http.request_body", |transaction, way, visit| {
        side(transaction, way, |message| {
            filled(&message.body.held, visit)
        });
    }),
    told("http.response_body", |transaction, way, visit| {
        side(transaction, way, |message| {
            filled(&message.body.held, visit)
        });
    }),
    both("file.data", |transaction, way, visit| {
        side(transaction, way, |message| file_data(message, visit));
    }),
    both("file.name", |transaction, way, visit| {
        side(transaction, way, |message| {
            for name in &message.body.names {
                visit(name);
            }
        });
    }),
];

const NUMBERS: [Number<HttpTransaction>; 4] = [
    Number::new("urilen", Inspected::ToServer, |transaction, _, visit| {
        if transaction.request.is_some() {
            visit(transaction.normal_uri.len() as u64);
        }
    }),
    Number::new(
        "urilen.raw",
        Inspected::ToServer,
        |transaction, _, visit| {
            if let Some(request) = &transaction.request {
                visit(request_line(request.line()).uri.len() as u64);
            }
        },
    ),
    Number::new(
        "http.content_len",
        Inspected::Both,
        |transaction, way, visit| {
            let value = transaction
                .side(way)
                .and_then(|message| message.headers.value(b"Content-Length"));
            if let Some(length) = value.and_then(decimal) {
                visit(length);
            }
        },
    ),
    Number::new(
        "http.stat_code",
        Inspected::ToClient,
        |transaction, _, visit| {
            if let Some(status) = transaction.status {
                visit(status.into());
            }
        },
    ),
];

fn filled(bytes: &[u8], visit: VisitBytes<'_>) {
    if !bytes.is_empty() {
        visit(bytes);
    }
}

fn side(transaction: &HttpTransaction, way: Direction, look: impl FnOnce(&Message)) {
    if let Some(message) = transaction.side(way) {
        look(message);
    }
}

fn header(transaction: &HttpTransaction, way: Direction, name: &[u8], visit: VisitBytes<'_>) {
    side(transaction, way, |message| {
        if let Some(value) = message.headers.value(name) {
            visit(value);
        }
    });
}

const fn cookie_name(way: Direction) -> &'static [u8] {
    match way {
        ToServer => b"Cookie",
        ToClient => b"Set-Cookie",
    }
}

fn each_header(transaction: &HttpTransaction, way: Direction, visit: VisitBytes<'_>) {
    side(transaction, way, |message| {
        for (name, value) in message.headers.iter() {
            visit(&[name, b": ", value].concat());
        }
    });
}

/// `Name: value` lines, without one header.
fn header_block(message: &Message, without: Option<&[u8]>) -> Vec<u8> {
    let mut block = Vec::with_capacity(message.head.len());
    for (name, value) in message.headers.iter() {
        if without.is_none_or(|without| !name.eq_ignore_ascii_case(without)) {
            for part in [name, b": ", value, b"\r\n"] {
                block.extend_from_slice(part);
            }
        }
    }
    block
}

/// `\r\nName\r\nName\r\n\r\n`.
fn names(message: &Message) -> Vec<u8> {
    let mut names = b"\r\n".to_vec();
    for (name, _) in message.headers.iter() {
        names.extend_from_slice(name);
        names.extend_from_slice(b"\r\n");
    }
    names.extend_from_slice(b"\r\n");
    names
}

/// First line and headers.
fn start(message: &Message) -> Vec<u8> {
    [
        message.line(),
        b"\r\n",
        &header_block(message, None),
        b"\r\n",
    ]
    .concat()
}

/// The files of a form, or the body.
fn file_data(message: &Message, visit: VisitBytes<'_>) {
    if message.body.parts.is_empty() {
        filled(&message.body.held, visit);
    } else {
        for part in &message.body.parts {
            visit(part);
        }
    }
}

impl Transaction for HttpTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &HTTP
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("http")
    }

    fn buffer(&self, index: usize, direction: Direction, visit: VisitBytes<'_>) {
        visit_buffer(&BUFFERS, self, index, direction, visit);
    }

    fn number(&self, index: usize, direction: Direction, visit: VisitNumber<'_>) {
        visit_number(&NUMBERS, self, index, direction, visit);
    }

    fn fields(&self, fields: &mut dyn Fields) {
        event::http(self, fields);
    }
}
