//! Sigma's text with wildcards: `*` is anything, `?` one character, `\` takes their meaning away.

use crate::sigma::limits::{PATTERN_BYTES_MAX, WILDCARDS_MAX};
use memchr::memmem::Finder;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(String),
    /// `?`
    One,
    /// `*`
    Many,
}

/// A text as pieces, before it is made ready to match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wild(pub Vec<Piece>);

impl Wild {
    /// Takes a value of a rule apart. A backslash is one, unless a wildcard or a backslash before one follows.
    pub fn read(text: &str) -> Self {
        let mut wild = Self::default();
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '*' => wild.many(),
                '?' => wild.0.push(Piece::One),
                '\\' => match characters.peek() {
                    Some(&next @ ('*' | '?' | '\\')) => {
                        characters.next();
                        wild.literal(next);
                    }
                    _ => wild.literal('\\'),
                },
                other => wild.literal(other),
            }
        }
        wild
    }

    /// A text without wildcards.
    pub fn of_text(text: &str) -> Self {
        Self(vec![Piece::Literal(text.to_owned())])
    }

    fn literal(&mut self, character: char) {
        match self.0.last_mut() {
            Some(Piece::Literal(text)) => text.push(character),
            _ => self.0.push(Piece::Literal(character.to_string())),
        }
    }

    fn many(&mut self) {
        if self.0.last() != Some(&Piece::Many) {
            self.0.push(Piece::Many);
        }
    }

    /// Whatever may stand before it.
    pub fn open_start(&mut self) {
        if self.0.first() != Some(&Piece::Many) {
            self.0.insert(0, Piece::Many);
        }
    }

    /// Whatever may stand after it.
    pub fn open_end(&mut self) {
        self.many();
    }

    /// The text, if it has no wildcards.
    pub fn plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Each literal piece changed.
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Literal(text) => Piece::Literal(change(text)),
            other => other.clone(),
        });
        Self(pieces.collect())
    }

    /// Whether it is short enough to be matched in bounded time.
    pub fn is_within_limits(&self) -> bool {
        let length = |piece: &Piece| match piece {
            Piece::Literal(text) => text.len(),
            _ => 0,
        };
        let bytes: usize = self.0.iter().map(length).sum();
        let wildcards = self.0.iter().filter(|piece| length(piece) == 0).count();
        bytes <= PATTERN_BYTES_MAX && wildcards <= WILDCARDS_MAX
    }

    /// Made ready to match; without case unless that counts.
    pub fn compile(&self, is_cased: bool) -> Pattern {
        let folded = if is_cased {
            self.clone()
        } else {
            self.map(|text| text.to_lowercase())
        };
        Pattern::of(folded)
    }
}

/// A text with wildcards, ready to match.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    Anything,
    Exact(String),
    Start(String),
    End(String),
    Inside(Box<Finder<'static>>),
    Pieces(Vec<Piece>),
}

impl Pattern {
    fn of(wild: Wild) -> Self {
        match wild.0.as_slice() {
            [] => Self::Exact(String::new()),
            [Piece::Many] => Self::Anything,
            [Piece::Literal(text)] => Self::Exact(text.clone()),
            [Piece::Literal(text), Piece::Many] => Self::Start(text.clone()),
            [Piece::Many, Piece::Literal(text)] => Self::End(text.clone()),
            [Piece::Many, Piece::Literal(text), Piece::Many] => {
                Self::Inside(Box::new(Finder::new(text.as_bytes()).into_owned()))
            }
            _ => Self::Pieces(wild.0),
        }
    }

    /// The text that must stand somewhere, where that is all there is to it.
    pub fn inside(&self) -> Option<&[u8]> {
        match self {
            Self::Inside(finder) => Some(finder.needle()),
            _ => None,
        }
    }

    /// Whether the whole value is like this.
    pub fn matches(&self, value: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::Exact(text) => text == value,
            Self::Start(text) => value.starts_with(text.as_str()),
            Self::End(text) => value.ends_with(text.as_str()),
            Self::Inside(finder) => finder.find(value.as_bytes()).is_some(),
            Self::Pieces(pieces) => pieces_match(pieces, value),
        }
    }
}

/// Goes back to the last `*` only, which is enough: so the time is at most length times length.
fn pieces_match(pieces: &[Piece], value: &str) -> bool {
    let (mut at, mut rest) = (0, value);
    // Where to try again: the piece after the last `*`, and the text from where it was tried last.
    let mut again: Option<(usize, &str)> = None;
    loop {
        let step = match pieces.get(at) {
            None if rest.is_empty() => return true,
            None => None,
            Some(Piece::Many) => {
                again = Some((at + 1, rest));
                at += 1;
                continue;
            }
            Some(Piece::One) => after_one(rest),
            Some(Piece::Literal(text)) => rest.strip_prefix(text.as_str()),
        };
        if let Some(after) = step {
            rest = after;
            at += 1;
            continue;
        }
        let Some((piece, tried)) = again else {
            return false;
        };
        let Some(next) = next_try(pieces.get(piece), tried) else {
            return false;
        };
        again = Some((piece, next));
        (at, rest) = (piece, next);
    }
}

/// The next place from which a piece may match, after this one.
fn next_try<'a>(piece: Option<&Piece>, tried: &'a str) -> Option<&'a str> {
    let next = after_one(tried)?;
    match piece {
        Some(Piece::Literal(text)) => next.get(next.find(text.as_str())?..),
        // Nothing follows: only the end fits.
        None => Some(""),
        _ => Some(next),
    }
}

fn after_one(text: &str) -> Option<&str> {
    let mut characters = text.chars();
    characters.next()?;
    Some(characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wildcards_and_backslashes() {
        for (pattern, value, expected) in [
            ("abc", "ABC", true),
            ("abc", "abcd", false),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("*b*", "abc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abcdef", false),
            ("*.exe", "x.EXE", true),
            (r"a\*c", "a*c", true),
            (r"a\*c", "abc", false),
            (r"a\\*", r"a\bc", true),
            (r"C:\Windows\x", r"c:\windows\X", true),
            (r"\\server\c$", r"\server\c$", true),
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("?", "é", true),
            ("ÄB*", "äbc", true),
            ("*ab*ab", "abab", true),
            ("*ab?ab", "xababxab", true),
            ("a*?", "a", false),
        ] {
            let compiled = Wild::read(pattern).compile(false);
            assert_eq!(
                compiled.matches(&value.to_lowercase()),
                expected,
                "{pattern} on {value}"
            );
        }
    }

    /// The plain definition, to hold the quick one against.
    fn plainly(pieces: &[Piece], value: &[char]) -> bool {
        match pieces.split_first() {
            None => value.is_empty(),
            Some((Piece::One, rest)) => !value.is_empty() && plainly(rest, &value[1..]),
            Some((Piece::Many, rest)) => {
                (0..=value.len()).any(|from| plainly(rest, &value[from..]))
            }
            Some((Piece::Literal(text), rest)) => {
                let text: Vec<char> = text.chars().collect();
                value.starts_with(&text) && plainly(rest, &value[text.len()..])
            }
        }
    }

    proptest! {
        #[test]
        fn the_quick_way_is_the_plain_way(pattern in "[ab*?]{0,9}", value in "[ab]{0,12}") {
            let wild = Wild::read(&pattern);
            let characters: Vec<char> = value.chars().collect();
            prop_assert_eq!(wild.compile(true).matches(&value), plainly(&wild.0, &characters));
        }
    }
}
