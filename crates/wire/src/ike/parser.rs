//! An IKE message to values: the header (RFC 2408, 3.1; RFC 7296, 3.1) and its payloads.

use super::proposal::{Proposal, proposals};
use crate::cursor::Cursor;
use crate::limits::{IKE_ITEMS_MAX, IKE_VALUE_BYTES_MAX};

/// Length of a header.
pub const HEADER_BYTES: usize = 28;

/// What stands at the front.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Who began.
    pub init_spi: [u8; 8],
    /// Who answers; zeros in the first message.
    pub resp_spi: [u8; 8],
    /// Kind of the first payload.
    pub next_payload: u8,
    /// 1 or 2.
    pub major: u8,
    /// Minor version.
    pub minor: u8,
    /// Kind of the exchange.
    pub exchange: u8,
    /// Bits.
    pub flags: u8,
    /// Message of the exchange.
    pub message_id: u32,
    /// Length of the message with its header.
    pub length: u32,
}

impl Header {
    /// Whether what follows is encrypted (version 1).
    pub const fn is_encrypted(&self) -> bool {
        self.major == 1 && self.flags & 1 != 0
    }
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The header.
    pub header: Header,
    /// Kinds of the payloads in order; version 2 counts the mark of the end.
    pub payloads: Vec<u8>,
    /// Version 1: domain of interpretation.
    pub domain: Option<u32>,
    /// What the association may be.
    pub proposals: Vec<Proposal>,
    /// Public key.
    pub key_exchange: Option<Vec<u8>>,
    /// Nonce.
    pub nonce: Option<Vec<u8>>,
    /// Who made the program.
    pub vendors: Vec<Vec<u8>>,
    /// Version 2: notifications.
    pub notifications: Vec<u16>,
    /// The payloads did not make sense to their end.
    pub malformed: bool,
}

/// Reads a header; None where it is none. Over port 4500 four zeros stand before it (RFC 3948).
pub fn header(bytes: &[u8]) -> Option<(Header, &[u8])> {
    let message = bytes.strip_prefix(&[0; 4]).unwrap_or(bytes);
    let mut cursor = Cursor::new(message);
    let init_spi = cursor.array()?;
    let resp_spi = cursor.array()?;
    let [next_payload, version, exchange, flags] = cursor.array::<4>()?;
    let header = Header {
        init_spi,
        resp_spi,
        next_payload,
        major: version >> 4,
        minor: version & 0x0f,
        exchange,
        flags,
        message_id: cursor.u32()?,
        length: cursor.u32()?,
    };
    Some((header, message))
}

/// Whether a header is of the kind that programs send.
pub fn is_plausible(header: &Header, message: &[u8]) -> bool {
    let exchange_fits = match header.major {
        1 => matches!(header.exchange, 1..=6 | 32..=33) && header.flags & !0x07 == 0,
        2 => matches!(header.exchange, 34..=44) && header.flags & !0x38 == 0,
        _ => false,
    };
    exchange_fits
        && header.minor == 0
        && header.init_spi != [0; 8]
        && usize::try_from(header.length).ok() == Some(message.len())
}

/// Reads a message; None where the header is none.
pub fn message(bytes: &[u8]) -> Option<Message> {
    let (header, bytes) = header(bytes)?;
    if !matches!(header.major, 1 | 2) {
        return None;
    }
    let mut message = Message {
        header,
        ..Message::default()
    };
    let length = usize::try_from(header.length).unwrap_or(usize::MAX);
    message.malformed = length != bytes.len();
    if !header.is_encrypted() {
        let body = bytes
            .get(HEADER_BYTES..length.min(bytes.len()))
            .unwrap_or_default();
        message.malformed |= message.take_payloads(body).is_none();
    }
    Some(message)
}

impl Message {
    fn take_payloads(&mut self, body: &[u8]) -> Option<()> {
        let mut cursor = Cursor::new(body);
        let mut kind = self.header.next_payload;
        if self.header.major == 2 {
            self.payloads.push(kind);
        }
        while kind != 0 && self.payloads.len() < IKE_ITEMS_MAX {
            let next = cursor.u8()?;
            cursor.skip(1)?;
            let length = usize::from(cursor.u16()?).checked_sub(4)?;
            let content = cursor.take(length)?;
            if self.header.major == 2 {
                // Inside an encrypted payload nothing can be read; its next payload stands inside as well.
                if matches!(kind, 46 | 53) {
                    return Some(());
                }
                self.payloads.push(next);
                self.second(kind, content)?;
            } else {
                self.payloads.push(kind);
                self.first(kind, content)?;
            }
            kind = next;
        }
        Some(())
    }

    /// A payload of version 1.
    fn first(&mut self, kind: u8, content: &[u8]) -> Option<()> {
        match kind {
            1 => {
                let mut cursor = Cursor::new(content);
                self.domain = Some(cursor.u32()?);
                cursor.skip(4)?;
                let (found, whole) = proposals(cursor.rest(), 1);
                if !found.is_empty() {
                    self.payloads.push(2);
                    self.payloads.push(3);
                }
                self.proposals = found;
                return whole.then_some(());
            }
            4 => self.key_exchange = Some(few(content)),
            10 => self.nonce = Some(few(content)),
            13 => self.vendors.push(few(content)),
            _ => {}
        }
        Some(())
    }

    /// A payload of version 2.
    fn second(&mut self, kind: u8, content: &[u8]) -> Option<()> {
        match kind {
            33 => {
                let (found, whole) = proposals(content, 2);
                self.proposals = found;
                return whole.then_some(());
            }
            34 => self.key_exchange = Some(few(content.get(4..)?)),
            40 => self.nonce = Some(few(content)),
            41 => self
                .notifications
                .push(Cursor::new(content.get(2..)?).u16()?),
            43 => self.vendors.push(few(content)),
            _ => {}
        }
        Some(())
    }
}

fn few(bytes: &[u8]) -> Vec<u8> {
    bytes.get(..IKE_VALUE_BYTES_MAX).unwrap_or(bytes).to_vec()
}
