//! Messages of the connection-oriented and the connectionless protocol to values.

use crate::cursor::Cursor;
use crate::limits::DCERPC_CONTEXTS_MAX;
use crate::text::uuid_from_little;

/// Bytes of a connection-oriented header.
pub const HEADER_BYTES: usize = 16;
/// Bytes of a connectionless header.
pub const DATAGRAM_HEADER_BYTES: usize = 80;

/// Types of messages (C706, 12.6.4.1).
pub mod kind {
    /// A call.
    pub const REQUEST: u8 = 0;
    /// Its answer.
    pub const RESPONSE: u8 = 2;
    /// Its failure.
    pub const FAULT: u8 = 3;
    /// Interfaces are offered.
    pub const BIND: u8 = 11;
    /// They are taken, or not, one by one.
    pub const BIND_ACK: u8 = 12;
    /// They are refused.
    pub const BIND_NAK: u8 = 13;
    /// Further interfaces are offered.
    pub const ALTER_CONTEXT: u8 = 14;
    /// The answer to that.
    pub const ALTER_CONTEXT_RESPONSE: u8 = 15;
    /// The third message of an authentication.
    pub const AUTH3: u8 = 16;
    /// The server ends.
    pub const SHUTDOWN: u8 = 17;
    /// A call is taken back.
    pub const CANCEL: u8 = 18;
    /// A call is abandoned.
    pub const ORPHANED: u8 = 19;
}

/// First fragment of a call.
pub const FIRST: u8 = 0x01;
/// Last fragment of a call.
pub const LAST: u8 = 0x02;

/// Order of bytes in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Low byte first.
    #[default]
    Little,
    /// High byte first.
    Big,
}

impl Order {
    /// By the first byte of a data representation label.
    const fn of(label: u8) -> Self {
        if label >> 4 == 1 {
            Self::Little
        } else {
            Self::Big
        }
    }

    fn u16(self, cursor: &mut Cursor<'_>) -> Option<u16> {
        match self {
            Self::Little => cursor.u16_le(),
            Self::Big => cursor.u16(),
        }
    }

    fn u32(self, cursor: &mut Cursor<'_>) -> Option<u32> {
        match self {
            Self::Little => cursor.u32_le(),
            Self::Big => cursor.u32(),
        }
    }

    /// A UUID, in the order of its text.
    fn uuid(self, cursor: &mut Cursor<'_>) -> Option<[u8; 16]> {
        let wire = cursor.array()?;
        Some(match self {
            Self::Little => uuid_from_little(wire),
            Self::Big => wire,
        })
    }
}

/// Header of a connection-oriented message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Minor version.
    pub minor: u8,
    /// Type.
    pub kind: u8,
    /// `FIRST`, `LAST`, ...
    pub flags: u8,
    /// Order of bytes.
    pub order: Order,
    /// Bytes of the whole message.
    pub length: u16,
    /// Bytes of the authentication token at its end.
    pub auth_length: u16,
    /// Which call.
    pub call_id: u32,
}

/// Reads a header; None while bytes are missing, and where it is none.
pub fn header(bytes: &[u8]) -> Option<Header> {
    let mut cursor = Cursor::new(bytes);
    let [5, minor @ 0..=1, kind, flags, label, float, 0, 0] = cursor.array()? else {
        return None;
    };
    if kind > kind::ORPHANED || label & 0x0f > 1 || label >> 4 > 1 || float > 3 {
        return None;
    }
    let order = Order::of(label);
    let header = Header {
        minor,
        kind,
        flags,
        order,
        length: order.u16(&mut cursor)?,
        auth_length: order.u16(&mut cursor)?,
        call_id: order.u32(&mut cursor)?,
    };
    (usize::from(header.length) >= HEADER_BYTES).then_some(header)
}

/// An interface that a client offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// Number by which calls name it.
    pub context: u16,
    /// In the order of its text.
    pub uuid: [u8; 16],
    /// Major version.
    pub major: u16,
    /// Minor version.
    pub minor: u16,
}

/// Interfaces of a bind or alter context, as far as they can be read.
pub fn interfaces(order: Order, body: &[u8]) -> Vec<Interface> {
    let mut cursor = Cursor::new(body);
    let mut found = Vec::new();
    // Greatest fragments, association group.
    if cursor.skip(8).is_none() {
        return found;
    }
    let count = usize::from(cursor.u8().unwrap_or_default());
    let _ = cursor.skip(3);
    for _ in 0..count.min(DCERPC_CONTEXTS_MAX) {
        match interface(order, &mut cursor) {
            Some(interface) => found.push(interface),
            None => break,
        }
    }
    found
}

