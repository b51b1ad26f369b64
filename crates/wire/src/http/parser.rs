//! First lines and headers (RFC 9112), read as tolerantly as the programs that attackers aim at.

use crate::limits::{HTTP_FIELD_BYTES_USUAL_MAX, HTTP_HEADERS_MAX};
use crate::text::{find_ignoring_case, split_once, starts_with_ignoring_case, trim};

/// `GET /path HTTP/1.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLine<'a> {
    /// `GET`.
    pub method: &'a [u8],
    /// `/path`, as written.
    pub uri: &'a [u8],
    /// `HTTP/1.1`; None in HTTP/0.9.
    pub protocol: Option<&'a [u8]>,
}

impl RequestLine<'_> {
    /// Whether it says that it is HTTP.
    pub fn names_http(&self) -> bool {
        self.protocol
            .is_some_and(|protocol| starts_with_ignoring_case(protocol, b"HTTP/"))
    }
}

/// Reads a request's first line. The URI ends at the first blank, as Suricata has it; whatever follows is the protocol.
pub fn request_line(line: &[u8]) -> RequestLine<'_> {
    let line = line
        .strip_suffix(b"\n")
        .map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
    let (method, rest) = at_blank(after_blanks(line), is_blank);
    let rest = after_blanks(rest);
    // Other white space ends the URI only where no blank does, as with servers that accept it.
    let is_end = if rest.contains(&b' ') {
        |byte| byte == b' '
    } else {
        is_blank
    };
    let (uri, protocol) = at_blank(rest, is_end);
    let protocol = after_blanks(protocol);
    RequestLine {
        method,
        uri,
        protocol: (!protocol.is_empty()).then_some(protocol),
    }
}

/// What stands before the first blank, and the rest with it.
fn at_blank(bytes: &[u8], is_blank: fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| is_blank(*byte));
    end.and_then(|end| bytes.split_at_checked(end))
        .unwrap_or((bytes, b""))
}

fn after_blanks(bytes: &[u8]) -> &[u8] {
    let blanks = bytes.iter().take_while(|byte| is_blank(**byte)).count();
    bytes.get(blanks..).unwrap_or_default()
}

/// `HTTP/1.1 200 OK`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusLine<'a> {
    /// `HTTP/1.1`.
    pub protocol: &'a [u8],
    /// `200`, as written.
    pub code: &'a [u8],
    /// `OK`; may be empty.
    pub message: &'a [u8],
}

/// Reads an answer's first line; None where it does not begin with `HTTP`.
pub fn status_line(line: &[u8]) -> Option<StatusLine<'_>> {
    let line = trim(line);
    if !starts_with_ignoring_case(line, b"HTTP") {
        return None;
    }
    let (protocol, rest) = word(line);
    let (code, message) = word(rest);
    Some(StatusLine {
        protocol,
        code,
        message,
    })
}

/// The first word, and what follows it.
fn word(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (word, rest) = at_blank(bytes, is_blank);
    (word, trim(rest))
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x0b | 0x0c)
}

/// The number in `Content-Length`, whatever stands around it; the largest of several, so that no
/// byte escapes the eye.
pub fn content_length(value: &[u8]) -> Option<u64> {
    value
        .split(|byte| !byte.is_ascii_digit())
        .filter_map(crate::text::decimal)
        .max()
}

/// Host and port of `Host` or of a URI's authority, without user and brackets' end lost.
pub fn host_and_port(authority: &[u8]) -> (&[u8], Option<&[u8]>) {
    let authority = trim(authority);
    if authority.first() == Some(&b'[')
        && let Some(end) = authority.iter().position(|byte| *byte == b']')
        && let Some((host, rest)) = authority.split_at_checked(end.saturating_add(1))
    {
        return (host, rest.strip_prefix(b":"));
    }
    match split_once(authority, b':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    }
}

/// The value of a parameter, e.g. `filename` in `attachment; filename="a.exe"`, quotes removed.
pub fn parameter<'a>(value: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut rest = value;
    loop {
        let at = find_ignoring_case(rest, name)?;
        let before = rest.get(..at)?.last();
        let after = rest.get(at.saturating_add(name.len())..)?;
        let word_begins = before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-');
        if word_begins && let Some(text) = trim_start(after).strip_prefix(b"=") {
            let text = trim_start(text);
            return match text.strip_prefix(b"\"") {
                Some(quoted) => Some(until(quoted, |byte| byte == b'"')),
                None => Some(trim(until(text, |byte| byte == b';'))),
            };
        }
        rest = after;
    }
}

const fn trim_start(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii_start()
}

fn until(bytes: &[u8], ends: impl Fn(u8) -> bool) -> &[u8] {
    let end = bytes
        .iter()
        .position(|byte| ends(*byte))
        .unwrap_or(bytes.len());
    bytes.get(..end).unwrap_or(bytes)
}

/// A stretch of [`Headers`]' text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Span {
    start: usize,
    end: usize,
}

#[derive(Clone, Copy, Debug)]
struct Header {
    name: Span,
    value: Span,
    repeated: bool,
}

/// Whose headers are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A client's.
    Request,
    /// A server's, with the tolerance of browsers.
    Answer,
}

/// What was odd about a message's headers; named for requests and responses by the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Oddities {
    /// A line without a colon.
    pub missing_colon: bool,
    /// A name with white space or control characters, or none at all.
    pub invalid_name: bool,
    /// The first line begins with white space.
    pub invalid_folding: bool,
    /// A header stands more than once.
    pub repeated: bool,
    /// More headers than we keep.
    pub too_many: bool,
    /// A very long header.
    pub long: bool,
}

