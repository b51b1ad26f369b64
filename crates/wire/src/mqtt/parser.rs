//! An MQTT message (MQTT 3.1.1 and 5.0, sections 2 and 3) to values.

use super::message::{Body, Connect, Message, Properties, Will};
use super::properties::properties;
use crate::cursor::Cursor;
use crate::limits::MQTT_ITEMS_MAX;

/// Type numbers.
pub mod kind {
    #![allow(missing_docs)]
    pub const CONNECT: u8 = 1;
    pub const CONNACK: u8 = 2;
    pub const PUBLISH: u8 = 3;
    pub const PUBACK: u8 = 4;
    pub const PUBREC: u8 = 5;
    pub const PUBREL: u8 = 6;
    pub const PUBCOMP: u8 = 7;
    pub const SUBSCRIBE: u8 = 8;
    pub const SUBACK: u8 = 9;
    pub const UNSUBSCRIBE: u8 = 10;
    pub const UNSUBACK: u8 = 11;
    pub const DISCONNECT: u8 = 14;
    pub const AUTH: u8 = 15;
}

/// What stands before the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Number of the type.
    pub kind: u8,
    /// Low bits of the first byte.
    pub flags: u8,
    /// Length of the header itself.
    pub bytes: usize,
    /// Length of what follows it.
    pub remaining: u32,
}

/// Why there is no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoHeader {
    /// Bytes are missing.
    Incomplete,
    /// The length is none.
    Malformed,
}

/// Reads a header.
pub fn header(bytes: &[u8]) -> Result<Header, NoHeader> {
    let mut cursor = Cursor::new(bytes);
    let first = cursor.u8().ok_or(NoHeader::Incomplete)?;
    let remaining = variable_number(&mut cursor).ok_or(if bytes.len() < 5 {
        NoHeader::Incomplete
    } else {
        NoHeader::Malformed
    })?;
    Ok(Header {
        kind: first >> 4,
        flags: first & 0x0f,
        bytes: cursor.position(),
        remaining,
    })
}

/// A number of one to four bytes (MQTT 5.0, 1.5.5).
pub fn variable_number(cursor: &mut Cursor<'_>) -> Option<u32> {
    let mut value = 0_u32;
    for shift in [0_u32, 7, 14, 21] {
        let byte = cursor.u8()?;
        value |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Bytes with their length in front.
pub fn bytes<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let length = cursor.u16()?;
    cursor.take(length.into())
}

/// Reads the body of a message of the protocol's version; None where it is malformed.
pub fn message(header: Header, version: u8, body: &[u8]) -> Option<Message> {
    let mut cursor = Cursor::new(body);
    let mut message = Message {
        kind: header.kind,
        flags: header.flags,
        body: Body::Empty,
    };
    let cursor = &mut cursor;
    message.body = match header.kind {
        kind::CONNECT => connect(cursor)?,
        kind::CONNACK => Body::ConnectAnswer {
            session_present: cursor.u8()? & 1 != 0,
            code: cursor.u8()?,
            properties: optional_properties(version, cursor)?,
        },
        kind::PUBLISH => {
            let topic = bytes(cursor)?.to_vec();
            let id = match message.quality() {
                0 => None,
                _ => Some(cursor.u16()?),
            };
            Body::Publish {
                topic,
                id,
                properties: of_version(version, cursor)?,
                payload: cursor.rest().to_vec(),
            }
        }
        kind::PUBACK | kind::PUBREC | kind::PUBREL | kind::PUBCOMP => Body::Answer {
            id: cursor.u16()?,
            codes: cursor.u8().filter(|_| version >= 5).into_iter().collect(),
            properties: optional_properties(version, cursor)?,
        },
        kind::SUBSCRIBE => subscribe(version, cursor)?,
        kind::SUBACK => Body::SubscribeAnswer {
            id: cursor.u16()?,
            properties: of_version(version, cursor)?,
            granted: few(cursor.rest()),
        },
        kind::UNSUBSCRIBE => unsubscribe(version, cursor)?,
        kind::UNSUBACK => Body::Answer {
            id: cursor.u16()?,
            properties: of_version(version, cursor)?,
            codes: few(cursor.rest()),
        },
        kind::DISCONNECT | kind::AUTH => Body::Reason {
            code: cursor.u8().filter(|_| version >= 5),
            properties: optional_properties(version, cursor)?,
        },
        _ => Body::Empty,
    };
    Some(message)
}

fn few(bytes: &[u8]) -> Vec<u8> {
    bytes.get(..MQTT_ITEMS_MAX).unwrap_or(bytes).to_vec()
}

/// Properties, which version 5 has.
fn of_version(version: u8, cursor: &mut Cursor<'_>) -> Option<Option<Properties>> {
    if version < 5 {
        return Some(None);
    }
    properties(cursor).map(Some)
}

/// Properties, which version 5 has unless the message ends before them.
fn optional_properties(version: u8, cursor: &mut Cursor<'_>) -> Option<Option<Properties>> {
    if cursor.remaining() == 0 {
        return Some(None);
    }
    of_version(version, cursor)
}

fn connect(cursor: &mut Cursor<'_>) -> Option<Body> {
    let mut connect = Connect {
        protocol: bytes(cursor)?.to_vec(),
        version: cursor.u8()?,
        flags: cursor.u8()?,
        ..Connect::default()
    };
    let _keep_alive_s = cursor.u16()?;
    connect.properties = of_version(connect.version, cursor)?;
    connect.client_id = bytes(cursor)?.to_vec();
    if connect.flags & 0x04 != 0 {
        connect.will = Some(Will {
            properties: of_version(connect.version, cursor)?,
            topic: bytes(cursor)?.to_vec(),
            message: bytes(cursor)?.to_vec(),
        });
    }
    if connect.flags & 0x80 != 0 {
        connect.username = Some(bytes(cursor)?.to_vec());
    }
    if connect.flags & 0x40 != 0 {
        connect.password = Some(bytes(cursor)?.to_vec());
    }
    Some(Body::Connect(Box::new(connect)))
}

fn subscribe(version: u8, cursor: &mut Cursor<'_>) -> Option<Body> {
    let id = cursor.u16()?;
    let properties = of_version(version, cursor)?;
    let mut topics = Vec::new();
    while cursor.remaining() > 0 && topics.len() < MQTT_ITEMS_MAX {
        // The quality of service is in the lowest bits, options of version 5 above.
        topics.push((bytes(cursor)?.to_vec(), cursor.u8()? & 3));
    }
    Some(Body::Subscribe {
        id,
        properties,
        topics,
    })
}

fn unsubscribe(version: u8, cursor: &mut Cursor<'_>) -> Option<Body> {
    let id = cursor.u16()?;
    let properties = of_version(version, cursor)?;
    let mut topics = Vec::new();
    while cursor.remaining() > 0 && topics.len() < MQTT_ITEMS_MAX {
        topics.push(bytes(cursor)?.to_vec());
    }
    Some(Body::Unsubscribe {
        id,
        properties,
        topics,
    })
}
