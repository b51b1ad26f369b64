//! Streams to transactions: one key exchange per conversation.

use super::parser::{Banner, Hassh, banner, hassh};
use crate::cursor::Cursor;
use crate::frame::Frame;
use crate::limits::{SSH_BANNER_BYTES_MAX, SSH_KEY_EXCHANGE_BYTES_MAX, SSH_PREAMBLE_BYTES_MAX};
use crate::protocol::{Direction, Parser, Visitor};

/// Message numbers.
const KEY_EXCHANGE: u8 = 20;
const NEW_KEYS: u8 = 21;

/// What one side said of itself.
#[derive(Debug, Default)]
pub struct Peer {
    /// Identification.
    pub banner: Option<Banner>,
    /// Fingerprint of its key exchange message.
    pub hassh: Option<Hassh>,
}

/// Both sides.
#[derive(Debug, Default)]
pub struct SshTransaction {
    /// The client.
    pub client: Peer,
    /// The server.
    pub server: Peer,
}

impl SshTransaction {
    /// Who speaks in a direction.
    pub const fn peer(&self, direction: Direction) -> &Peer {
        match direction {
            Direction::ToServer => &self.client,
            Direction::ToClient => &self.server,
        }
    }

    const fn peer_mut(&mut self, direction: Direction) -> &mut Peer {
        match direction {
            Direction::ToServer => &mut self.client,
            Direction::ToClient => &mut self.server,
        }
    }
}

/// Where a direction stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Banner,
    Packets,
    /// Bytes of a packet still to be passed over.
    Skipping(usize),
    /// Encrypted, lost or ended.
    Over,
}

#[derive(Debug, Default)]
struct Side {
    phase: Phase,
    held: Vec<u8>,
    passed_bytes: usize,
    told: bool,
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Ssh {
    to_server: Side,
    to_client: Side,
    transaction: SshTransaction,
    complete: bool,
}

impl Parser for Ssh {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let side = self.side(direction);
        let mut bytes = bytes;
        if let Phase::Skipping(left) = side.phase {
            let passed = left.min(bytes.len());
            side.phase = match left.saturating_sub(passed) {
                0 => Phase::Packets,
                left => Phase::Skipping(left),
            };
            bytes = bytes.get(passed..).unwrap_or_default();
        }
        if bytes.is_empty() || self.side(direction).phase == Phase::Over {
            return;
        }
        let mut held = std::mem::take(&mut self.side(direction).held);
        held.extend_from_slice(bytes);
        let mut rest = held.as_slice();
        while let Some(after) = self.step(direction, rest, visitor) {
            rest = after;
        }
        let rest = rest.to_vec();
        let side = self.side(direction);
        side.held = if side.phase == Phase::Over {
            Vec::new()
        } else {
            rest
        };
    }

    fn gap(&mut self, direction: Direction, _: u64, visitor: &mut dyn Visitor) {
        self.ends(direction, visitor);
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        self.ends(direction, visitor);
    }

    fn is_done(&self) -> bool {
        self.complete
    }
}

