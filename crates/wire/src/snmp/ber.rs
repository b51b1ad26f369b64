//! As much of BER (X.690) as SNMP needs.

use std::fmt::Write as _;

/// Tag numbers of the universal class.
pub const INTEGER: u8 = 0x02;
/// Bytes.
pub const OCTET_STRING: u8 = 0x04;
/// Name of an object.
pub const OBJECT: u8 = 0x06;
/// A list.
pub const SEQUENCE: u8 = 0x30;

/// A value: its tag, its content, and what follows it.
pub struct Element<'a> {
    /// First byte.
    pub tag: u8,
    /// Content; less than announced where bytes are missing.
    pub content: &'a [u8],
    /// What follows.
    pub rest: &'a [u8],
    /// All announced bytes are there.
    pub whole: bool,
}

/// Reads the value at the front; None where tag and length are not there or not of SNMP's kind.
pub fn element(bytes: &[u8]) -> Option<Element<'_>> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        // At most four bytes of length; 0x80 (open end) is not for SNMP.
        long @ 0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            let length = digits
                .iter()
                .fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit));
            (length, rest)
        }
        _ => return None,
    };
    // Numbers of tags above 30 take more bytes; SNMP has none.
    if tag & 0x1f == 0x1f {
        return None;
    }
    Some(match rest.split_at_checked(length) {
        Some((content, rest)) => Element {
            tag: *tag,
            content,
            rest,
            whole: true,
        },
        None => Element {
            tag: *tag,
            content: rest,
            rest: b"",
            whole: false,
        },
    })
}

/// The value at the front if it is whole and has this tag, and what follows it.
pub fn expect(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let element = element(bytes)?;
    (element.tag == tag && element.whole).then_some((element.content, element.rest))
}

/// An integer that is not negative, and what follows it.
pub fn unsigned(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (content, rest) = expect(bytes, INTEGER)?;
    let digits = content.strip_prefix(&[0]).unwrap_or(content);
    if content.is_empty() || digits.len() > 8 || content.first()? & 0x80 != 0 {
        return None;
    }
    let value = digits
        .iter()
        .fold(0_u64, |sum, digit| (sum << 8) | u64::from(*digit));
    Some((value, rest))
}

/// The name of an object as numbers with dots.
pub fn dotted(content: &[u8]) -> Option<String> {
    let mut text = String::new();
    let mut value = 0_u64;
    let mut is_first = true;
    if content.last()? & 0x80 != 0 {
        return None;
    }
    for byte in content {
        value = value
            .checked_mul(128)?
            .checked_add(u64::from(byte & 0x7f))?;
        if byte & 0x80 != 0 {
            continue;
        }
        if is_first {
            // The first number holds two arcs (X.690, 8.19.4).
            let arc = (value / 40).min(2);
            let second = value.checked_sub(arc.checked_mul(40)?)?;
            write!(text, "{arc}.{second}").ok()?;
            is_first = false;
        } else {
            write!(text, ".{value}").ok()?;
        }
        value = 0;
    }
    Some(text)
}
