//! Tests of how much a buffer holds: `isdataat`, `bsize`, `absent`.

use super::comparison;
use super::content::known;
use crate::rule::argument::Argument;
use crate::rule::ast::{AbsentMode, IsDataAt, Keyword, Span};
use crate::rule::builder::Builder;
use crate::rule::problem::Fault;

pub(super) fn is_data_at(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let mut parts = argument.split(b',');
    let (first, negated) = parts.next().unwrap_or(argument).negation();
    let position = first.value(0, 65_535)?;
    known(builder, &position, first)?;
    let mut option = IsDataAt {
        position,
        negated,
        relative: false,
        rawbytes: false,
    };
    for word in parts {
        match word.choice("a modifier of `isdataat`", &["relative", "rawbytes"])? {
            "relative" => option.relative = true,
            _ => option.rawbytes = true,
        }
    }
    builder.push_on_buffer(Keyword::IsDataAt(option), span)
}

pub(super) fn buffer_size(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    if !builder.has_sticky_buffer() {
        return Err(Fault::meaning(
            span,
            "`bsize` needs a sticky buffer before it (the payload has `dsize`)",
        ));
    }
    let comparison = comparison::unsigned(argument, u64::MAX, &[])?;
    builder.push_on_buffer(Keyword::BufferSize(comparison), span)
}

pub(super) fn absent(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    if !builder.has_sticky_buffer() {
        return Err(Fault::meaning(
            span,
            "`absent` needs a sticky buffer before it",
        ));
    }
    let mode = if argument.is_empty() {
        AbsentMode::Only
    } else {
        argument.choice("nothing, or a mode", &["or_else"])?;
        AbsentMode::OrElse
    };
    builder.push_on_buffer(Keyword::Absent(mode), span)
}
