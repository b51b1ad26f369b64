//! A SIP message (RFC 3261, section 7) to values.

use super::sdp::{self, Session};
use crate::limits::{SIP_HEAD_BYTES_MAX, SIP_HEADERS_MAX};
use crate::text::{decimal, find, split_once, trim};

/// First line of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// `INVITE sip:a@b SIP/2.0`
    Request {
        /// Method.
        method: Vec<u8>,
        /// Who is asked for.
        uri: Vec<u8>,
    },
    /// `SIP/2.0 200 OK`
    Response {
        /// Three digits.
        code: Vec<u8>,
        /// Words for people.
        reason: Vec<u8>,
    },
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What its first line says.
    pub start: Start,
    /// `SIP/2.0`
    pub version: Vec<u8>,
    /// The first line without its end.
    pub line: Vec<u8>,
    /// Headers in order; short names are written out.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// Description of a media session in the body.
    pub session: Option<Session>,
}

/// A head, and how many bytes of a body follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The message without its body.
    pub message: Message,
    /// Length of the first line and headers with their ends.
    pub text_bytes: usize,
    /// Length of the head, with the empty line.
    pub bytes: usize,
    /// What `Content-Length` says, if it says something that makes sense.
    pub body_bytes: Option<u64>,
}

/// Why there is no head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Its end is missing.
    Incomplete,
    /// It is longer than the limit.
    TooLong,
    /// It is no SIP.
    Invalid,
}

/// Short names of headers (RFC 3261, 7.3.3, and RFC 3265, 3515, 3892, 4028, 8224).
const SHORT_NAMES: [(u8, &[u8]); 19] = [
    (b'a', b"Accept-Contact"),
    (b'b', b"Referred-By"),
    (b'c', b"Content-Type"),
    (b'd', b"Request-Disposition"),
    (b'e', b"Content-Encoding"),
    (b'f', b"From"),
    (b'i', b"Call-ID"),
    (b'j', b"Reject-Contact"),
    (b'k', b"Supported"),
    (b'l', b"Content-Length"),
    (b'm', b"Contact"),
    (b'n', b"Identity-Info"),
    (b'o', b"Event"),
    (b'r', b"Refer-To"),
    (b's', b"Subject"),
    (b't', b"To"),
    (b'u', b"Allow-Events"),
    (b'v', b"Via"),
    (b'x', b"Session-Expires"),
];

impl Message {
    /// Values of a header.
    pub fn header<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
    }

    /// Reads the body, where it is one that is understood.
    pub fn take_body(&mut self, body: &[u8]) {
        let is_session = self.header(b"Content-Type").any(|kind| {
            let kind = split_once(kind, b';').map_or(kind, |(kind, _)| kind);
            trim(kind).eq_ignore_ascii_case(b"application/sdp")
        });
        if is_session {
            self.session = sdp::session(body);
        }
    }
}

/// Reads the head at the front of `bytes`; `searched` of them are known to hold no end of it.
pub fn head(bytes: &[u8], searched: usize) -> Result<Head, Problem> {
    let looked_at = bytes.get(..SIP_HEAD_BYTES_MAX).unwrap_or(bytes);
    let Some((text, length)) = end_of_head(looked_at, searched) else {
        return Err(if bytes.len() >= SIP_HEAD_BYTES_MAX {
            Problem::TooLong
        } else {
            Problem::Incomplete
        });
    };
    let lines = text.strip_suffix(b"\n").unwrap_or(text);
    let mut lines = lines.split(|byte| *byte == b'\n').map(without_return);
    let line = lines.next().unwrap_or_default();
    let (start, version) = start(line).ok_or(Problem::Invalid)?;
    let message = Message {
        start,
        version: version.to_vec(),
        line: line.to_vec(),
        headers: headers(lines),
        session: None,
    };
    let body_bytes = message.header(b"Content-Length").next().and_then(decimal);
    Ok(Head {
        message,
        text_bytes: text.len(),
        bytes: length,
        body_bytes,
    })
}

/// First line and headers with their ends, and the length with the empty line.
fn end_of_head(bytes: &[u8], searched: usize) -> Option<(&[u8], usize)> {
    // The first bytes of the end may be among those searched.
    let from = searched.saturating_sub(3);
    let area = bytes.get(from..)?;
    let place = |end: &[u8]| Some((find(area, end)?.checked_add(from)?, end.len()));
    let strict = place(b"\r\n\r\n");
    let loose = place(b"\n\n");
    let (at, end) = match (strict, loose) {
        (Some(strict), Some(loose)) => strict.min(loose),
        (strict, loose) => strict.or(loose)?,
    };
    let line_end = at.saturating_add(end / 2);
    Some((bytes.get(..line_end)?, at.saturating_add(end)))
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// What the first line says, and the version.
pub fn start(line: &[u8]) -> Option<(Start, &[u8])> {
    let (first, rest) = split_once(line, b' ')?;
    if is_version(first) {
        let (code, reason) = split_once(rest, b' ').unwrap_or((rest, b""));
        let digits = code.len() == 3 && code.iter().all(u8::is_ascii_digit);
        let response = Start::Response {
            code: code.to_vec(),
            reason: reason.to_vec(),
        };
        return digits.then_some((response, first));
    }
    let (uri, version) = split_once(rest, b' ')?;
    let is_request = is_method(first) && !uri.is_empty() && is_version(version);
    let request = Start::Request {
        method: first.to_vec(),
        uri: uri.to_vec(),
    };
    is_request.then_some((request, version))
}

/// `SIP/` and two numbers with a dot between.
fn is_version(text: &[u8]) -> bool {
    text.strip_prefix(b"SIP/")
        .and_then(|number| split_once(number, b'.'))
        .is_some_and(|(major, minor)| decimal(major).is_some() && decimal(minor).is_some())
}

/// A token of RFC 3261, 25.1.
fn is_method(text: &[u8]) -> bool {
    !text.is_empty()
        && text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(byte))
}

fn headers<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for line in lines {
        if line
            .first()
            .is_some_and(|byte| matches!(byte, b' ' | b'\t'))
        {
            // A folded line goes on with the header before it.
            if let Some((_, value)) = found.last_mut() {
                if !value.is_empty() {
                    value.push(b' ');
                }
                value.extend_from_slice(trim(line));
            }
        } else if let Some((name, value)) = split_once(line, b':')
            && found.len() < SIP_HEADERS_MAX
        {
            found.push((full_name(trim(name)), trim(value).to_vec()));
        }
    }
    found
}

fn full_name(name: &[u8]) -> Vec<u8> {
    let known = match name {
        [letter] => SHORT_NAMES
            .iter()
            .find(|(short, _)| *short == letter.to_ascii_lowercase())
            .map(|(_, name)| *name),
        _ => None,
    };
    known.unwrap_or(name).to_vec()
}
