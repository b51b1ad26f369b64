//! Oddities of BER (ITU-T X.690) that have overflowed decoders: `asn1`.

use crate::rule::ast::Asn1;
use wire::cursor::Cursor;

/// Elements looked at.
const ELEMENTS_MAX: u32 = 256;
/// Elements within each other.
const DEPTH_MAX: u32 = 32;
/// Bytes of a real number in text form (X.690, 8.5.8) beyond which it is no number.
const REAL_TEXT_BYTES_MAX: u64 = 256;

const BIT_STRING: u8 = 3;
const REAL: u8 = 9;
const CONSTRUCTED: u8 = 0x20;

/// Whether the elements that begin at the option's offset show one of the oddities that it asks for.
pub(crate) fn is_odd(asn1: &Asn1, bytes: &[u8], cursor: usize) -> bool {
    let base = if asn1.relative { cursor } else { 0 };
    let start = i64::try_from(base)
        .ok()
        .and_then(|base| base.checked_add(asn1.offset.into()))
        .and_then(|start| usize::try_from(start).ok());
    let Some(area) = start.and_then(|start| bytes.get(start..)) else {
        return false;
    };
    let mut left = ELEMENTS_MAX;
    is_any_odd(asn1, area, DEPTH_MAX, &mut left)
}

fn is_any_odd(asn1: &Asn1, bytes: &[u8], depth: u32, left: &mut u32) -> bool {
    let mut cursor = Cursor::new(bytes);
    while let Some(element) = element(&mut cursor) {
        let Some(fewer) = left.checked_sub(1) else {
            return false;
        };
        *left = fewer;
        if is_element_odd(asn1, &element) {
            return true;
        }
        if element.constructed
            && let Some(deeper) = depth.checked_sub(1)
            && is_any_odd(asn1, element.content, deeper, left)
        {
            return true;
        }
    }
    false
}

struct Element<'a> {
    /// Universal tag; 0 for other classes.
    tag: u8,
    constructed: bool,
    /// As announced; more than `content` holds where the bytes end early.
    length: u64,
    content: &'a [u8],
}

fn element<'a>(cursor: &mut Cursor<'a>) -> Option<Element<'a>> {
    let first = cursor.u8()?;
    if first & 0x1f == 0x1f {
        // A long tag: seven bits a byte, the last without its highest bit.
        while cursor.u8()? & 0x80 != 0 {}
    }
    let constructed = first & CONSTRUCTED != 0;
    let short = cursor.u8()?;
    let length = match short & 0x7f {
        count if short & 0x80 == 0 => u64::from(count),
        // Of indefinite length: up to an end that the elements inside bring.
        0 => cursor.remaining() as u64,
        count => {
            let mut length: u64 = 0;
            for _ in 0..count {
                length = (length << 8) | u64::from(cursor.u8()?);
            }
            length
        }
    };
    let here = usize::try_from(length)
        .unwrap_or(usize::MAX)
        .min(cursor.remaining());
    Some(Element {
        tag: if first >> 6 == 0 { first & 0x1f } else { 0 },
        constructed,
        length,
        content: cursor.take(here)?,
    })
}

fn is_element_odd(asn1: &Asn1, element: &Element<'_>) -> bool {
    let oversized = asn1
        .oversize_length
        .is_some_and(|limit| element.length > limit.into());
    // The first byte of a bit string says how many bits of its last byte are unused.
    let bits = asn1.bitstring_overflow
        && element.tag == BIT_STRING
        && !element.constructed
        && match element.content.first() {
            Some(unused) => *unused > 7 || (*unused > 0 && element.length <= 1),
            None => false,
        };
    // Bits 8 and 7 clear: decimal, in text form.
    let real = asn1.double_overflow
        && element.tag == REAL
        && element.length > REAL_TEXT_BYTES_MAX
        && element
            .content
            .first()
            .is_some_and(|first| first & 0xc0 == 0);
    oversized || bits || real
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKS: Asn1 = Asn1 {
        double_overflow: true,
        bitstring_overflow: true,
        oversize_length: Some(1000),
        offset: 0,
        relative: false,
    };

    #[test]
    fn oddities_are_found_at_any_depth() {
        let long_real = [
            &[0x30, 0x82, 0x02, 0x04, 9, 0x82, 0x02, 0x00, 0x03][..],
            &[b'1'; 511],
        ]
        .concat();
        let cases: &[(&[u8], bool)] = &[
            (&[0x30, 3, 2, 1, 5], false),
            (&[0x30, 4, 3, 2, 9, 0xff], true),
            (&[0x30, 4, 3, 2, 7, 0x80], false),
            (&[3, 1, 1], true),
            (&[4, 0x82, 0x10, 0x00, 1], true),
            (&[4, 0x82, 0x03, 0x00, 1], false),
            (&long_real, true),
            (&[0x1f], false),
            (&[], false),
        ];
        for (bytes, odd) in cases {
            assert_eq!(is_odd(&ASKS, bytes, 0), *odd, "{bytes:02x?}");
        }
        let later = Asn1 {
            offset: 2,
            relative: true,
            ..ASKS
        };
        assert!(is_odd(&later, &[0, 0, 0, 3, 1, 1], 1));
        let before = Asn1 { offset: -9, ..ASKS };
        assert!(!is_odd(&before, &[3, 1, 1], 0));
    }

    #[test]
    fn elements_within_each_other_end_at_the_limit() {
        let nested = [0x30, 0x80].repeat(5_000);
        assert!(!is_odd(
            &Asn1 {
                oversize_length: None,
                ..ASKS
            },
            &nested,
            0
        ));
    }
}
