//! The `http` object of events, with what is HTTP/2's own in `http2`, as Suricata 8 gives it.

use super::transaction::{Http2Transaction, Message, Part};
use crate::protocol::{Direction, Fields};
use crate::text::decimal;

/// Whether a transaction says anything: the connection's small frames do not.
pub fn is_worth_telling(transaction: &Http2Transaction) -> bool {
    if transaction.part == Part::Late {
        return false;
    }
    [&transaction.request, &transaction.response]
        .iter()
        .any(|message| {
            message.headers_done
                || !message.numbers.settings.is_empty()
                || !message.numbers.errors.is_empty()
                || !message.numbers.priorities.is_empty()
        })
}

/// Writes the object's values.
pub fn http(transaction: &Http2Transaction, fields: &mut dyn Fields) {
    let (request, response) = (&transaction.request, &transaction.response);
    fields.bytes("version", b"2");
    header_list("request_headers", request, fields);
    header_list("response_headers", response, fields);
    if !transaction.host.is_empty() {
        fields.bytes("hostname", &transaction.host);
    }
    if let Some(port) = transaction.port {
        fields.number("http_port", port.into());
    }
    let texts: [(&'static str, &Message, &[u8]); 5] = [
        ("http_method", request, b":method"),
        ("url", request, b":path"),
        ("http_user_agent", request, b"user-agent"),
        ("http_refer", request, b"referer"),
        ("xff", request, b"x-forwarded-for"),
    ];
    for (name, message, field) in texts {
        if let Some(value) = message.value(field) {
            fields.bytes(name, value);
        }
    }
    if let Some(kind) = response.value(b"content-type") {
        let end = kind
            .iter()
            .position(|byte| matches!(byte, b';' | b' '))
            .unwrap_or(kind.len());
        fields.bytes("http_content_type", kind.get(..end).unwrap_or(kind));
    }
    if let Some(status) = transaction.status() {
        fields.number("status", status.into());
    }
    let length = response
        .value(b"content-length")
        .or(request.value(b"content-length"));
    if let Some(length) = length.and_then(decimal) {
        fields.number("length", length);
    }
    fields.begin_record("http2");
    fields.number("stream_id", transaction.stream.into());
    for (name, direction) in [
        ("request", Direction::ToServer),
        ("response", Direction::ToClient),
    ] {
        fields.begin_record(name);
        numbers(transaction.side(direction), fields);
        fields.end();
    }
    fields.end();
}

fn header_list(name: &'static str, message: &Message, fields: &mut dyn Fields) {
    fields.begin_list(name);
    for size in &message.numbers.sizes {
        fields.begin_record("");
        fields.number("table_size_update", *size);
        fields.end();
    }
    for field in &message.fields {
        fields.begin_record("");
        fields.bytes("name", &field.name);
        fields.bytes("value", &field.value);
        fields.end();
    }
    fields.end();
}

fn numbers(message: &Message, fields: &mut dyn Fields) {
    let numbers = &message.numbers;
    if !numbers.settings.is_empty() {
        fields.begin_list("settings");
        for (name, value) in &numbers.settings {
            fields.begin_record("");
            match setting_name(*name) {
                Some(known) => fields.bytes("settings_id", known.as_bytes()),
                None => fields.bytes("settings_id", format!("UNKNOWN ({name})").as_bytes()),
            }
            fields.number("settings_value", (*value).into());
            fields.end();
        }
        fields.end();
    }
    if let Some(code) = numbers.errors.first() {
        match error_name(*code) {
            Some(known) => fields.bytes("error_code", known.as_bytes()),
            None => fields.bytes("error_code", code.to_string().as_bytes()),
        }
    }
    if let Some(weight) = numbers.priorities.first() {
        fields.number("priority", (*weight).into());
    }
}

/// RFC 9113, 6.5.2, in the words of events.
const fn setting_name(name: u16) -> Option<&'static str> {
    Some(match name {
        1 => "SETTINGSHEADERTABLESIZE",
        2 => "SETTINGSENABLEPUSH",
        3 => "SETTINGSMAXCONCURRENTSTREAMS",
        4 => "SETTINGSINITIALWINDOWSIZE",
        5 => "SETTINGSMAXFRAMESIZE",
        6 => "SETTINGSMAXHEADERLISTSIZE",
        8 => "SETTINGSENABLECONNECTPROTOCOL",
        9 => "SETTINGSNORFC7540PRIORITIES",
        _ => return None,
    })
}

/// RFC 9113, 7, in the words of events.
const fn error_name(code: u32) -> Option<&'static str> {
    Some(match code {
        0 => "NOERROR",
        1 => "PROTOCOLERROR",
        2 => "INTERNALERROR",
        3 => "FLOWCONTROLERROR",
        4 => "SETTINGSTIMEOUT",
        5 => "STREAMCLOSED",
        6 => "FRAMESIZEERROR",
        7 => "REFUSEDSTREAM",
        8 => "CANCEL",
        9 => "COMPRESSIONERROR",
        10 => "CONNECTERROR",
        11 => "ENHANCEYOURCALM",
        12 => "INADEQUATESECURITY",
        13 => "HTTP11REQUIRED",
        _ => return None,
    })
}