impl Ssh {
    const fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    /// Reads a line or packet; what follows it, or None while it is not complete.
    fn step<'a>(
        &mut self,
        direction: Direction,
        bytes: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> Option<&'a [u8]> {
        match self.side(direction).phase {
            Phase::Banner => self.line(direction, bytes, visitor),
            Phase::Packets => self.packet(direction, bytes, visitor),
            Phase::Skipping(_) if bytes.is_empty() => None,
            Phase::Skipping(left) => {
                let passed = left.min(bytes.len());
                self.side(direction).phase = match left.saturating_sub(passed) {
                    0 => Phase::Packets,
                    left => Phase::Skipping(left),
                };
                bytes.get(passed..)
            }
            Phase::Over => None,
        }
    }

    fn line<'a>(
        &mut self,
        direction: Direction,
        bytes: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> Option<&'a [u8]> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let room = SSH_PREAMBLE_BYTES_MAX.saturating_sub(self.side(direction).passed_bytes);
        let Some(end) = end else {
            if bytes.len() > room {
                visitor.anomaly("long_banner", direction, Some(0));
                self.ends(direction, visitor);
            }
            return None;
        };
        let (line, rest) = bytes.split_at_checked(end.saturating_add(1))?;
        if !line.starts_with(b"SSH-") {
            // A server may say something first (RFC 4253, 4.2).
            let side = self.side(direction);
            side.passed_bytes = side.passed_bytes.saturating_add(line.len());
            if line.len() > room {
                visitor.anomaly("invalid_banner", direction, Some(0));
                self.ends(direction, visitor);
            }
            return Some(rest);
        }
        if line.len() > SSH_BANNER_BYTES_MAX {
            visitor.anomaly("long_banner", direction, Some(0));
        }
        let read = banner(line.get(..SSH_BANNER_BYTES_MAX).unwrap_or(line));
        let Some(read) = read else {
            visitor.anomaly("invalid_banner", direction, Some(0));
            self.ends(direction, visitor);
            return None;
        };
        let has_packets = read.protocol.starts_with(b"2") || read.protocol == b"1.99";
        self.transaction.peer_mut(direction).banner = Some(read);
        self.side(direction).phase = Phase::Packets;
        if !has_packets {
            self.ends(direction, visitor);
        }
        Some(rest)
    }

    fn packet<'a>(
        &mut self,
        direction: Direction,
        bytes: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> Option<&'a [u8]> {
        let mut cursor = Cursor::new(bytes);
        let length = usize::try_from(cursor.u32()?).ok()?;
        let body = cursor;
        let padding = usize::from(cursor.u8()?);
        let kind = cursor.u8()?;
        // The length covers padding's length, payload and padding.
        let payload = length
            .checked_sub(padding)
            .and_then(|left| left.checked_sub(1));
        let Some(payload) = payload.filter(|payload| *payload > 0) else {
            visitor.anomaly("invalid_record", direction, Some(0));
            self.ends(direction, visitor);
            return None;
        };
        let whole = length.saturating_add(4);
        if kind != KEY_EXCHANGE || bytes.len() >= whole {
            frames(
                direction,
                bytes.get(..whole).unwrap_or(bytes),
                whole,
                visitor,
            );
        }
        match kind {
            NEW_KEYS => {
                self.ends(direction, visitor);
                None
            }
            KEY_EXCHANGE if length > SSH_KEY_EXCHANGE_BYTES_MAX => {
                visitor.anomaly("long_kex_record", direction, Some(0));
                self.ends(direction, visitor);
                None
            }
            KEY_EXCHANGE => {
                let mut body = body;
                let packet = body.take(length)?;
                let lists = packet
                    .get(2..payload.saturating_add(1))
                    .and_then(|lists| hassh(lists, direction == Direction::ToServer));
                match lists {
                    Some(found) => self.transaction.peer_mut(direction).hassh = Some(found),
                    None => visitor.anomaly("invalid_record", direction, Some(0)),
                }
                self.tell(direction, visitor);
                Some(body.rest())
            }
            _ => {
                // Passed over without being held.
                self.side(direction).phase = Phase::Skipping(length.saturating_add(4));
                Some(bytes)
            }
        }
    }

    fn tell(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        let known = self.transaction.peer(direction).banner.is_some();
        let side = self.side(direction);
        if known && !side.told {
            side.told = true;
            visitor.side_complete(&self.transaction, direction);
        }
    }

    /// Nothing more is learnt from a direction.
    fn ends(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        self.tell(direction, visitor);
        self.side(direction).phase = Phase::Over;
        let over = self.to_server.phase == Phase::Over && self.to_client.phase == Phase::Over;
        if over && !self.complete {
            self.complete = true;
            if self.transaction.client.banner.is_some() || self.transaction.server.banner.is_some()
            {
                visitor.transaction_complete(&self.transaction);
            }
        }
    }
}

/// A packet as frames: whole, its header (length, padding's length, type), its content.
fn frames(direction: Direction, bytes: &[u8], length: usize, visitor: &mut dyn Visitor) {
    let Some((header, content)) = bytes.split_at_checked(6) else {
        return;
    };
    let rest = length.saturating_sub(header.len());
    for (name, bytes, length) in [
        ("record_pdu", bytes, length),
        ("record_hdr", header, header.len()),
        ("record_data", content, rest),
    ] {
        visitor.frame(&Frame {
            name,
            direction,
            bytes,
            length: Some(length as u64),
            transaction_id: Some(0),
        });
    }
}
