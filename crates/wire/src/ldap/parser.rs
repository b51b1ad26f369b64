//! Messages to values.

use crate::ber::{Element, element_cut, tag};
use crate::limits::{LDAP_FILTER_DEPTH_MAX, LDAP_LIST_MAX, LDAP_VALUE_BYTES_MAX};

/// The object id by which a client asks for TLS (RFC 4511, 4.14.1).
pub const START_TLS: &[u8] = b"1.3.6.1.4.1.1466.20037";

/// Operations: the numbers of their application tags.
pub mod operation {
    /// Log-in.
    pub const BIND: u8 = 0;
    /// Its answer.
    pub const BIND_RESPONSE: u8 = 1;
    /// The client ends.
    pub const UNBIND: u8 = 2;
    /// Search.
    pub const SEARCH: u8 = 3;
    /// Something found.
    pub const SEARCH_ENTRY: u8 = 4;
    /// The end of what was found.
    pub const SEARCH_DONE: u8 = 5;
    /// Change.
    pub const MODIFY: u8 = 6;
    /// New entry.
    pub const ADD: u8 = 8;
    /// Deletion.
    pub const DELETE: u8 = 10;
    /// New name.
    pub const RENAME: u8 = 12;
    /// Comparison.
    pub const COMPARE: u8 = 14;
    /// An operation is given up.
    pub const ABANDON: u8 = 16;
    /// A reference to another server.
    pub const SEARCH_REFERENCE: u8 = 19;
    /// Anything else.
    pub const EXTENDED: u8 = 23;
    /// Its answer.
    pub const EXTENDED_RESPONSE: u8 = 24;
    /// An answer before the last.
    pub const INTERMEDIATE: u8 = 25;
}

/// How a search compares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Kind of its outermost part.
    pub kind: &'static str,
    /// All of it as text (RFC 4515).
    pub text: Vec<u8>,
}

/// A name with values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attribute {
    /// What is done with it, in changes.
    pub change: Option<&'static str>,
    /// Its name.
    pub name: Vec<u8>,
    /// Its values.
    pub values: Vec<Vec<u8>>,
}

/// How an operation went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Number of the result.
    pub code: u64,
    /// The part of the name that was found.
    pub matched: Vec<u8>,
    /// Words.
    pub message: Vec<u8>,
}

/// One message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Joins request and responses.
    pub id: u64,
    /// Operation.
    pub operation: u8,
    /// The object it is about.
    pub name: Vec<u8>,
    /// Version of a bind; scope, aliases, and limits of size and time of a search; the message that is abandoned.
    pub numbers: Vec<u64>,
    /// The log-in is by a password in the clear (its length stays), or by this mechanism.
    pub mechanism: Option<Vec<u8>>,
    /// Bytes of a password in the clear.
    pub password_length: Option<usize>,
    /// Who logs in by NTLM.
    pub user: Option<crate::ntlmssp::Authenticate>,
    /// What is searched for.
    pub filter: Option<Filter>,
    /// Names, or names with values.
    pub attributes: Vec<Attribute>,
    /// A search gives names without values; a renaming takes the old name away.
    pub flag: bool,
    /// New name, or object id of an extended operation.
    pub other: Vec<u8>,
    /// How the operation went, in responses.
    pub outcome: Option<Outcome>,
}

impl Message {
    /// Whether it comes from a server.
    pub const fn is_response(&self) -> bool {
        matches!(
            self.operation,
            1 | 4 | 5 | 7 | 9 | 11 | 13 | 15 | 19 | 24 | 25
        )
    }
}

/// Whether these bytes can begin a message: a sequence, a number, an operation. None while bytes are missing.
pub fn begins(bytes: &[u8]) -> Option<bool> {
    use crate::ber::{Head, head};
    let inner = match head(bytes) {
        Head::Known {
            tag: 0x30, head, ..
        } => bytes.get(head..)?,
        Head::Short if bytes.first().is_none_or(|first| *first == 0x30) => return None,
        _ => return Some(false),
    };
    let after = match head(inner) {
        Head::Known {
            tag: tag::INTEGER,
            head,
            content: content @ 1..=4,
        } => inner.get(head.saturating_add(content)..)?,
        Head::Short if inner.first().is_none_or(|first| *first == tag::INTEGER) => return None,
        _ => return Some(false),
    };
    let kind = *after.first()?;
    // Only unbind, delete and abandon hold no further elements.
    let number = kind & 0x1f;
    let plain = matches!(number, 2 | 10 | 16);
    let known = matches!(number, 0..=16 | 19 | 23..=25);
    Some(kind & 0xc0 == 0x40 && known && (kind & 0x20 == 0) == plain)
}

