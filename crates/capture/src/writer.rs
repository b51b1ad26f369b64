//! Writing pcap with nanoseconds.

use crate::Frame;
use std::io::{self, Write};

/// A pcap file being written, little-endian, with nanoseconds.
pub struct PcapWriter<W: Write> {
    out: W,
}

impl<W: Write> PcapWriter<W> {
    /// Writes the file header for one link type.
    pub fn new(mut out: W, link: u32) -> io::Result<Self> {
        out.write_all(&0xa1b2_3c4d_u32.to_le_bytes())?;
        out.write_all(&[2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
        out.write_all(&crate::limits::FRAME_BYTES_MAX.to_le_bytes())?;
        out.write_all(&link.to_le_bytes())?;
        Ok(Self { out })
    }

    /// Goes on with a file that has its header already.
    pub fn resume(out: W) -> Self {
        Self { out }
    }

    /// Writes one frame; its link type is the file's.
    pub fn write(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        let seconds = frame.time_nanos.div_euclid(1_000_000_000) as u32;
        let nanos = frame.time_nanos.rem_euclid(1_000_000_000) as u32;
        let captured = frame.bytes.len() as u32;
        for word in [seconds, nanos, captured, frame.original_len] {
            self.out.write_all(&word.to_le_bytes())?;
        }
        self.out.write_all(frame.bytes)
    }

    /// Hands on what has been written so far.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Flushes, and gives the writer back.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}
