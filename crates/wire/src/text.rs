//! Small words about bytes that are text.

/// Without white space (blank, tab, CR, LF) at both ends.
pub const fn trim(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii()
}

/// Whether `bytes` holds `wanted`, without regard to case.
pub fn contains_ignoring_case(bytes: &[u8], wanted: &[u8]) -> bool {
    find_ignoring_case(bytes, wanted).is_some()
}

/// Where `wanted` first stands in `bytes`, without regard to case.
pub fn find_ignoring_case(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    if wanted.is_empty() {
        return Some(0);
    }
    bytes
        .windows(wanted.len())
        .position(|window| window.eq_ignore_ascii_case(wanted))
}

/// Where `wanted` first stands in `bytes`.
pub fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    if wanted.is_empty() {
        return Some(0);
    }
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// Whether `bytes` begins with `wanted`, without regard to case.
pub fn starts_with_ignoring_case(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes
        .get(..wanted.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(wanted))
}

/// `bytes` before and after the first `separator`; None where there is none.
pub fn split_once(bytes: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == separator)?;
    let (before, after) = bytes.split_at_checked(at)?;
    Some((before, after.get(1..)?))
}

/// Decimal digits as a number; None for anything else, and where it does not fit.
pub fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |value, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        value.checked_mul(10)?.checked_add(digit.into())
    })
}

/// The value of a hexadecimal digit.
pub fn hex_digit(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

/// Lower-case hexadecimal digits of `bytes`, with `separator` between bytes if it is given.
pub fn hex(bytes: &[u8], separator: Option<char>) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(3));
    for (index, byte) in bytes.iter().enumerate() {
        if let Some(separator) = separator
            && index > 0
        {
            text.push(separator);
        }
        text.push_str(hex_byte(*byte));
    }
    text
}

/// Two lower-case hexadecimal digits.
pub fn hex_byte(byte: u8) -> &'static str {
    const ALL: &str = "\
        000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\
        202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f\
        404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f\
        606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f\
        808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f\
        a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf\
        c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf\
        e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";
    let start = usize::from(byte).saturating_mul(2);
    let rest = ALL.get(start..).unwrap_or_default();
    rest.get(..2).unwrap_or_default()
}

/// An IPv4 address with dots. Names resolve to a few each, and formatting takes several times as long.
pub fn ipv4(octets: [u8; 4]) -> String {
    let mut text = String::with_capacity(15);
    for (index, octet) in octets.into_iter().enumerate() {
        if index > 0 {
            text.push('.');
        }
        for (unit, shown) in [
            (octet / 100, octet >= 100),
            (octet / 10 % 10, octet >= 10),
            (octet % 10, true),
        ] {
            if shown {
                text.extend(char::from_digit(unit.into(), 10));
            }
        }
    }
    text
}

/// Text in UTF-16, low byte first, as UTF-8; what is no text becomes the replacement character.
pub fn utf16_le(bytes: &[u8]) -> Vec<u8> {
    let units = bytes.chunks_exact(2).map(|pair| match pair {
        [low, high] => u16::from_le_bytes([*low, *high]),
        _ => 0,
    });
    let mut text = String::with_capacity(bytes.len() / 2);
    text.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
    text.into_bytes()
}

/// A UUID as DCE writes it, the first three fields low byte first, in the order of its text.
pub const fn uuid_from_little(wire: [u8; 16]) -> [u8; 16] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = wire;
    [d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p]
}

/// A UUID in the order of its text, as text.
pub fn uuid(bytes: &[u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(hex_byte(*byte));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_text_and_uuids_are_written() {
        for byte in 0..=u8::MAX {
            assert_eq!(hex_byte(byte), format!("{byte:02x}"));
        }
        for octets in [[0, 10, 99, 100], [255, 203, 109, 1]] {
            assert_eq!(ipv4(octets), std::net::Ipv4Addr::from(octets).to_string());
        }
        assert_eq!(utf16_le(b"I\0P\0C\0$\0x"), b"IPC$");
        assert_eq!(utf16_le(&[0x00, 0xd8]), "\u{fffd}".as_bytes());
        let wire = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
        assert_eq!(
            uuid(&uuid_from_little(wire)),
            "04030201-0605-0807-090a-0b0c0d0e0f10"
        );
    }

    #[test]
    fn numbers_are_read_only_where_they_fit() {
        assert_eq!(decimal(b"0042"), Some(42));
        for wrong in [&b""[..], b"-1", b"1 ", b"18446744073709551616"] {
            assert_eq!(decimal(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn hexadecimal_with_and_without_separator() {
        assert_eq!(hex(&[0, 0xab, 0x1f], Some(':')), "00:ab:1f");
        assert_eq!(hex(&[0, 0xab], None), "00ab");
    }

    #[test]
    fn search_ignores_case() {
        assert_eq!(find_ignoring_case(b"xxGzIp", b"gzip"), Some(2));
        assert_eq!(find(b"ab\r\n\r\nc", b"\r\n\r\n"), Some(2));
        assert_eq!(split_once(b"a:b:c", b':'), Some((&b"a"[..], &b"b:c"[..])));
    }
}
