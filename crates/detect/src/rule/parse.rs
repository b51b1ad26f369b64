//! One rule: its text into a [`Rule`].

use super::argument::Argument;
use super::ast::Rule;
use super::builder::Builder;
use super::limits::{OPTIONS_MAX, RULE_BYTES_MAX};
use super::options::{self, RawOption};
use super::problem::Fault;
use super::{check, header};

/// A rule, and what about it deserves a look.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The rule.
    pub rule: Rule,
    /// Remarks: the rule is kept all the same.
    pub remarks: Vec<Fault>,
}

/// Reads one rule. Any bytes are welcome: this never panics, and takes time in proportion to the length of the text.
///
/// # Errors
/// The first mistake, with its place as an offset in `text`.
pub fn parse_rule(text: &[u8]) -> Result<Parsed, Fault> {
    let whole = Argument::new(text, 0);
    if text.len() > RULE_BYTES_MAX {
        return Err(Fault::limit(
            whole.take(1).span(),
            format!("a rule of more than {RULE_BYTES_MAX} bytes"),
        ));
    }
    let (header, rest) = header::parse(whole)?;
    let options = cut_options(rest)?;
    options::check_requirements(&options)?;
    let mut builder = Builder::new(header.protocol);
    for option in options {
        options::apply(&mut builder, option)?;
    }
    builder.leave_buffer()?;
    let action_at = whole.trim().first_word().0;
    builder.order_buffers();
    check::check(&mut builder)?;
    let Builder {
        buffers,
        options,
        meta,
        remarks,
        ..
    } = builder;
    let meta = meta
        .complete()
        .ok_or_else(|| action_at.meaning("the rule has no `sid`"))?;
    let rule = Rule {
        action: header.action,
        scope: header.scope,
        protocol: header.protocol,
        source: header.source,
        direction: header.direction,
        destination: header.destination,
        meta,
        buffers,
        options,
    };
    Ok(Parsed { rule, remarks })
}

/// The `sid` of a rule that may be broken elsewhere, for messages.
pub(crate) fn find_sid(text: &[u8]) -> Option<u32> {
    let at = text
        .windows(4)
        .rposition(|window| window.eq_ignore_ascii_case(b"sid:"))?;
    let digits = text.get(at.saturating_add(4)..)?.trim_ascii_start();
    let end = digits
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(digits.len());
    std::str::from_utf8(digits.get(..end)?).ok()?.parse().ok()
}

/// Options between the parentheses; each ends with a semicolon that no backslash escapes.
fn cut_options(text: Argument<'_>) -> Result<Vec<RawOption<'_>>, Fault> {
    let text = text.trim();
    let Some(inside) = text
        .text
        .strip_prefix(b"(")
        .and_then(|inside| inside.strip_suffix(b")"))
    else {
        return Err(text
            .skip(text.text.len().saturating_sub(1))
            .syntax("the rule does not end with `)`"));
    };
    let mut rest = Argument::new(inside, text.start.saturating_add(1)).trim();
    let mut options = Vec::new();
    while !rest.is_empty() {
        if options.len() >= OPTIONS_MAX {
            return Err(Fault::limit(
                rest.take(1).span(),
                format!("more than {OPTIONS_MAX} options"),
            ));
        }
        let Some(end) = unescaped_semicolon(rest.text) else {
            let last = rest.skip(rest.text.len().saturating_sub(1));
            return Err(last.syntax(format!("no `;` behind the last option, `{}`", rest.shown())));
        };
        let option = rest.take(end).trim();
        if option.is_empty() {
            return Err(rest.take(1).expected("an option before the `;`"));
        }
        options.push(match option.split_once(b':') {
            Some((name, argument)) => RawOption {
                name,
                argument: Some(argument),
            },
            None => RawOption {
                name: option,
                argument: None,
            },
        });
        rest = rest.skip(end.saturating_add(1)).trim();
    }
    if options.is_empty() {
        return Err(text.take(1).syntax("the rule has no options"));
    }
    Ok(options)
}

fn unescaped_semicolon(text: &[u8]) -> Option<usize> {
    let mut escaped = false;
    text.iter().position(|byte| {
        let ends = *byte == b';' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })
}
