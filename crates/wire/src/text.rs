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
        for nibble in [byte >> 4, byte & 0x0f] {
            text.push(char::from_digit(nibble.into(), 16).unwrap_or('0'));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

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
