//! Messages of the Common Industrial Protocol.

use crate::cursor::Cursor;
use crate::limits::ENIP_ITEMS_MAX;

/// Several messages in one.
const MULTIPLE: u8 = 0x0a;

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cip {
    /// What is asked, without the bit of answers.
    pub service: u8,
    /// It is an answer.
    pub is_answer: bool,
    /// Of what.
    pub path: Vec<Segment>,
    /// Answer: 0 is success.
    pub status: u8,
    /// Answer: more words about it.
    pub extended_status: Vec<u16>,
    /// Attributes named in the data of a request for several.
    pub attributes: Vec<u16>,
}

/// A step of a path to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Class.
    Class(u32),
    /// Instance.
    Instance(u32),
    /// Attribute.
    Attribute(u32),
    /// Something else: its kind.
    Other(u8),
}

/// Reads a message and those within it; None where it does not make sense.
pub fn cip(bytes: &[u8], found: &mut Vec<Cip>) -> Option<()> {
    if found.len() >= ENIP_ITEMS_MAX {
        return Some(());
    }
    let mut cursor = Cursor::new(bytes);
    let service = cursor.u8()?;
    let mut message = Cip {
        service: service & 0x7f,
        is_answer: service & 0x80 != 0,
        ..Cip::default()
    };
    if message.is_answer {
        cursor.skip(1)?;
        message.status = cursor.u8()?;
        let words = cursor.u8()?;
        for _ in 0..words {
            message.extended_status.push(cursor.u16_le()?);
        }
    } else {
        let words = cursor.u8()?;
        message.path = path(cursor.take(usize::from(words).saturating_mul(2))?)?;
        if message.service == 3 {
            // Attributes asked for stand in the data.
            let count = cursor.u16_le()?;
            for _ in 0..usize::from(count).min(ENIP_ITEMS_MAX) {
                message.attributes.push(cursor.u16_le()?);
            }
        }
    }
    let is_multiple = message.service == MULTIPLE && (!message.is_answer || message.status == 0);
    found.push(message);
    if is_multiple {
        inner(cursor.rest(), found)?;
    }
    Some(())
}

/// Messages within a message: how many, where each begins. One level is enough.
fn inner(bytes: &[u8], found: &mut Vec<Cip>) -> Option<()> {
    let mut cursor = Cursor::new(bytes);
    let count = usize::from(cursor.u16_le()?).min(ENIP_ITEMS_MAX);
    let mut starts = Vec::new();
    for _ in 0..count {
        starts.push(usize::from(cursor.u16_le()?));
    }
    for (place, start) in starts.iter().enumerate() {
        let end = starts.get(place.saturating_add(1)).copied();
        let part = bytes.get(*start..end.unwrap_or(bytes.len()))?;
        if part
            .first()
            .is_some_and(|service| service & 0x7f != MULTIPLE)
        {
            cip(part, found)?;
        }
    }
    Some(())
}

fn path(bytes: &[u8]) -> Option<Vec<Segment>> {
    let mut cursor = Cursor::new(bytes);
    let mut found = Vec::new();
    while let Some(kind) = cursor.u8() {
        let value = match kind & 3 {
            _ if kind & 0xe0 != 0x20 => {
                // Ports, names and the rest: the other segments are not reached.
                found.push(Segment::Other(kind));
                return Some(found);
            }
            0 => u32::from(cursor.u8()?),
            1 => {
                cursor.skip(1)?;
                u32::from(cursor.u16_le()?)
            }
            _ => {
                cursor.skip(1)?;
                cursor.u32_le()?
            }
        };
        found.push(match kind & 0x1c {
            0x00 => Segment::Class(value),
            0x04 => Segment::Instance(value),
            0x10 => Segment::Attribute(value),
            _ => Segment::Other(kind),
        });
    }
    Some(found)
}

/// Name of a service.
pub const fn service_name(service: u8) -> Option<&'static str> {
    Some(match service {
        0x01 => "get_attributes_all",
        0x02 => "set_attributes_all",
        0x03 => "get_attribute_list",
        0x04 => "set_attribute_list",
        0x05 => "reset",
        0x06 => "start",
        0x07 => "stop",
        0x08 => "create",
        0x09 => "delete",
        0x0a => "multiple_service_packet",
        0x0d => "apply_attributes",
        0x0e => "get_attribute_single",
        0x10 => "set_attribute_single",
        0x4b => "execute_pccc",
        0x4c => "read_tag",
        0x4d => "write_tag",
        0x4e => "forward_close",
        0x52 => "read_tag_fragmented",
        0x53 => "write_tag_fragmented",
        0x54 => "forward_open",
        0x55 => "get_instance_attribute_list",
        _ => return None,
    })
}
