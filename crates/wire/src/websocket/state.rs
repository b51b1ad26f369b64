//! Bytes to messages.

use super::inflate::Inflater;
use super::parser::{COMPRESSED, FIN, Header, header, unmask};
use crate::frame::Frame;
use crate::limits::WEBSOCKET_MESSAGE_BYTES_MAX;
use crate::protocol::{Direction, Parser, Visitor};

/// Bytes of the longest header.
const HEADER_BYTES_MAX: usize = 14;

/// A message, or a control frame.
#[derive(Debug, Default)]
pub struct WebSocketTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// Who sent it.
    pub from_server: bool,
    /// FIN and reserved bits.
    pub flags: u8,
    /// What it carries.
    pub opcode: u8,
    /// Key of its first frame.
    pub mask: Option<[u8; 4]>,
    /// Unmasked and unpacked, as far as the limit.
    pub payload: Vec<u8>,
}

/// One direction.
#[derive(Debug, Default)]
struct Side {
    /// A header that is not complete.
    held: Vec<u8>,
    /// The frame in whose payload the stream stands, and how far.
    frame: Option<(Header, u64)>,
    payload: Vec<u8>,
    /// The message whose frames are not all there.
    message: Option<WebSocketTransaction>,
    cut: bool,
    inflater: Inflater,
    lost: bool,
}

/// One conversation.
#[derive(Debug, Default)]
pub struct WebSocket {
    to_server: Side,
    to_client: Side,
    next_id: u64,
}

impl Parser for WebSocket {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut rest = bytes;
        while !rest.is_empty() && !self.side(direction).lost {
            rest = self.advance(direction, rest, visitor);
        }
    }

    fn gap(&mut self, direction: Direction, missing: u64, visitor: &mut dyn Visitor) {
        let side = self.side(direction);
        match &mut side.frame {
            Some((header, position)) if header.length.saturating_sub(*position) >= missing => {
                *position = position.saturating_add(missing);
                side.cut = true;
                self.frame_ends(direction, visitor);
            }
            // Where frames begin is not known any more.
            _ => {
                side.lost = true;
                side.held = Vec::new();
                self.give_up(direction, visitor);
            }
        }
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        self.give_up(direction, visitor);
    }
}

impl WebSocket {
    const fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn advance<'a>(
        &mut self,
        direction: Direction,
        bytes: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> &'a [u8] {
        let side = self.side(direction);
        let Some((header, position)) = &mut side.frame else {
            return self.in_header(direction, bytes, visitor);
        };
        let left = header.length.saturating_sub(*position);
        let taken = usize::try_from(left).unwrap_or(usize::MAX);
        let (data, rest) = bytes.split_at_checked(taken).unwrap_or((bytes, b""));
        let room = WEBSOCKET_MESSAGE_BYTES_MAX.saturating_sub(side.payload.len());
        let start = side.payload.len();
        let kept = data.get(..room).unwrap_or(data);
        side.payload.extend_from_slice(kept);
        if let Some(mask) = header.mask
            && let Some(new) = side.payload.get_mut(start..)
        {
            unmask(new, mask, *position);
        }
        *position = position.saturating_add(data.len() as u64);
        if kept.len() < data.len() && !side.cut {
            side.cut = true;
            visitor.anomaly("skip_end_of_payload", direction, None);
        }
        self.frame_ends(direction, visitor);
        rest
    }

    fn in_header<'a>(
        &mut self,
        direction: Direction,
        bytes: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> &'a [u8] {
        let side = self.side(direction);
        let before = side.held.len();
        let room = HEADER_BYTES_MAX.saturating_sub(before);
        side.held
            .extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        let Some((read, length)) = header(&side.held) else {
            return b"";
        };
        let shown = side.held.get(..length).unwrap_or_default();
        visitor.frame(&Frame::whole("header", direction, shown));
        side.held.clear();
        side.frame = Some((read, 0));
        side.payload.clear();
        side.cut = false;
        self.frame_ends(direction, visitor);
        bytes
            .get(length.saturating_sub(before)..)
            .unwrap_or_default()
    }

    /// After some bytes of a payload: was that all of it?
    fn frame_ends(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        let side = self.side(direction);
        let Some((header, position)) = side.frame else {
            return;
        };
        if position < header.length {
            return;
        }
        side.frame = None;
        let payload = std::mem::take(&mut side.payload);
        visitor.frame(&Frame {
            length: Some(header.length),
            ..Frame::whole("data", direction, &payload)
        });
        if header.is_control() {
            let message = begin(direction, header, payload);
            self.tell(message, visitor);
        } else {
            self.message_frame(direction, header, &payload, visitor);
        }
    }

    /// A frame of a message.
    fn message_frame(
        &mut self,
        direction: Direction,
        header: Header,
        payload: &[u8],
        visitor: &mut dyn Visitor,
    ) {
        let side = self.side(direction);
        let mut message = match side.message.take() {
            Some(message) if header.opcode == 0 => message,
            // A message that begins ends the one before it.
            unfinished => {
                if let Some(unfinished) = unfinished {
                    self.complete(direction, unfinished, visitor);
                }
                begin(direction, header, Vec::new())
            }
        };
        let room = WEBSOCKET_MESSAGE_BYTES_MAX.saturating_sub(message.payload.len());
        if payload.len() > room {
            visitor.anomaly("reassembly_limit_reached", direction, Some(message.id));
        }
        message
            .payload
            .extend_from_slice(payload.get(..room).unwrap_or(payload));
        if header.is_final() {
            message.flags |= FIN;
            self.complete(direction, message, visitor);
        } else {
            self.side(direction).message = Some(message);
        }
    }

    fn complete(
        &mut self,
        direction: Direction,
        mut message: WebSocketTransaction,
        visitor: &mut dyn Visitor,
    ) {
        if message.flags & COMPRESSED != 0
            && let Some(unpacked) = self.side(direction).inflater.unpack(&message.payload)
        {
            message.payload = unpacked;
        }
        self.tell(message, visitor);
    }

    fn tell(&mut self, mut message: WebSocketTransaction, visitor: &mut dyn Visitor) {
        message.id = self.next_id;
        self.next_id = self.next_id.saturating_add(1);
        let direction = message.sent();
        visitor.side_complete(&message, direction);
        visitor.transaction_complete(&message);
    }

    /// What there is of an unfinished message is told.
    fn give_up(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        let side = self.side(direction);
        if let Some((header, _)) = side.frame.take()
            && !side.payload.is_empty()
        {
            let payload = std::mem::take(&mut side.payload);
            let header = Header {
                flags: header.flags & !FIN,
                ..header
            };
            self.message_frame(direction, header, &payload, visitor);
        }
        if let Some(message) = self.side(direction).message.take() {
            self.complete(direction, message, visitor);
        }
    }
}

const fn begin(direction: Direction, header: Header, payload: Vec<u8>) -> WebSocketTransaction {
    WebSocketTransaction {
        id: 0,
        from_server: matches!(direction, Direction::ToClient),
        flags: header.flags,
        opcode: header.opcode,
        mask: header.mask,
        payload,
    }
}

impl WebSocketTransaction {
    /// Which way it travels.
    pub const fn sent(&self) -> Direction {
        if self.from_server {
            Direction::ToClient
        } else {
            Direction::ToServer
        }
    }
}
