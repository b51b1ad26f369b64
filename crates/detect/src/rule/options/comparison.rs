//! Tests of numbers: `5`, `!5`, `<5`, `5-9`, `5<>9`, `&0xf0=0x10`.

use crate::rule::argument::Argument;
use crate::rule::ast::Comparison;
use crate::rule::problem::Fault;

/// A test of an unsigned number of at most `limit`; `names` stand for numbers.
pub(super) fn unsigned(
    argument: Argument<'_>,
    limit: u64,
    names: &[(&'static str, u64)],
) -> Result<Comparison<u64>, Fault> {
    if let Some(mask) = argument.strip("&") {
        return bits(mask.trim(), limit);
    }
    ordered(argument, &|number| unit_number(number, limit, names))
}

/// A test of a number with a fraction.
pub(super) fn decimal(argument: Argument<'_>) -> Result<Comparison<f64>, Fault> {
    ordered(argument, &|number| {
        let text = std::str::from_utf8(number.text).unwrap_or("");
        let digits = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
        text.parse()
            .ok()
            .filter(|_| digits)
            .ok_or_else(|| number.expected("a number"))
    })
}

/// Every form but bits.
fn ordered<N: PartialOrd + Copy>(
    argument: Argument<'_>,
    number: &dyn Fn(Argument<'_>) -> Result<N, Fault>,
) -> Result<Comparison<N>, Fault> {
    let argument = argument.trim();
    for (sign, make) in [
        ("<=", Comparison::LessOrEqual as fn(N) -> Comparison<N>),
        (">=", Comparison::GreaterOrEqual),
        ("!=", Comparison::NotEqual),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
        ("=", Comparison::Equal),
    ] {
        if let Some(rest) = argument.strip(sign) {
            return number(rest.trim()).map(make);
        }
    }
    let (text, negated) = argument.negation();
    if let Some((low, high)) = range(text) {
        let (low_number, high_number) = (number(low)?, number(high)?);
        if low_number >= high_number {
            return Err(text.meaning(format!(
                "the range `{}` is empty: its first number must be below its second",
                text.shown()
            )));
        }
        return Ok(if negated {
            Comparison::NotBetween(low_number, high_number)
        } else {
            Comparison::Between(low_number, high_number)
        });
    }
    number(text).map(if negated {
        Comparison::NotEqual
    } else {
        Comparison::Equal
    })
}

/// The ends of `a<>b` or `a-b`, where `a` starts with a digit (names may hold `-`).
fn range<'a>(text: Argument<'a>) -> Option<(Argument<'a>, Argument<'a>)> {
    if let Some(at) = text.text.windows(2).position(|pair| pair == b"<>") {
        return Some((text.take(at).trim(), text.skip(at.saturating_add(2)).trim()));
    }
    text.text.first().filter(|byte| byte.is_ascii_digit())?;
    text.split_once(b'-')
}

/// `0xf0=0x10` or `0xf0!=0x10`, after the `&`.
fn bits(argument: Argument<'_>, limit: u64) -> Result<Comparison<u64>, Fault> {
    let (mask, value) = argument
        .split_once(b'=')
        .ok_or_else(|| argument.expected("`mask=value` or `mask!=value`"))?;
    let (mask, negated) = match mask.text.strip_suffix(b"!") {
        Some(text) => (Argument::new(text, mask.start).trim(), true),
        None => (mask, false),
    };
    let (mask, wanted) = (mask.number(limit)?, value.number(limit)?);
    if wanted & !mask != 0 {
        return Err(value.meaning(format!(
            "{wanted:#x} has bits outside the mask {mask:#x}, so it can never match"
        )));
    }
    Ok(Comparison::Bits {
        mask,
        value: wanted,
        negated,
    })
}

/// A number with an optional unit, or a name that stands for one.
fn unit_number(
    argument: Argument<'_>,
    limit: u64,
    names: &[(&'static str, u64)],
) -> Result<u64, Fault> {
    if !names.is_empty()
        && argument
            .text
            .first()
            .is_some_and(|byte| !byte.is_ascii_digit())
    {
        let found = names.iter().find(|(name, _)| argument.is(name));
        return found.map(|(_, number)| *number).ok_or_else(|| {
            let known: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
            if known.len() > 24 {
                argument.expected("a number or a name that stands for one")
            } else {
                argument.expected(&format!("a number or one of {}", known.join(", ")))
            }
        });
    }
    let lower = argument.lower();
    let units: [(&str, u64); 6] = [
        ("kib", 1 << 10),
        ("mib", 1 << 20),
        ("gib", 1 << 30),
        ("kb", 1 << 10),
        ("mb", 1 << 20),
        ("gb", 1 << 30),
    ];
    // A hexadecimal number may end like a unit: 0xb is eleven.
    for (unit, factor) in units.into_iter().filter(|_| !lower.starts_with("0x")) {
        if lower.ends_with(unit) {
            let digits = argument
                .take(argument.text.len().saturating_sub(unit.len()))
                .trim();
            return digits
                .number(limit)?
                .checked_mul(factor)
                .filter(|number| *number <= limit)
                .ok_or_else(|| argument.meaning(format!("`{}` is too large", argument.shown())));
        }
    }
    argument.number(limit)
}
