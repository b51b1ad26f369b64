//! Values of headers: parameters, encoded words, lists of addresses.

use super::transfer::{Base64, QuotedPrintable};
use crate::limits::MIME_LIST_ITEMS_MAX;
use crate::text::{hex_digit, split_once, starts_with_ignoring_case, trim};

/// The value before the parameters, in lower case: `text/html` of `Text/HTML; charset=x`.
pub fn main_value(value: &[u8]) -> Vec<u8> {
    let end = value
        .iter()
        .position(|byte| *byte == b';')
        .unwrap_or(value.len());
    trim(value.get(..end).unwrap_or_default()).to_ascii_lowercase()
}

/// A parameter of a header (RFC 2045, 5.1), also where it is cut into pieces or encoded (RFC 2231).
pub fn parameter(value: &[u8], wanted: &[u8]) -> Option<Vec<u8>> {
    let mut pieces: Vec<(u32, Vec<u8>)> = Vec::new();
    for (name, value) in Parameters::of(value) {
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        if !starts_with_ignoring_case(name, wanted) {
            continue;
        }
        let Some(rest) = name
            .get(wanted.len()..)
            .and_then(|rest| rest.strip_prefix(b"*"))
        else {
            continue;
        };
        let (number, extended) = match rest.strip_suffix(b"*") {
            Some(number) => (number, true),
            None => (rest, rest.is_empty()),
        };
        let number = match number {
            b"" => 0,
            digits => {
                match crate::text::decimal(digits).and_then(|number| number.try_into().ok()) {
                    Some(number) => number,
                    None => continue,
                }
            }
        };
        let value = if extended {
            percent_decoded(without_charset(&value, number == 0))
        } else {
            value
        };
        pieces.push((number, value));
    }
    if pieces.is_empty() {
        return None;
    }
    pieces.sort_by_key(|(number, _)| *number);
    pieces.dedup_by_key(|(number, _)| *number);
    Some(pieces.into_iter().flat_map(|(_, value)| value).collect())
}

/// Language and character set before an extended value: `utf-8'en'name`.
fn without_charset(value: &[u8], is_first: bool) -> &[u8] {
    if !is_first {
        return value;
    }
    split_once(value, b'\'')
        .and_then(|(_, rest)| split_once(rest, b'\''))
        .map_or(value, |(_, name)| name)
}

fn percent_decoded(value: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let escaped = match (first, after) {
            (b'%', [high, low, ..]) => hex_digit(*high).zip(hex_digit(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                decoded.push(high << 4 | low);
                rest = after.get(2..).unwrap_or_default();
            }
            None => decoded.push(*first),
        }
    }
    decoded
}

/// `name=value` pairs after the first semicolon.
struct Parameters<'a> {
    rest: &'a [u8],
}

impl<'a> Parameters<'a> {
    fn of(value: &'a [u8]) -> Self {
        Self {
            rest: split_once(value, b';').map_or(b"", |(_, rest)| rest),
        }
    }
}

impl<'a> Iterator for Parameters<'a> {
    type Item = (&'a [u8], Vec<u8>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let text = self.rest.trim_ascii_start();
            if text.is_empty() {
                return None;
            }
            let end = text.iter().position(|byte| matches!(byte, b'=' | b';'));
            let (name, after) = text.split_at_checked(end.unwrap_or(text.len()))?;
            match after.split_first() {
                Some((b'=', after)) => {
                    let (value, rest) = parameter_value(after.trim_ascii_start());
                    self.rest = rest;
                    return Some((trim(name), value));
                }
                Some((_, after)) => self.rest = after,
                None => return None,
            }
        }
    }
}

/// A word or a quoted text, and what follows the next semicolon.
fn parameter_value(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let Some(quoted) = text.strip_prefix(b"\"") else {
        let (value, rest) = split_once(text, b';').unwrap_or((text, b""));
        return (trim(value).to_vec(), rest);
    };
    let mut value = Vec::new();
    let mut rest = quoted;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'"' => break,
            b'\\' => {
                // Windows programs write paths without escaping.
                if let Some((escaped @ (b'"' | b'\\'), after)) = rest.split_first() {
                    value.push(*escaped);
                    rest = after;
                } else {
                    value.push(b'\\');
                }
            }
            byte => value.push(*byte),
        }
    }
    (value, split_once(rest, b';').map_or(b"", |(_, rest)| rest))
}

