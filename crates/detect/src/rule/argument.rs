//! A piece of rule text that knows where it stands: the one tool that all option parsers read with.

use super::ast::{Span, Value};
use super::problem::Fault;

/// A slice of a rule with its offset in the rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Argument<'a> {
    /// The bytes.
    pub text: &'a [u8],
    /// Offset of the first byte in the rule.
    pub start: usize,
}

impl<'a> Argument<'a> {
    pub fn new(text: &'a [u8], start: usize) -> Self {
        Self { text, start }
    }

    pub fn span(&self) -> Span {
        Span {
            start: self.start,
            end: self.start.saturating_add(self.text.len()),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The text for a person; bytes that are not UTF-8 are replaced.
    pub fn shown(&self) -> String {
        let text = String::from_utf8_lossy(self.text);
        if text.chars().count() > 60 {
            text.chars().take(57).chain("...".chars()).collect()
        } else {
            text.into_owned()
        }
    }

    pub fn string(&self) -> String {
        decode(self.text)
    }

    /// The text in lower case, as words of the language compare.
    pub fn lower(&self) -> String {
        String::from_utf8_lossy(self.text).to_ascii_lowercase()
    }

    pub fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word.as_bytes())
    }

    pub fn syntax(&self, message: impl Into<String>) -> Fault {
        Fault::syntax(self.span(), message)
    }

    pub fn meaning(&self, message: impl Into<String>) -> Fault {
        Fault::meaning(self.span(), message)
    }

    /// "expected X, found Y".
    pub fn expected(&self, what: &str) -> Fault {
        if self.is_empty() {
            self.syntax(format!("expected {what}, found nothing"))
        } else {
            self.syntax(format!("expected {what}, found `{}`", self.shown()))
        }
    }

    /// Without `count` bytes at the front.
    pub fn skip(&self, count: usize) -> Self {
        let count = count.min(self.text.len());
        Self {
            text: self.text.get(count..).unwrap_or_default(),
            start: self.start.saturating_add(count),
        }
    }

    /// Only the first `count` bytes.
    pub fn take(&self, count: usize) -> Self {
        Self {
            text: self.text.get(..count).unwrap_or(self.text),
            start: self.start,
        }
    }

    pub fn trim(&self) -> Self {
        let front = self
            .text
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        let rest = self.skip(front);
        let back = rest
            .text
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        rest.take(rest.text.len().saturating_sub(back))
    }

    pub fn strip(&self, prefix: &str) -> Option<Self> {
        self.text
            .starts_with(prefix.as_bytes())
            .then(|| self.skip(prefix.len()))
    }

    /// A leading `!` taken off: (rest, negated).
    pub fn negation(&self) -> (Self, bool) {
        match self.strip("!") {
            Some(rest) => (rest.trim(), true),
            None => (*self, false),
        }
    }

    /// Parts between `separator`s, trimmed.
    pub fn split(&self, separator: u8) -> impl Iterator<Item = Argument<'a>> + use<'a> {
        let mut start = self.start;
        self.text
            .split(move |byte| *byte == separator)
            .map(move |part| {
                let piece = Argument::new(part, start);
                start = start.saturating_add(part.len()).saturating_add(1);
                piece.trim()
            })
    }

    /// The parts before and after the first `separator`, trimmed; `None` if there is none.
    pub fn split_once(&self, separator: u8) -> Option<(Self, Self)> {
        let at = self.text.iter().position(|byte| *byte == separator)?;
        Some((self.take(at).trim(), self.skip(at.saturating_add(1)).trim()))
    }

    /// First word and the rest, split at white space.
    pub fn first_word(&self) -> (Self, Self) {
        let end = self
            .text
            .iter()
            .position(u8::is_ascii_whitespace)
            .unwrap_or(self.text.len());
        (self.take(end), self.skip(end).trim())
    }

