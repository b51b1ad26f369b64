//! A Modbus message to values.

use super::function::{self, MULTIPLE, READ, SINGLE, WRITE};
use crate::cursor::Cursor;
use crate::protocol::Direction;

/// Transaction, protocol, length.
pub const HEADER_BYTES: usize = 6;
/// Largest length that the header may say (unit and 253 bytes).
pub const LENGTH_MAX: u16 = 254;

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Number that the answer repeats.
    pub transaction_id: u16,
    /// 0.
    pub protocol_id: u16,
    /// Which device behind the address.
    pub unit: u8,
    /// The function byte, with its highest bit.
    pub function_raw: u8,
    /// What follows the function, as read.
    pub data: Data,
    /// What is wrong with it, as the event says it.
    pub errors: Vec<&'static str>,
}

/// What follows a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Data {
    /// Nothing.
    #[default]
    Empty,
    /// Bytes without further form.
    Bytes(Vec<u8>),
    /// Diagnostics: subfunction and data.
    Diagnostic(u16, Vec<u8>),
    /// Encapsulated interface: kind and data.
    Encapsulated(u8, Vec<u8>),
    /// An exception's code.
    Exception(u8),
    /// What is to be read: first address, quantity.
    Read(u16, u16),
    /// What was read.
    ReadAnswer(Vec<u8>),
    /// One value: address, value.
    WriteOne(u16, u16),
    /// Several values: first address, quantity, data.
    WriteMany(u16, u16, Vec<u8>),
    /// Bits of a register: address, and-mask, or-mask.
    WriteMask(u16, u16, u16),
    /// Read and write in one: what is to be read, what is to be written.
    ReadWrite([u16; 2], [u16; 2], Vec<u8>),
}

impl Message {
    /// The function without the mark of an exception.
    pub const fn function(&self) -> u8 {
        self.function_raw & 0x7f
    }

    /// Subfunction or kind of encapsulation.
    pub fn subfunction(&self) -> Option<u16> {
        match &self.data {
            Data::Diagnostic(sub, _) => Some(*sub),
            Data::Encapsulated(kind, _) => Some((*kind).into()),
            _ => None,
        }
    }

    /// First address (counted from 0) and how many are touched, with the bit of the way.
    pub const fn range(&self) -> Option<(u8, u16, u16)> {
        match self.data {
            Data::Read(address, quantity) => Some((READ, address, quantity)),
            Data::WriteOne(address, _) | Data::WriteMask(address, ..) => Some((WRITE, address, 1)),
            Data::WriteMany(address, quantity, _) => Some((WRITE, address, quantity)),
            Data::ReadWrite(_, [address, quantity], _) => Some((WRITE, address, quantity)),
            _ => None,
        }
    }
}

/// Reads a message of `length` bytes after the header; None where it does not even hold a function.
pub fn message(direction: Direction, bytes: &[u8]) -> Option<Message> {
    let mut cursor = Cursor::new(bytes);
    let mut message = Message {
        transaction_id: cursor.u16()?,
        protocol_id: cursor.u16()?,
        ..Message::default()
    };
    cursor.skip(2)?;
    message.unit = cursor.u8()?;
    message.function_raw = cursor.u8()?;
    let content = cursor.rest();
    let read = match direction {
        Direction::ToServer => request(message.function_raw, &mut cursor, &mut message.errors),
        Direction::ToClient => response(message.function_raw, &mut cursor, &mut message.errors),
    };
    message.data = read.unwrap_or_else(|| {
        message.errors.push("DATA_LENGTH");
        Data::Bytes(content.to_vec())
    });
    if message.function_raw == 0 || direction == Direction::ToServer && message.function_raw >= 128
    {
        message.errors.push("FUNC_CODE");
    }
    if message.protocol_id != 0 {
        message.errors.push("PROTO_ID");
    }
    Some(message)
}

fn request(code: u8, cursor: &mut Cursor<'_>, errors: &mut Vec<&'static str>) -> Option<Data> {
    let access = function::access(code);
    Some(match code {
        1..=4 => {
            let (address, quantity) = (cursor.u16()?, cursor.u16()?);
            let most = if code < 3 { 2000 } else { 125 };
            if quantity == 0 || quantity > most {
                errors.push("DATA_VALUE");
            }
            Data::Read(address, quantity)
        }
        5 | 6 => write_one(code, cursor, errors)?,
        8 => Data::Diagnostic(cursor.u16()?, cursor.rest().to_vec()),
        15 | 16 => {
            let (address, quantity) = (cursor.u16()?, cursor.u16()?);
            let count = cursor.u8()?;
            let data = cursor.take(count.into())?.to_vec();
            let wanted = match code {
                15 => quantity.div_ceil(8),
                _ => quantity.saturating_mul(2),
            };
            let most = if code == 15 { 1968 } else { 123 };
            if quantity == 0 || quantity > most || wanted != u16::from(count) {
                errors.push("DATA_VALUE");
            }
            Data::WriteMany(address, quantity, data)
        }
        22 => Data::WriteMask(cursor.u16()?, cursor.u16()?, cursor.u16()?),
        23 => {
            let read = [cursor.u16()?, cursor.u16()?];
            let write = [cursor.u16()?, cursor.u16()?];
            let count = cursor.u8()?;
            if u16::from(count) != write[1].saturating_mul(2) || read[1] == 0 || write[1] == 0 {
                errors.push("DATA_VALUE");
            }
            Data::ReadWrite(read, write, cursor.take(count.into())?.to_vec())
        }
        43 => Data::Encapsulated(cursor.u8()?, cursor.rest().to_vec()),
        _ if access & (SINGLE | MULTIPLE) == 0 && cursor.remaining() == 0 => Data::Empty,
        _ => Data::Bytes(cursor.rest().to_vec()),
    })
}

fn write_one(code: u8, cursor: &mut Cursor<'_>, errors: &mut Vec<&'static str>) -> Option<Data> {
    let (address, value) = (cursor.u16()?, cursor.u16()?);
    if code == 5 && !matches!(value, 0 | 0xff00) {
        errors.push("DATA_VALUE");
    }
    Some(Data::WriteOne(address, value))
}

fn response(code: u8, cursor: &mut Cursor<'_>, errors: &mut Vec<&'static str>) -> Option<Data> {
    Some(match code {
        128.. => {
            let exception = cursor.u8()?;
            if !matches!(exception, 1..=8 | 10 | 11) {
                errors.push("EXC_CODE");
            }
            Data::Exception(exception)
        }
        1..=4 | 23 => {
            let count = cursor.u8()?;
            if usize::from(count) != cursor.remaining() {
                errors.push("DATA_LENGTH");
            }
            Data::ReadAnswer(cursor.rest().to_vec())
        }
        5 | 6 => write_one(code, cursor, errors)?,
        8 => Data::Diagnostic(cursor.u16()?, cursor.rest().to_vec()),
        15 | 16 => Data::WriteMany(cursor.u16()?, cursor.u16()?, Vec::new()),
        22 => Data::WriteMask(cursor.u16()?, cursor.u16()?, cursor.u16()?),
        43 => Data::Encapsulated(cursor.u8()?, cursor.rest().to_vec()),
        _ if cursor.remaining() == 0 => Data::Empty,
        _ => Data::Bytes(cursor.rest().to_vec()),
    })
}
