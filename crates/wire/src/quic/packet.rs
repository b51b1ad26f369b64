//! Headers of packets (RFC 9000, 17; RFC 8999), and the frames in Initial packets.

use super::version::Version;
use crate::cursor::Cursor;

/// Bytes of a connection id (RFC 9000, 17.2).
const ID_BYTES_MAX: usize = 20;

/// What kind of packet it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The handshake's beginning, sealed with keys that can be derived.
    Initial,
    /// Data before the handshake is over.
    Early,
    /// The rest of the handshake.
    Handshake,
    /// The server asks for a second try.
    Retry,
    /// A list of versions.
    Negotiation,
    /// Google's, not sealed.
    Plain,
}

/// A packet with a long header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Long<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its version.
    pub version: Version,
    /// Id of the receiver.
    pub destination: &'a [u8],
    /// All of the packet.
    pub bytes: &'a [u8],
    /// Where its number begins, which is sealed; for those that are not, where its payload begins.
    pub number_at: usize,
    /// What follows in the datagram.
    pub rest: &'a [u8],
}

/// A number of one to eight bytes (RFC 9000, 16).
pub fn number(cursor: &mut Cursor<'_>) -> Option<u64> {
    let first = cursor.rest().first()?;
    Some(match first >> 6 {
        0 => cursor.u8()?.into(),
        1 => u64::from(cursor.u16()? & 0x3fff),
        2 => u64::from(cursor.u32()? & 0x3fff_ffff),
        _ => cursor.u64()? & 0x3fff_ffff_ffff_ffff,
    })
}

/// Reads the first packet of a datagram; None where it has no long header.
pub fn long(bytes: &[u8]) -> Option<Long<'_>> {
    let mut cursor = Cursor::new(bytes);
    let first = cursor.u8()?;
    if first & 0x80 == 0 {
        return public(bytes);
    }
    let version = Version(cursor.u32()?);
    if version.google_number() == Some(46) {
        return nibbles(bytes, cursor, version);
    }
    let destination = id(&mut cursor)?;
    id(&mut cursor)?;
    if version == Version::NEGOTIATION {
        return Some(whole(
            Kind::Negotiation,
            version,
            destination,
            bytes,
            &cursor,
        ));
    }
    let kind = match ((first >> 4) & 3, version) {
        (0, Version::V2) | (3, _) if version != Version::V2 || first & 0x30 == 0 => Kind::Retry,
        (1, Version::V2) => Kind::Initial,
        (2, Version::V2) => Kind::Early,
        (3, Version::V2) => Kind::Handshake,
        (0, _) => Kind::Initial,
        (1, _) => Kind::Early,
        _ => Kind::Handshake,
    };
    if kind == Kind::Retry || version.salt().is_none() {
        return Some(whole(kind, version, destination, bytes, &cursor));
    }
    if kind == Kind::Initial {
        let token = number(&mut cursor)?;
        cursor.skip(usize::try_from(token).ok()?)?;
    }
    let length = usize::try_from(number(&mut cursor)?).ok()?;
    let number_at = cursor.position();
    let end = number_at.checked_add(length)?;
    let (packet, rest) = bytes.split_at_checked(end).unwrap_or((bytes, b""));
    Some(Long {
        kind,
        version,
        destination,
        bytes: packet,
        number_at,
        rest,
    })
}

fn whole<'a>(
    kind: Kind,
    version: Version,
    destination: &'a [u8],
    bytes: &'a [u8],
    cursor: &Cursor<'a>,
) -> Long<'a> {
    Long {
        kind,
        version,
        destination,
        bytes,
        number_at: cursor.position(),
        rest: b"",
    }
}

fn id<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let length = usize::from(cursor.u8()?);
    cursor.take(length).filter(|_| length <= ID_BYTES_MAX)
}

/// `Q046`: lengths of both ids in one byte; the number is not sealed.
fn nibbles<'a>(bytes: &'a [u8], cursor: Cursor<'a>, version: Version) -> Option<Long<'a>> {
    let mut cursor = cursor;
    let lengths = cursor.u8()?;
    let of = |nibble: u8| match nibble {
        0 => 0,
        length => usize::from(length).saturating_add(3),
    };
    let destination = cursor.take(of(lengths >> 4))?;
    cursor.skip(of(lengths & 0x0f))?;
    cursor.skip(usize::from(bytes.first()? & 3).saturating_add(1))?;
    Some(whole(Kind::Plain, version, destination, bytes, &cursor))
}

/// The header of Google's first versions, where it names one.
fn public(bytes: &[u8]) -> Option<Long<'_>> {
    let mut cursor = Cursor::new(bytes);
    let flags = cursor.u8()?;
    // A version, an id of eight bytes, no reset, no nonce.
    if flags & 0x0b != 0x09 {
        return None;
    }
    let destination = cursor.take(8)?;
    let version = Version(cursor.u32()?);
    if !version.has_public_header() {
        return None;
    }
    if flags & 0x04 != 0 {
        cursor.skip(32)?;
    }
    cursor.skip(match (flags >> 4) & 3 {
        0 => 1,
        1 => 2,
        2 => 4,
        _ => 6,
    })?;
    Some(whole(Kind::Plain, version, destination, bytes, &cursor))
}

/// What is read of an Initial packet's payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// Bytes of the handshake, at their place.
    Crypto(u64, &'a [u8]),
    /// The connection is refused.
    Close,
}

/// Calls `see` with the frames of a payload; false where it holds something else (RFC 9000, 12.4).
pub fn frames<'a>(payload: &'a [u8], see: &mut dyn FnMut(Frame<'a>)) -> bool {
    let mut cursor = Cursor::new(payload);
    while cursor.remaining() > 0 {
        if frame(&mut cursor, see).is_none() {
            return false;
        }
    }
    true
}

fn frame<'a>(cursor: &mut Cursor<'a>, see: &mut dyn FnMut(Frame<'a>)) -> Option<()> {
    match number(cursor)? {
        0 => {
            let padding = cursor.rest().iter().take_while(|byte| **byte == 0).count();
            cursor.skip(padding)?;
        }
        1 => {}
        kind @ (2 | 3) => {
            number(cursor)?;
            number(cursor)?;
            let ranges = number(cursor)?;
            number(cursor)?;
            for _ in 0..ranges {
                number(cursor)?;
                number(cursor)?;
            }
            if kind == 3 {
                for _ in 0..3 {
                    number(cursor)?;
                }
            }
        }
        6 => {
            let offset = number(cursor)?;
            let length = usize::try_from(number(cursor)?).ok()?;
            see(Frame::Crypto(offset, cursor.take(length)?));
        }
        0x1c | 0x1d => {
            see(Frame::Close);
            cursor.skip(cursor.remaining())?;
        }
        _ => return None,
    }
    Some(())
}
