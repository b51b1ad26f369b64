//! The words of the language as data, and how each is read.

pub(crate) mod aliases;
pub(crate) mod buffers;
pub(crate) mod enumerations;
pub(crate) mod enumerations_industry;
pub(crate) mod hooks;
pub(crate) mod numbers;
pub(crate) mod protocols;
#[cfg(test)]
mod tests;
pub(crate) mod words;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::ast::{PAYLOAD, Span};
use super::builder::Builder;
use super::options::{SPECIALS, Special};
use super::problem::Fault;
use buffers::Buffer;
use numbers::NumberKeyword;
use words::WordKeyword;

/// How a keyword is read.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// A sticky buffer.
    Buffer(&'static Buffer),
    /// Back to the payload.
    Payload,
    /// Moves the content before it to a buffer.
    Modifier(&'static Buffer),
    /// A content on a buffer, in one word.
    ContentOn(&'static Buffer),
    /// A transform without argument.
    Transform(&'static str),
    /// A test of a number.
    Number(&'static NumberKeyword),
    /// Words.
    Words(&'static WordKeyword),
    /// No argument.
    Flag(&'static str, &'static [&'static str]),
    /// Refused, and why.
    Refused(&'static str),
    /// A parser of its own.
    Special(&'static Special),
}

/// Everything by name; canonical names and aliases.
static KEYWORDS: LazyLock<HashMap<&'static str, Form>> = LazyLock::new(|| {
    let mut all: HashMap<&'static str, Form> = HashMap::new();
    all.insert(PAYLOAD, Form::Payload);
    all.extend(
        buffers::BUFFERS
            .iter()
            .map(|buffer| (buffer.name, Form::Buffer(buffer))),
    );
    all.extend(
        numbers::NUMBERS
            .iter()
            .map(|number| (number.name, Form::Number(number))),
    );
    all.extend(
        words::WORDS
            .iter()
            .map(|words| (words.name, Form::Words(words))),
    );
    all.extend(
        words::FLAGS
            .iter()
            .map(|(name, protocols)| (*name, Form::Flag(name, protocols))),
    );
    all.extend(
        words::REFUSED
            .iter()
            .map(|(name, reason)| (*name, Form::Refused(reason))),
    );
    all.extend(
        words::TRANSFORMS
            .iter()
            .map(|name| (*name, Form::Transform(name))),
    );
    all.extend(
        SPECIALS
            .iter()
            .map(|special| (special.name, Form::Special(special))),
    );
    let on_buffer = |pairs: &'static [(&'static str, &'static str)],
                     form: fn(&'static Buffer) -> Form| {
        pairs
            .iter()
            .filter_map(move |(name, target)| buffer(target).map(|buffer| (*name, form(buffer))))
    };
    all.extend(on_buffer(buffers::MODIFIERS, Form::Modifier));
    all.extend(on_buffer(buffers::CONTENT_KEYWORDS, Form::ContentOn));
    for (alias, target) in aliases::ALIASES {
        if let Some(form) = all.get(target).copied() {
            all.insert(alias, form);
        }
    }
    all
});

/// How the keyword `name` is read; case does not count.
pub(crate) fn form(name: &str) -> Option<Form> {
    KEYWORDS
        .get(name)
        .or_else(|| KEYWORDS.get(name.to_ascii_lowercase().as_str()))
        .copied()
}

/// The sticky buffer of this canonical name.
pub(crate) fn buffer(name: &str) -> Option<&'static Buffer> {
    buffers::BUFFERS.iter().find(|buffer| buffer.name == name)
}

/// How many spellings the language has.
pub fn keyword_count() -> usize {
    KEYWORDS.len()
}

/// The known keyword nearest to `name`, if one is near.
pub(crate) fn nearest_keyword(name: &str) -> Option<&'static str> {
    nearest(name, KEYWORDS.keys().copied())
}

/// Longest word that is compared with others.
const WORD_BYTES_MAX: usize = 40;

/// The word nearest to `name` by edits, if at most a third of it differs.
pub(crate) fn nearest(
    name: &str,
    words: impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    if name.len() > WORD_BYTES_MAX {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let allowed = name.len().div_ceil(3);
    let edits_max = u8::try_from(allowed).unwrap_or(u8::MAX);
    words
        .filter(|word| word.len().abs_diff(name.len()) <= allowed)
        .map(|word| (edits(name.as_bytes(), word.as_bytes()), word))
        .filter(|(distance, _)| *distance <= edits_max)
        // Of equally near words, the one with the same first letter is likelier meant.
        .min_by_key(|(distance, word)| {
            (*distance, word.bytes().next() != name.bytes().next(), *word)
        })
        .map(|(_, word)| word)
}

/// Edits from one word to the other: letters put in, left out, replaced, or two neighbours exchanged. Words longer
/// than [`WORD_BYTES_MAX`] are cut. (Rows have a fixed size because a hostile file may ask this very often.)
fn edits(left: &[u8], right: &[u8]) -> u8 {
    type Row = [u8; WORD_BYTES_MAX + 1];
    let right = right.get(..WORD_BYTES_MAX).unwrap_or(right);
    let at = |row: &Row, column: usize| row.get(column).copied().unwrap_or(u8::MAX);
    let (mut before, mut row): (Row, Row) = (
        [u8::MAX; _],
        std::array::from_fn(|column| u8::try_from(column).unwrap_or(0)),
    );
    let mut last_left = None;
    for (position, a) in (1_u8..).zip(left.iter().take(WORD_BYTES_MAX)) {
        let mut next: Row = [u8::MAX; _];
        let mut last_right = None;
        let mut inserted = position;
        for (column, (b, place)) in right.iter().zip(next.iter_mut()).enumerate() {
            *place = inserted;
            let replace = at(&row, column).saturating_add(u8::from(a != b));
            let remove = at(&row, column.saturating_add(1)).saturating_add(1);
            let exchanged = last_left == Some(b) && last_right == Some(a);
            let exchange = column
                .checked_sub(1)
                .filter(|_| exchanged)
                .map_or(u8::MAX, |column| at(&before, column));
            inserted = replace
                .min(inserted.saturating_add(1))
                .min(remove)
                .min(exchange.saturating_add(1));
            last_right = Some(b);
        }
        if let Some(last) = next.get_mut(right.len()) {
            *last = inserted;
        }
        before = std::mem::replace(&mut row, next);
        last_left = Some(a);
    }
    at(&row, right.len())
}

/// A parser of one option: argument trimmed, empty if there is none; span of the whole option.
pub(crate) type OptionParser =
    fn(&mut Builder, super::argument::Argument<'_>, Span) -> Result<(), Fault>;
