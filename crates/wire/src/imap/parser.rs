//! Lines to commands, answers and literals.

use crate::text::{contains_ignoring_case, decimal, split_once};

/// A command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// By which its answer is known.
    pub tag: Vec<u8>,
    /// In upper case.
    pub name: Vec<u8>,
    /// What follows; of LOGIN only the user.
    pub arguments: Vec<u8>,
}

/// Reads a client's line; None where it has no command.
pub fn command(line: &[u8]) -> Option<Command> {
    let (tag, rest) = split_once(line.trim_ascii(), b' ')?;
    if tag.is_empty() || !tag.iter().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let rest = rest.trim_ascii();
    let (name, arguments) = split_once(rest, b' ').unwrap_or((rest, b""));
    if name.is_empty() || !name.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    let name = name.to_ascii_uppercase();
    let arguments = match name.as_slice() {
        b"LOGIN" => first_argument(arguments),
        _ => arguments,
    };
    Some(Command {
        tag: tag.to_vec(),
        name,
        arguments: arguments.to_vec(),
    })
}

/// A word, or a text in quotes without them.
fn first_argument(text: &[u8]) -> &[u8] {
    let (text, end) = match text.strip_prefix(b"\"") {
        Some(quoted) => (quoted, b'"'),
        None => (text, b' '),
    };
    split_once(text, end).map_or(text, |(word, _)| word)
}

/// What an answer says at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Whose: `*` for what a server says unasked.
    pub tag: Vec<u8>,
    /// `OK`, `NO`, `BAD`, `BYE` or `PREAUTH`.
    pub status: Vec<u8>,
    /// What follows.
    pub text: Vec<u8>,
}

/// Reads a server's line; None for data.
pub fn completion(line: &[u8]) -> Option<Completion> {
    let (tag, rest) = split_once(line.trim_ascii(), b' ')?;
    let (status, text) = split_once(rest, b' ').unwrap_or((rest, b""));
    let status = status.to_ascii_uppercase();
    let known = [&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"];
    known.contains(&status.as_slice()).then(|| Completion {
        tag: tag.to_vec(),
        status,
        text: text.to_vec(),
    })
}

/// The bytes that follow a line which ends with `{123}` or `{123+}`.
pub fn literal_bytes(line: &[u8]) -> Option<u64> {
    let start = line.iter().rposition(|byte| *byte == b'{')?;
    let digits = line.get(start.saturating_add(1)..)?.strip_suffix(b"}")?;
    decimal(digits.strip_suffix(b"+").unwrap_or(digits))
}

/// Whether the literal at the end of a line is a whole message.
pub fn announces_message(line: &[u8]) -> bool {
    [&b"BODY[] {"[..], b"BODY[]<0> {", b"RFC822 {", b"APPEND "]
        .iter()
        .any(|word| contains_ignoring_case(line, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_both_sides() {
        let read = |line: &[u8]| {
            let read = command(line)?;
            Some([read.tag, read.name, read.arguments].map(|part| String::from_utf8(part).unwrap()))
        };
        let expected = |parts: [&str; 3]| Some(parts.map(str::to_owned));
        assert_eq!(
            read(b"a1 login joe secret"),
            expected(["a1", "LOGIN", "joe"])
        );
        assert_eq!(
            read(b"a LOGIN \"j e\" \"x\""),
            expected(["a", "LOGIN", "j e"])
        );
        assert_eq!(read(b"a NOOP"), expected(["a", "NOOP", ""]));
        assert_eq!(read(b"DONE"), None);
        assert_eq!(completion(b"a1 NO [X] failed").unwrap().text, b"[X] failed");
        assert_eq!(completion(b"* 3 EXISTS"), None);
        assert_eq!(literal_bytes(b"* 1 FETCH (BODY[] {42}"), Some(42));
        assert_eq!(literal_bytes(b"a APPEND x {7+}"), Some(7));
        assert_eq!(literal_bytes(b"a {b}"), None);
    }
}
