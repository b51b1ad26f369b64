//! Records of a stream (RFC 5531, section 11). Of a record as much is held as says what it is; the bytes of a
//! file are passed on as they come.

use super::files::Target;
use super::rpc::{Beginning, beginning};
use super::session::Session;
use crate::limits::{NFS_MESSAGE_BYTES_MAX, NFS_RECORD_BYTES_MAX};
use crate::protocol::{Direction, Visitor};

/// Bytes of the mark before a part of a record.
const MARK_BYTES: usize = 4;
/// The part is the last one of its record.
const LAST: u32 = 0x8000_0000;

/// Length of a part and whether it is the last, as its mark says; None where it cannot be one.
pub(super) fn mark(bytes: [u8; MARK_BYTES]) -> Option<(u64, bool)> {
    let mark = u32::from_be_bytes(bytes);
    let length = u64::from(mark & !LAST);
    (1..=NFS_RECORD_BYTES_MAX)
        .contains(&length)
        .then_some((length, mark & LAST != 0))
}

/// What is done with the bytes of a record.
#[derive(Debug)]
enum Record {
    /// Its beginning is held.
    Beginning(Vec<u8>),
    /// Bytes of a file follow, that many.
    Data(Box<Target>, u64),
    /// The rest is of no interest.
    Rest,
}

impl Default for Record {
    fn default() -> Self {
        Self::Beginning(Vec::new())
    }
}

/// Where a direction stands.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    #[default]
    Known,
    /// After a gap: a record is looked for where bytes begin.
    Lost,
    /// What came was none.
    Over,
}

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Side {
    place: Place,
    mark: Vec<u8>,
    /// Bytes of the part that are still to come.
    left: u64,
    is_last: bool,
    record: Record,
    pub ended: bool,
}

impl Side {
    pub fn is_over(&self) -> bool {
        self.place == Place::Over
    }

    pub fn feed(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        session: &mut Session,
        visitor: &mut dyn Visitor,
    ) {
        if self.place == Place::Lost {
            if !begins_record(bytes) {
                return;
            }
            self.place = Place::Known;
        }
        let mut rest = bytes;
        while !rest.is_empty() && !self.is_over() {
            let used = if self.left == 0 {
                self.begin_part(direction, rest, visitor)
            } else {
                let here =
                    usize::try_from(self.left).map_or(rest.len(), |left| left.min(rest.len()));
                let part = rest.get(..here).unwrap_or(rest);
                self.left = self.left.saturating_sub(here as u64);
                self.record.take(direction, part, session, visitor);
                self.end_part(direction, session, visitor);
                here
            };
            rest = rest.get(used..).unwrap_or_default();
        }
    }

    /// Takes bytes of a mark; how many.
    fn begin_part(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        visitor: &mut dyn Visitor,
    ) -> usize {
        let used = MARK_BYTES.saturating_sub(self.mark.len()).min(bytes.len());
        self.mark
            .extend_from_slice(bytes.get(..used).unwrap_or_default());
        if let Some(whole) = self.mark.first_chunk::<MARK_BYTES>() {
            match mark(*whole) {
                Some((length, is_last)) => (self.left, self.is_last) = (length, is_last),
                None => {
                    visitor.anomaly("malformed_data", direction, None);
                    self.place = Place::Over;
                }
            }
            self.mark.clear();
        }
        used
    }

    fn end_part(&mut self, direction: Direction, session: &mut Session, visitor: &mut dyn Visitor) {
        if self.left == 0 && self.is_last {
            std::mem::take(&mut self.record).end(direction, session, visitor);
        }
    }

    pub fn gap(
        &mut self,
        direction: Direction,
        missing: u64,
        session: &mut Session,
        visitor: &mut dyn Visitor,
    ) {
        if self.is_over() {
            return;
        }
        if missing > self.left || self.left == 0 {
            *self = Self {
                place: Place::Lost,
                ended: self.ended,
                ..Self::default()
            };
            return;
        }
        self.left = self.left.saturating_sub(missing);
        match &mut self.record {
            Record::Data(target, left) => {
                let lost = missing.min(*left);
                session.lose(target, lost, visitor);
                *left = left.saturating_sub(lost);
            }
            record => *record = Record::Rest,
        }
        self.end_part(direction, session, visitor);
    }
}

/// Whether bytes begin with a mark and a message.
fn begins_record(bytes: &[u8]) -> bool {
    let Some((whole, rest)) = bytes.split_first_chunk::<MARK_BYTES>() else {
        return false;
    };
    mark(*whole).is_some() && matches!(beginning(rest), Beginning::Call | Beginning::Reply)
}

impl Record {
    fn take(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        session: &mut Session,
        visitor: &mut dyn Visitor,
    ) {
        let mut rest = bytes;
        if let Self::Beginning(held) = self {
            let room = NFS_MESSAGE_BYTES_MAX.saturating_sub(held.len());
            let used = room.min(rest.len());
            held.extend_from_slice(rest.get(..used).unwrap_or_default());
            rest = rest.get(used..).unwrap_or_default();
            if held.len() < NFS_MESSAGE_BYTES_MAX {
                return;
            }
            let held = std::mem::take(held);
            *self = begin(direction, &held, session, visitor);
        }
        if let Self::Data(target, left) = self {
            let here = usize::try_from(*left).map_or(rest.len(), |left| left.min(rest.len()));
            session.data(target, rest.get(..here).unwrap_or(rest), visitor);
            *left = left.saturating_sub(here as u64);
        }
    }

    fn end(self, direction: Direction, session: &mut Session, visitor: &mut dyn Visitor) {
        let record = match self {
            Self::Beginning(held) => begin(direction, &held, session, visitor),
            record => record,
        };
        if let Self::Data(mut target, left) = record {
            if left > 0 {
                visitor.anomaly("malformed_data", direction, None);
                session.lose(&mut target, left, visitor);
            }
            session.data_ends(&target, visitor);
        }
    }
}

/// Reads the beginning of a record, and what of a file stands in it.
fn begin(
    direction: Direction,
    held: &[u8],
    session: &mut Session,
    visitor: &mut dyn Visitor,
) -> Record {
    let Some(data) = session.message(direction, held, visitor) else {
        return Record::Rest;
    };
    let mut target = data.target;
    let here = held.get(data.place..).unwrap_or_default();
    let length = usize::try_from(data.length).map_or(here.len(), |length| length.min(here.len()));
    let here = here.get(..length).unwrap_or(here);
    session.data(&mut target, here, visitor);
    let left = data.length.saturating_sub(here.len() as u64);
    Record::Data(Box::new(target), left)
}
