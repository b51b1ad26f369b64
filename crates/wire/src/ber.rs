//! Basic encoding rules (X.690): tag, length, content. What Kerberos, LDAP and SPNEGO are made of.

use crate::cursor::Cursor;

/// Bit of a tag's first byte: it holds other elements.
const CONSTRUCTED: u8 = 0x20;

/// Class and number of a universal, application or context tag, as its first byte.
pub mod tag {
    /// INTEGER
    pub const INTEGER: u8 = 0x02;
    /// BOOLEAN
    pub const BOOLEAN: u8 = 0x01;
    /// OCTET STRING
    pub const OCTETS: u8 = 0x04;
    /// OBJECT IDENTIFIER
    pub const OBJECT_ID: u8 = 0x06;
    /// ENUMERATED
    pub const ENUMERATED: u8 = 0x0a;
    /// GeneralString
    pub const GENERAL_STRING: u8 = 0x1b;
    /// SEQUENCE
    pub const SEQUENCE: u8 = 0x30;
    /// SET
    pub const SET: u8 = 0x31;

    /// `[APPLICATION number]`, constructed; numbers up to 30.
    pub const fn application(number: u8) -> u8 {
        0x60 | number
    }

    /// `[number]`, constructed; numbers up to 30.
    pub const fn context(number: u8) -> u8 {
        0xa0 | number
    }

    /// `[number]`, primitive; numbers up to 30.
    pub const fn context_primitive(number: u8) -> u8 {
        0x80 | number
    }
}

/// One element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// First byte of the tag; numbers above 30 are not used by what we read.
    pub tag: u8,
    /// Its content.
    pub content: &'a [u8],
}

/// Tag and length of what begins here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// Bytes of tag and length, bytes of content.
    Known {
        /// First byte of the tag.
        tag: u8,
        /// Bytes of tag and length together.
        head: usize,
        /// Bytes of content.
        content: usize,
    },
    /// More bytes will tell.
    Short,
    /// No definite length follows, or none that fits into four bytes.
    Wrong,
}

/// Reads tag and length.
pub fn head(bytes: &[u8]) -> Head {
    let mut cursor = Cursor::new(bytes);
    let (Some(tag), Some(first)) = (cursor.u8(), cursor.u8()) else {
        return Head::Short;
    };
    if tag & 0x1f == 0x1f {
        return Head::Wrong;
    }
    let mut content = usize::from(first & 0x7f);
    if first & 0x80 != 0 {
        let count = content;
        if !(1..=4).contains(&count) {
            return Head::Wrong;
        }
        content = 0;
        for _ in 0..count {
            let Some(byte) = cursor.u8() else {
                return Head::Short;
            };
            content = content << 8 | usize::from(byte);
        }
    }
    Head::Known {
        tag,
        head: cursor.position(),
        content,
    }
}

/// The element that begins here, and what follows it; None where it is not whole.
pub fn element(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let Head::Known { tag, head, content } = head(bytes) else {
        return None;
    };
    let (content, rest) = bytes.get(head..)?.split_at_checked(content)?;
    Some((Element { tag, content }, rest))
}

/// As `element`, but what is cut off at the end is left out rather than refused.
pub fn element_cut(bytes: &[u8]) -> Option<Element<'_>> {
    let Head::Known { tag, head, content } = head(bytes) else {
        return None;
    };
    let rest = bytes.get(head..)?;
    let content = rest.get(..content).unwrap_or(rest);
    Some(Element { tag, content })
}

/// The elements that follow one another, up to the first that is broken.
pub fn elements(bytes: &[u8]) -> impl Iterator<Item = Element<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (found, after) = element(rest)?;
        rest = after;
        Some(found)
    })
}

impl<'a> Element<'a> {
    /// Whether it holds other elements.
    pub const fn is_constructed(&self) -> bool {
        self.tag & CONSTRUCTED != 0
    }

    /// The elements in it.
    pub fn children(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        elements(self.content)
    }

    /// The first element in it with this tag.
    pub fn child(&self, tag: u8) -> Option<Element<'a>> {
        self.children().find(|child| child.tag == tag)
    }

    /// As a number; None where it is longer than eight bytes. Negative ones in two's complement.
    pub fn integer(&self) -> Option<i64> {
        let (first, rest) = self.content.split_first()?;
        if rest.len() > 7 {
            return None;
        }
        let start = i64::from(i8::from_be_bytes([*first]));
        Some(
            rest.iter()
                .fold(start, |value, byte| value << 8 | i64::from(*byte)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_lengths_and_nesting_are_read() {
        let bytes = [0x30, 0x81, 0x06, 0x02, 0x01, 0xff, 0x02, 0x01, 0x05, 0xee];
        let (sequence, rest) = element(&bytes).unwrap();
        assert_eq!(rest, [0xee]);
        let numbers: Vec<_> = sequence.children().map(|one| one.integer()).collect();
        assert_eq!(numbers, [Some(-1), Some(5)]);
        assert_eq!(head(&[0x30]), Head::Short);
        assert_eq!(head(&[0x30, 0x80, 0]), Head::Wrong);
        assert_eq!(element(&[0x04, 5, 1]), None);
        assert_eq!(element_cut(&[0x04, 5, 1]).unwrap().content, [1]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            for element in elements(&bytes) {
                let _ = element.integer();
                prop_assert!(element.children().count() <= element.content.len());
            }
        }
    }
}
