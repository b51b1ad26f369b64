//! Modifiers that change what is looked for: base64 at any place, UTF-16, dashes of Windows command lines.

use super::pattern::Wild;
use event::base64;

/// What command lines of Windows take for the dash before an option.
const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

/// How text becomes bytes before it is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wide {
    /// Low byte first, as Windows has it.
    LittleEndian,
    BigEndian,
    /// Low byte first, after a byte order mark.
    Marked,
}

/// The text in UTF-16.
pub(crate) fn wide(text: &str, order: Wide) -> Vec<u8> {
    let mark = (order == Wide::Marked).then_some(0xfeff);
    let units = mark.into_iter().chain(text.encode_utf16());
    match order {
        Wide::BigEndian => units.flat_map(u16::to_be_bytes).collect(),
        Wide::LittleEndian | Wide::Marked => units.flat_map(u16::to_le_bytes).collect(),
    }
}

/// Bytes as text: what is not UTF-8 cannot stand in an event either, but as the characters of its bytes.
pub(crate) fn as_text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// What base64 of something that contains these bytes contains, by where in a group of three they begin.
pub(crate) fn base64_anywhere(bytes: &[u8]) -> [String; 3] {
    // Characters at the beginning that also depend on what stood before, and at the end on what comes after.
    const FIRST: [usize; 3] = [0, 2, 3];
    const LAST: [usize; 3] = [0, 3, 2];
    [0, 1, 2].map(|offset| {
        let mut shifted = vec![b' '; offset];
        shifted.extend_from_slice(bytes);
        let encoded = base64(&shifted);
        let from = FIRST.get(offset).copied().unwrap_or(0);
        let less = LAST.get(shifted.len() % 3).copied().unwrap_or(0);
        let to = encoded.len().saturating_sub(less);
        encoded.get(from..to).unwrap_or_default().to_owned()
    })
}

/// A regular expression whose classes (`\w`, `\s` ...) are written out in ASCII.
pub(crate) fn with_ascii_classes(text: &str) -> String {
    let mut changed = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            changed.push(character);
            continue;
        }
        let written_out = match characters.next() {
            Some('w') => "[0-9A-Za-z_]",
            Some('W') => "[^0-9A-Za-z_]",
            Some('d') => "[0-9]",
            Some('D') => "[^0-9]",
            Some('s') => r"[\t\n\x0B\x0C\r ]",
            Some('S') => r"[^\t\n\x0B\x0C\r ]",
            Some('b') => r"(?-u:\b)",
            other => {
                changed.push('\\');
                changed.extend(other);
                continue;
            }
        };
        changed.push_str(written_out);
    }
    changed
}

/// The same with each dash that options may begin with.
pub(crate) fn windash(wild: &Wild) -> Vec<Wild> {
    let mut forms = vec![wild.clone()];
    for dash in DASHES {
        let form = wild.map(|text| with_dash(text, dash));
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

/// A dash or slash that begins a word, before a letter or digit, becomes this one.
fn with_dash(text: &str, dash: char) -> String {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let mut before = ' ';
    let mut changed = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let begins = !is_word(before) && characters.peek().copied().is_some_and(is_word);
        let is_dash = matches!(character, '-' | '/');
        changed.push(if is_dash && begins { dash } else { character });
        before = character;
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_found_wherever_it_begins() {
        let needle = b"http://";
        let forms = base64_anywhere(needle);
        assert_eq!(forms, ["aHR0cDovL", "h0dHA6Ly", "odHRwOi8v"]);
        for before in 0..7 {
            for after in 0..7 {
                let mut bytes = vec![b'\xa5'; before];
                bytes.extend_from_slice(needle);
                bytes.extend(vec![b'\x5a'; after]);
                let encoded = base64(&bytes);
                assert!(forms.iter().any(|form| encoded.contains(form.as_str())));
            }
        }
    }

    #[test]
    fn classes_are_written_out() {
        assert_eq!(
            with_ascii_classes(r"[\w-]\\\d\.\b"),
            r"[[0-9A-Za-z_]-]\\[0-9]\.(?-u:\b)"
        );
    }

    #[test]
    fn wide_text_and_dashes() {
        assert_eq!(wide("ab", Wide::LittleEndian), b"a\0b\0");
        assert_eq!(wide("ab", Wide::BigEndian), b"\0a\0b");
        assert_eq!(wide("a", Wide::Marked), b"\xff\xfea\0");
        let forms = windash(&Wild::read("* -enc */x-y*"));
        let plain: Vec<_> = forms.iter().map(|form| form.0.len()).collect();
        assert_eq!(plain.len(), 6);
        assert!(forms.contains(&Wild::read("* /enc */x-y*")));
        assert!(forms.contains(&Wild::read("* \u{2014}enc *\u{2014}x-y*")));
    }
}
