//! A NetBIOS name service message (RFC 1002, 4.2) to values.

use crate::cursor::Cursor;
use crate::limits::NBNS_NAMES_MAX;

/// A name: fifteen characters, and a byte that tells what kind of service it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// Characters without the blanks at the end.
    pub text: Vec<u8>,
    /// 0 workstation, 0x20 file server, 0x1b to 0x1e domain and browser.
    pub suffix: u8,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Name.
    pub name: Name,
    /// 0x20 name, 0x21 status.
    pub kind: u16,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Name.
    pub name: Name,
    /// 0x20 name, 0x21 status.
    pub kind: u16,
    /// How long it may be kept, in seconds.
    pub ttl: u32,
    /// Addresses that have the name, each with whether they share it as a group.
    pub addresses: Vec<([u8; 4], bool)>,
    /// Names of a machine that told its status, each with whether it is a group's.
    pub names: Vec<(Name, bool)>,
    /// Hardware address of a machine that told its status.
    pub mac: Option<[u8; 6]>,
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Chosen by who asks.
    pub id: u16,
    /// Flags.
    pub flags: u16,
    /// Questions.
    pub questions: Vec<Question>,
    /// Records of all sections.
    pub records: Vec<Record>,
    /// It ended before it should.
    pub cut: bool,
}

impl Message {
    /// Whether it answers.
    pub const fn is_response(&self) -> bool {
        self.flags & 0x8000 != 0
    }

    /// What is asked for: 0 query, 5 registration, 6 release, 7 wait, 8 refresh.
    pub const fn opcode(&self) -> u8 {
        ((self.flags >> 11) & 0x0f) as u8
    }
}

/// Reads a message; None where its beginning is none.
pub fn message(bytes: &[u8]) -> Option<Message> {
    let mut cursor = Cursor::new(bytes);
    let mut message = Message {
        id: cursor.u16()?,
        flags: cursor.u16()?,
        ..Message::default()
    };
    let questions = cursor.u16()?;
    let mut records = 0usize;
    for _ in 0..3 {
        records = records.saturating_add(cursor.u16()?.into());
    }
    if usize::from(questions) > NBNS_NAMES_MAX || records > NBNS_NAMES_MAX {
        return None;
    }
    message.cut = sections(bytes, &mut cursor, questions, records, &mut message).is_none();
    (!message.questions.is_empty() || !message.records.is_empty()).then_some(message)
}

fn sections(
    whole: &[u8],
    cursor: &mut Cursor<'_>,
    questions: u16,
    records: usize,
    message: &mut Message,
) -> Option<()> {
    for _ in 0..questions {
        let name = name(whole, cursor)?;
        let kind = cursor.u16()?;
        cursor.skip(2)?;
        message.questions.push(Question { name, kind });
    }
    for _ in 0..records {
        let record = record(whole, cursor)?;
        message.records.push(record);
    }
    Some(())
}

fn record(whole: &[u8], cursor: &mut Cursor<'_>) -> Option<Record> {
    let name = name(whole, cursor)?;
    let kind = cursor.u16()?;
    cursor.skip(2)?;
    let ttl = cursor.u32()?;
    let length = cursor.u16()?;
    let mut record = Record {
        name,
        kind,
        ttl,
        addresses: Vec::new(),
        names: Vec::new(),
        mac: None,
    };
    let mut data = Cursor::new(cursor.take(length.into())?);
    match kind {
        0x20 => {
            while let (Some(flags), Some(address)) = (data.u16(), data.array()) {
                if record.addresses.len() >= NBNS_NAMES_MAX {
                    break;
                }
                record.addresses.push((address, flags & 0x8000 != 0));
            }
        }
        0x21 => {
            for _ in 0..data.u8()? {
                let (text, suffix) = (data.take(15)?, data.u8()?);
                let flags = data.u16()?;
                let text = text.trim_ascii_end().to_vec();
                record
                    .names
                    .push((Name { text, suffix }, flags & 0x8000 != 0));
            }
            record.mac = data.array();
        }
        _ => {}
    }
    Some(record)
}

/// A name: 32 letters from A to P are sixteen bytes; a scope may follow, or a pointer leads to an
/// earlier one.
fn name(whole: &[u8], cursor: &mut Cursor<'_>) -> Option<Name> {
    let first = cursor.u8()?;
    if first >= 0xc0 {
        let target = u16::from_be_bytes([first & 0x3f, cursor.u8()?]);
        let mut earlier = Cursor::new(whole);
        earlier.skip(target.into())?;
        return (earlier.u8()? == 32).then(|| letters(&mut earlier))?;
    }
    if first != 32 {
        return None;
    }
    let name = letters(cursor)?;
    loop {
        match cursor.u8()? {
            0 => return Some(name),
            length @ 1..=63 => cursor.skip(length.into())?,
            0xc0.. => {
                cursor.skip(1)?;
                return Some(name);
            }
            _ => return None,
        }
    }
}

fn letters(cursor: &mut Cursor<'_>) -> Option<Name> {
    let encoded = cursor.array::<32>()?;
    let mut decoded = Vec::with_capacity(16);
    for pair in encoded.as_chunks::<2>().0 {
        let [high, low] = pair.map(|letter| letter.wrapping_sub(b'A'));
        if high > 15 || low > 15 {
            return None;
        }
        decoded.push(high << 4 | low);
    }
    let suffix = decoded.pop()?;
    let text = decoded
        .trim_ascii_end()
        .iter()
        .copied()
        .take_while(|byte| *byte != 0)
        .collect();
    Some(Name { text, suffix })
}