/// Reads a message, as far as its bytes are there; None where it is none.
pub fn message(bytes: &[u8]) -> Option<Message> {
    if begins(bytes) != Some(true) {
        return None;
    }
    let outer = element_cut(bytes)?;
    let (id, rest) = crate::ber::element(outer.content)?;
    let body = element_cut(rest)?;
    let mut message = Message {
        id: u64::try_from(id.integer()?).ok()?,
        operation: body.tag & 0x1f,
        ..Message::default()
    };
    // What could not be read stays empty.
    let _ = read(body, &mut message);
    Some(message)
}

/// The elements of an operation, the last of them perhaps cut off.
struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    fn next(&mut self) -> Option<Element<'a>> {
        let found = element_cut(self.0)?;
        self.0 = crate::ber::element(self.0).map_or(&[][..], |(_, rest)| rest);
        Some(found)
    }

    fn text(&mut self) -> Option<Vec<u8>> {
        self.next().map(kept)
    }

    fn number(&mut self) -> Option<u64> {
        u64::try_from(self.next()?.integer()?).ok()
    }
}

/// The first bytes of an element's content.
fn kept(element: Element<'_>) -> Vec<u8> {
    let content = element.content;
    content
        .get(..LDAP_VALUE_BYTES_MAX)
        .unwrap_or(content)
        .to_vec()
}

fn read(body: Element<'_>, message: &mut Message) -> Option<()> {
    let mut parts = Parts(body.content);
    match message.operation {
        operation::BIND => bind(&mut parts, message)?,
        operation::UNBIND => {}
        operation::SEARCH => search(&mut parts, message)?,
        operation::SEARCH_ENTRY | operation::ADD => {
            message.name = parts.text()?;
            message.attributes = attributes(parts.next()?);
        }
        operation::MODIFY => {
            message.name = parts.text()?;
            message.attributes = changes(parts.next()?);
        }
        operation::DELETE => message.name = kept(body),
        operation::RENAME => {
            message.name = parts.text()?;
            message.other = parts.text()?;
            message.flag = parts.next()?.content.first().is_some_and(|byte| *byte != 0);
        }
        operation::COMPARE => {
            message.name = parts.text()?;
            let mut pair = Parts(parts.next()?.content);
            message.attributes.push(Attribute {
                change: None,
                name: pair.text()?,
                values: vec![pair.text()?],
            });
        }
        operation::ABANDON => message.numbers.push(u64::try_from(body.integer()?).ok()?),
        operation::EXTENDED => message.other = parts.text()?,
        operation::SEARCH_REFERENCE => message.other = parts.text()?,
        operation::INTERMEDIATE => {
            message.other = context(body, 0).unwrap_or_default();
        }
        _ => response(&mut parts, message)?,
    }
    Some(())
}

fn context(body: Element<'_>, number: u8) -> Option<Vec<u8>> {
    body.child(tag::context_primitive(number)).map(kept)
}

fn bind(parts: &mut Parts<'_>, message: &mut Message) -> Option<()> {
    message.numbers.push(parts.number()?);
    message.name = parts.text()?;
    let authentication = parts.next()?;
    if authentication.tag == tag::context_primitive(0) {
        message.password_length = Some(authentication.content.len());
        return Some(());
    }
    if authentication.tag == tag::context(3) {
        let mut sasl = Parts(authentication.content);
        message.mechanism = Some(sasl.text()?);
    }
    // NTLM stands in SASL tokens, or by itself (MS-ADTS, 5.1.1.1.3).
    let token = crate::ntlmssp::find(authentication.content).and_then(crate::ntlmssp::message);
    if let Some(crate::ntlmssp::Message::Authenticate(user)) = token {
        message.user = Some(user);
    }
    Some(())
}

fn search(parts: &mut Parts<'_>, message: &mut Message) -> Option<()> {
    message.name = parts.text()?;
    for _ in 0..4 {
        message.numbers.push(parts.number()?);
    }
    message.flag = parts.next()?.content.first().is_some_and(|byte| *byte != 0);
    let part = parts.next()?;
    let mut text = Vec::new();
    filter(part, LDAP_FILTER_DEPTH_MAX, &mut text);
    message.filter = Some(Filter {
        kind: filter_kind(part.tag),
        text,
    });
    let names = parts.next()?;
    message.attributes = names
        .children()
        .take(LDAP_LIST_MAX)
        .map(|name| Attribute {
            name: kept(name),
            ..Attribute::default()
        })
        .collect();
    Some(())
}

