//! Bytes of a DNS message to values (RFC 1035 and those that add record types).

use super::message::{Data, Header, Message, Question, Record, Section, Span};
use crate::cursor::Cursor;
use crate::limits::{
    DNS_LABELS_MAX, DNS_NAME_BYTES_MAX, DNS_POINTERS_MAX, DNS_RECORDS_MAX, DNS_TEXT_BYTES_MAX,
};

/// Why a message was not understood to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Shorter than it says, or a name or record that makes no sense.
    Malformed,
    /// A name's pointers lead nowhere.
    EndlessName,
    /// More labels than a name may have.
    TooManyLabels,
    /// More bytes than a name may have; the name was cut.
    LongName,
    /// More records or text than we keep.
    TooMuch,
}

/// Bytes of the fixed part.
pub const HEADER_BYTES: usize = 12;

/// The fixed part.
pub fn header(bytes: &[u8]) -> Option<Header> {
    let mut cursor = Cursor::new(bytes);
    Some(Header {
        id: cursor.u16()?,
        flags: cursor.u16()?,
        counts: [cursor.u16()?, cursor.u16()?, cursor.u16()?, cursor.u16()?],
    })
}

/// What reading a message came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What stopped the reading, and in which section (None: among the questions).
    pub stopped: Option<(Problem, Option<Section>)>,
    /// A name was too long and was cut; reading went on.
    pub long_name: bool,
    /// Bytes after the last record.
    pub trailing_bytes: usize,
}

/// Reads a whole message into `message`; what was understood before a problem stays there.
pub fn message(bytes: &[u8], message: &mut Message) -> Outcome {
    message.clear();
    let mut outcome = Outcome::default();
    let mut reader = Reader {
        whole: bytes,
        cursor: Cursor::new(bytes),
        long_name: false,
    };
    let Some(header) = header(bytes) else {
        outcome.stopped = Some((Problem::Malformed, None));
        return outcome;
    };
    message.header = header;
    // Present: `header` has just read them.
    let _ = reader.cursor.skip(HEADER_BYTES);
    outcome.stopped = reader.sections(message).err();
    outcome.long_name = reader.long_name;
    outcome.trailing_bytes = reader.cursor.remaining();
    outcome
}

struct Reader<'a> {
    whole: &'a [u8],
    cursor: Cursor<'a>,
    long_name: bool,
}

impl<'a> Reader<'a> {
    fn sections(&mut self, message: &mut Message) -> Result<(), (Problem, Option<Section>)> {
        let [questions, answers, authorities, additionals] = message.header.counts;
        for _ in 0..questions {
            self.question(message).map_err(|problem| (problem, None))?;
        }
        for (section, count) in [
            (Section::Answer, answers),
            (Section::Authority, authorities),
            (Section::Additional, additionals),
        ] {
            for _ in 0..count {
                self.record(section, message)
                    .map_err(|problem| (problem, Some(section)))?;
            }
        }
        Ok(())
    }

    fn question(&mut self, message: &mut Message) -> Result<(), Problem> {
        if message.questions.len() >= DNS_RECORDS_MAX {
            return Err(Problem::TooMuch);
        }
        let name = self.name(message)?;
        let kind = self.cursor.u16().ok_or(Problem::Malformed)?;
        let class = self.cursor.u16().ok_or(Problem::Malformed)?;
        message.questions.push(Question { name, kind, class });
        Ok(())
    }

    fn record(&mut self, section: Section, message: &mut Message) -> Result<(), Problem> {
        if message.records.len() >= DNS_RECORDS_MAX {
            return Err(Problem::TooMuch);
        }
        let name = self.name(message)?;
        let mut fixed = || {
            Some((
                self.cursor.u16()?,
                self.cursor.u16()?,
                self.cursor.u32()?,
                self.cursor.u16()?,
            ))
        };
        let (kind, class, ttl, length) = fixed().ok_or(Problem::Malformed)?;
        let start = self.cursor;
        let raw = self.cursor.take(length.into()).ok_or(Problem::Malformed)?;
        let data = self.data(kind, start, raw, message)?;
        message.records.push(Record {
            section,
            name,
            kind,
            class,
            ttl,
            data,
        });
        Ok(())
    }

    /// The data of a record; data that does not fit its type is kept as raw bytes. `start` stands
    /// at the data's first byte.
    fn data(
        &mut self,
        kind: u16,
        start: Cursor<'a>,
        raw: &[u8],
        message: &mut Message,
    ) -> Result<Data, Problem> {
        let room = (message.text.len(), message.strings.len());
        let mut inner = Reader {
            whole: self.whole,
            cursor: start.limited(raw.len()),
            long_name: false,
        };
        let typed = if raw.is_empty() {
            None
        } else {
            match inner.typed(kind, raw, message) {
                Err(problem @ (Problem::EndlessName | Problem::TooMuch)) => return Err(problem),
                Err(_) => None,
                Ok(data) => data,
            }
        };
        self.long_name |= inner.long_name;
        match typed {
            Some(data) => Ok(data),
            None => {
                message.text.truncate(room.0);
                message.strings.truncate(room.1);
                keep(message, raw).map(Data::Raw)
            }
        }
    }

