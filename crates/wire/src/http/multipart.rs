//! Files in forms: `multipart/form-data` (RFC 7578), read as it passes.

use super::parser::{Headers, Oddities, Reading, parameter};
use crate::limits::HTTP_PART_HEAD_BYTES_MAX;
use crate::text::{contains_ignoring_case, find};

/// What a form tells.
#[derive(Debug, PartialEq, Eq)]
pub enum Told<'a> {
    /// A file begins.
    Begin(&'a [u8]),
    /// Its next bytes.
    Data(&'a [u8]),
    /// It ends; false: the form ended first.
    End(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Before the first boundary.
    Preamble,
    /// The rest of a boundary's line: `--` ends the form.
    AfterBoundary,
    /// Headers of a part.
    Head,
    /// Bytes of a part; whether it is a file.
    Data(bool),
    /// After the last boundary.
    Epilogue,
}

/// A form on its way.
#[derive(Debug)]
pub struct Multipart {
    /// CR, LF, two dashes and the boundary.
    delimiter: Vec<u8>,
    stage: Stage,
    held: Vec<u8>,
}

impl Multipart {
    /// A form, if that is what the `Content-Type` says.
    pub fn from_content_type(value: &[u8]) -> Option<Self> {
        if !contains_ignoring_case(value, b"multipart/form-data") {
            return None;
        }
        let boundary = parameter(value, b"boundary")?;
        // RFC 2046 allows 70; some use more.
        if boundary.is_empty() || boundary.len() > 256 {
            return None;
        }
        let mut delimiter = b"\r\n--".to_vec();
        delimiter.extend_from_slice(boundary);
        Some(Self {
            delimiter,
            stage: Stage::Preamble,
            // The first boundary need not follow a line end.
            held: b"\r\n".to_vec(),
        })
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8], tell: &mut dyn FnMut(Told<'_>)) {
        if self.stage == Stage::Epilogue {
            return;
        }
        let mut held = std::mem::take(&mut self.held);
        held.extend_from_slice(bytes);
        let mut rest = held.as_slice();
        while let Some(after) = self.step(rest, tell) {
            rest = after;
        }
        if self.stage != Stage::Epilogue {
            self.held = rest.to_vec();
            self.release(tell);
        }
    }

    /// The form ends.
    pub fn finish(&mut self, tell: &mut dyn FnMut(Told<'_>)) {
        if self.stage == Stage::Data(true) {
            let held = std::mem::take(&mut self.held);
            tell(Told::Data(&held));
            tell(Told::End(false));
        }
        self.stage = Stage::Epilogue;
    }

    /// One stage further; None where more bytes are needed.
    fn step<'a>(&mut self, bytes: &'a [u8], tell: &mut dyn FnMut(Told<'_>)) -> Option<&'a [u8]> {
        match self.stage {
            Stage::Epilogue => None,
            Stage::Preamble | Stage::Data(_) => {
                let at = find(bytes, &self.delimiter)?;
                if self.stage == Stage::Data(true) {
                    tell(Told::Data(bytes.get(..at)?));
                    tell(Told::End(true));
                }
                self.stage = Stage::AfterBoundary;
                bytes.get(at.saturating_add(self.delimiter.len())..)
            }
            Stage::AfterBoundary => {
                let next = bytes.first_chunk::<2>()?;
                if next == b"--" {
                    self.stage = Stage::Epilogue;
                    return None;
                }
                let end = bytes.iter().position(|byte| *byte == b'\n')?;
                self.stage = Stage::Head;
                bytes.get(end.saturating_add(1)..)
            }
            Stage::Head => {
                let (head, after) = split_head(bytes)?;
                let headers = Headers::parse(head, Reading::Request, &mut Oddities::default());
                let name = headers
                    .value(b"Content-Disposition")
                    .and_then(|value| parameter(value, b"filename"));
                if let Some(name) = name {
                    tell(Told::Begin(name));
                }
                self.stage = Stage::Data(name.is_some());
                // The boundary that follows an empty part has this line's end for its own.
                Some(after)
            }
        }
    }

    /// Lets go of what cannot be part of a boundary, and of heads without end.
    fn release(&mut self, tell: &mut dyn FnMut(Told<'_>)) {
        match self.stage {
            Stage::Preamble | Stage::Data(_) => {
                let keep = self.delimiter.len().saturating_sub(1);
                let free = self.held.len().saturating_sub(keep);
                if self.stage == Stage::Data(true) && free > 0 {
                    tell(Told::Data(self.held.get(..free).unwrap_or_default()));
                }
                self.held.drain(..free);
            }
            Stage::AfterBoundary | Stage::Head if self.held.len() > HTTP_PART_HEAD_BYTES_MAX => {
                self.held.clear();
                self.stage = Stage::Preamble;
            }
            _ => {}
        }
    }
}

/// A part's headers, and its data from the empty line's own line end on, so that a boundary
/// right there is found.
fn split_head(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut start = 0usize;
    loop {
        let rest = bytes.get(start..)?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let next = start.saturating_add(end).saturating_add(1);
        if matches!(rest.get(..end)?, b"" | b"\r") {
            return Some((bytes.get(..start)?, bytes.get(next..)?));
        }
        start = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(body: &[u8], piece: usize) -> Vec<String> {
        let mut form =
            Multipart::from_content_type(b"multipart/form-data; boundary=\"xyz\"").unwrap();
        let mut found: Vec<String> = Vec::new();
        let mut tell = |told: Told<'_>| match told {
            Told::Begin(name) => found.push(format!("{}:", name.escape_ascii())),
            Told::Data(bytes) => {
                let last = found.last_mut().unwrap();
                last.push_str(&bytes.escape_ascii().to_string());
            }
            Told::End(complete) => {
                found
                    .last_mut()
                    .unwrap()
                    .push_str(if complete { "!" } else { "?" })
            }
        };
        for bytes in body.chunks(piece) {
            form.push(bytes, &mut tell);
        }
        form.finish(&mut tell);
        found
    }

    #[test]
    fn files_are_found_however_the_bytes_are_cut() {
        let cases: &[(&[u8], &[&str])] = &[
            (
                b"--xyz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.exe\"\r\n\
                  Content-Type: x/y\r\n\r\nMZ\r\n--xy\r\n\x00\r\n--xyz\r\n\
                  Content-Disposition: form-data; name=\"text\"\r\n\r\nhello\r\n--xyz\r\n\
                  Content-Disposition: form-data; filename=b\r\n\r\nB\r\n--xyz--\r\nrest",
                &["a.exe:MZ\\r\\n--xy\\r\\n\\x00!", "b:B!"],
            ),
            (
                b"--xyz\r\nContent-Disposition: form-data; filename=\"a\"\r\n\r\ncut",
                &["a:cut?"],
            ),
            (b"no form at all", &[]),
        ];
        for (body, expected) in cases {
            for piece in [1, 3, 1000] {
                assert_eq!(files(body, piece), *expected, "pieces of {piece}");
            }
        }
    }
}
