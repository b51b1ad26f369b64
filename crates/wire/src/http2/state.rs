//! Bytes to frames, in whatever pieces they come.

use super::blocks::Pending;
use super::hpack::Decoder;
use super::parser::{self, HEADER_BYTES, Header, MAGIC, flag, kind};
use super::transaction::{Http2Transaction, Said};
use crate::frame::Frame;
use crate::limits::{HTTP2_FRAME_BYTES_MAX, HTTP2_FRAME_SHOWN_BYTES_MAX};
use crate::protocol::{Direction, Parser, Visitor};
use std::collections::BTreeMap;

/// Length of a frame that no other side has asked for (RFC 9113, 4.2).
const USUAL_FRAME_BYTES: u32 = 16_384;

/// Where in a direction the stream stands.
#[derive(Clone, Copy, Debug, Default)]
enum Phase {
    /// In a frame's header, or in the client's magic.
    #[default]
    Header,
    /// In a frame that is held until it is complete.
    Held(Header),
    /// In the length of the padding of DATA.
    Padding(Header),
    /// In DATA: bytes of it, and bytes of padding behind them.
    Data(Header, u32, u32),
    /// In bytes of no interest.
    Skipping(u32),
    /// Where frames begin is not known.
    Lost,
}

/// One direction.
#[derive(Default)]
pub(super) struct Side {
    pub decoder: Decoder,
    /// A header block that is not complete.
    pub block: Option<Pending>,
    phase: Phase,
    /// The header of the current frame.
    header: Vec<u8>,
    held: Vec<u8>,
    begun: bool,
    finished: bool,
}

/// One conversation.
#[derive(Default)]
pub struct Http2 {
    pub(super) to_server: Side,
    pub(super) to_client: Side,
    pub(super) streams: BTreeMap<u32, Http2Transaction>,
    pub(super) next_transaction: u64,
    pub(super) next_file: u64,
    /// The highest stream that has been used.
    pub(super) highest: u32,
    /// Streams that the client has reset.
    pub(super) resets: u32,
    pub(super) carries_dns: bool,
}

impl Parser for Http2 {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = self.advance(direction, rest, visitor);
        }
    }

    fn gap(&mut self, direction: Direction, missing: u64, visitor: &mut dyn Visitor) {
        let side = self.side(direction);
        if let Phase::Data(header, left, padding) = side.phase
            && let Ok(missing) = u32::try_from(missing)
            && let Some(less) = left.checked_sub(missing)
        {
            side.phase = Phase::Data(header, less, padding);
            self.body_gap(direction, header.stream, missing.into(), visitor);
            self.data_ends(direction, visitor);
            return;
        }
        if let Phase::Skipping(left) = side.phase
            && let Ok(missing) = u32::try_from(missing)
            && let Some(less) = left.checked_sub(missing)
        {
            side.phase = if less == 0 {
                Phase::Header
            } else {
                Phase::Skipping(less)
            };
            return;
        }
        // Header fields refer to those before them: nothing that follows could be read.
        side.phase = Phase::Lost;
        side.held = Vec::new();
        side.block = None;
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        let side = self.side(direction);
        side.finished = true;
        side.held = Vec::new();
        if self.to_server.finished && self.to_client.finished {
            while let Some((stream, _)) = self.streams.first_key_value() {
                self.close(*stream, visitor);
            }
        }
    }
}

