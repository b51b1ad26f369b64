//! The `http` object of events, as Suricata 8 gives it.

use super::parser::{request_line, status_line};
use super::transaction::HttpTransaction;
use crate::protocol::Fields;
use crate::text::{decimal, split_once, trim};

/// Writes the object's values.
pub fn http(transaction: &HttpTransaction, fields: &mut dyn Fields) {
    if !transaction.host.is_empty() {
        fields.bytes("hostname", &transaction.host);
    }
    if let Some(port) = transaction.port {
        fields.number("http_port", port.into());
    }
    let request = transaction.request.as_ref();
    let response = transaction.response.as_ref();
    let line = request.map(|request| request_line(request.line()));
    if let Some(line) = line {
        fields.bytes("url", line.uri);
    }
    let asked = |name: &[u8]| request.and_then(|request| request.headers.value(name));
    let told = |name: &[u8]| response.and_then(|response| response.headers.value(name));
    if let Some(agent) = asked(b"User-Agent") {
        fields.bytes("http_user_agent", agent);
    }
    if let Some(forwarded) = asked(b"X-Forwarded-For") {
        fields.bytes("xff", forwarded);
    }
    if let Some(kind) = told(b"Content-Type") {
        fields.bytes("http_content_type", media_type(kind));
    }
    if let Some(range) = told(b"Content-Range") {
        content_range(range, fields);
    }
    if let Some(referer) = asked(b"Referer") {
        fields.bytes("http_refer", referer);
    }
    if let Some(line) = line {
        fields.bytes("http_method", line.method);
    }
    let status = response.and_then(|response| status_line(response.line()));
    let protocol = match line {
        Some(line) => line.protocol,
        None => status.map(|status| status.protocol),
    };
    if let Some(protocol) = protocol {
        fields.bytes("protocol", protocol);
    }
    match (transaction.status, status) {
        (Some(status), _) => fields.number("status", status.into()),
        (None, Some(status)) if !status.code.is_empty() => {
            fields.bytes("status_string", status.code);
        }
        _ => {}
    }
    if matches!(transaction.status, Some(300..=399))
        && let Some(location) = told(b"Location")
    {
        fields.bytes("redirect", location);
    }
    fields.number(
        "length",
        response.map_or(0, |response| response.body.length),
    );
}

/// The type without its parameters.
fn media_type(value: &[u8]) -> &[u8] {
    let end = value
        .iter()
        .position(|byte| matches!(byte, b';' | b' ' | b'\t'))
        .unwrap_or(value.len());
    value.get(..end).unwrap_or(value)
}

/// `bytes 0-99/1234`.
fn content_range(value: &[u8], fields: &mut dyn Fields) {
    fields.begin_record("content_range");
    fields.bytes("raw", value);
    if let Some((range, size)) = value
        .strip_prefix(b"bytes ")
        .and_then(|range| split_once(range, b'/'))
    {
        if let Some((start, end)) = split_once(range, b'-')
            && let (Some(start), Some(end)) = (decimal(trim(start)), decimal(trim(end)))
        {
            fields.number("start", start);
            fields.number("end", end);
        }
        if let Some(size) = decimal(trim(size)) {
            fields.number("size", size);
        }
    }
    fields.end();
}
