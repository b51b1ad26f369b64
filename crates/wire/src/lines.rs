//! Streams cut into lines, for protocols of text: however the bytes come, the lines are the same.

use crate::protocol::Direction;
use std::borrow::Cow;

/// How a line ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// It does not end here.
    #[default]
    None,
    /// With LF alone.
    Lf,
    /// With CR LF.
    CrLf,
}

impl End {
    /// The bytes of the line's end.
    pub const fn bytes(self) -> &'static [u8] {
        match self {
            Self::None => b"",
            Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
        }
    }
}

/// A line, or a part of one that is longer than is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Without the line's end.
    pub text: Cow<'a, [u8]>,
    /// How it ends.
    pub end: End,
    /// Whether it is the beginning of a line.
    pub begins: bool,
}

impl Piece<'_> {
    /// Whether the line ends here.
    pub fn ends(&self) -> bool {
        self.end != End::None
    }

    /// The piece with the line's end.
    pub fn bytes(&self) -> Vec<u8> {
        [&self.text, self.end.bytes()].concat()
    }

    /// Whether all of the line is here, and nothing is in it.
    pub fn is_empty_line(&self) -> bool {
        self.begins && self.ends() && self.text.is_empty()
    }
}

/// One direction, cut into lines.
#[derive(Debug)]
pub struct Lines {
    held: Vec<u8>,
    inside: bool,
    line_bytes_max: usize,
}

impl Lines {
    /// Lines longer than `line_bytes_max` come in pieces of that length.
    pub const fn new(line_bytes_max: usize) -> Self {
        Self {
            held: Vec::new(),
            inside: false,
            line_bytes_max,
        }
    }

    /// Takes the next piece off `bytes`; None (and all bytes taken) while it is not complete.
    pub fn next<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<Piece<'a>> {
        // A line of the longest kind, with its end.
        let enough = self.line_bytes_max.saturating_add(2);
        let wanted = enough.saturating_sub(self.held.len());
        let seen = bytes.get(..wanted).unwrap_or(bytes);
        if let Some(at) = seen.iter().position(|byte| *byte == b'\n') {
            let (before, rest) = bytes.split_at_checked(at)?;
            let end = match before.last().or(self.held.last()) {
                Some(b'\r') => End::CrLf,
                _ => End::Lf,
            };
            let length = self.held.len().saturating_add(before.len());
            let length = length.saturating_sub(usize::from(end == End::CrLf));
            if length <= self.line_bytes_max {
                *bytes = rest.get(1..).unwrap_or_default();
                return Some(self.piece(before, length, end));
            }
        } else if bytes.len() < wanted {
            self.held.extend_from_slice(bytes);
            *bytes = b"";
            return None;
        }
        // Longer than is held: what exceeds it stays for the next piece.
        if let Some(room) = self.line_bytes_max.checked_sub(self.held.len()) {
            let (now, rest) = bytes.split_at_checked(room)?;
            *bytes = rest;
            return Some(self.piece(now, self.line_bytes_max, End::None));
        }
        let after = self.held.split_off(self.line_bytes_max);
        let piece = self.piece(b"", self.line_bytes_max, End::None);
        self.held = after;
        Some(piece)
    }

    /// What is held of a line whose end did not come.
    pub fn take_rest(&mut self) -> Option<Piece<'static>> {
        let begins = !std::mem::take(&mut self.inside);
        let text = std::mem::take(&mut self.held);
        (!text.is_empty()).then_some(Piece {
            text: Cow::Owned(text),
            end: End::None,
            begins,
        })
    }

    /// Forgets what is held: bytes are missing. What follows counts as a new line.
    pub fn clear(&mut self) {
        self.held.clear();
        self.inside = false;
    }

    /// The first `length` bytes of what is held and `more`.
    fn piece<'a>(&mut self, more: &'a [u8], length: usize, end: End) -> Piece<'a> {
        let text = if self.held.is_empty() {
            Cow::Borrowed(more.get(..length).unwrap_or(more))
        } else {
            let mut text = std::mem::take(&mut self.held);
            text.extend_from_slice(more);
            text.truncate(length);
            Cow::Owned(text)
        };
        let begins = !std::mem::replace(&mut self.inside, end == End::None);
        Piece { text, end, begins }
    }
}

/// Something for each direction.
#[derive(Debug, Default)]
pub struct Both<T> {
    /// From the client.
    pub to_server: T,
    /// From the server.
    pub to_client: T,
}

impl<T> Both<T> {
    /// That of a direction.
    pub const fn of(&mut self, direction: Direction) -> &mut T {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(bytes: &[u8], cut: usize, max: usize) -> Vec<(Vec<u8>, End, bool)> {
        let mut lines = Lines::new(max);
        let mut found = Vec::new();
        for mut bytes in bytes.chunks(cut) {
            while let Some(piece) = lines.next(&mut bytes) {
                found.push((piece.text.into_owned(), piece.end, piece.begins));
            }
            assert!(bytes.is_empty());
        }
        if let Some(piece) = lines.take_rest() {
            found.push((piece.text.into_owned(), piece.end, piece.begins));
        }
        found
    }

    #[test]
    fn lines_end_with_lf_with_or_without_cr() {
        let found = pieces(b"ab\r\n\ncd\re\n12345678\r\n123456789\nx", 100, 8);
        let expected: &[(&[u8], End, bool)] = &[
            (b"ab", End::CrLf, true),
            (b"", End::Lf, true),
            (b"cd\re", End::Lf, true),
            (b"12345678", End::CrLf, true),
            (b"12345678", End::None, true),
            (b"9", End::Lf, false),
            (b"x", End::None, true),
        ];
        let found: Vec<(&[u8], End, bool)> = found
            .iter()
            .map(|(text, end, begins)| (text.as_slice(), *end, *begins))
            .collect();
        assert_eq!(found, expected);
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter_and_nothing_is_lost(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'x')], 0..60),
            cut in 1usize..9,
        ) {
            let whole = pieces(&bytes, usize::MAX, 4);
            prop_assert_eq!(&whole, &pieces(&bytes, cut, 4));
            let mut again = Vec::new();
            for (text, end, _) in &whole {
                prop_assert!(text.len() <= 5);
                again.extend_from_slice(text);
                again.extend_from_slice(end.bytes());
            }
            prop_assert_eq!(again, bytes);
        }
    }
}
