//! `content` and its modifiers.

use crate::rule::argument::Argument;
use crate::rule::ast::{Content, FastPattern, Keyword, Span, Value};
use crate::rule::builder::Builder;
use crate::rule::limits::CONTENT_BYTES_MAX;
use crate::rule::problem::Fault;

/// Largest offset, depth, distance or within.
const POSITION_MAX: i64 = 1_048_576;

pub(super) fn content(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let content = parse(argument)?;
    builder.push_on_buffer(Keyword::Content(content), span)
}

/// `[!]"..."` into a content without modifiers.
pub(super) fn parse(argument: Argument<'_>) -> Result<Content, Fault> {
    let (text, negated) = argument.negation();
    let bytes = pattern(text.quoted()?)?;
    if bytes.is_empty() {
        return Err(text.meaning("the content is empty"));
    }
    Ok(Content {
        bytes,
        negated,
        ..Content::default()
    })
}

/// Text with `|hex|` parts and escapes into bytes.
pub(super) fn pattern(text: Argument<'_>) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::with_capacity(text.text.len());
    let mut hexadecimal: Option<(usize, Option<u8>)> = None;
    let mut escaped = false;
    for (position, byte) in text.text.iter().copied().enumerate() {
        let here = || text.skip(position).take(1);
        if let Some((_, half)) = &mut hexadecimal {
            match (byte, *half) {
                (b'|', None) => hexadecimal = None,
                (b'|', Some(_)) => {
                    return Err(here().syntax("a hexadecimal byte has two digits, found one"));
                }
                (b' ' | b'\t', _) => {}
                _ => match (digit(byte), half.take()) {
                    (Some(low), Some(high)) => bytes.push((high << 4) | low),
                    (Some(high), None) => *half = Some(high),
                    (None, _) => {
                        return Err(here().expected("a hexadecimal digit or the closing `|`"));
                    }
                },
            }
        } else if escaped {
            if !matches!(byte, b'"' | b';' | b':' | b'\\' | b'|') {
                return Err(here().expected("one of `\"`, `;`, `:`, `\\` after a backslash"));
            }
            bytes.push(byte);
            escaped = false;
        } else {
            match byte {
                b'\\' => escaped = true,
                b'|' => hexadecimal = Some((position, None)),
                b'"' => {
                    return Err(
                        here().syntax("a double quote inside the text is written `\\\"` or `|22|`")
                    );
                }
                _ => bytes.push(byte),
            }
        }
    }
    if let Some((position, _)) = hexadecimal {
        return Err(text
            .skip(position)
            .take(1)
            .syntax("this `|` opens hexadecimal bytes that are never closed"));
    }
    if escaped {
        return Err(text
            .skip(text.text.len().saturating_sub(1))
            .syntax("a backslash at the end escapes nothing"));
    }
    if bytes.len() > CONTENT_BYTES_MAX {
        return Err(Fault::limit(
            text.span(),
            format!("longer than {CONTENT_BYTES_MAX} bytes"),
        ));
    }
    Ok(bytes)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

pub(super) fn nocase(builder: &mut Builder, _: Argument<'_>, span: Span) -> Result<(), Fault> {
    let content = builder.last_content("nocase", span)?;
    once(&mut content.nocase, "nocase", span)
}

pub(super) fn rawbytes(builder: &mut Builder, _: Argument<'_>, span: Span) -> Result<(), Fault> {
    let content = builder.last_content("rawbytes", span)?;
    once(&mut content.rawbytes, "rawbytes", span)
}

pub(super) fn starts_with(builder: &mut Builder, _: Argument<'_>, span: Span) -> Result<(), Fault> {
    let content = builder.last_content("startswith", span)?;
    let other = [
        (content.offset.is_some(), "offset"),
        (content.depth.is_some(), "depth"),
        (content.distance.is_some(), "distance"),
        (content.within.is_some(), "within"),
    ];
    if let Some((_, name)) = other.into_iter().find(|(present, _)| *present) {
        return Err(excluded("startswith", name, span));
    }
    once(&mut content.starts_with, "startswith", span)
}

pub(super) fn ends_with(builder: &mut Builder, _: Argument<'_>, span: Span) -> Result<(), Fault> {
    let content = builder.last_content("endswith", span)?;
    once(&mut content.ends_with, "endswith", span)
}

pub(super) fn offset(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let value = position(builder, argument, 0)?;
    let content = builder.last_content("offset", span)?;
    not_relative(content, "offset", span)?;
    once_value(&mut content.offset, value, "offset", span)
}

pub(super) fn depth(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let value = position(builder, argument, 0)?;
    let content = builder.last_content("depth", span)?;
    not_relative(content, "depth", span)?;
    not_too_short(content, &value, "depth", argument)?;
    once_value(&mut content.depth, value, "depth", span)
}

pub(super) fn distance(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let value = position(builder, argument, -POSITION_MAX)?;
    let content = builder.last_content("distance", span)?;
    not_absolute(content, "distance", span)?;
    once_value(&mut content.distance, value, "distance", span)
}

pub(super) fn within(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let value = position(builder, argument, -POSITION_MAX)?;
    let content = builder.last_content("within", span)?;
    not_absolute(content, "within", span)?;
    not_too_short(content, &value, "within", argument)?;
    once_value(&mut content.within, value, "within", span)
}

pub(super) fn fast_pattern(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let others: Vec<usize> = builder
        .options
        .iter()
        .filter(|item| matches!(&item.keyword, Keyword::Content(content) if content.fast_pattern.is_some()))
        .map(|item| item.buffer)
        .collect();
    let content = builder.last_content("fast_pattern", span)?;
    if content.fast_pattern.is_some() {
        return Err(Fault::meaning(
            span,
            "`fast_pattern` stands twice for the same content",
        ));
    }
    let chosen = match () {
        () if argument.is_empty() => FastPattern::Whole,
        () if argument.is("only") => FastPattern::Only,
        () => part(argument, content.bytes.len())?,
    };
    content.fast_pattern = Some(chosen);
    // Suricata refuses a second one beside one on the payload, and takes it beside those on buffers.
    if others.contains(&0) {
        return Err(Fault::meaning(
            span,
            "`fast_pattern` is already set for another content of this rule",
        ));
    }
    if !others.is_empty() {
        builder.remark(
            span,
            "`fast_pattern` is already set for another content of this rule".to_owned(),
        );
    }
    Ok(())
}

/// `offset,length` within a content of `size` bytes.
fn part(argument: Argument<'_>, size: usize) -> Result<FastPattern, Fault> {
    let (offset, length) = argument
        .split_once(b',')
        .ok_or_else(|| argument.expected("`only` or `offset,length`"))?;
    let first = offset.number(u64::from(u16::MAX))?;
    let count = length.number(u64::from(u16::MAX))?;
    let end = first.saturating_add(count);
    if count == 0 || end > u64::try_from(size).unwrap_or(u64::MAX) {
        return Err(argument.meaning(format!(
            "bytes {first} to {end} are not within the content of {size} bytes"
        )));
    }
    let narrow = |number: u64| u16::try_from(number).unwrap_or(u16::MAX);
    Ok(FastPattern::Part {
        offset: narrow(first),
        length: narrow(count),
    })
}

pub(super) fn replace(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let bytes = pattern(argument.quoted()?)?;
    let content = builder.last_content("replace", span)?;
    if content.negated {
        return Err(Fault::meaning(
            span,
            "`replace` needs a content that is there, not a negated one",
        ));
    }
    if bytes.len() != content.bytes.len() {
        return Err(argument.meaning(format!(
            "the replacement has {} bytes, the content {}; both must be equally long",
            bytes.len(),
            content.bytes.len()
        )));
    }
    content.replace = Some(bytes);
    Ok(())
}

/// A number or a known variable.
fn position(builder: &Builder, argument: Argument<'_>, low: i64) -> Result<Value, Fault> {
    let value = argument.value(low, POSITION_MAX)?;
    match &value {
        Value::Variable(name)
            if builder.has_variable(name) && !builder.has_variable_for_content(name) =>
        {
            Err(argument.meaning(format!(
                "`{name}` is made after this content; put the option that makes it before"
            )))
        }
        _ => known(builder, &value, argument).map(|()| value),
    }
}

/// A variable must have been made before it is used.
pub(super) fn known(builder: &Builder, value: &Value, argument: Argument<'_>) -> Result<(), Fault> {
    match value {
        Value::Variable(name) if !builder.has_variable(name) => Err(argument.meaning(format!(
            "`{name}` is neither a number nor the result of a `byte_extract` or `byte_math` before it"
        ))),
        _ => Ok(()),
    }
}

fn once(flag: &mut bool, name: &str, span: Span) -> Result<(), Fault> {
    if std::mem::replace(flag, true) {
        return Err(Fault::meaning(
            span,
            format!("`{name}` stands twice for the same content"),
        ));
    }
    Ok(())
}

fn once_value(
    place: &mut Option<Value>,
    value: Value,
    name: &str,
    span: Span,
) -> Result<(), Fault> {
    if place.replace(value).is_some() {
        return Err(Fault::meaning(
            span,
            format!("`{name}` stands twice for the same content"),
        ));
    }
    Ok(())
}

fn excluded(one: &str, other: &str, span: Span) -> Fault {
    Fault::meaning(
        span,
        format!("`{one}` and `{other}` exclude each other for the same content"),
    )
}

fn not_relative(content: &Content, name: &str, span: Span) -> Result<(), Fault> {
    if content.starts_with {
        return Err(excluded(name, "startswith", span));
    }
    if content.is_relative() {
        return Err(excluded(name, "distance`/`within", span));
    }
    Ok(())
}

fn not_absolute(content: &Content, name: &str, span: Span) -> Result<(), Fault> {
    if content.starts_with {
        return Err(excluded(name, "startswith", span));
    }
    if content.offset.is_some() || content.depth.is_some() {
        return Err(excluded(name, "offset`/`depth", span));
    }
    Ok(())
}

/// A window shorter than the content can never hold it.
fn not_too_short(
    content: &Content,
    window: &Value,
    name: &str,
    argument: Argument<'_>,
) -> Result<(), Fault> {
    let size = i64::try_from(content.bytes.len()).unwrap_or(i64::MAX);
    match window {
        Value::Number(number) if *number < size => Err(argument.meaning(format!(
            "`{name}` of {number} is shorter than the content of {size} bytes, so it can never match"
        ))),
        _ => Ok(()),
    }
}