/// A value with its encoded words (RFC 2047) undone, as UTF-8 as far as their character set is
/// one that is known here (else their bytes); None where there are none.
pub fn decoded_words(value: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::new();
    let mut rest = value;
    let mut after_word = false;
    let mut found = false;
    while let Some(at) = crate::text::find(rest, b"=?") {
        let (before, word) = rest.split_at_checked(at)?;
        // White space between two words is not part of the text.
        if !(after_word && trim(before).is_empty()) {
            decoded.extend_from_slice(before);
        }
        if let Some((text, after)) = encoded_word(word) {
            decoded.extend_from_slice(&text);
            rest = after;
            after_word = true;
            found = true;
        } else {
            decoded.extend_from_slice(b"=?");
            rest = word.get(2..).unwrap_or_default();
            after_word = false;
        }
    }
    decoded.extend_from_slice(rest);
    found.then_some(decoded)
}

/// `=?charset?B?text?=` and what follows.
fn encoded_word(word: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (charset, rest) = split_once(word.get(2..)?, b'?')?;
    let (coding, rest) = split_once(rest, b'?')?;
    let end = crate::text::find(rest, b"?=")?;
    let (text, rest) = rest.split_at_checked(end)?;
    let mut bytes = Vec::new();
    match coding {
        b"B" | b"b" => {
            let mut base64 = Base64::default();
            base64.push(text, &mut bytes);
            base64.finish(&mut bytes);
        }
        b"Q" | b"q" => {
            let spaced: Vec<u8> = text
                .iter()
                .map(|byte| if *byte == b'_' { b' ' } else { *byte })
                .collect();
            // A blank at the end would count as one of those who carried the line.
            QuotedPrintable::default().push(&spaced, false, &mut bytes);
        }
        _ => return None,
    }
    Some((to_utf8(charset, bytes), rest.get(2..)?))
}

fn to_utf8(charset: &[u8], bytes: Vec<u8>) -> Vec<u8> {
    let is_latin = [&b"iso-8859-1"[..], b"latin1", b"windows-1252"]
        .iter()
        .any(|name| starts_with_ignoring_case(charset, name));
    if is_latin {
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        text.into_bytes()
    } else {
        bytes
    }
}

/// The items of a list of addresses, cut at the commas that stand in no quotes, comments or
/// angle brackets.
pub fn list_items(value: &[u8]) -> Vec<&[u8]> {
    let mut items = Vec::new();
    let mut start = 0usize;
    let (mut quoted, mut escaped, mut depth) = (false, false, 0u32);
    for (at, byte) in value.iter().enumerate() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match byte {
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b'(' | b'<' if !quoted => depth = depth.saturating_add(1),
            b')' | b'>' if !quoted => depth = depth.saturating_sub(1),
            b',' if !quoted && depth == 0 => {
                items.push(trim(value.get(start..at).unwrap_or_default()));
                start = at.saturating_add(1);
            }
            _ => {}
        }
    }
    items.push(trim(value.get(start..).unwrap_or_default()));
    items.retain(|item| !item.is_empty());
    items.truncate(MIME_LIST_ITEMS_MAX);
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_in_all_their_forms() {
        let cases: &[(&[u8], Option<&[u8]>)] = &[
            (b"attachment; filename=a.exe", Some(b"a.exe")),
            (
                b"attachment; x=\"; filename=no\"; FileName = \"b;\\\"c.exe\"; y",
                Some(b"b;\"c.exe"),
            ),
            (
                b"attachment; filename=\"C:\\dir\\x.exe\"",
                Some(b"C:\\dir\\x.exe"),
            ),
            (
                b"attachment; filename*=utf-8'en'%e2%82%ac%20rates",
                Some("€ rates".as_bytes()),
            ),
            (
                b"attachment; filename*1=\"exe\"; filename*0*=utf-8''a%2E",
                Some(b"a.exe"),
            ),
            (b"attachment; name=a", None),
            (b"attachment; filename", None),
            (b"filename=a", None),
        ];
        for (value, expected) in cases {
            assert_eq!(
                parameter(value, b"filename").as_deref(),
                *expected,
                "{}",
                value.escape_ascii()
            );
        }
    }

    #[test]
    fn encoded_words_are_undone() {
        let cases: &[(&[u8], Option<&str>)] = &[
            (b"plain", None),
            (
                b"=?utf-8?B?44GT44KT?= =?UTF-8?b?44Gr44Gh44Gv?=",
                Some("こんにちは"),
            ),
            (
                b"Re: =?iso-8859-1?Q?caf=E9_au?= lait",
                Some("Re: café au lait"),
            ),
            (b"a =?x?Z?y?= =?utf-8?Q?b?=", Some("a =?x?Z?y?= b")),
        ];
        for (value, expected) in cases {
            assert_eq!(decoded_words(value).as_deref(), expected.map(str::as_bytes));
        }
    }

    #[test]
    fn lists_of_addresses() {
        let found = list_items(b"\"A, B\" <a@x>, (c, d) e@y ,, f@z");
        assert_eq!(found, [&b"\"A, B\" <a@x>"[..], b"(c, d) e@y", b"f@z"]);
    }
}
