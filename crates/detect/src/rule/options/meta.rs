//! Identity of a rule and text for people.

use crate::rule::argument::{Argument, decode};
use crate::rule::ast::{Span, Target};
use crate::rule::builder::Builder;
use crate::rule::problem::Fault;

pub(super) fn message(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let text = unescaped(argument.quoted()?)?;
    if builder.meta.message.replace(text).is_some() {
        return Err(twice("msg", span));
    }
    Ok(())
}

/// Text with `\"`, `\;`, `\:` and `\\` resolved.
fn unescaped(text: Argument<'_>) -> Result<String, Fault> {
    let mut bytes = Vec::with_capacity(text.text.len());
    let mut rest = text.text.iter().copied().enumerate();
    while let Some((position, byte)) = rest.next() {
        match byte {
            b'\\' => match rest.next() {
                Some((_, next @ (b'"' | b';' | b':' | b'\\'))) => bytes.push(next),
                Some((_, next)) => bytes.extend([b'\\', next]),
                None => {
                    return Err(text
                        .skip(position)
                        .syntax("a backslash at the end escapes nothing"));
                }
            },
            b'"' => {
                return Err(text
                    .skip(position)
                    .take(1)
                    .syntax("a double quote inside the text is written `\\\"`"));
            }
            _ => bytes.push(byte),
        }
    }
    Ok(decode(&bytes))
}

pub(super) fn sid(builder: &mut Builder, argument: Argument<'_>, span: Span) -> Result<(), Fault> {
    let number = argument.unquoted().number_u32()?;
    if number == 0 {
        return Err(argument.meaning("`sid` 0 is not possible, rules count from 1"));
    }
    if builder.meta.sid.replace(number).is_some() {
        return Err(twice("sid", span));
    }
    Ok(())
}

pub(super) fn gid(builder: &mut Builder, argument: Argument<'_>, span: Span) -> Result<(), Fault> {
    if builder
        .meta
        .gid
        .replace(argument.unquoted().number_u32()?)
        .is_some()
    {
        return Err(twice("gid", span));
    }
    Ok(())
}

pub(super) fn revision(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    if builder
        .meta
        .revision
        .replace(argument.unquoted().number_u32()?)
        .is_some()
    {
        return Err(twice("rev", span));
    }
    Ok(())
}

pub(super) fn classtype(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let name = argument.unquoted().name("the name of a class")?;
    if builder.meta.classtype.is_some() {
        builder.remark(
            span,
            "`classtype` stands twice; the first counts".to_owned(),
        );
        return Ok(());
    }
    builder.meta.classtype = Some(name);
    Ok(())
}

pub(super) fn priority(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let number = argument.number(255)?;
    if number == 0 {
        return Err(argument.meaning("`priority` 0 is not possible, 1 is the worst"));
    }
    if builder.meta.priority.is_some() {
        builder.remark(span, "`priority` stands twice; the last counts".to_owned());
    }
    builder.meta.priority = u8::try_from(number).ok();
    Ok(())
}

pub(super) fn reference(
    builder: &mut Builder,
    argument: Argument<'_>,
    _: Span,
) -> Result<(), Fault> {
    let Some((system, identifier)) = argument.split_once(b',') else {
        return Err(argument.expected("a system and an identifier (`cve,2021-44228`)"));
    };
    if identifier.is_empty() {
        return Err(identifier.expected("an identifier behind the comma"));
    }
    builder.meta.references.push((
        system.name("a system")?.to_ascii_lowercase(),
        identifier.string(),
    ));
    Ok(())
}

pub(super) fn metadata(
    builder: &mut Builder,
    argument: Argument<'_>,
    _: Span,
) -> Result<(), Fault> {
    for part in argument.split(b',').filter(|part| !part.is_empty()) {
        let (key, value) = part.first_word();
        builder.meta.metadata.push((key.string(), value.string()));
    }
    Ok(())
}

pub(super) fn target(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    let side = match argument.choice("a side", &["src_ip", "dest_ip"])? {
        "src_ip" => Target::Source,
        _ => Target::Destination,
    };
    if builder.meta.target.replace(side).is_some() {
        builder.remark(span, "`target` stands twice; the last counts".to_owned());
    }
    Ok(())
}

fn twice(name: &str, span: Span) -> Fault {
    Fault::meaning(span, format!("`{name}` stands twice in this rule"))
}
