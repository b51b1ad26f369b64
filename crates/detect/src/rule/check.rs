//! What can only be seen when all options are known: contradictions, and contents that can never match.

use super::ast::{Comparison, Content, FastPattern, Item, Keyword, PAYLOAD, Value};
use super::builder::Builder;
use super::problem::Fault;

/// Checks the whole rule; adds remarks.
pub(crate) fn check(builder: &mut Builder) -> Result<(), Fault> {
    check_fast_patterns(builder)?;
    check_sizes(builder)?;
    check_lower_case(builder)?;
    remark_first_relative(builder);
    Ok(())
}

/// A fast pattern must be there whenever the rule matches, and `only` tells nothing of the place.
fn check_fast_patterns(builder: &Builder) -> Result<(), Fault> {
    for (content, item) in contents(&builder.options) {
        let placed = content.is_relative()
            || content.offset.is_some()
            || content.depth.is_some()
            || content.starts_with;
        match content.fast_pattern {
            Some(FastPattern::Only) if content.negated || placed => {
                return Err(Fault::meaning(
                    item.span,
                    "`fast_pattern:only` excludes negation, `distance`, `within`, `offset`, `depth` and `startswith`",
                ));
            }
            Some(_) if content.negated && placed => {
                return Err(Fault::meaning(
                    item.span,
                    "a negated content with a place cannot be the fast pattern: the bytes may stand elsewhere",
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// `bsize` and `dsize` must leave room for the contents.
fn check_sizes(builder: &Builder) -> Result<(), Fault> {
    for item in &builder.options {
        let (limit, name) = match &item.keyword {
            Keyword::BufferSize(comparison) => (largest(comparison), "bsize"),
            Keyword::Number(number) if number.keyword == "dsize" => {
                (largest(&number.comparison), "dsize")
            }
            _ => continue,
        };
        let Some(limit) = limit else { continue };
        for (content, place) in
            contents(&builder.options).filter(|(_, place)| place.buffer == item.buffer)
        {
            let needed = needed_bytes(content);
            if !content.negated && needed > limit {
                return Err(Fault::meaning(
                    place.span,
                    format!(
                        "`{name}` allows at most {limit} bytes, this content needs {needed}, so it can never match"
                    ),
                ));
            }
        }
    }
    Ok(())
}

/// Bytes that a buffer must have for the content to be there.
fn needed_bytes(content: &Content) -> u64 {
    let size = u64::try_from(content.bytes.len()).unwrap_or(u64::MAX);
    match content.offset {
        Some(Value::Number(offset)) => size.saturating_add(u64::try_from(offset).unwrap_or(0)),
        _ => size,
    }
}

/// The largest number that passes, if there is one.
fn largest(comparison: &Comparison<u64>) -> Option<u64> {
    match *comparison {
        Comparison::Equal(number) | Comparison::LessOrEqual(number) => Some(number),
        Comparison::Less(number) | Comparison::Between(_, number) => Some(number.saturating_sub(1)),
        _ => None,
    }
}

/// Buffers that hold lower case only.
fn check_lower_case(builder: &Builder) -> Result<(), Fault> {
    for (content, item) in contents(&builder.options) {
        let Some(buffer) = builder.buffers.get(item.buffer) else {
            continue;
        };
        let upper = content.bytes.iter().any(u8::is_ascii_uppercase);
        if buffer.name == "http.host" && buffer.transforms.is_empty() && upper && !content.nocase {
            return Err(Fault::meaning(
                item.span,
                "`http.host` is always lower case, so a content with capitals can never match",
            ));
        }
    }
    Ok(())
}

/// A relative content without anything before it counts from the start of the buffer: rarely meant.
fn remark_first_relative(builder: &mut Builder) {
    let mut remarks = Vec::new();
    for (index, buffer) in builder.buffers.iter().enumerate() {
        let chain = builder
            .options
            .iter()
            .filter(|item| item.buffer == index)
            .find(|item| moves(&item.keyword));
        if let Some(Item {
            keyword: Keyword::Content(content),
            span,
            ..
        }) = chain
            && content.is_relative()
        {
            let name = if buffer.name == PAYLOAD {
                "the payload"
            } else {
                buffer.name
            };
            remarks.push((*span, format!("nothing matches in {name} before this relative content; it counts from the start")));
        }
    }
    for (span, message) in remarks {
        builder.remark(span, message);
    }
}

/// Options that leave a position to count from.
fn moves(keyword: &Keyword) -> bool {
    matches!(
        keyword,
        Keyword::Content(_)
            | Keyword::Pcre(_)
            | Keyword::ByteJump(_)
            | Keyword::ByteExtract(_)
            | Keyword::ByteMath(_)
            | Keyword::Base64Decode(_)
    )
}

fn contents(options: &[Item]) -> impl Iterator<Item = (&Content, &Item)> {
    options.iter().filter_map(|item| match &item.keyword {
        Keyword::Content(content) => Some((content, item)),
        _ => None,
    })
}
