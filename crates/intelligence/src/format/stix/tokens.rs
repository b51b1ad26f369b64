//! STIX patterns as words and signs (STIX 2.1, section 9).

use super::pattern::PatternFault;
use crate::limits::{PATTERN_BYTES_MAX, PATTERN_TOKENS_MAX};
use std::iter::Peekable;
use std::str::Chars;

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// `ipv4-addr:value`: type, and path within it, without quotation marks.
    Path(String, String),
    /// A keyword or constant that is no text, as it stands.
    Word(String),
    /// A text, or a timestamp or bytes as text.
    Text(String),
    /// `= != < > <= >=`
    Compare(String),
    Open,
    Close,
    /// `[` and `]` around an observation.
    Begin,
    End,
    Comma,
}

/// Takes a pattern apart.
pub(super) fn tokens(pattern: &str) -> Result<Vec<Token>, PatternFault> {
    if pattern.len() > PATTERN_BYTES_MAX {
        return Err(PatternFault::TooLong);
    }
    let mut found = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(&next) = rest.peek() {
        let token = match next {
            _ if next.is_whitespace() => {
                rest.next();
                continue;
            }
            '[' => sign(&mut rest, Token::Begin),
            ']' => sign(&mut rest, Token::End),
            '(' => sign(&mut rest, Token::Open),
            ')' => sign(&mut rest, Token::Close),
            ',' => sign(&mut rest, Token::Comma),
            '\'' => Token::Text(quoted(&mut rest)?),
            '=' | '!' | '<' | '>' => {
                let mut text = String::new();
                while let Some(sign) = rest.next_if(|sign| matches!(sign, '=' | '!' | '<' | '>')) {
                    text.push(sign);
                }
                Token::Compare(text)
            }
            _ if is_word(next) => word(&mut rest)?,
            other => return Err(PatternFault::Sign(other)),
        };
        found.push(token);
        if found.len() > PATTERN_TOKENS_MAX {
            return Err(PatternFault::TooLong);
        }
    }
    Ok(found)
}

fn sign(rest: &mut Peekable<Chars<'_>>, token: Token) -> Token {
    rest.next();
    token
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '+' | '.' | '"')
}

/// `'it\'s'`
fn quoted(rest: &mut Peekable<Chars<'_>>) -> Result<String, PatternFault> {
    rest.next();
    let mut text = String::new();
    loop {
        match rest.next().ok_or(PatternFault::Unclosed)? {
            '\'' => return Ok(text),
            '\\' => text.push(rest.next().ok_or(PatternFault::Unclosed)?),
            other => text.push(other),
        }
    }
}

/// A keyword, a number, a path, or a text with a letter in front (`t'...'`, `h'...'`, `b'...'`).
fn word(rest: &mut Peekable<Chars<'_>>) -> Result<Token, PatternFault> {
    let mut text = String::new();
    while let Some(next) = rest.next_if(|next| is_word(*next)) {
        text.push(next);
    }
    match rest.peek() {
        Some('\'') if matches!(text.as_str(), "t" | "h" | "b") => Ok(Token::Text(quoted(rest)?)),
        Some(':') => {
            rest.next();
            Ok(Token::Path(text, path(rest)?))
        }
        _ => Ok(Token::Word(text)),
    }
}

/// `hashes.'SHA-256'`, `values[*].data`, `resolves_to_refs[0].value`
fn path(rest: &mut Peekable<Chars<'_>>) -> Result<String, PatternFault> {
    let mut text = String::new();
    while let Some(&next) = rest.peek() {
        match next {
            '\'' => text.push_str(&quoted(rest)?),
            '[' => {
                for next in rest.by_ref() {
                    text.push(next);
                    if next == ']' {
                        break;
                    }
                }
            }
            _ if is_word(next) => {
                rest.next();
                if next != '"' {
                    text.push(next);
                }
            }
            _ => break,
        }
    }
    if text.is_empty() {
        return Err(PatternFault::Path);
    }
    Ok(text)
}
