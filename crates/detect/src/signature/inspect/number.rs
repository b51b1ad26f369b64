//! Numbers in the payload.

use crate::rule::ast::{NumberFormat, Radix};

/// Reads `count` bytes at `start` as a number; also how many bytes were used. Of text, 0 bytes are as many as there are.
pub(crate) fn read(
    bytes: &[u8],
    start: i64,
    count: i64,
    format: NumberFormat,
) -> Option<(u64, usize)> {
    let start = usize::try_from(start).ok()?;
    let count = match usize::try_from(count).ok()? {
        0 if matches!(format, NumberFormat::Text(_)) => bytes.len().checked_sub(start)?,
        count => count,
    };
    let field = bytes.get(start..start.checked_add(count)?)?;
    match format {
        NumberFormat::Big if count <= 8 => Some((fold(field.iter()), count)),
        NumberFormat::Little | NumberFormat::Dce if count <= 8 => {
            Some((fold(field.iter().rev()), count))
        }
        NumberFormat::Big | NumberFormat::Little | NumberFormat::Dce => None,
        NumberFormat::Text(radix) => read_text(field, radix),
    }
}

fn fold<'a>(bytes: impl Iterator<Item = &'a u8>) -> u64 {
    bytes.fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte))
}

/// Digits after white space, up to the first byte that is none; None if there are no digits.
fn read_text(field: &[u8], radix: Radix) -> Option<(u64, usize)> {
    let blanks = field
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    let mut rest = field.get(blanks..)?;
    let has_prefix = rest.first() == Some(&b'0') && matches!(rest.get(1), Some(b'x' | b'X'));
    let base = match radix {
        Radix::Decimal => 10,
        Radix::Octal => 8,
        Radix::Hexadecimal => 16,
        Radix::Auto if has_prefix => 16,
        Radix::Auto if rest.first() == Some(&b'0') => 8,
        Radix::Auto => 10,
    };
    let mut used = blanks;
    if base == 16 && has_prefix {
        rest = rest.get(2..)?;
        used = used.saturating_add(2);
    }
    let mut value: u64 = 0;
    let mut digits = 0_usize;
    for byte in rest {
        let Some(digit) = char::from(*byte).to_digit(base) else {
            break;
        };
        value = value.checked_mul(base.into())?.checked_add(digit.into())?;
        digits = digits.saturating_add(1);
    }
    (digits > 0).then_some((value, used.saturating_add(digits)))
}

/// Keeps the bits of the mask, moved down to the lowest.
pub(crate) fn masked(value: u64, mask: Option<u32>) -> u64 {
    match mask {
        Some(mask) if mask != 0 => (value & u64::from(mask))
            .checked_shr(mask.trailing_zeros())
            .unwrap_or(0),
        _ => value,
    }
}

/// Rounds up to a multiple.
pub(crate) fn aligned(value: u64, to: u64) -> u64 {
    value.checked_next_multiple_of(to).unwrap_or(value)
}

/// Shannon entropy in bits per byte.
pub(crate) fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count = count.saturating_add(1);
        }
    }
    let total = bytes.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / total;
            -share * share.log2()
        })
        .sum()
}