/// A message's headers: folded lines joined, blanks around values removed, repeated headers
/// joined with commas.
#[derive(Debug, Default)]
pub struct Headers {
    text: Vec<u8>,
    list: Vec<Header>,
}

impl Headers {
    /// Reads the lines between the first line and the empty one, those of an answer the way
    /// browsers do: a bare CR ends a line too, NUL bytes do not count, and a line that begins with
    /// a blank may still be a header of its own.
    pub fn parse(raw: &[u8], reading: Reading, oddities: &mut Oddities) -> Self {
        let tolerant = reading == Reading::Answer;
        let mut headers = Self::default();
        let mut pending: Vec<u8> = Vec::new();
        for line in raw.split(|byte| *byte == b'\n' || (tolerant && *byte == b'\r')) {
            let line = strip_line_end(line);
            let trimmed = trim_blanks(line);
            if trimmed.is_empty() {
                continue;
            }
            let folded = line
                .first()
                .is_some_and(|byte| is_blank(*byte) || (tolerant && *byte == 0));
            if folded && pending.is_empty() {
                oddities.invalid_folding = true;
            } else if folded && !(tolerant && pending.contains(&b':') && is_header(trimmed)) {
                pending.push(b' ');
                pending.extend_from_slice(trimmed);
                continue;
            }
            headers.take_line(&pending, tolerant, oddities);
            pending.clear();
            pending.extend_from_slice(line);
        }
        headers.take_line(&pending, tolerant, oddities);
        headers
    }

    /// Takes a header whose folds have been undone.
    fn take_line(&mut self, line: &[u8], tolerant: bool, oddities: &mut Oddities) {
        if line.is_empty() {
            return;
        }
        let without_nul: Vec<u8>;
        let line = if tolerant && line.contains(&0) {
            without_nul = line.iter().copied().filter(|byte| *byte != 0).collect();
            oddities.invalid_name = true;
            &without_nul
        } else {
            line
        };
        match split_once(line, b':') {
            Some((before, after)) => {
                let name = trim_blanks(before);
                oddities.invalid_name |= name.is_empty()
                    || name.len() != before.len()
                    || name.iter().any(|byte| *byte <= b' ' || *byte >= 0x7f);
                self.add(name, trim_value(after), oddities);
            }
            None => {
                oddities.missing_colon = true;
                self.add(b"", trim_value(line), oddities);
            }
        }
    }

    fn add(&mut self, name: &[u8], value: &[u8], oddities: &mut Oddities) {
        oddities.long |= name.len().saturating_add(value.len()) > HTTP_FIELD_BYTES_USUAL_MAX;
        let known = self
            .list
            .iter()
            .position(|header| self.bytes(header.name).eq_ignore_ascii_case(name));
        if let Some(index) = known {
            oddities.repeated = true;
            // The first Host and the first Content-Length are the ones that count.
            let single = [&b"host"[..], b"content-length"]
                .iter()
                .any(|single| name.eq_ignore_ascii_case(single));
            if let Some(mut header) = self.list.get(index).copied() {
                header.repeated = true;
                if !single {
                    let old = self.bytes(header.value).to_vec();
                    let start = self.text.len();
                    self.text.extend_from_slice(&old);
                    self.text.extend_from_slice(b", ");
                    self.text.extend_from_slice(value);
                    header.value = Span {
                        start,
                        end: self.text.len(),
                    };
                }
                if let Some(place) = self.list.get_mut(index) {
                    *place = header;
                }
            }
            return;
        }
        if self.list.len() >= HTTP_HEADERS_MAX {
            oddities.too_many = true;
            return;
        }
        let name = self.keep(name);
        let value = self.keep(value);
        self.list.push(Header {
            name,
            value,
            repeated: false,
        });
    }

    fn keep(&mut self, bytes: &[u8]) -> Span {
        let start = self.text.len();
        self.text.extend_from_slice(bytes);
        Span {
            start,
            end: self.text.len(),
        }
    }

    fn bytes(&self, span: Span) -> &[u8] {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.list
            .iter()
            .map(|header| (self.bytes(header.name), self.bytes(header.value)))
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The value of a header, asked by its name in any case.
    pub fn value(&self, name: &[u8]) -> Option<&[u8]> {
        self.iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Whether a header stands more than once.
    pub fn is_repeated(&self, name: &[u8]) -> bool {
        self.list
            .iter()
            .any(|header| header.repeated && self.bytes(header.name).eq_ignore_ascii_case(name))
    }

    /// Bytes held.
    pub const fn held_bytes(&self) -> usize {
        self.text.len()
    }
}

/// A value without blanks, tabs and ends of lines at both ends: other control characters belong to it.
fn trim_value(bytes: &[u8]) -> &[u8] {
    trim_where(bytes, |byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// Without blanks and control characters at both ends.
fn trim_blanks(bytes: &[u8]) -> &[u8] {
    trim_where(bytes, |byte| *byte > b' ')
}

fn trim_where(bytes: &[u8], solid: fn(&u8) -> bool) -> &[u8] {
    let start = bytes.iter().position(solid).unwrap_or(bytes.len());
    let end = bytes
        .iter()
        .rposition(solid)
        .map_or(start, |at| at.saturating_add(1));
    bytes.get(start..end).unwrap_or_default()
}

/// Whether a line looks like name and value.
fn is_header(line: &[u8]) -> bool {
    split_once(line, b':').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    })
}

/// A line without its CR.
pub fn strip_line_end(line: &[u8]) -> &[u8] {
    let end = line
        .iter()
        .rposition(|byte| !matches!(byte, b'\r' | b'\n'))
        .map_or(0, |at| at.saturating_add(1));
    line.get(..end).unwrap_or(line)
}
