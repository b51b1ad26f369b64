//! The classic pcap format (draft-ietf-opsawg-pcap), also in the modified form of Kuznetzov and
//! with nanoseconds, in both byte orders.

use crate::file::Input;
use crate::limits::FRAME_BYTES_MAX;
use crate::{Batch, Damage, Frame};

/// Reads numbers in the byte order of the file.
#[derive(Clone, Copy)]
pub(crate) struct ByteOrder {
    pub(crate) big: bool,
}

impl ByteOrder {
    pub(crate) fn u16(self, bytes: [u8; 2]) -> u16 {
        if self.big {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        }
    }

    pub(crate) fn u32(self, bytes: [u8; 4]) -> u32 {
        if self.big {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    }

    /// The number at a place of a header whose length is known to suffice.
    pub(crate) fn u32_at(self, bytes: &[u8], at: usize) -> u32 {
        let mut word = [0; 4];
        word.copy_from_slice(&bytes[at..at + 4]);
        self.u32(word)
    }
}

pub(crate) struct Reader {
    order: ByteOrder,
    link: u32,
    nanos_per_tick: i64,
    /// Bytes after the usual record header (Kuznetzov's form has 8).
    extra_header_len: usize,
}

impl Reader {
    /// Reads the rest of the file header; None when the magic number is none of pcap's.
    pub(crate) fn new(magic: [u8; 4], input: &mut Input) -> Result<Option<Self>, Damage> {
        let (big, nanos_per_tick, extra_header_len) = match magic {
            [0xa1, 0xb2, 0xc3, 0xd4] => (true, 1000, 0),
            [0xd4, 0xc3, 0xb2, 0xa1] => (false, 1000, 0),
            [0xa1, 0xb2, 0x3c, 0x4d] => (true, 1, 0),
            [0x4d, 0x3c, 0xb2, 0xa1] => (false, 1, 0),
            [0xa1, 0xb2, 0xcd, 0x34] => (true, 1000, 8),
            [0x34, 0xcd, 0xb2, 0xa1] => (false, 1000, 8),
            _ => return Ok(None),
        };
        let Some(header) = input.array::<20>("the file header is cut off")? else {
            return Err(input.damage("the file header is cut off"));
        };
        let order = ByteOrder { big };
        Ok(Some(Self {
            order,
            // The upper bits say whether frames carry a checksum.
            link: order.u32_at(&header, 16) & 0x0fff_ffff,
            nanos_per_tick,
            extra_header_len,
        }))
    }

    /// Puts the next frame, which has this number, into the batch; false at the proper end.
    pub(crate) fn next(
        &mut self,
        input: &mut Input,
        number: u64,
        batch: &mut Batch,
    ) -> Result<bool, Damage> {
        let Some(header) = input.array::<16>("a packet header is cut off")? else {
            return Ok(false);
        };
        let [seconds, ticks, captured, original_len] =
            [0, 4, 8, 12].map(|at| self.order.u32_at(&header, at));
        if captured > FRAME_BYTES_MAX {
            return Err(input.damage(format!(
                "a packet claims {captured} bytes, more than a frame can have"
            )));
        }
        if self.extra_header_len > 0 {
            input.skip(self.extra_header_len as u64, "a packet header is cut off")?;
        }
        let nanos = i64::from(ticks).saturating_mul(self.nanos_per_tick);
        let frame = Frame {
            time_nanos: i64::from(seconds) * 1_000_000_000 + nanos,
            number,
            link: self.link,
            bytes: &[],
            original_len,
            checksums_ready: true,
        };
        batch.push_filled(&frame, captured as usize, |bytes| {
            input.bytes(bytes, "a packet is cut off")
        })?;
        Ok(true)
    }
}
