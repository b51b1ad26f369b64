//! A frame's header (RFC 6455, 5.2), and unmasking.

use crate::cursor::Cursor;

/// How a frame begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// FIN and the reserved bits: the upper half of the first byte.
    pub flags: u8,
    /// What it carries.
    pub opcode: u8,
    /// Key that the payload is masked with.
    pub mask: Option<[u8; 4]>,
    /// Bytes of the payload.
    pub length: u64,
}

/// FIN.
pub const FIN: u8 = 0x80;
/// RSV1: the message is compressed (RFC 7692, 6).
pub const COMPRESSED: u8 = 0x40;

impl Header {
    /// Whether it ends its message.
    pub const fn is_final(self) -> bool {
        self.flags & FIN != 0
    }

    /// Close, ping, pong: they may stand between the frames of a message.
    pub const fn is_control(self) -> bool {
        self.opcode & 0x08 != 0
    }
}

/// Reads a header; None while it is not complete. Also its length.
pub fn header(bytes: &[u8]) -> Option<(Header, usize)> {
    let mut cursor = Cursor::new(bytes);
    let first = cursor.u8()?;
    let second = cursor.u8()?;
    let length = match second & 0x7f {
        126 => cursor.u16()?.into(),
        127 => cursor.u64()?,
        short => short.into(),
    };
    let mask = if second & 0x80 != 0 {
        Some(cursor.array()?)
    } else {
        None
    };
    let header = Header {
        flags: first & 0xf0,
        opcode: first & 0x0f,
        mask,
        length,
    };
    Some((header, cursor.position()))
}

/// Takes the mask off; `position` is that of the first byte in its payload.
pub fn unmask(bytes: &mut [u8], mask: [u8; 4], position: u64) {
    let skip = usize::try_from(position % 4).unwrap_or(0);
    for (byte, key) in bytes.iter_mut().zip(mask.iter().cycle().skip(skip)) {
        *byte ^= key;
    }
}