    /// What stands between double quotes; the quotes are required.
    pub fn quoted(&self) -> Result<Self, Fault> {
        if !self.text.starts_with(b"\"") {
            return Err(self.syntax(format!(
                "expected a text in double quotes, found `{}`",
                self.shown()
            )));
        }
        if self.text.len() < 2 || !self.text.ends_with(b"\"") {
            let end = self.span().end;
            return Err(Fault::syntax(
                Span {
                    start: end.saturating_sub(1),
                    end,
                },
                "the closing double quote is missing (a semicolon inside quotes is written `\\;`)",
            ));
        }
        Ok(self.skip(1).take(self.text.len().saturating_sub(2)))
    }

    /// The text without quotes, if it has them.
    pub fn unquoted(&self) -> Self {
        if self.text.starts_with(b"\"") {
            self.quoted().unwrap_or(*self)
        } else {
            *self
        }
    }

    /// A whole number, decimal or `0x` hexadecimal, at most `limit`.
    pub fn number(&self, limit: u64) -> Result<u64, Fault> {
        let text = std::str::from_utf8(self.text).unwrap_or("");
        let parsed = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some(digits)
                if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
            {
                u64::from_str_radix(digits, 16).ok()
            }
            None if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().ok()
            }
            _ => return Err(self.expected("a number")),
        };
        match parsed {
            Some(number) if number <= limit => Ok(number),
            _ => Err(self.meaning(format!(
                "`{}` is too large, at most {limit} is possible",
                self.shown()
            ))),
        }
    }

    pub fn number_u32(&self) -> Result<u32, Fault> {
        self.number(u64::from(u32::MAX))
            .map(|number| u32::try_from(number).unwrap_or(u32::MAX))
    }

    /// A whole number with sign, within `low..=high`.
    pub fn signed(&self, low: i64, high: i64) -> Result<i64, Fault> {
        let (digits, negative) = match self.strip("-") {
            Some(rest) => (rest, true),
            None => (self.strip("+").unwrap_or(*self), false),
        };
        let magnitude = digits
            .number(i64::MAX.unsigned_abs())
            .map_err(|fault| Fault {
                span: self.span(),
                ..fault
            })?;
        let magnitude = i64::try_from(magnitude).unwrap_or(i64::MAX);
        let number = if negative {
            magnitude.saturating_neg()
        } else {
            magnitude
        };
        if number < low || number > high {
            return Err(self.meaning(format!(
                "`{}` is out of range, {low} to {high} is possible",
                self.shown()
            )));
        }
        Ok(number)
    }

    /// A number, or the name of a variable.
    pub fn value(&self, low: i64, high: i64) -> Result<Value, Fault> {
        match self.text.first() {
            Some(byte) if byte.is_ascii_digit() || matches!(byte, b'-' | b'+') => {
                self.signed(low, high).map(Value::Number)
            }
            Some(_) => self
                .name("a number or the name of a variable")
                .map(Value::Variable),
            None => Err(self.expected("a number or the name of a variable")),
        }
    }

    /// A name: letters, digits, `_`, `.`, `-`, `/` and others that split nothing.
    pub fn name(&self, what: &str) -> Result<String, Fault> {
        let plain = |byte: &u8| {
            byte.is_ascii_graphic() && !matches!(byte, b',' | b'"' | b'|' | b';' | b'(' | b')')
        };
        if self.is_empty() || !self.text.iter().all(plain) {
            return Err(self.expected(what));
        }
        Ok(self.string())
    }

    /// One of `words`, without regard to case.
    pub fn choice(&self, what: &str, words: &[&'static str]) -> Result<&'static str, Fault> {
        words
            .iter()
            .find(|word| self.is(word))
            .copied()
            .ok_or_else(|| {
                let list = words.join(", ");
                self.expected(&format!("{what} ({list})"))
            })
    }
}

/// Text of a rule file: UTF-8 where it is, else Latin-1.
pub(crate) fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}
