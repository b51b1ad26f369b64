//! Keywords of the number table: test, names, index, words around the number.

use super::{comparison, dates};
use crate::rule::argument::Argument;
use crate::rule::ast::{Comparison, FlowDirection, Index, Number};
use crate::rule::problem::Fault;
use crate::rule::tables::numbers::{NumberKeyword, Style};

/// Reads the argument of a number keyword.
pub(super) fn parse(
    keyword: &'static NumberKeyword,
    argument: Argument<'_>,
) -> Result<Number, Fault> {
    let mut number = Number {
        keyword: keyword.name,
        comparison: Comparison::Equal(0),
        index: None,
        qualifier: None,
        direction: None,
    };
    let mut rest = argument.unquoted().trim();
    if let Some((first, behind)) = rest.split_once(b',') {
        let direction = match () {
            () if first.is("to_client") => Some(FlowDirection::ToClient),
            () if first.is("to_server") => Some(FlowDirection::ToServer),
            () => None,
        };
        let word = keyword.before.iter().find(|word| first.is(word)).copied();
        if direction.is_some() || word.is_some() {
            number.direction = direction;
            number.qualifier = word;
            rest = behind;
        }
    }
    match keyword.style {
        Style::Bits => number.comparison = named_bits(keyword, rest, true)?,
        Style::AnyBit => number.comparison = named_bits(keyword, rest, false)?,
        Style::Date => number.comparison = dates::comparison(rest)?,
        Style::Plain | Style::Indexed => {
            let (test, behind) = match rest.split_once(b',') {
                Some((test, behind)) => (test, Some(behind)),
                None => (rest, None),
            };
            number.comparison = comparison::unsigned(test, keyword.limit(), keyword.names)?;
            if let Some(behind) = behind {
                after_comma(keyword, behind, &mut number)?;
            }
        }
    }
    Ok(number)
}

/// What follows the comma after the number.
fn after_comma(
    keyword: &NumberKeyword,
    argument: Argument<'_>,
    number: &mut Number,
) -> Result<(), Fault> {
    if let Some(word) = keyword.after.iter().find(|word| argument.is(word)) {
        number.qualifier = Some(word);
        return Ok(());
    }
    if keyword.style == Style::Indexed {
        number.index = Some(index(argument)?);
        return Ok(());
    }
    if keyword.after.is_empty() {
        return Err(argument.syntax(format!(
            "`{}` takes one number, found more: `{}`",
            keyword.name,
            argument.shown()
        )));
    }
    Err(argument.expected(&format!("one of {}", keyword.after.join(", "))))
}

fn index(argument: Argument<'_>) -> Result<Index, Fault> {
    if let Some(count) = argument.strip("nb") {
        return comparison::unsigned(count.trim(), u64::from(u32::MAX), &[]).map(Index::Count);
    }
    if let Some(place) = argument.strip("oob_or") {
        return place
            .trim()
            .signed(i64::from(i32::MIN), i64::from(i32::MAX))
            .map(narrow)
            .map(Index::AtOrOutside);
    }
    match () {
        () if argument.is("any") => Ok(Index::Any),
        () if argument.is("all") => Ok(Index::All),
        () if argument.is("all_or_absent") || argument.is("all1") => Ok(Index::AllOrNone),
        () if argument.is("or_absent") => Ok(Index::AnyOrNone),
        () => argument
            .signed(i64::from(i32::MIN), i64::from(i32::MAX))
            .map(narrow)
            .map(Index::At)
            .map_err(|_| {
                argument.expected("an index (a number, `any`, `all`, `all_or_absent`, `or_absent`)")
            }),
    }
}

fn narrow(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Names of bits with commas, each may be negated; or a plain test.
fn named_bits(
    keyword: &NumberKeyword,
    argument: Argument<'_>,
    all: bool,
) -> Result<Comparison<u64>, Fault> {
    let first = argument.negation().0;
    if first
        .text
        .first()
        .is_none_or(|byte| !byte.is_ascii_alphabetic())
    {
        return comparison::unsigned(argument, keyword.limit(), &[]);
    }
    let (mut mask, mut value) = (0, 0);
    for part in argument.split(b',') {
        let (name, negated) = part.negation();
        let Some((_, bit)) = keyword.names.iter().find(|(known, _)| name.is(known)) else {
            let known: Vec<&str> = keyword.names.iter().map(|(name, _)| *name).collect();
            return Err(name.expected(&format!("one of {}", known.join(", "))));
        };
        if mask & bit != 0 {
            return Err(name.meaning(format!("`{}` stands twice", name.shown())));
        }
        mask |= bit;
        if !negated {
            value |= bit;
        }
    }
    Ok(if all {
        Comparison::Bits {
            mask,
            value,
            negated: false,
        }
    } else {
        Comparison::Bits {
            mask,
            value: 0,
            negated: true,
        }
    })
}
