//! Tests of numbers.

use std::fmt::{self, Display, Formatter};

use super::{Words, direction_word};
use crate::rule::ast::{Comparison, Index, Number};
use crate::rule::tables::{self, Form, numbers::Style};

pub(super) fn write(number: &Number, out: &mut Formatter<'_>) -> fmt::Result {
    write!(out, "{}:", number.keyword)?;
    let keyword = match tables::form(number.keyword) {
        Some(Form::Number(keyword)) => Some(keyword),
        _ => None,
    };
    let mut words = Words::new(out);
    if let Some(direction) = number.direction {
        words.add(direction_word(direction))?;
    }
    let before = |word: &&&str| keyword.is_some_and(|keyword| keyword.before.contains(word));
    let qualifier = number.qualifier.as_ref();
    if let Some(word) = qualifier.filter(before) {
        words.add(word)?;
    }
    if keyword.is_some_and(|keyword| keyword.style == Style::Date) {
        words.add(dates(&number.comparison))?;
    } else {
        words.add(number.comparison)?;
    }
    if let Some(index) = number.index {
        words.add(index)?;
    }
    if let Some(word) = qualifier.filter(|word| !before(word)) {
        words.add(word)?;
    }
    words.end()
}

impl Display for Comparison<u64> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if let Self::Bits {
            mask,
            value,
            negated,
        } = self
        {
            return write!(
                out,
                "&{mask:#x}{}{value:#x}",
                if *negated { "!=" } else { "=" }
            );
        }
        ordered(self, out)
    }
}

impl Display for Comparison<f64> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        ordered(self, out)
    }
}

/// Every form but bits, which only whole numbers have.
fn ordered<N: Display>(comparison: &Comparison<N>, out: &mut Formatter<'_>) -> fmt::Result {
    match comparison {
        Comparison::Equal(number) => write!(out, "{number}"),
        Comparison::NotEqual(number) => write!(out, "!={number}"),
        Comparison::Less(number) => write!(out, "<{number}"),
        Comparison::LessOrEqual(number) => write!(out, "<={number}"),
        Comparison::Greater(number) => write!(out, ">{number}"),
        Comparison::GreaterOrEqual(number) => write!(out, ">={number}"),
        Comparison::Between(low, high) => write!(out, "{low}-{high}"),
        Comparison::NotBetween(low, high) => write!(out, "!{low}-{high}"),
        Comparison::Bits {
            mask,
            value,
            negated,
        } => {
            write!(out, "&{mask}{}{value}", if *negated { "!=" } else { "=" })
        }
    }
}

impl Display for Index {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => out.write_str("any"),
            Self::All => out.write_str("all"),
            Self::AllOrNone => out.write_str("all_or_absent"),
            Self::AnyOrNone => out.write_str("or_absent"),
            Self::At(place) => write!(out, "{place}"),
            Self::AtOrOutside(place) => write!(out, "oob_or {place}"),
            Self::Count(count) => write!(out, "nb{count}"),
        }
    }
}

/// A test of seconds since 1970, as dates.
fn dates(comparison: &Comparison<u64>) -> String {
    match *comparison {
        Comparison::Less(seconds) => format!("<{}", date(seconds)),
        Comparison::Greater(seconds) => format!(">{}", date(seconds)),
        Comparison::Between(low, high) => format!("{}<>{}", date(low), date(high)),
        Comparison::Equal(seconds) => date(seconds),
        other => other.to_string(),
    }
}

/// `YYYY-MM-DDTHH:MM:SS`.
fn date(seconds: u64) -> String {
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let (mut days, mut year) = (seconds.checked_div(86_400).unwrap_or(0), 1970_u64);
    loop {
        let length = if leap(year) { 366 } else { 365 };
        if days < length || year > 9999 {
            break;
        }
        days = days.saturating_sub(length);
        year = year.saturating_add(1);
    }
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
    let mut month = 1_u64;
    for length in lengths {
        if days < length {
            break;
        }
        days = days.saturating_sub(length);
        month = month.saturating_add(1);
    }
    let part = |unit: u64, of: u64| {
        seconds
            .checked_div(unit)
            .and_then(|count| count.checked_rem(of))
            .unwrap_or(0)
    };
    let day = days.saturating_add(1);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}",
        part(3600, 24),
        part(60, 60),
        part(1, 60)
    )
}
