//! `pcre`: expression, flags, buffer letters, names for capture groups.

use crate::rule::argument::Argument;
use crate::rule::ast::{Keyword, Pcre, PcreFlags, Span};
use crate::rule::builder::Builder;
use crate::rule::limits::PCRE_BYTES_MAX;
use crate::rule::problem::Fault;
use crate::rule::tables;
use crate::rule::tables::buffers::{Buffer, PCRE_BUFFERS};

pub(super) fn pcre(builder: &mut Builder, argument: Argument<'_>, span: Span) -> Result<(), Fault> {
    let (text, negated) = argument.negation();
    let text = if text.text.starts_with(b"\"") {
        text.quoted()?.trim()
    } else {
        text
    };
    let (pattern, rest) = cut(text)?;
    let (letters, names) = match rest.split_once(b',') {
        Some((letters, names)) => (letters, Some(names)),
        None => (rest.trim(), None),
    };
    let mut flags = PcreFlags::default();
    let mut buffer: Option<(&'static Buffer, u8)> = None;
    for (position, letter) in letters.text.iter().copied().enumerate() {
        let here = letters.skip(position).take(1);
        if take_flag(&mut flags, letter) {
            continue;
        }
        let chosen = PCRE_BUFFERS
            .iter()
            .find(|(known, _)| *known == letter)
            .and_then(|(_, name)| tables::buffer(name));
        match (chosen, buffer) {
            (None, _) => {
                return Err(here.expected(
                    "a flag of `pcre` (i, m, s, x, A, E, G, R, B, O, or a buffer letter)",
                ));
            }
            (Some(_), Some((_, before))) if before != letter => {
                return Err(here.meaning(format!(
                    "`{}` and `{}` choose two buffers for one expression",
                    char::from(before),
                    char::from(letter)
                )));
            }
            (Some(chosen), _) => buffer = Some((chosen, letter)),
        }
    }
    let captures = match names {
        None => Vec::new(),
        Some(names) => names
            .split(b',')
            .map(|name| name.name("a name for a capture group"))
            .collect::<Result<_, _>>()?,
    };
    let option = Keyword::Pcre(Pcre {
        pattern: ascii_expression(pattern.text),
        negated,
        flags,
        captures,
    });
    match buffer {
        Some((buffer, _)) => builder.push_on(option, buffer, span),
        None => builder.push_on_buffer(option, span),
    }
}

/// The expression between the slashes, and what follows.
fn cut(text: Argument<'_>) -> Result<(Argument<'_>, Argument<'_>), Fault> {
    let Some(inner) = text.strip("/") else {
        return Err(text.expected("an expression between slashes (`\"/.../flags\"`)"));
    };
    // A slash in the flags is impossible, so the last slash ends the expression.
    let Some(end) = inner.text.iter().rposition(|byte| *byte == b'/') else {
        return Err(text
            .skip(text.text.len())
            .expected("the slash that ends the expression"));
    };
    let pattern = inner.take(end);
    if pattern.is_empty() {
        return Err(text.meaning("the expression is empty"));
    }
    if pattern.text.len() > PCRE_BYTES_MAX {
        return Err(Fault::limit(
            pattern.span(),
            format!("longer than {PCRE_BYTES_MAX} bytes"),
        ));
    }
    let escapes = pattern
        .text
        .iter()
        .rev()
        .take_while(|byte| **byte == b'\\')
        .count();
    if !escapes.is_multiple_of(2) {
        return Err(text
            .skip(text.text.len())
            .expected("the slash that ends the expression (the last one is escaped)"));
    }
    Ok((pattern, inner.skip(end.saturating_add(1))))
}

fn take_flag(flags: &mut PcreFlags, letter: u8) -> bool {
    let place = match letter {
        b'i' => &mut flags.caseless,
        b'm' => &mut flags.multiline,
        b's' => &mut flags.dot_all,
        b'x' => &mut flags.extended,
        b'A' => &mut flags.anchored,
        b'E' => &mut flags.dollar_end_only,
        b'G' => &mut flags.ungreedy,
        b'R' => &mut flags.relative,
        b'B' => &mut flags.rawbytes,
        b'O' => &mut flags.override_limit,
        _ => return false,
    };
    *place = true;
    true
}

/// The expression in ASCII: other bytes become `\xHH`, which PCRE2 reads as the same byte.
pub(super) fn ascii_expression(text: &[u8]) -> Vec<u8> {
    let mut ascii = Vec::with_capacity(text.len());
    let mut escaped = false;
    for byte in text.iter().copied() {
        if byte.is_ascii() {
            escaped = byte == b'\\' && !escaped;
            ascii.push(byte);
            continue;
        }
        // A backslash before such a byte means the byte itself.
        if escaped {
            ascii.pop();
        }
        escaped = false;
        ascii.extend(format!("\\x{byte:02x}").bytes());
    }
    ascii
}
