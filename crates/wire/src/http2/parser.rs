//! Frames (RFC 9113, 4 and 6), and nothing else.

use crate::cursor::Cursor;

/// What a client begins with (RFC 9113, 3.4).
pub const MAGIC: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Bytes of a frame's header.
pub const HEADER_BYTES: usize = 9;

/// Types of frames (RFC 9113, 6).
pub mod kind {
    pub const DATA: u8 = 0;
    pub const HEADERS: u8 = 1;
    pub const PRIORITY: u8 = 2;
    pub const RST_STREAM: u8 = 3;
    pub const SETTINGS: u8 = 4;
    pub const PUSH_PROMISE: u8 = 5;
    pub const PING: u8 = 6;
    pub const GOAWAY: u8 = 7;
    pub const WINDOW_UPDATE: u8 = 8;
    pub const CONTINUATION: u8 = 9;
    /// RFC 9218, 7.1; the last that is registered.
    pub const PRIORITY_UPDATE: u8 = 16;
}

/// Flags of frames.
pub mod flag {
    pub const END_STREAM: u8 = 0x01;
    pub const ACK: u8 = 0x01;
    pub const END_HEADERS: u8 = 0x04;
    pub const PADDED: u8 = 0x08;
    pub const PRIORITY: u8 = 0x20;
}

/// How a frame begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Bytes of the payload.
    pub length: u32,
    /// One of [`kind`], or unknown.
    pub kind: u8,
    /// Of [`flag`].
    pub flags: u8,
    /// 0 for the connection itself.
    pub stream: u32,
}

impl Header {
    /// Whether a flag is set.
    pub const fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// Reads a frame's header.
pub fn header(bytes: &[u8]) -> Option<Header> {
    let mut cursor = Cursor::new(bytes);
    Some(Header {
        length: cursor.u24()?,
        kind: cursor.u8()?,
        flags: cursor.u8()?,
        stream: cursor.u32()? & 0x7fff_ffff,
    })
}

/// A payload without its padding; None where the padding is longer than the payload.
pub fn unpadded(header: Header, payload: &[u8]) -> Option<&[u8]> {
    if !header.has(flag::PADDED) {
        return Some(payload);
    }
    let (padding, rest) = payload.split_first()?;
    rest.get(..rest.len().checked_sub(usize::from(*padding))?)
}

/// The fragment in a HEADERS frame, and the weight that may stand before it.
pub fn headers(header: Header, payload: &[u8]) -> Option<(Option<u8>, &[u8])> {
    let payload = unpadded(header, payload)?;
    if !header.has(flag::PRIORITY) {
        return Some((None, payload));
    }
    let mut cursor = Cursor::new(payload);
    cursor.skip(4)?;
    let weight = cursor.u8()?;
    Some((Some(weight), cursor.rest()))
}

/// The stream promised by a PUSH_PROMISE frame, and the fragment in it.
pub fn push_promise(header: Header, payload: &[u8]) -> Option<(u32, &[u8])> {
    let mut cursor = Cursor::new(unpadded(header, payload)?);
    let promised = cursor.u32()? & 0x7fff_ffff;
    Some((promised, cursor.rest()))
}

/// Names and values in a SETTINGS frame.
pub fn settings(payload: &[u8]) -> impl Iterator<Item = (u16, u32)> {
    let mut cursor = Cursor::new(payload);
    std::iter::from_fn(move || Some((cursor.u16()?, cursor.u32()?)))
}

/// Whether a frame can have this length (RFC 9113, 6).
pub const fn length_fits(header: Header) -> bool {
    match header.kind {
        kind::PRIORITY => header.length == 5,
        kind::RST_STREAM | kind::WINDOW_UPDATE => header.length == 4,
        kind::SETTINGS if header.has(flag::ACK) => header.length == 0,
        kind::SETTINGS => header.length.is_multiple_of(6),
        kind::PING => header.length == 8,
        kind::GOAWAY => header.length >= 8,
        _ => true,
    }
}