impl Http2 {
    pub(super) const fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    /// Takes some bytes; what is left.
    fn advance<'a>(
        &mut self,
        direction: Direction,
        bytes: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> &'a [u8] {
        let side = self.side(direction);
        match side.phase {
            Phase::Header => self.in_header(direction, bytes, visitor),
            Phase::Held(header) => {
                let wanted = usize::try_from(header.length).unwrap_or(usize::MAX);
                let Some(rest) = gather(&mut side.held, bytes, wanted) else {
                    return b"";
                };
                let payload = std::mem::take(&mut side.held);
                side.phase = Phase::Header;
                self.frame(direction, header, &payload, visitor);
                rest
            }
            Phase::Padding(header) => {
                let Some((padding, rest)) = bytes.split_first() else {
                    return b"";
                };
                let padding = u32::from(*padding);
                match header.length.checked_sub(padding.saturating_add(1)) {
                    Some(left) => side.phase = Phase::Data(header, left, padding),
                    None => {
                        side.phase = Phase::Skipping(header.length.saturating_sub(1));
                        visitor.anomaly("invalid_frame_data", direction, None);
                    }
                }
                self.data_ends(direction, visitor);
                rest
            }
            Phase::Data(header, left, padding) => {
                let (data, rest) = split(bytes, left);
                let taken = u32::try_from(data.len()).unwrap_or(left);
                side.phase = Phase::Data(header, left.saturating_sub(taken), padding);
                self.body_bytes(direction, header.stream, data, visitor);
                self.data_ends(direction, visitor);
                rest
            }
            Phase::Skipping(left) => {
                let (data, rest) = split(bytes, left);
                let left = left.saturating_sub(u32::try_from(data.len()).unwrap_or(left));
                side.phase = if left == 0 {
                    Phase::Header
                } else {
                    Phase::Skipping(left)
                };
                rest
            }
            Phase::Lost => b"",
        }
    }

    fn in_header<'a>(
        &mut self,
        direction: Direction,
        bytes: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> &'a [u8] {
        let side = self.side(direction);
        let may_be_magic = direction == Direction::ToServer
            && MAGIC
                .get(..HEADER_BYTES)
                .is_some_and(|start| side.held.starts_with(start));
        let wanted = if may_be_magic {
            MAGIC.len()
        } else {
            HEADER_BYTES
        };
        let Some(rest) = gather(&mut side.held, bytes, wanted) else {
            return b"";
        };
        if direction == Direction::ToServer && MAGIC.starts_with(&side.held) {
            if side.held.len() == MAGIC.len() {
                side.held.clear();
                side.begun = true;
            }
            return rest;
        }
        let held = std::mem::take(&mut side.held);
        let missed = direction == Direction::ToServer && !side.begun;
        side.begun = true;
        if may_be_magic {
            side.phase = Phase::Lost;
            visitor.anomaly("invalid_client_magic", direction, None);
            return b"";
        }
        if missed && !self.is_upgraded() {
            visitor.anomaly("invalid_client_magic", direction, None);
        }
        if let Some(header) = parser::header(&held) {
            self.side(direction).header = held;
            self.frame_begins(direction, header, rest, visitor);
        }
        rest
    }

    /// Whether the conversation began as HTTP/1, whose request stands for the magic.
    fn is_upgraded(&self) -> bool {
        self.streams.contains_key(&1)
    }

    /// A frame's header is complete; `rest` follows it.
    fn frame_begins(
        &mut self,
        direction: Direction,
        header: Header,
        rest: &[u8],
        visitor: &mut dyn Visitor,
    ) {
        let mut tell = |name| visitor.anomaly(name, direction, None);
        let is_data = header.kind == kind::DATA;
        let phase = if header.kind > kind::PRIORITY_UPDATE && header.length > USUAL_FRAME_BYTES {
            tell("invalid_frame_header");
            Phase::Lost
        } else if !parser::length_fits(header) {
            tell("invalid_frame_length");
            Phase::Skipping(header.length)
        } else if is_data && header.stream == 0 {
            tell("data_stream_zero");
            Phase::Skipping(header.length)
        } else {
            let is_long = header.length > HTTP2_FRAME_BYTES_MAX;
            if is_long {
                tell("long_frame_data");
            }
            match (is_data, is_long, header.has(flag::PADDED)) {
                (true, _, false) => Phase::Data(header, header.length, 0),
                (true, _, true) => Phase::Padding(header),
                (false, true, _) => Phase::Skipping(header.length),
                (false, false, _) => Phase::Held(header),
            }
        };
        self.side(direction).phase = phase;
        match phase {
            Phase::Held(_) if header.length == 0 => {
                self.side(direction).phase = Phase::Header;
                self.frame(direction, header, b"", visitor);
            }
            Phase::Skipping(0) => self.side(direction).phase = Phase::Header,
            Phase::Data(..) | Phase::Padding(_) => {
                let (here, _) = split(rest, header.length);
                self.show(direction, header, here, visitor);
                self.note(direction, header.stream, Said::Kind(kind::DATA));
                if header.length == 0 {
                    self.side(direction).phase = Phase::Data(header, 0, 0);
                }
                self.data_ends(direction, visitor);
            }
            _ => {}
        }
    }

    /// After some bytes of DATA: was that all of it?
    fn data_ends(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        let side = self.side(direction);
        let Phase::Data(header, 0, padding) = side.phase else {
            return;
        };
        side.phase = if padding == 0 {
            Phase::Header
        } else {
            Phase::Skipping(padding)
        };
        if header.has(flag::END_STREAM) {
            self.side_ends(direction, header.stream, true, visitor);
        }
    }

    /// Tells a frame as rules name it: whole, its header, its payload as far as it is here.
    fn show(
        &mut self,
        direction: Direction,
        header: Header,
        payload: &[u8],
        visitor: &mut dyn Visitor,
    ) {
        let transaction_id = self.streams.get(&header.stream).map(|known| known.id);
        let shown = payload
            .get(..HTTP2_FRAME_SHOWN_BYTES_MAX)
            .unwrap_or(payload);
        let whole = [self.side(direction).header.as_slice(), shown].concat();
        let length = u64::from(header.length);
        let header_length = HEADER_BYTES as u64;
        let start = whole.get(..HEADER_BYTES).unwrap_or(&whole);
        for (name, bytes, length) in [
            (
                "pdu",
                whole.as_slice(),
                header_length.saturating_add(length),
            ),
            ("hdr", start, header_length),
            ("data", shown, length),
        ] {
            visitor.frame(&Frame {
                name,
                direction,
                bytes,
                length: Some(length),
                transaction_id,
            });
        }
    }

    /// A frame other than DATA is complete.
    fn frame(
        &mut self,
        direction: Direction,
        header: Header,
        payload: &[u8],
        visitor: &mut dyn Visitor,
    ) {
        self.show(direction, header, payload, visitor);
        if self.side(direction).block.is_some() && header.kind != kind::CONTINUATION {
            // RFC 9113, 6.10: nothing may stand between.
            visitor.anomaly("invalid_frame_data", direction, None);
            self.side(direction).block = None;
        }
        let number = |at: usize| {
            let bytes = payload.get(at..)?.first_chunk()?;
            Some(u32::from_be_bytes(*bytes))
        };
        match header.kind {
            kind::HEADERS | kind::PUSH_PROMISE | kind::CONTINUATION => {
                self.block_frame(direction, header, payload, visitor);
            }
            kind::RST_STREAM if header.stream != 0 => {
                self.reset(direction, header.stream, number(0), visitor);
            }
            kind::SETTINGS => self.connection_frame(direction, header.kind, visitor, |message| {
                for (name, value) in parser::settings(payload) {
                    message.note(Said::Setting(name, value));
                }
            }),
            kind::GOAWAY => self.connection_frame(direction, header.kind, visitor, |message| {
                if let Some(code) = number(4) {
                    message.note(Said::Error(code));
                }
            }),
            kind::WINDOW_UPDATE if header.stream == 0 => {
                self.connection_frame(direction, header.kind, visitor, |message| {
                    if let Some(step) = number(0) {
                        message.note(Said::Window(step & 0x7fff_ffff));
                    }
                });
            }
            _ if header.stream == 0 => {
                self.connection_frame(direction, header.kind, visitor, |_| {});
            }
            kind => self.stream_frame(direction, header.stream, kind, payload),
        }
    }
}

/// Gathers up to `wanted` bytes; what follows them, or None while there are less.
fn gather<'a>(held: &mut Vec<u8>, bytes: &'a [u8], wanted: usize) -> Option<&'a [u8]> {
    let missing = wanted.saturating_sub(held.len());
    let (part, rest) = bytes.split_at_checked(missing).unwrap_or((bytes, b""));
    held.extend_from_slice(part);
    (held.len() >= wanted).then_some(rest)
}

fn split(bytes: &[u8], length: u32) -> (&[u8], &[u8]) {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    bytes.split_at_checked(length).unwrap_or((bytes, b""))
}
