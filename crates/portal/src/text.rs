//! Text from outside: checked, trimmed, made comparable.

use crate::Error;
use crate::limits;

/// A name for people to read: trimmed, not empty, one line, not too long.
///
/// # Errors
/// When it is not.
pub fn checked_name(field: &'static str, text: &str) -> Result<String, Error> {
    let name = text.trim();
    if name.is_empty() {
        return Err(Error::invalid(format!("{field} is empty")));
    }
    optional_name(field, name)
}

/// As [`checked_name`], but may be empty.
///
/// # Errors
/// When it is too long or has control characters.
pub fn optional_name(field: &'static str, text: &str) -> Result<String, Error> {
    let name = text.trim();
    if name.chars().count() > limits::NAME_CHARS_MAX {
        let most = limits::NAME_CHARS_MAX;
        return Err(Error::invalid(format!(
            "{field} has more than {most} characters"
        )));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::invalid(format!("{field} has control characters")));
    }
    Ok(name.to_owned())
}

/// The form in which text is searched: lower case, full-width letters and digits as plain ones, control characters
/// as spaces (databases end a text at a NUL, or refuse it).
pub fn folded(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\u{3000}' => ' ',
            control if control.is_control() => ' ',
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character)
            }
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// The first `most` characters.
pub fn shortened(text: &str, most: usize) -> &str {
    match text.char_indices().nth(most) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

/// A cell of a table for spreadsheets (RFC 4180): quoted; what a spreadsheet would take for a formula begins with an
/// apostrophe (OWASP, "CSV Injection").
pub fn csv_cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::{checked_name, csv_cell, folded, shortened};

    #[test]
    fn cells_are_quoted_and_formulas_defused() {
        assert_eq!(csv_cell("a\"b,c\n"), "\"a\"\"b,c\n\"");
        assert_eq!(csv_cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(csv_cell("192.0.2.1"), "\"192.0.2.1\"");
    }

    #[test]
    fn full_width_input_finds_plain_text() {
        assert_eq!(folded("ＰＣ－２３　Ａ"), "pc-23 a");
        assert_eq!(folded("Exploit キット"), "exploit キット");
    }

    #[test]
    fn names_are_one_short_line() {
        assert_eq!(checked_name("name", " 本社 ").unwrap(), "本社");
        assert!(checked_name("name", "  ").is_err());
        assert!(checked_name("name", "a\nb").is_err());
        assert!(checked_name("name", &"x".repeat(101)).is_err());
        assert_eq!(shortened("火の見", 2), "火の");
    }
}
