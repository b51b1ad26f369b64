//! Transforms with arguments.

use super::content::known;
use crate::rule::argument::{Argument, decode};
use crate::rule::ast::{Span, Transform, Value};
use crate::rule::builder::Builder;
use crate::rule::limits::PCRE_BYTES_MAX;
use crate::rule::problem::Fault;

pub(super) fn xor(builder: &mut Builder, argument: Argument<'_>, span: Span) -> Result<(), Fault> {
    let digits = argument.unquoted();
    let pairs = digits.text.chunks(2);
    let key: Option<Vec<u8>> = pairs
        .map(|pair| {
            let text = std::str::from_utf8(pair)
                .ok()
                .filter(|text| text.len() == 2)?;
            text.bytes()
                .all(|byte| byte.is_ascii_hexdigit())
                .then(|| u8::from_str_radix(text, 16).ok())
                .flatten()
        })
        .collect();
    match key {
        Some(key) if !key.is_empty() && key.len() <= 255 => {
            builder.transform(Transform::Xor(key), "xor", span)
        }
        _ => Err(digits.expected("a key of 1 to 255 bytes in hexadecimal digits")),
    }
}

pub(super) fn pcre(builder: &mut Builder, argument: Argument<'_>, span: Span) -> Result<(), Fault> {
    let text = argument.quoted()?;
    if text.is_empty() || text.text.len() > PCRE_BYTES_MAX {
        return Err(text.meaning(format!(
            "the expression must have 1 to {PCRE_BYTES_MAX} bytes"
        )));
    }
    builder.transform(
        Transform::Pcre(decode(&super::pcre::ascii_expression(text.text))),
        "pcrexform",
        span,
    )
}

pub(super) fn from_base64(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let (mut bytes, mut offset, mut mode) = (None, None, "rfc4648");
    if !argument.is_empty() {
        for part in argument.split(b',') {
            let (key, rest) = part.first_word();
            match () {
                () if key.is("bytes") => bytes = Some(value(builder, rest, 1)?),
                () if key.is("offset") => offset = Some(value(builder, rest, 0)?),
                () if key.is("mode") => {
                    mode = rest.choice("a mode", &["rfc4648", "rfc2045", "strict"])?
                }
                () => return Err(part.expected("`bytes N`, `offset N` or `mode MODE`")),
            }
        }
    }
    builder.transform(
        Transform::FromBase64 {
            bytes,
            offset,
            mode,
        },
        "from_base64",
        span,
    )
}

fn value(builder: &Builder, argument: Argument<'_>, low: i64) -> Result<Value, Fault> {
    let value = argument.value(low, 65_535)?;
    known(builder, &value, argument)?;
    Ok(value)
}

pub(super) fn gunzip(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    inflate(builder, "gunzip", argument, span)
}

pub(super) fn zlib_deflate(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    inflate(builder, "zlib_deflate", argument, span)
}

fn inflate(
    builder: &mut Builder,
    name: &'static str,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let size_max_bytes = if argument.is_empty() {
        None
    } else {
        let (key, rest) = argument.first_word();
        if !key.is("max-size") {
            return Err(argument.expected("`max-size BYTES`"));
        }
        Some(rest.number(1 << 30)?)
    };
    builder.transform(
        Transform::Inflate {
            name,
            size_max_bytes,
        },
        name,
        span,
    )
}

pub(super) fn subslice(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let mut parts = argument.split(b',').peekable();
    let offset = parts.next().unwrap_or(argument).signed(-65_535, 65_535)?;
    let truncate = |part: &Argument<'_>| part.is("truncate");
    let size = match parts.peek() {
        Some(part) if !truncate(part) => parts
            .next()
            .map(|part| part.signed(-65_535, 65_535))
            .transpose()?,
        _ => None,
    };
    let cut = parts.next_if(truncate).is_some();
    if let Some(more) = parts.next() {
        return Err(more.expected("`truncate` or the end"));
    }
    builder.transform(
        Transform::Subslice {
            offset,
            size,
            truncate: cut,
        },
        "subslice",
        span,
    )
}
