//! Frames of the link layer, with their checksums.

use crate::cursor::Cursor;

/// What every frame begins with.
const START: [u8; 2] = [0x05, 0x64];
/// Start, length, control, destination, source, checksum.
pub const HEADER_BYTES: usize = 10;
/// Bytes of a block between checksums.
const BLOCK_BYTES: usize = 16;

/// A header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Control, destination, source and data, without checksums; at least 5.
    pub length: u8,
    /// Bits and function.
    pub control: u8,
    /// Who is meant.
    pub destination: u16,
    /// Who speaks.
    pub source: u16,
    /// The checksum is right.
    pub is_intact: bool,
}

/// What stands at the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// A frame.
    Frame(Header),
    /// Too little to tell.
    Unknown,
    /// Something else.
    NoFrame,
}

/// Looks at the front of a stream.
pub fn front(bytes: &[u8]) -> Front {
    let begun = bytes.get(..START.len()).unwrap_or(bytes);
    if !START.starts_with(begun) {
        return Front::NoFrame;
    }
    header(bytes).map_or(Front::Unknown, Front::Frame)
}

fn header(bytes: &[u8]) -> Option<Header> {
    let mut cursor = Cursor::new(bytes);
    cursor.skip(START.len())?;
    let [length, control] = cursor.array::<2>()?;
    let (destination, source) = (cursor.u16_le()?, cursor.u16_le()?);
    let checksum = cursor.u16_le()?;
    Some(Header {
        length,
        control,
        destination,
        source,
        is_intact: checksum == sum(bytes.get(..HEADER_BYTES.saturating_sub(2))?),
    })
}

impl Header {
    /// Bytes of data, without checksums.
    pub fn data_bytes(&self) -> usize {
        usize::from(self.length).saturating_sub(5)
    }

    /// Length of the frame with everything.
    pub fn frame_bytes(&self) -> usize {
        let data = self.data_bytes();
        let checksums = data.div_ceil(BLOCK_BYTES).saturating_mul(2);
        HEADER_BYTES.saturating_add(data).saturating_add(checksums)
    }

    /// Whether data of the application is in it (functions 3 and 4 of a primary station).
    pub const fn carries_data(&self) -> bool {
        self.control & 0x40 != 0 && matches!(self.control & 0x0f, 3 | 4)
    }
}

/// The data of a whole frame without its checksums, and whether those are right.
pub fn data(frame: &[u8]) -> (Vec<u8>, bool) {
    let mut found = Vec::new();
    let mut is_intact = true;
    let blocks = frame.get(HEADER_BYTES..).unwrap_or_default();
    for block in blocks.chunks(BLOCK_BYTES.saturating_add(2)) {
        let Some((bytes, checksum)) = block.split_last_chunk::<2>() else {
            return (found, false);
        };
        is_intact &= u16::from_le_bytes(*checksum) == sum(bytes);
        found.extend_from_slice(bytes);
    }
    (found, is_intact)
}

/// The checksum: polynomial 0x3d65, bits reversed, all turned at the end.
pub fn sum(bytes: &[u8]) -> u16 {
    let mut sum = 0_u16;
    for byte in bytes {
        sum ^= u16::from(*byte);
        for _ in 0..8 {
            let low = sum & 1;
            sum >>= 1;
            if low != 0 {
                sum ^= 0xa6bc;
            }
        }
    }
    !sum
}
