//! A DHCP message (RFC 2131, options of RFC 2132) to values.

use crate::cursor::Cursor;
use crate::limits::DHCP_OPTIONS_MAX;

/// What marks options as DHCP's.
const MAGIC: u32 = 0x6382_5363;

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// 1 asks, 2 answers.
    pub operation: u8,
    /// Chosen by the client.
    pub id: u32,
    /// The client's hardware address.
    pub client_mac: Vec<u8>,
    /// Address that the client has.
    pub client_ip: [u8; 4],
    /// Address that the server gives.
    pub assigned_ip: [u8; 4],
    /// Server to boot from.
    pub next_server_ip: [u8; 4],
    /// Relay in between.
    pub relay_ip: [u8; 4],
    /// Options by number, in order.
    pub options: Vec<(u8, Vec<u8>)>,
    /// The options did not end as they should.
    pub cut: bool,
}

/// Reads a message; None where it is none.
pub fn message(bytes: &[u8]) -> Option<Message> {
    let mut cursor = Cursor::new(bytes);
    let [operation, _, hardware_length, _] = cursor.array::<4>()?;
    let id = cursor.u32()?;
    cursor.skip(4)?;
    let mut message = Message {
        operation,
        id,
        client_ip: cursor.array()?,
        assigned_ip: cursor.array()?,
        next_server_ip: cursor.array()?,
        relay_ip: cursor.array()?,
        ..Message::default()
    };
    let hardware = cursor.array::<16>()?;
    let hardware_length = usize::from(hardware_length);
    message.client_mac = hardware.get(..hardware_length)?.to_vec();
    cursor.skip(64)?;
    cursor.skip(128)?;
    if !matches!(operation, 1 | 2) || cursor.u32()? != MAGIC {
        return None;
    }
    message.cut = options(&mut cursor, &mut message.options).is_none();
    Some(message)
}

fn options(cursor: &mut Cursor<'_>, found: &mut Vec<(u8, Vec<u8>)>) -> Option<()> {
    loop {
        match cursor.u8()? {
            0 => {}
            255 => return Some(()),
            number => {
                let length = cursor.u8()?;
                let value = cursor.take(length.into())?;
                if found.len() >= DHCP_OPTIONS_MAX {
                    return None;
                }
                found.push((number, value.to_vec()));
            }
        }
    }
}

impl Message {
    /// The value of an option.
    pub fn option(&self, number: u8) -> Option<&[u8]> {
        self.options
            .iter()
            .find(|(known, _)| *known == number)
            .map(|(_, value)| value.as_slice())
    }

    /// The value of an option as a number of four bytes.
    pub fn number(&self, number: u8) -> Option<u32> {
        Cursor::new(self.option(number)?).u32()
    }

    /// Whether an option that has one length only has another (RFC 2132).
    pub fn has_odd_option(&self) -> bool {
        self.options.iter().any(|(number, value)| match number {
            53 => value.len() != 1,
            1 | 50 | 51 | 54 | 58 | 59 => value.len() != 4,
            _ => false,
        })
    }

    /// The name of the message's type (option 53).
    pub fn kind(&self) -> Option<&'static str> {
        let [kind] = self.option(53)? else {
            return None;
        };
        Some(match kind {
            1 => "discover",
            2 => "offer",
            3 => "request",
            4 => "decline",
            5 => "ack",
            6 => "nak",
            7 => "release",
            8 => "inform",
            _ => return None,
        })
    }
}
