//! Dates of certificates: `>2015`, `1998-05-01<>2008-05-01`, `2020-01-01T12:30:00`.

use crate::rule::argument::Argument;
use crate::rule::ast::Comparison;
use crate::rule::problem::Fault;

/// A test of a date; numbers are seconds since 1970 (UTC).
pub(super) fn comparison(argument: Argument<'_>) -> Result<Comparison<u64>, Fault> {
    if let Some(rest) = argument.strip("<") {
        return date(rest.trim()).map(Comparison::Less);
    }
    if let Some(rest) = argument.strip(">") {
        return date(rest.trim()).map(Comparison::Greater);
    }
    if let Some(at) = argument.text.windows(2).position(|pair| pair == b"<>") {
        let (low, high) = (
            date(argument.take(at).trim())?,
            date(argument.skip(at.saturating_add(2)).trim())?,
        );
        if low >= high {
            return Err(argument
                .meaning("the range of dates is empty: the first must be before the second"));
        }
        return Ok(Comparison::Between(low, high));
    }
    date(argument).map(Comparison::Equal)
}

/// `YYYY[-MM[-DD[(T| )HH[:MM[:SS]]]]]`.
fn date(argument: Argument<'_>) -> Result<u64, Fault> {
    let wrong = || argument.expected("a date (YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS)");
    let mut fields = [1970_u64, 1, 1, 0, 0, 0];
    let limits = [(1970, 9999), (1, 12), (1, 31), (0, 23), (0, 59), (0, 59)];
    let separators: [&[u8]; 6] = [b"-", b"-", b"T ", b":", b":", b""];
    let mut rest = argument.text;
    for ((field, (low, high)), separator) in fields.iter_mut().zip(limits).zip(separators) {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, behind) = rest.split_at(digits.min(rest.len()));
        let number = std::str::from_utf8(number).unwrap_or("");
        *field = number
            .parse()
            .ok()
            .filter(|number| *number >= low && *number <= high)
            .ok_or_else(wrong)?;
        match behind.split_first() {
            None => {
                rest = &[];
                break;
            }
            Some((byte, behind)) if separator.contains(byte) => rest = behind,
            Some(_) => return Err(wrong()),
        }
    }
    if !rest.is_empty() {
        return Err(wrong());
    }
    let [year, month, day, hour, minute, second] = fields;
    let days = days_since_1970(year, month, day);
    Ok([(24, hour), (60, minute), (60, second)]
        .into_iter()
        .fold(days, |total, (factor, part)| {
            total.saturating_mul(factor).saturating_add(part)
        }))
}

/// Days from 1970-01-01 in the Gregorian calendar.
fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let years: u64 = (1970..year)
        .map(|year| if leap(year) { 366_u64 } else { 365 })
        .sum();
    let lengths = [
        31,
        if leap(year) { 29 } else { 28 },
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let before = usize::try_from(month.saturating_sub(1)).unwrap_or(0);
    let months: u64 = lengths.into_iter().take(before).sum();
    years
        .saturating_add(months)
        .saturating_add(day.saturating_sub(1))
}
