//! Streams to messages. The data of reads and writes is passed on as it comes; of everything else a message is held
//! until it is whole.

use super::first;
use super::names;
use super::probe::{BEGINNING_BYTES, is_magic};
use super::second;
use super::session::{Session, Streamed, Target};
use super::smb1;
use super::smb2;
use crate::cursor::Cursor;
use crate::frame::tell_message;
use crate::limits::SMB_MESSAGE_BYTES_MAX;
use crate::protocol::{Direction, Parser, Visitor};

/// Bytes of the NetBIOS header.
const FRAME_BYTES: usize = 4;

/// Where a direction stands.
#[derive(Debug, Default)]
enum Phase {
    /// Before the header of a frame.
    #[default]
    Frame,
    /// Before a message in a frame.
    Message,
    /// Bytes of a message before and in its data.
    Data(Box<Data>),
    /// The rest of a message.
    Skip(u64),
    /// After a gap or junk: a frame's beginning is looked for.
    Lost,
}

#[derive(Debug)]
struct Data {
    target: Option<Target>,
    /// Bytes before the data.
    before: u64,
    /// Bytes of data.
    length: u64,
    /// Bytes of the message, those before and the data included.
    message: u64,
}

#[derive(Debug, Default)]
struct Side {
    phase: Phase,
    held: Vec<u8>,
    /// Bytes of the frame that are still to come.
    frame: u64,
    ended: bool,
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Smb {
    to_server: Side,
    to_client: Side,
    session: Session,
}

impl Parser for Smb {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut held = std::mem::take(&mut self.side(direction).held);
        let mut rest = bytes;
        if !held.is_empty() {
            held.extend_from_slice(bytes);
            rest = &held;
        }
        let before = rest.len();
        while let Some(used) = self.step(direction, rest, visitor) {
            rest = rest.get(used..).unwrap_or_default();
        }
        // Bytes are moved only when some have been used, so that dribbles cost no more than their length.
        if held.is_empty() || rest.len() < before {
            held = rest.to_vec();
        }
        self.side(direction).held = held;
    }

    fn gap(&mut self, direction: Direction, missing: u64, visitor: &mut dyn Visitor) {
        let (side, session) = self.parts(direction);
        let held = side.held.len() as u64;
        side.held = Vec::new();
        let gone = missing.saturating_add(held);
        match std::mem::take(&mut side.phase) {
            Phase::Data(mut data) if missing < data.message && missing <= side.frame => {
                side.frame = side.frame.saturating_sub(missing);
                data.message = data.message.saturating_sub(missing);
                let before = data.before.min(missing);
                data.before = data.before.saturating_sub(before);
                let lost = data.length.min(missing.saturating_sub(before));
                data.length = data.length.saturating_sub(lost);
                if let Some(target) = &mut data.target
                    && lost > 0
                {
                    session.lose(target, lost, visitor);
                }
                side.phase = Phase::Data(data);
            }
            Phase::Skip(left) if missing < left => {
                side.frame = side.frame.saturating_sub(missing);
                side.phase = Phase::Skip(left.saturating_sub(missing));
            }
            Phase::Message if gone < side.frame => {
                // The message that the gap tore is lost, and so are those behind it in the frame.
                side.phase = Phase::Skip(side.frame.saturating_sub(gone));
                side.frame = side.frame.saturating_sub(gone);
            }
            _ => side.phase = Phase::Lost,
        }
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        let side = self.side(direction);
        side.held = Vec::new();
        side.ended = true;
        if self.to_server.ended && self.to_client.ended {
            self.session.finish(visitor);
        }
    }
}

impl Smb {
    const fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    const fn parts(&mut self, direction: Direction) -> (&mut Side, &mut Session) {
        match direction {
            Direction::ToServer => (&mut self.to_server, &mut self.session),
            Direction::ToClient => (&mut self.to_client, &mut self.session),
        }
    }

    /// Makes one step; how many bytes it used, or None while it needs more.
    fn step(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        visitor: &mut dyn Visitor,
    ) -> Option<usize> {
        let (side, session) = self.parts(direction);
        match &mut side.phase {
            Phase::Frame => side.begin_frame(bytes, direction, visitor),
            Phase::Lost => side.find_frame(bytes),
            Phase::Message => {
                if side.frame == 0 {
                    side.phase = Phase::Frame;
                    return Some(0);
                }
                message(side, session, direction, bytes, visitor)
            }
            Phase::Skip(left) => {
                if *left == 0 {
                    side.phase = Phase::Message;
                    return Some(0);
                }
                let used = at_most(bytes, *left)?;
                *left = left.saturating_sub(used as u64);
                side.frame = side.frame.saturating_sub(used as u64);
                Some(used)
            }
            Phase::Data(data) => {
                let used = data.step(session, bytes, visitor);
                if data.before == 0 && data.length == 0 {
                    let rest = data.message;
                    side.phase = Phase::Skip(rest);
                }
                side.frame = side.frame.saturating_sub(used? as u64);
                used
            }
        }
    }
}