fn interface(order: Order, cursor: &mut Cursor<'_>) -> Option<Interface> {
    let context = order.u16(cursor)?;
    let syntaxes = usize::from(cursor.u8()?);
    cursor.skip(1)?;
    let interface = Interface {
        context,
        uuid: order.uuid(cursor)?,
        major: order.u16(cursor)?,
        minor: order.u16(cursor)?,
    };
    // Transfer syntaxes; a list that is cut off does not unmake the interface.
    let _ = cursor.skip(syntaxes.saturating_mul(20));
    Some(interface)
}

/// What became of an interface: result and reason.
pub type Acknowledgement = (u16, u16);

/// Results of a bind or alter context, in the order of what was offered.
pub fn results(order: Order, body: &[u8]) -> Vec<Acknowledgement> {
    read_results(order, body).unwrap_or_default()
}

fn read_results(order: Order, body: &[u8]) -> Option<Vec<Acknowledgement>> {
    let mut cursor = Cursor::new(body);
    cursor.skip(8)?;
    let address = usize::from(order.u16(&mut cursor)?);
    cursor.skip(address)?;
    // The list is aligned, counted from the message's start, which is 16 bytes before.
    let padding = cursor.position().wrapping_neg() & 3;
    cursor.skip(padding)?;
    let count = usize::from(cursor.u8()?);
    cursor.skip(3)?;
    let mut found = Vec::new();
    for _ in 0..count.min(DCERPC_CONTEXTS_MAX) {
        let (Some(result), Some(reason)) = (order.u16(&mut cursor), order.u16(&mut cursor)) else {
            break;
        };
        found.push((result, reason));
        if cursor.skip(20).is_none() {
            break;
        }
    }
    Some(found)
}

/// A fragment of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// Which interface.
    pub context: u16,
    /// Which operation.
    pub operation: u16,
    /// Its data, with the object's UUID before it where there is one and the authentication verifier at its end, as
    /// rules expect it.
    pub stub: &'a [u8],
}

/// Reads the body of a request.
pub fn request<'a>(order: Order, body: &'a [u8]) -> Option<Request<'a>> {
    let mut cursor = Cursor::new(body);
    cursor.skip(4)?;
    let context = order.u16(&mut cursor)?;
    let operation = order.u16(&mut cursor)?;
    Some(Request {
        context,
        operation,
        stub: cursor.rest(),
    })
}

/// The authentication token at the end of a message.
pub fn token<'a>(header: &Header, message: &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::from(header.auth_length);
    if length == 0 {
        return None;
    }
    message.get(message.len().checked_sub(length)?..)
}

/// A connectionless message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Type.
    pub kind: u8,
    /// Whether it is one of several fragments.
    pub is_fragment: bool,
    /// Whether it is the last of them.
    pub is_last: bool,
    /// Order of bytes.
    pub order: Order,
    /// Interface, in the order of its text.
    pub interface: [u8; 16],
    /// Version of the interface.
    pub version: u32,
    /// Identifies the client's activity; together with `sequence` the call.
    pub activity: [u8; 16],
    /// Number of the call in the activity.
    pub sequence: u32,
    /// Which operation.
    pub operation: u16,
    /// Which fragment, from 0.
    pub fragment: u16,
    /// Its data.
    pub stub: &'a [u8],
}

/// Reads a connectionless message; None where it is none.
pub fn datagram(bytes: &[u8]) -> Option<Datagram<'_>> {
    let mut cursor = Cursor::new(bytes);
    let [4, kind @ 0..=10, flags, _, label, float, 0, _] = cursor.array()? else {
        return None;
    };
    if label & 0x0f > 1 || label >> 4 > 1 || float > 3 {
        return None;
    }
    let order = Order::of(label);
    order.uuid(&mut cursor)?; // object
    let interface = order.uuid(&mut cursor)?;
    let activity = order.uuid(&mut cursor)?;
    cursor.skip(4)?; // when the server began
    let version = order.u32(&mut cursor)?;
    let sequence = order.u32(&mut cursor)?;
    let operation = order.u16(&mut cursor)?;
    cursor.skip(4)?; // hints
    let length = usize::from(order.u16(&mut cursor)?);
    let fragment = order.u16(&mut cursor)?;
    cursor.skip(2)?; // authentication, low byte of the serial number
    Some(Datagram {
        kind,
        is_fragment: flags & 0x04 != 0,
        is_last: flags & 0x02 != 0,
        order,
        interface,
        version,
        activity,
        sequence,
        operation,
        fragment,
        stub: cursor.take(length)?,
    })
}
