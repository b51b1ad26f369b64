//! What is odd about a message, by Suricata's names.

use super::parser::{Oddities, request_line, status_line, strip_line_end};
use super::transaction::Message;
use super::uri;
use crate::text::{contains_ignoring_case, decimal, hex_digit, starts_with_ignoring_case, trim};

/// Names of [`Oddities`] in requests, in their order.
pub const REQUEST: [&str; 6] = [
    "request_field_missing_colon",
    "request_header_invalid",
    "invalid_request_field_folding",
    "request_header_repetition",
    "request_too_many_headers",
    "request_field_too_long",
];
/// The same in answers.
pub const RESPONSE: [&str; 6] = [
    "response_field_missing_colon",
    "response_header_invalid",
    "invalid_response_field_folding",
    "response_header_repetition",
    "response_too_many_headers",
    "response_field_too_long",
];

/// Tells what was odd about headers.
pub fn report(oddities: &Oddities, names: &[&'static str; 6], tell: &mut dyn FnMut(&'static str)) {
    let found = [
        oddities.missing_colon,
        oddities.invalid_name,
        oddities.invalid_folding,
        oddities.repeated,
        oddities.too_many,
        oddities.long,
    ];
    for (name, found) in names.iter().zip(found) {
        if found {
            tell(name);
        }
    }
}

/// Looks at a request's first line, with what stands around it.
pub fn in_request_line(raw: &[u8], tell: &mut dyn FnMut(&'static str)) {
    let text = strip_line_end(raw);
    if text
        .first()
        .is_some_and(|byte| matches!(byte, b' ' | b'\t'))
    {
        tell("request_line_leading_whitespace");
    }
    let text = trim(text);
    let line = request_line(text);
    let behind_method = text.get(line.method.len()..).unwrap_or_default();
    if blanks(behind_method).any(|byte| *byte != b' ') {
        tell("method_delim_non_compliant");
    }
    match line.protocol {
        Some(protocol) => {
            let end = text.len().saturating_sub(protocol.len());
            let before = text.get(..end).unwrap_or_default();
            let mut around = before.iter().rev().take_while(|byte| is_blank(**byte));
            if around.any(|byte| *byte != b' ') {
                tell("uri_delim_non_compliant");
            }
        }
        None => tell("request_line_missing_protocol"),
    }
    if is_coded_twice(line.uri) {
        tell("double_encoded_uri");
    }
    let parts = uri::parts(line.uri, line.method == b"CONNECT");
    if let Some(host) = parts.host
        && !is_host(host)
    {
        tell("uri_host_invalid");
    }
    if parts.port.is_some_and(|port| !is_port(port)) {
        tell("invalid_authority_port");
    }
}

/// Looks at the parts of `Host`.
pub fn in_host(host: &[u8], port: Option<&[u8]>, tell: &mut dyn FnMut(&'static str)) {
    if !is_host(host) {
        tell("header_host_invalid");
    }
    if port.is_some_and(|port| !is_port(port)) {
        tell("invalid_server_port_in_request");
    }
}

/// Looks at an answer whose headers are read.
pub fn in_answer(answer: &Message, tell: &mut dyn FnMut(&'static str)) {
    let protocol = status_line(answer.line()).map_or(&b""[..], |line| line.protocol);
    let version = protocol.get(5..).unwrap_or_default();
    if !starts_with_ignoring_case(protocol, b"HTTP/")
        || !matches!(version, b"0.9" | b"1.0" | b"1.1")
    {
        tell("response_invalid_protocol");
    }
    let is_chunked = answer
        .headers
        .value(b"Transfer-Encoding")
        .is_some_and(|coding| contains_ignoring_case(coding, b"chunked"));
    if is_chunked && matches!(version, b"0.9" | b"1.0") {
        tell("response_chunked_old_proto");
    }
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x0b | 0x0c)
}

/// The blanks that some bytes begin with.
fn blanks(bytes: &[u8]) -> impl Iterator<Item = &u8> {
    bytes.iter().take_while(|byte| is_blank(**byte))
}

/// `%25` and two digits: what is decoded holds a code again.
fn is_coded_twice(uri: &[u8]) -> bool {
    uri.windows(5).any(|window| {
        matches!(window, [b'%', b'2', b'5', high, low]
            if hex_digit(*high).is_some() && hex_digit(*low).is_some())
    })
}

/// Whether a host has no blanks, no controls and nothing that belongs to other parts of a URI.
fn is_host(host: &[u8]) -> bool {
    host.iter()
        .all(|byte| *byte > b' ' && *byte != 0x7f && !matches!(byte, b'/' | b'?' | b'#' | b'\\'))
}

/// Whether a port is a number that fits; an empty one is allowed (RFC 3986, 3.2.3).
fn is_port(port: &[u8]) -> bool {
    let port = trim(port);
    port.is_empty() || decimal(port).is_some_and(|number| (1..=65_535).contains(&number))
}