/// How many of `bytes` are within `limit`; None where there are none.
fn at_most(bytes: &[u8], limit: u64) -> Option<usize> {
    let used = usize::try_from(limit).map_or(bytes.len(), |limit| limit.min(bytes.len()));
    (used > 0).then_some(used)
}

impl Data {
    fn step(
        &mut self,
        session: &mut Session,
        bytes: &[u8],
        visitor: &mut dyn Visitor,
    ) -> Option<usize> {
        if self.before == 0 && self.length == 0 {
            return Some(0);
        }
        if self.before > 0 {
            let used = at_most(bytes, self.before)?;
            self.before = self.before.saturating_sub(used as u64);
            self.message = self.message.saturating_sub(used as u64);
            return Some(used);
        }
        let used = at_most(bytes, self.length)?;
        if let Some(target) = &mut self.target {
            session.data(target, bytes.get(..used)?, visitor);
        }
        self.length = self.length.saturating_sub(used as u64);
        self.message = self.message.saturating_sub(used as u64);
        Some(used)
    }
}

impl Side {
    fn begin_frame(
        &mut self,
        bytes: &[u8],
        direction: Direction,
        visitor: &mut dyn Visitor,
    ) -> Option<usize> {
        let mut cursor = Cursor::new(bytes);
        let kind = cursor.u8()?;
        let length = u64::from(cursor.u24()?);
        self.frame = length;
        if matches!(kind, 0 | 0x81..=0x85) {
            let whole = length.saturating_add(FRAME_BYTES as u64);
            let names = ["nbss.pdu", "nbss.hdr", "nbss.data"];
            tell_message(names, direction, bytes, whole, FRAME_BYTES, visitor);
        }
        match kind {
            0 => self.phase = Phase::Message,
            // Session request, its answers, keep-alive.
            0x81..=0x85 => self.phase = Phase::Skip(length),
            _ => {
                visitor.anomaly("malformed_data", direction, None);
                self.phase = Phase::Lost;
                return Some(0);
            }
        }
        Some(FRAME_BYTES)
    }

    /// Looks for a frame that begins with a message; what cannot be its beginning is passed over.
    fn find_frame(&mut self, bytes: &[u8]) -> Option<usize> {
        let found = bytes
            .windows(BEGINNING_BYTES)
            .position(|window| window.first() == Some(&0) && window.get(4..).is_some_and(is_magic));
        if let Some(place) = found {
            self.phase = Phase::Frame;
            return Some(place);
        }
        let kept = BEGINNING_BYTES.saturating_sub(1);
        bytes.len().checked_sub(kept).filter(|used| *used > 0)
    }

    /// Behind `used` bytes of a message of `length` bytes; what is not used is passed over.
    fn pass_message(&mut self, length: u64, used: usize) -> Option<usize> {
        let rest = length.saturating_sub(used as u64);
        self.frame = self.frame.saturating_sub(used as u64);
        self.phase = Phase::Skip(rest);
        Some(used)
    }

    /// Data follows behind `used` bytes of a message of `length` bytes.
    fn pass_data(&mut self, length: u64, used: usize, streamed: Streamed) -> Option<usize> {
        let message = length.saturating_sub(used as u64);
        let before = (streamed.data.saturating_sub(used) as u64).min(message);
        self.frame = self.frame.saturating_sub(used as u64);
        self.phase = Phase::Data(Box::new(Data {
            target: streamed.target,
            before,
            length: streamed.length.min(message.saturating_sub(before)),
            message,
        }));
        Some(used)
    }
}

/// A message begins; as many bytes of it are used as are needed to know what it is.
fn message(
    side: &mut Side,
    session: &mut Session,
    direction: Direction,
    bytes: &[u8],
    visitor: &mut dyn Visitor,
) -> Option<usize> {
    let frame = side.frame;
    if frame < 4 {
        return side.pass_message(frame, 0);
    }
    let magic = bytes.first_chunk::<4>()?;
    match *magic {
        smb2::MAGIC => message_2(side, session, direction, bytes, visitor),
        smb1::MAGIC => message_1(side, session, direction, bytes, visitor),
        smb2::ENCRYPTED_MAGIC => {
            let head = beginning(bytes, frame, smb2::ENCRYPTED_HEADER_BYTES)?.len();
            let names = ["smb3.pdu", "smb3.hdr", "smb3.data"];
            tell_message(names, direction, bytes, frame, head, visitor);
            side.pass_message(frame, 0)
        }
        smb2::COMPRESSED_MAGIC => side.pass_message(frame, 0),
        _ => {
            visitor.anomaly("malformed_data", direction, None);
            side.pass_message(frame, 0)
        }
    }
}