fn filter_kind(tag: u8) -> &'static str {
    match tag & 0x1f {
        0 => "and",
        1 => "or",
        2 => "not",
        3 => "equality_match",
        4 => "substrings",
        5 => "greater_or_equal",
        6 => "less_or_equal",
        7 => "present",
        8 => "approx_match",
        9 => "extensible_match",
        _ => "unknown",
    }
}

/// A filter as text (RFC 4515).
fn filter(part: Element<'_>, depth: usize, text: &mut Vec<u8>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    if text.len() > LDAP_VALUE_BYTES_MAX {
        return;
    }
    text.push(b'(');
    match part.tag & 0x1f {
        number @ 0..=2 => {
            text.push(match number {
                0 => b'&',
                1 => b'|',
                _ => b'!',
            });
            for child in part.children().take(LDAP_LIST_MAX) {
                filter(child, depth, text);
            }
        }
        4 => substrings(part, text),
        7 => {
            text.extend(kept(part));
            text.extend_from_slice(b"=*");
        }
        9 => {
            let value = |number| context(part, number).unwrap_or_default();
            text.extend(value(2));
            let rule = value(1);
            if !rule.is_empty() {
                text.push(b':');
                text.extend(rule);
            }
            text.extend_from_slice(b":=");
            escaped(&value(3), text);
        }
        number => {
            let mut pair = Parts(part.content);
            text.extend(pair.text().unwrap_or_default());
            text.extend_from_slice(match number {
                5 => b">=",
                6 => b"<=",
                8 => b"~=",
                _ => b"=",
            });
            escaped(&pair.text().unwrap_or_default(), text);
        }
    }
    text.push(b')');
}

fn substrings(part: Element<'_>, text: &mut Vec<u8>) {
    let mut pair = Parts(part.content);
    text.extend(pair.text().unwrap_or_default());
    text.push(b'=');
    let Some(pieces) = pair.next() else { return };
    let mut ends = false;
    for piece in pieces.children().take(LDAP_LIST_MAX) {
        if piece.tag != tag::context_primitive(0) && !ends {
            text.push(b'*');
        }
        escaped(&kept(piece), text);
        ends = false;
        if piece.tag != tag::context_primitive(2) {
            text.push(b'*');
            ends = true;
        }
    }
}

/// Bytes that mean something in a filter, or are no text, as `\xx`.
fn escaped(value: &[u8], text: &mut Vec<u8>) {
    for byte in value {
        if matches!(byte, b'*' | b'(' | b')' | b'\\' | 0..=0x1f | 0x7f..) {
            text.push(b'\\');
            text.extend(crate::text::hex(&[*byte], None).into_bytes());
        } else {
            text.push(*byte);
        }
    }
}

/// Names with values.
fn attributes(list: Element<'_>) -> Vec<Attribute> {
    let parts = list.children().take(LDAP_LIST_MAX);
    parts.filter_map(attribute).collect()
}

fn attribute(part: Element<'_>) -> Option<Attribute> {
    let mut pair = Parts(part.content);
    let name = pair.text()?;
    let values = pair.next().map(|set| {
        let values = set.children().take(LDAP_LIST_MAX);
        values.map(kept).collect()
    });
    Some(Attribute {
        change: None,
        name,
        values: values.unwrap_or_default(),
    })
}

fn changes(list: Element<'_>) -> Vec<Attribute> {
    let parts = list.children().take(LDAP_LIST_MAX);
    let change = |part: Element<'_>| {
        let mut pair = Parts(part.content);
        let change = match pair.number()? {
            0 => "add",
            1 => "delete",
            2 => "replace",
            3 => "increment",
            _ => "unknown",
        };
        let found = attribute(pair.next()?)?;
        Some(Attribute {
            change: Some(change),
            ..found
        })
    };
    parts.filter_map(change).collect()
}

fn response(parts: &mut Parts<'_>, message: &mut Message) -> Option<()> {
    let mut outcome = Outcome {
        code: parts.number()?,
        ..Outcome::default()
    };
    outcome.matched = parts.text().unwrap_or_default();
    outcome.message = parts.text().unwrap_or_default();
    message.outcome = Some(outcome);
    while let Some(part) = parts.next() {
        if message.operation == operation::EXTENDED_RESPONSE
            && part.tag == tag::context_primitive(10)
        {
            message.other = kept(part);
        }
        if parts.0.is_empty() {
            break;
        }
    }
    Some(())
}
