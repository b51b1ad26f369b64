//! Encapsulation of EtherNet/IP to values.

use super::cip::{Cip, cip};
use crate::cursor::Cursor;
use crate::limits::ENIP_ITEMS_MAX;

/// Length of a header.
pub const HEADER_BYTES: usize = 24;

/// What stands before each message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// What it is.
    pub command: u16,
    /// Length of what follows.
    pub length: u16,
    /// Session.
    pub session: u32,
    /// 0 is success.
    pub status: u32,
    /// Always 0.
    pub options: u32,
}

/// Commands.
pub const LIST_SERVICES: u16 = 0x04;
const LIST_IDENTITY: u16 = 0x63;
const REGISTER_SESSION: u16 = 0x65;
const SEND_RR_DATA: u16 = 0x6f;
const SEND_UNIT_DATA: u16 = 0x70;

/// Reads a header.
pub fn header(bytes: &[u8]) -> Option<Header> {
    let mut cursor = Cursor::new(bytes);
    let (command, length) = (cursor.u16_le()?, cursor.u16_le()?);
    let (session, status) = (cursor.u32_le()?, cursor.u32_le()?);
    cursor.skip(8)?;
    Some(Header {
        command,
        length,
        session,
        status,
        options: cursor.u32_le()?,
    })
}

impl Header {
    /// Whether it is of the kind that programs send.
    pub const fn is_plausible(&self) -> bool {
        let known = matches!(
            self.command,
            0 | LIST_SERVICES
                | LIST_IDENTITY
                | 0x64
                | REGISTER_SESSION
                | 0x66
                | SEND_RR_DATA
                | SEND_UNIT_DATA
                | 0x72
                | 0x73
        );
        known && self.options == 0 && matches!(self.status, 0..=3 | 100..=106)
    }
}

/// What a device says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Version of the protocol.
    pub protocol_version: u16,
    /// Number of the maker.
    pub vendor: u16,
    /// Kind of device.
    pub device_type: u16,
    /// Number of the product.
    pub product_code: u16,
    /// Major and minor revision, as one number.
    pub revision: u16,
    /// Bits.
    pub status: u16,
    /// Serial number.
    pub serial: u32,
    /// Name of the product.
    pub product_name: Vec<u8>,
    /// State.
    pub state: u8,
}

/// A service of a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Version of the protocol.
    pub protocol_version: u16,
    /// Bits.
    pub capabilities: u16,
    /// Name.
    pub name: Vec<u8>,
}

/// What follows a header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Body {
    /// Nothing that is understood.
    #[default]
    Other,
    /// Version of the protocol and options of a session.
    Session(u16, u16),
    /// What devices say of themselves.
    Identities(Vec<Identity>),
    /// What they offer.
    Services(Vec<Service>),
    /// A CIP message, and those within it.
    Cip(Vec<Cip>),
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The header.
    pub header: Header,
    /// What follows it.
    pub body: Body,
    /// It did not make sense to its end.
    pub malformed: bool,
}

/// Reads a message of which every byte is there.
pub fn message(bytes: &[u8]) -> Option<Message> {
    let header = header(bytes)?;
    let content = bytes.get(HEADER_BYTES..).unwrap_or_default();
    let body = if content.is_empty() || header.status != 0 {
        Some(Body::Other)
    } else {
        body(header.command, content)
    };
    Some(Message {
        header,
        malformed: body.is_none(),
        body: body.unwrap_or_default(),
    })
}

fn body(command: u16, content: &[u8]) -> Option<Body> {
    let mut cursor = Cursor::new(content);
    Some(match command {
        REGISTER_SESSION => Body::Session(cursor.u16_le()?, cursor.u16_le()?),
        LIST_IDENTITY => Body::Identities(items(&mut cursor, 0x0c, identity)?),
        LIST_SERVICES => Body::Services(items(&mut cursor, 0x100, service)?),
        SEND_RR_DATA | SEND_UNIT_DATA => {
            // Interface and time to wait.
            cursor.skip(6)?;
            let count = cursor.u16_le()?;
            let mut found = Vec::new();
            for _ in 0..usize::from(count).min(ENIP_ITEMS_MAX) {
                let (kind, length) = (cursor.u16_le()?, cursor.u16_le()?);
                let item = cursor.take(length.into())?;
                match kind {
                    0xb1 => cip(item.get(2..)?, &mut found)?,
                    0xb2 => cip(item, &mut found)?,
                    _ => {}
                }
            }
            Body::Cip(found)
        }
        _ => Body::Other,
    })
}

/// Items of one kind.
fn items<T>(cursor: &mut Cursor<'_>, wanted: u16, read: fn(&[u8]) -> Option<T>) -> Option<Vec<T>> {
    let count = cursor.u16_le()?;
    let mut found = Vec::new();
    for _ in 0..usize::from(count).min(ENIP_ITEMS_MAX) {
        let (kind, length) = (cursor.u16_le()?, cursor.u16_le()?);
        let item = cursor.take(length.into())?;
        if kind == wanted {
            found.push(read(item)?);
        }
    }
    Some(found)
}

fn identity(item: &[u8]) -> Option<Identity> {
    let mut cursor = Cursor::new(item);
    let protocol_version = cursor.u16_le()?;
    // Address of a socket.
    cursor.skip(16)?;
    let mut identity = Identity {
        protocol_version,
        vendor: cursor.u16_le()?,
        device_type: cursor.u16_le()?,
        product_code: cursor.u16_le()?,
        revision: cursor.u16()?,
        status: cursor.u16_le()?,
        serial: cursor.u32_le()?,
        ..Identity::default()
    };
    let length = cursor.u8()?;
    identity.product_name = cursor.take(length.into())?.to_vec();
    identity.state = cursor.u8()?;
    Some(identity)
}

fn service(item: &[u8]) -> Option<Service> {
    let mut cursor = Cursor::new(item);
    let (protocol_version, capabilities) = (cursor.u16_le()?, cursor.u16_le()?);
    let name = cursor.rest().split(|byte| *byte == 0).next()?;
    Some(Service {
        protocol_version,
        capabilities,
        name: name.to_vec(),
    })
}