/// Says so where a message travels the wrong way.
fn travels_rightly(is_response: bool, direction: Direction, visitor: &mut dyn Visitor) -> bool {
    match (direction, is_response) {
        (Direction::ToServer, true) => visitor.anomaly("response_to_server", direction, None),
        (Direction::ToClient, false) => visitor.anomaly("request_to_client", direction, None),
        _ => return true,
    }
    false
}

/// The first bytes of a message, once there are as many as wanted or the message has no more.
fn beginning(bytes: &[u8], message: u64, wanted: usize) -> Option<&[u8]> {
    let wanted = usize::try_from(message).map_or(wanted, |message| message.min(wanted));
    bytes.get(..wanted)
}

fn message_2(
    side: &mut Side,
    session: &mut Session,
    direction: Direction,
    bytes: &[u8],
    visitor: &mut dyn Visitor,
) -> Option<usize> {
    let frame = side.frame;
    let head = beginning(bytes, frame, smb2::HEADER_BYTES)?;
    let Some(header) = smb2::header(head) else {
        visitor.anomaly("malformed_data", direction, None);
        return side.pass_message(frame, 0);
    };
    let next = u64::from(header.next);
    let length = if next >= smb2::HEADER_BYTES as u64 && next < frame {
        next
    } else {
        frame
    };
    if !travels_rightly(header.is_response(), direction, visitor) {
        return side.pass_message(length, head.len());
    }
    // A message may be looked at several times until it is whole; this is done by the first look.
    if direction == Direction::ToServer {
        session.client_goes_on(visitor);
    }
    let carried_out = header.status >> 30 != 3 && header.status != 0x0103;
    let streamed = match (header.command, direction) {
        (names::second::WRITE, Direction::ToServer) => {
            let head = beginning(bytes, length, smb2::WRITE_BYTES)?;
            let found = second::write_begins(session, &header, head, visitor);
            Some((found, head.len()))
        }
        (names::second::READ, Direction::ToClient) if carried_out => {
            let head = beginning(bytes, length, smb2::READ_BYTES)?;
            let found = second::read_begins(session, &header, head, visitor);
            Some((found, head.len()))
        }
        _ => None,
    };
    let whole = match streamed {
        None => Some(beginning(bytes, length, SMB_MESSAGE_BYTES_MAX)?),
        Some(_) => None,
    };
    let names = ["smb2.pdu", "smb2.hdr", "smb2.data"];
    tell_message(names, direction, bytes, length, smb2::HEADER_BYTES, visitor);
    match streamed {
        Some((Some(streamed), used)) => side.pass_data(length, used, streamed),
        Some((None, used)) => {
            visitor.anomaly("malformed_data", direction, None);
            side.pass_message(length, used)
        }
        None => {
            let whole = whole.unwrap_or(head);
            match direction {
                Direction::ToServer => {
                    if second::request(session, &header, whole, visitor).is_none() {
                        visitor.anomaly("malformed_data", direction, None);
                    }
                }
                Direction::ToClient => second::response(session, &header, whole, visitor),
            }
            side.pass_message(length, whole.len())
        }
    }
}

/// Bytes with which every command of version 1 that is passed on as it comes begins.
const LONGEST_WORDS: usize = smb1::HEADER_BYTES + 1 + 2 * 14;

fn message_1(
    side: &mut Side,
    session: &mut Session,
    direction: Direction,
    bytes: &[u8],
    visitor: &mut dyn Visitor,
) -> Option<usize> {
    let frame = side.frame;
    let head = beginning(bytes, frame, LONGEST_WORDS)?;
    let Some(header) = smb1::header(head) else {
        visitor.anomaly("malformed_data", direction, None);
        return side.pass_message(frame, 0);
    };
    if !travels_rightly(header.is_response(), direction, visitor) {
        return side.pass_message(frame, head.len());
    }
    if direction == Direction::ToServer {
        session.client_goes_on(visitor);
    }
    let streamed = match (header.command, direction) {
        (names::first::WRITE_ANDX, Direction::ToServer) => first::write_begins(&header, head),
        (names::first::READ_ANDX, Direction::ToClient) if header.status == 0 => {
            first::read_begins(session, &header, head)
        }
        _ => None,
    };
    let whole = match streamed {
        None => beginning(bytes, frame, SMB_MESSAGE_BYTES_MAX)?,
        Some(_) => head,
    };
    let names = ["smb1.pdu", "smb1.hdr", "smb1.data"];
    tell_message(names, direction, bytes, frame, smb1::HEADER_BYTES, visitor);
    // Data that begins within what was looked at is left for the next step.
    if let Some(streamed) = streamed {
        let used = streamed.data.min(head.len());
        return side.pass_data(frame, used, streamed);
    }
    first::message(session, &header, whole, direction, visitor);
    side.pass_message(frame, whole.len())
}
