//! Lines to commands and answers.

use crate::text::{decimal, starts_with_ignoring_case};

/// What a client asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// HELO, EHLO, LHLO with the name that the client gives itself.
    Hello(&'a [u8]),
    /// MAIL FROM with the sender.
    Mail(&'a [u8]),
    /// RCPT TO with a recipient.
    Recipient(&'a [u8]),
    /// DATA
    Data,
    /// BDAT with its length, if it is a number, and whether the chunk is the last one.
    Chunk(Option<u64>, bool),
    /// RSET
    Reset,
    /// STARTTLS
    StartTls,
    /// AUTH
    Auth,
    /// QUIT, NOOP, HELP: nothing begins with them.
    Idle,
    /// Anything else.
    Other,
}

/// Reads a line of a client.
pub fn command(line: &[u8]) -> Command<'_> {
    let end = line
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(line.len());
    let (word, rest) = line.split_at_checked(end).unwrap_or((line, b""));
    let rest = rest.trim_ascii();
    let is = |name: &[u8]| word.eq_ignore_ascii_case(name);
    if is(b"EHLO") || is(b"HELO") || is(b"LHLO") {
        Command::Hello(first_word(rest))
    } else if starts_with_ignoring_case(line, b"MAIL FROM:") {
        Command::Mail(path(line.get(10..).unwrap_or_default()))
    } else if starts_with_ignoring_case(line, b"RCPT TO:") {
        Command::Recipient(path(line.get(8..).unwrap_or_default()))
    } else if is(b"DATA") {
        Command::Data
    } else if is(b"BDAT") {
        let length = decimal(first_word(rest));
        let is_last = rest
            .split(u8::is_ascii_whitespace)
            .skip(1)
            .any(|word| word.eq_ignore_ascii_case(b"LAST"));
        Command::Chunk(length, is_last)
    } else if is(b"RSET") {
        Command::Reset
    } else if is(b"STARTTLS") {
        Command::StartTls
    } else if is(b"AUTH") {
        Command::Auth
    } else if is(b"QUIT") || is(b"NOOP") || is(b"HELP") {
        Command::Idle
    } else {
        Command::Other
    }
}

fn first_word(text: &[u8]) -> &[u8] {
    text.split(u8::is_ascii_whitespace)
        .next()
        .unwrap_or_default()
}

/// An address with its angle brackets, without the parameters after it.
fn path(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii();
    if !text.starts_with(b"<") {
        return first_word(text);
    }
    let end = text.iter().position(|byte| *byte == b'>');
    text.get(..end.map_or(text.len(), |end| end.saturating_add(1)))
        .unwrap_or(text)
}

/// A line of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Three digits.
    pub code: u16,
    /// More lines follow.
    pub goes_on: bool,
}

/// Reads a line of an answer; None where it is none.
pub fn reply(line: &[u8]) -> Option<Reply> {
    let digits = line.get(..3)?;
    let code = u16::try_from(decimal(digits)?).ok()?;
    match line.get(3) {
        None | Some(b' ') => Some(Reply {
            code,
            goes_on: false,
        }),
        Some(b'-') => Some(Reply {
            code,
            goes_on: true,
        }),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_in_their_forms() {
        let cases: &[(&[u8], Command<'_>)] = &[
            (b"ehlo host.example rest", Command::Hello(b"host.example")),
            (b"HELO", Command::Hello(b"")),
            (b"MAIL FROM: <a b@c> SIZE=5", Command::Mail(b"<a b@c>")),
            (b"mail from:a@b SIZE=5", Command::Mail(b"a@b")),
            (b"RCPT TO:<a@b", Command::Recipient(b"<a@b")),
            (b"BDAT 86 LAST", Command::Chunk(Some(86), true)),
            (b"BDAT -1", Command::Chunk(None, false)),
            (b"BDAT", Command::Chunk(None, false)),
            (b"DATA", Command::Data),
            (b"DATABASE", Command::Other),
            (b"quit ", Command::Idle),
        ];
        for (line, expected) in cases {
            assert_eq!(command(line), *expected, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn answers_begin_with_three_digits() {
        let read = |line: &[u8]| reply(line).map(|reply| (reply.code, reply.goes_on));
        assert_eq!(read(b"250 ok"), Some((250, false)));
        assert_eq!(read(b"250-ok"), Some((250, true)));
        assert_eq!(read(b"354"), Some((354, false)));
        for wrong in [&b"25"[..], b"2500 ok", b"ok 250", b"+25 x"] {
            assert_eq!(read(wrong), None);
        }
    }
}
