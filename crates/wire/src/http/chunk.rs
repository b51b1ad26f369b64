//! Chunked bodies (RFC 9112, 7.1), as a machine over the bytes.

use crate::limits::HTTP_CHUNK_LINE_BYTES_MAX;
use crate::text::{hex_digit, trim};

/// Digits of a size that fit into a number.
const SIZE_DIGITS_MAX: usize = 16;

/// Where in a chunked body the stream stands.
#[derive(Debug, Default)]
pub struct Chunks {
    stage: Stage,
    line: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Size,
    Data(u64),
    DataEnd,
    Trailers,
}

/// What came of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// All bytes are used up.
    More,
    /// Bytes of the body, and what follows them.
    Data(&'a [u8], &'a [u8]),
    /// A chunk begins that has an extension; what follows its line.
    Extension(&'a [u8]),
    /// The body ends; what follows it.
    End(&'a [u8]),
    /// This is no chunk's size; what was gathered is in [`Chunks::line`], and what follows it.
    Invalid(&'a [u8]),
}

impl Chunks {
    /// The line that was no size.
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// Takes some of the bytes.
    pub fn step<'a>(&mut self, bytes: &'a [u8]) -> Step<'a> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if let Stage::Data(left) = self.stage {
                let taken = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                let Some((data, after)) = rest.split_at_checked(taken) else {
                    return Step::More;
                };
                let left = left.saturating_sub(taken as u64);
                self.stage = if left == 0 {
                    Stage::DataEnd
                } else {
                    Stage::Data(left)
                };
                return Step::Data(data, after);
            }
            if self.stage == Stage::Trailers {
                let Some(after) = self.take_line(rest) else {
                    return Step::More;
                };
                rest = after;
                let empty = trim(&self.line).is_empty();
                self.line.clear();
                if empty {
                    return Step::End(rest);
                }
            } else {
                let Some((byte, after)) = rest.split_first() else {
                    return Step::More;
                };
                rest = after;
                if let Some(step) = self.size_byte(*byte, rest) {
                    return step;
                }
            }
        }
        Step::More
    }

    /// One byte of a size's line, or of the empty line before it, which some leave out.
    fn size_byte<'a>(&mut self, byte: u8, rest: &'a [u8]) -> Option<Step<'a>> {
        if self.line.len() < HTTP_CHUNK_LINE_BYTES_MAX {
            self.line.push(byte);
        }
        let text = trim(&self.line);
        let Some(first) = text.first() else {
            // Blanks alone; an empty line is passed over.
            if byte == b'\n' {
                self.line.clear();
                self.stage = Stage::Size;
            }
            return None;
        };
        let digits = text
            .iter()
            .skip_while(|byte| **byte == b'0')
            .take(SIZE_DIGITS_MAX.saturating_add(1))
            .take_while(|byte| byte.is_ascii_hexdigit())
            .count();
        if !first.is_ascii_hexdigit() || digits > SIZE_DIGITS_MAX {
            return Some(Step::Invalid(rest));
        }
        if byte != b'\n' {
            return None;
        }
        let length = size(text)?;
        let extension = text.contains(&b';');
        self.line.clear();
        self.stage = if length == 0 {
            Stage::Trailers
        } else {
            Stage::Data(length)
        };
        extension.then_some(Step::Extension(rest))
    }

    /// Gathers a line; what follows it, or None while it is not complete.
    fn take_line<'a>(&mut self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let room = HTTP_CHUNK_LINE_BYTES_MAX.saturating_sub(self.line.len());
        let part = bytes.get(..end.map_or(bytes.len(), |end| end.saturating_add(1)))?;
        self.line
            .extend_from_slice(part.get(..room).unwrap_or(part));
        bytes.get(end?.saturating_add(1)..)
    }

    /// Bytes are missing; false if it cannot be known where the body goes on.
    pub const fn skip(&mut self, missing: u64) -> bool {
        let Stage::Data(left) = self.stage else {
            return false;
        };
        match left.checked_sub(missing) {
            Some(0) => self.stage = Stage::DataEnd,
            Some(left) => self.stage = Stage::Data(left),
            None => return false,
        }
        true
    }

    /// Whether the last chunk has been seen (trailers need not be).
    pub fn is_at_end(&self) -> bool {
        self.stage == Stage::Trailers
    }
}

/// A chunk's size: hexadecimal digits, whatever follows them.
fn size(line: &[u8]) -> Option<u64> {
    line.iter()
        .map_while(|byte| hex_digit(*byte))
        .try_fold(0u64, |value, digit| {
            Some(value.checked_mul(16)?.saturating_add(digit.into()))
        })
}