    fn typed(
        &mut self,
        kind: u16,
        raw: &[u8],
        message: &mut Message,
    ) -> Result<Option<Data>, Problem> {
        let malformed = Problem::Malformed;
        Ok(match kind {
            1 => raw.try_into().ok().map(Data::Address4),
            28 => raw.try_into().ok().map(Data::Address6),
            2 | 5 | 12 | 39 => Some(Data::Name(self.name(message)?)),
            15 => Some(Data::Exchange {
                preference: self.cursor.u16().ok_or(malformed)?,
                name: self.name(message)?,
            }),
            6 => {
                let server = self.name(message)?;
                let mailbox = self.name(message)?;
                let mut numbers = [0; 5];
                for number in &mut numbers {
                    *number = self.cursor.u32().ok_or(malformed)?;
                }
                Some(Data::Authority {
                    server,
                    mailbox,
                    numbers,
                })
            }
            33 => Some(Data::Service {
                priority: self.cursor.u16().ok_or(malformed)?,
                weight: self.cursor.u16().ok_or(malformed)?,
                port: self.cursor.u16().ok_or(malformed)?,
                name: self.name(message)?,
            }),
            16 => Some(self.strings(message)?),
            44 => Some(Data::Fingerprint {
                algorithm: self.cursor.u8().ok_or(malformed)?,
                kind: self.cursor.u8().ok_or(malformed)?,
                digest: keep(message, self.cursor.rest())?,
            }),
            64 | 65 => Some(Data::Binding {
                priority: self.cursor.u16().ok_or(malformed)?,
                name: self.name(message)?,
                parameters: keep(message, self.cursor.rest())?,
            }),
            _ => None,
        })
    }

    fn strings(&mut self, message: &mut Message) -> Result<Data, Problem> {
        let start = position(message.strings.len())?;
        while let Some(length) = self.cursor.u8() {
            // A string that runs out of its record is kept as far as it goes.
            let length = usize::from(length).min(self.cursor.remaining());
            let string = self.cursor.take(length).unwrap_or_default();
            let span = keep(message, string)?;
            message.strings.push(span);
        }
        let end = position(message.strings.len())?;
        Ok(Data::Text(Span { start, end }))
    }

    /// A name at the cursor, pointers followed, dotted into the arena.
    fn name(&mut self, message: &mut Message) -> Result<Span, Problem> {
        let start = message.text.len();
        let mut labels = 0usize;
        let mut pointers = 0usize;
        let mut walk = self.cursor;
        let mut after = None;
        loop {
            let length = walk.u8().ok_or(Problem::Malformed)?;
            match length {
                0 => break,
                1..=0x3f => {
                    labels = labels.saturating_add(1);
                    if labels > DNS_LABELS_MAX {
                        return Err(Problem::TooManyLabels);
                    }
                    let label = walk.take(length.into()).ok_or(Problem::Malformed)?;
                    self.append_label(message, start, label)?;
                }
                0xc0..=0xff => {
                    let low = walk.u8().ok_or(Problem::Malformed)?;
                    after.get_or_insert(walk);
                    pointers = pointers.saturating_add(1);
                    if pointers > DNS_POINTERS_MAX {
                        return Err(Problem::EndlessName);
                    }
                    let target = usize::from(u16::from_be_bytes([length & 0x3f, low]));
                    walk = Cursor::new(self.whole);
                    walk.skip(target).ok_or(Problem::Malformed)?;
                }
                _ => return Err(Problem::Malformed),
            }
        }
        self.cursor = after.unwrap_or(walk);
        Ok(Span {
            start: position(start)?,
            end: position(message.text.len())?,
        })
    }

    fn append_label(
        &mut self,
        message: &mut Message,
        start: usize,
        label: &[u8],
    ) -> Result<(), Problem> {
        let length = message.text.len().saturating_sub(start);
        if length.saturating_add(label.len()) >= DNS_NAME_BYTES_MAX {
            self.long_name = true;
            return Ok(());
        }
        if message.text.len().saturating_add(label.len()) >= DNS_TEXT_BYTES_MAX {
            return Err(Problem::TooMuch);
        }
        if length > 0 {
            message.text.push(b'.');
        }
        message.text.extend_from_slice(label);
        Ok(())
    }
}

fn keep(message: &mut Message, bytes: &[u8]) -> Result<Span, Problem> {
    let start = message.text.len();
    if start.saturating_add(bytes.len()) > DNS_TEXT_BYTES_MAX {
        return Err(Problem::TooMuch);
    }
    message.text.extend_from_slice(bytes);
    Ok(Span {
        start: position(start)?,
        end: position(message.text.len())?,
    })
}

fn position(value: usize) -> Result<u32, Problem> {
    u32::try_from(value).map_err(|_| Problem::TooMuch)
}
