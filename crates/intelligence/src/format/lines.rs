//! Lines of bounded length.

use crate::limits::LINE_BYTES_MAX;
use std::io::{self, BufRead};

/// The rest of a line that is too long is passed over.
pub(crate) struct Lines<'a> {
    reader: &'a mut dyn BufRead,
    number: usize,
    bytes: Vec<u8>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(reader: &'a mut dyn BufRead) -> Self {
        Self {
            reader,
            number: 0,
            bytes: Vec::new(),
        }
    }

    /// The next line, without its end, and its number from 1.
    pub(crate) fn next(&mut self) -> io::Result<Option<(usize, String)>> {
        self.bytes.clear();
        let mut any = false;
        loop {
            let area = self.reader.fill_buf()?;
            if area.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', area);
            let line = end.and_then(|end| area.get(..end)).unwrap_or(area);
            let room = LINE_BYTES_MAX.saturating_sub(self.bytes.len());
            self.bytes
                .extend_from_slice(line.get(..room).unwrap_or(line));
            let used = line.len().saturating_add(usize::from(end.is_some()));
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        self.number = self.number.saturating_add(1);
        Ok(any.then(|| {
            let text = String::from_utf8_lossy(&self.bytes);
            let text = text.trim().trim_start_matches('\u{feff}');
            (self.number, text.to_owned())
        }))
    }
}
