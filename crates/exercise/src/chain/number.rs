//! Numbers in bytes, as `byte_test` and its family read them.

use detect::rule::ast::{NumberFormat, Radix, TestOperator};

/// The number that the bytes say.
pub(super) fn read(bytes: &[u8], format: NumberFormat, mask: Option<u32>) -> Option<i64> {
    let raw = match format {
        NumberFormat::Big if bytes.len() <= 8 => bytes
            .iter()
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)),
        NumberFormat::Little | NumberFormat::Dce if bytes.len() <= 8 => bytes
            .iter()
            .rev()
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)),
        NumberFormat::Text(radix) => read_text(bytes, radix)?,
        _ => return None,
    };
    let raw = match mask {
        Some(mask) if mask != 0 => (raw & u64::from(mask)) >> mask.trailing_zeros(),
        _ => raw,
    };
    i64::try_from(raw).ok()
}

fn read_text(bytes: &[u8], radix: Radix) -> Option<u64> {
    let text = std::str::from_utf8(bytes).ok()?.trim_start();
    let (digits, base) = match radix {
        Radix::Decimal => (text, 10),
        Radix::Octal => (text, 8),
        Radix::Hexadecimal => (text.trim_start_matches("0x").trim_start_matches("0X"), 16),
        Radix::Auto => match text.strip_prefix("0x") {
            Some(rest) => (rest, 16),
            None if text.starts_with('0') && text.len() > 1 => (&text[1..], 8),
            None => (text, 10),
        },
    };
    let end = digits
        .find(|letter: char| !letter.is_digit(base))
        .unwrap_or(digits.len());
    u64::from_str_radix(&digits[..end], base).ok()
}

/// Bytes that say the number.
pub(super) fn write(
    value: i64,
    count: usize,
    format: NumberFormat,
    mask: Option<u32>,
) -> Option<Vec<u8>> {
    let value = u64::try_from(value).ok()?;
    let raw = match mask {
        Some(mask) if mask != 0 => {
            let shifted = value.checked_mul(1 << mask.trailing_zeros())?;
            if shifted & !u64::from(mask) != 0 {
                return None;
            }
            shifted
        }
        _ => value,
    };
    let bytes = match format {
        NumberFormat::Big | NumberFormat::Little | NumberFormat::Dce => {
            if count == 0 || count > 8 || (count < 8 && raw >> (8 * count) != 0) {
                return None;
            }
            let mut bytes = raw.to_be_bytes()[8 - count..].to_vec();
            if format != NumberFormat::Big {
                bytes.reverse();
            }
            bytes
        }
        NumberFormat::Text(radix) => {
            let text = match radix {
                Radix::Hexadecimal => format!("{raw:0count$x}"),
                Radix::Octal => format!("{raw:0count$o}"),
                Radix::Decimal => format!("{raw:0count$}"),
                Radix::Auto => format!("{raw}"),
            };
            if text.len() != count {
                return None;
            }
            text.into_bytes()
        }
    };
    (bytes.len() == count).then_some(bytes)
}

/// Whether the number passes.
pub(super) fn passes(operator: TestOperator, negated: bool, number: i64, value: i64) -> bool {
    let passed = match operator {
        TestOperator::Less => number < value,
        TestOperator::Greater => number > value,
        TestOperator::Equal => number == value,
        TestOperator::LessOrEqual => number <= value,
        TestOperator::GreaterOrEqual => number >= value,
        TestOperator::And => number & value != 0,
        TestOperator::Xor => number ^ value != 0,
    };
    passed != negated
}

/// Numbers worth trying where a test against `value` must pass.
pub(super) fn suggestions(value: i64) -> impl Iterator<Item = i64> {
    let lowest_bit = value & value.wrapping_neg();
    [
        value,
        value.saturating_add(1),
        value.saturating_sub(1),
        value.saturating_mul(2),
        lowest_bit,
        value / 2,
        1,
        0,
        4,
        16,
        32,
        100,
    ]
    .into_iter()
    .filter(|number| *number >= 0)
}
