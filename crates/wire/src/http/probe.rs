//! Is it HTTP? Told by the first line.

use super::parser::request_line;
use crate::protocol::{Direction, Probe};
use crate::text::starts_with_ignoring_case;

/// Bytes of a first line after which its end is no longer waited for.
const LINE_BYTES_ENOUGH: usize = 1024;

/// Methods that need no look at the rest of the line.
const COMMON: [&[u8]; 4] = [b"GET /", b"POST /", b"HEAD /", b"PUT /"];

/// Looks at the beginning of a direction.
pub fn http(direction: Direction, bytes: &[u8]) -> Probe {
    let bytes = skip_line_ends(bytes);
    match direction {
        Direction::ToClient => answer(bytes),
        Direction::ToServer => match request(bytes) {
            // A server that spoke first, or a stream whose ends were mixed up.
            Probe::No if starts_with_ignoring_case(bytes, b"HTTP/1.") => Probe::Unsure,
            probe => probe,
        },
    }
}

fn skip_line_ends(bytes: &[u8]) -> &[u8] {
    let start = bytes
        .iter()
        .position(|byte| !matches!(byte, b'\r' | b'\n'))
        .unwrap_or(bytes.len());
    bytes.get(start..).unwrap_or_default()
}

fn answer(bytes: &[u8]) -> Probe {
    const START: &[u8] = b"HTTP/";
    if bytes.len() < START.len() {
        return if starts_with_ignoring_case(START, bytes) {
            Probe::Unsure
        } else {
            Probe::No
        };
    }
    if starts_with_ignoring_case(bytes, START) {
        Probe::Yes
    } else {
        Probe::No
    }
}

fn request(bytes: &[u8]) -> Probe {
    // HTTP/2 begins with what looks like a request.
    if bytes.starts_with(b"PRI * HTTP/2.0\r\n") {
        return Probe::No;
    }
    if COMMON.iter().any(|start| bytes.starts_with(start)) {
        return Probe::Yes;
    }
    let method_bytes = bytes
        .iter()
        .position(|byte| !(byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_')));
    match method_bytes {
        None if bytes.len() <= 32 => return Probe::Unsure,
        Some(length @ 3..=32) if matches!(bytes.get(length), Some(b' ' | b'\t')) => {}
        _ => return Probe::No,
    }
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let line = request_line(bytes.get(..end.unwrap_or(bytes.len())).unwrap_or(bytes));
    let printable = line.uri.iter().all(|byte| *byte >= b' ');
    match end {
        Some(_) if line.names_http() => Probe::Yes,
        Some(_) if line.method == b"GET" && line.uri.first() == Some(&b'/') => Probe::Yes,
        Some(_) => Probe::No,
        None if !printable => Probe::No,
        None if bytes.len() < LINE_BYTES_ENOUGH => Probe::Unsure,
        None if is_http_uri(line.uri) => Probe::Yes,
        None => Probe::No,
    }
}

fn is_http_uri(uri: &[u8]) -> bool {
    uri.first() == Some(&b'/') || starts_with_ignoring_case(uri, b"http://")
}
