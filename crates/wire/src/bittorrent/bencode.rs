//! Bencoding (BEP 3).

use crate::limits::{BENCODE_DEPTH_MAX, BENCODE_ITEMS_MAX};
use crate::text::decimal;

/// A value that borrows from the datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// `i5e`
    Number(i64),
    /// `2:ab`
    Bytes(&'a [u8]),
    /// `l...e`
    List(Vec<Value<'a>>),
    /// `d...e`
    Dictionary(Vec<(&'a [u8], Value<'a>)>),
}

impl<'a> Value<'a> {
    /// The value of a key.
    pub fn at(&self, key: &[u8]) -> Option<&Value<'a>> {
        let Self::Dictionary(entries) = self else {
            return None;
        };
        entries
            .iter()
            .find(|(known, _)| *known == key)
            .map(|(_, value)| value)
    }

    /// The bytes, where it is bytes.
    pub const fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The number, where it is one.
    pub const fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The entries, where it is a list.
    pub fn list(&self) -> &[Value<'a>] {
        match self {
            Self::List(values) => values,
            _ => &[],
        }
    }
}

/// Reads one value that takes all of `bytes`.
pub fn value(bytes: &[u8]) -> Option<Value<'_>> {
    let mut items = 0;
    let (value, rest) = next(bytes, 0, &mut items)?;
    rest.is_empty().then_some(value)
}

fn next<'a>(bytes: &'a [u8], depth: usize, items: &mut usize) -> Option<(Value<'a>, &'a [u8])> {
    *items = items.checked_add(1)?;
    if depth > BENCODE_DEPTH_MAX || *items > BENCODE_ITEMS_MAX {
        return None;
    }
    match bytes.split_first()? {
        (b'i', rest) => {
            let end = rest.iter().position(|byte| *byte == b'e')?;
            let (digits, rest) = rest.split_at_checked(end)?;
            let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
            Some((Value::Number(number), rest.get(1..)?))
        }
        (b'l', mut rest) => {
            let mut values = Vec::new();
            while rest.first()? != &b'e' {
                let (value, after) = next(rest, depth.saturating_add(1), items)?;
                values.push(value);
                rest = after;
            }
            Some((Value::List(values), rest.get(1..)?))
        }
        (b'd', mut rest) => {
            let mut entries = Vec::new();
            while rest.first()? != &b'e' {
                let (key, after) = text(rest)?;
                let (value, after) = next(after, depth.saturating_add(1), items)?;
                entries.push((key, value));
                rest = after;
            }
            Some((Value::Dictionary(entries), rest.get(1..)?))
        }
        _ => {
            let (bytes, rest) = text(bytes)?;
            Some((Value::Bytes(bytes), rest))
        }
    }
}

fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = bytes.iter().take(6).position(|byte| *byte == b':')?;
    let length = usize::try_from(decimal(bytes.get(..colon)?)?).ok()?;
    bytes.get(colon.checked_add(1)?..)?.split_at_checked(length)
}
