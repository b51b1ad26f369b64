//! What is asked or said: the application layer.

use crate::cursor::Cursor;
use crate::limits::DNP3_OBJECTS_MAX;

/// A message of the application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Application {
    /// Bits and number.
    pub control: u8,
    /// What is asked or said.
    pub function: u8,
    /// A station's state, in answers.
    pub indications: Option<u16>,
    /// What it is about.
    pub objects: Vec<Object>,
    /// All objects were understood.
    pub complete: bool,
    /// An object of an unknown kind ended the reading.
    pub unknown_object: bool,
}

/// A header of objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// Kind.
    pub group: u8,
    /// Form.
    pub variation: u8,
    /// How range and prefixes are written.
    pub qualifier: u8,
    /// First.
    pub start: u32,
    /// Last.
    pub stop: u32,
    /// How many.
    pub count: u32,
}

impl Object {
    /// How objects are numbered.
    pub const fn prefix_code(&self) -> u8 {
        (self.qualifier >> 4) & 7
    }

    /// How the range is written.
    pub const fn range_code(&self) -> u8 {
        self.qualifier & 0x0f
    }
}

/// Answers carry a station's state.
pub const fn is_answer(function: u8) -> bool {
    matches!(function, 129..=131)
}

/// Reads a message; None where it is too short for one.
pub fn application(bytes: &[u8]) -> Option<Application> {
    let mut cursor = Cursor::new(bytes);
    let mut message = Application {
        control: cursor.u8()?,
        function: cursor.u8()?,
        complete: true,
        ..Application::default()
    };
    if is_answer(message.function) {
        message.indications = Some(cursor.u16()?);
    }
    while cursor.remaining() > 0 {
        if message.objects.len() >= DNP3_OBJECTS_MAX {
            message.complete = false;
            break;
        }
        let Some(object) = object(&mut cursor) else {
            message.complete = false;
            break;
        };
        message.objects.push(object);
        // Questions name objects, all others hold them.
        if message.function == 1 {
            continue;
        }
        match data_bytes(&object) {
            Some(length) if cursor.skip(length).is_some() => {}
            size => {
                message.complete = false;
                message.unknown_object = size.is_none();
                break;
            }
        }
    }
    Some(message)
}

fn object(cursor: &mut Cursor<'_>) -> Option<Object> {
    let [group, variation, qualifier] = cursor.array::<3>()?;
    let mut object = Object {
        group,
        variation,
        qualifier,
        ..Object::default()
    };
    match object.range_code() {
        0 | 3 => (object.start, object.stop) = (cursor.u8()?.into(), cursor.u8()?.into()),
        1 | 4 => (object.start, object.stop) = (cursor.u16_le()?.into(), cursor.u16_le()?.into()),
        2 | 5 => (object.start, object.stop) = (cursor.u32_le()?, cursor.u32_le()?),
        6 => {}
        7 | 11 => object.count = cursor.u8()?.into(),
        8 => object.count = cursor.u16_le()?.into(),
        9 => object.count = cursor.u32_le()?,
        _ => return None,
    }
    if object.range_code() <= 5 {
        let span = object.stop.checked_sub(object.start)?;
        object.count = span.saturating_add(1);
    }
    Some(object)
}

/// Bytes that the objects take, with their numbers; None where the kind is not known.
fn data_bytes(object: &Object) -> Option<usize> {
    let count = usize::try_from(object.count).ok()?;
    if count == 0 {
        return Some(0);
    }
    let one = match (object.group, object.variation) {
        // Bits side by side.
        (1 | 3 | 10 | 80, 1) if object.prefix_code() == 0 => return Some(count.div_ceil(8)),
        (60, 1..=4) => 0,
        (1 | 3 | 10, 2) | (2 | 4 | 11 | 13, 1) => 1,
        (20, 6) | (21, 10) | (30 | 31, 4) | (34, 1) | (52, 1 | 2) => 2,
        (2 | 4, 3) | (20..=23, 2) | (30 | 32 | 40 | 41 | 42, 2) => 3,
        (20, 5) | (21, 9) | (30, 3) | (34, 2 | 3) => 4,
        (20..=23, 1) | (30 | 32 | 40 | 41 | 42, 1) | (30 | 32 | 40 | 42, 5) | (41, 3) => 5,
        (50, 1 | 3) | (51, 1 | 2) => 6,
        (2 | 4 | 11 | 13, 2) => 7,
        (30 | 32, 6) | (21..=23, 6) | (32 | 42, 4) => 9,
        (12, 1) | (32 | 42, 3 | 7) | (21..=23, 5) => 11,
        _ => return None,
    };
    let prefix = match object.prefix_code() {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        _ => return None,
    };
    count.checked_mul(usize::checked_add(one, prefix)?)
}
