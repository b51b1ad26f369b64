//! Capture files: which kind it is, and whether it is compressed, is told by its first bytes.

use crate::limits::ZSTD_WINDOW_LOG_MAX;
use crate::{Batch, Damage, Filled, Frame, Source, pcap, pcapng};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const READ_BYTES: usize = 256 * 1024;

/// Why a capture could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The system refused.
    #[error("cannot open {path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Not a capture.
    #[error("{path} is not a capture: {reason} (pcap and pcapng are read, also with gzip or zstd)")]
    NotACapture {
        /// The file.
        path: String,
        /// What it is instead.
        reason: String,
    },
}

enum Format {
    Pcap(pcap::Reader),
    Pcapng(pcapng::Reader),
}

/// A capture being read.
pub struct CaptureFile {
    input: Input,
    format: Format,
    frames: u64,
    finished: bool,
    follows: bool,
}

impl CaptureFile {
    /// Gives out frames as soon as they come instead of waiting for a full batch: for pipes
    /// that somebody writes to while we read.
    pub fn follow(mut self) -> Self {
        self.follows = true;
        self
    }

    /// Opens a file; `-` is standard input. Nothing is read but its beginning.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let name = path.display().to_string();
        let raw: Box<dyn Read + Send> = if path == Path::new("-") {
            Box::new(io::stdin())
        } else {
            let file = File::open(path).map_err(|source| OpenError::Io {
                path: name.clone(),
                source,
            })?;
            if file.metadata().is_ok_and(|data| data.is_dir()) {
                let reason = "it is a folder".to_owned();
                return Err(OpenError::NotACapture { path: name, reason });
            }
            Box::new(file)
        };
        Self::from_reader(raw, &name)
    }

    /// Reads a capture from anywhere; `name` is what errors call it.
    pub fn from_reader(raw: Box<dyn Read + Send>, name: &str) -> Result<Self, OpenError> {
        let not = |reason: &str| OpenError::NotACapture {
            path: name.to_owned(),
            reason: reason.to_owned(),
        };
        let io = |source| OpenError::Io {
            path: name.to_owned(),
            source,
        };
        let plain = decompress(raw).map_err(io)?;
        let mut input = Input {
            reader: BufReader::with_capacity(READ_BYTES, plain),
            offset: 0,
        };
        let magic: [u8; 4] = match input.array("its first bytes are missing") {
            Ok(Some(magic)) => magic,
            Ok(None) => return Err(not("it is empty")),
            Err(damage) => return Err(not(&damage.reason)),
        };
        let format = if magic == pcapng::SECTION_HEADER {
            Format::Pcapng(pcapng::Reader::new(&mut input).map_err(|damage| not(&damage.reason))?)
        } else {
            match pcap::Reader::new(magic, &mut input) {
                Ok(Some(reader)) => Format::Pcap(reader),
                Ok(None) => return Err(not("its first bytes are of no capture format")),
                Err(damage) => return Err(not(&damage.reason)),
            }
        };
        Ok(Self {
            input,
            format,
            frames: 0,
            finished: false,
            follows: false,
        })
    }

    /// Bytes of the decompressed capture read so far.
    pub fn offset(&self) -> u64 {
        self.input.offset
    }

    /// Frames read so far.
    pub fn frames(&self) -> u64 {
        self.frames
    }
}

impl Source for CaptureFile {
    fn fill(&mut self, batch: &mut Batch) -> Filled {
        while !self.finished && !batch.is_full() {
            let number = self.frames + 1;
            let step = match &mut self.format {
                Format::Pcap(reader) => reader.next(&mut self.input, number, batch),
                Format::Pcapng(reader) => reader.next(&mut self.input).map(|frame| {
                    let frame = frame.map(|frame| Frame { number, ..frame });
                    frame.is_some_and(|frame| {
                        batch.push(&frame);
                        true
                    })
                }),
            };
            match step {
                Ok(true) => {
                    self.frames = number;
                    if self.follows && self.input.would_wait() {
                        return Filled::Idle;
                    }
                }
                Ok(false) => self.finished = true,
                Err(damage) => {
                    self.finished = true;
                    return Filled::End(Some(damage));
                }
            }
        }
        if self.finished {
            Filled::End(None)
        } else {
            Filled::Full
        }
    }
}

fn decompress(raw: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let mut buffered = BufReader::with_capacity(READ_BYTES, raw);
    let start = buffered.fill_buf()?;
    if start.starts_with(GZIP) {
        Ok(Box::new(flate2::bufread::MultiGzDecoder::new(buffered)))
    } else if start.starts_with(ZSTD) {
        let mut decoder = zstd::stream::read::Decoder::with_buffer(buffered)?;
        decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
        Ok(Box::new(decoder))
    } else {
        Ok(Box::new(buffered))
    }
}

/// The decompressed bytes, counted, with every shortfall named as damage.
pub(crate) struct Input {
    reader: BufReader<Box<dyn Read + Send>>,
    offset: u64,
}

impl Input {
    /// Whether the next byte has to be asked of the system.
    fn would_wait(&self) -> bool {
        self.reader.buffer().is_empty()
    }

    /// Fills `buffer`. `Ok(false)`: the input ends exactly here.
    pub(crate) fn fill(&mut self, buffer: &mut [u8], what: &str) -> Result<bool, Damage> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.reader.read(&mut buffer[filled..]) {
                Ok(0) if filled == 0 => return Ok(false),
                Ok(0) => return Err(self.damage(format!("the file ends early: {what}"))),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.damage(format!("cannot be read further: {error}"))),
            }
        }
        self.offset += filled as u64;
        Ok(true)
    }

    /// The next bytes as an array; None at the end of the input.
    pub(crate) fn array<const N: usize>(&mut self, what: &str) -> Result<Option<[u8; N]>, Damage> {
        let mut bytes = [0; N];
        Ok(self.fill(&mut bytes, what)?.then_some(bytes))
    }

    /// The next `len` bytes into `buffer`, whose length they become. The caller has checked `len`
    /// against a limit.
    pub(crate) fn body(
        &mut self,
        buffer: &mut Vec<u8>,
        len: usize,
        what: &str,
    ) -> Result<(), Damage> {
        buffer.resize(len, 0);
        self.bytes(buffer, what)
    }

    /// The next bytes, as many as there is room for.
    pub(crate) fn bytes(&mut self, buffer: &mut [u8], what: &str) -> Result<(), Damage> {
        if buffer.is_empty() || self.fill(buffer, what)? {
            Ok(())
        } else {
            Err(self.damage(format!("the file ends early: {what}")))
        }
    }

    /// Passes over bytes without keeping them.
    pub(crate) fn skip(&mut self, len: u64, what: &str) -> Result<(), Damage> {
        let mut sink = io::sink();
        match io::copy(&mut (&mut self.reader).take(len), &mut sink) {
            Ok(passed) if passed == len => {
                self.offset += len;
                Ok(())
            }
            Ok(_) => Err(self.damage(format!("the file ends early: {what}"))),
            Err(error) => Err(self.damage(format!("cannot be read further: {error}"))),
        }
    }

    pub(crate) fn damage(&self, reason: impl Into<String>) -> Damage {
        Damage {
            offset: self.offset,
            reason: reason.into(),
        }
    }
}
