//! Records of one direction, cut anywhere, to handshake messages and notices (RFC 8446, 5).

use crate::cursor::Cursor;
use crate::limits::{TLS_HANDSHAKE_BYTES_MAX, TLS_RECORD_BYTES_MAX};

/// What a direction showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen<'a> {
    /// A record begins: its bytes as far as they are here, and its whole length, both with the header.
    Record(&'a [u8], usize),
    /// A handshake message: its type and body.
    Handshake(u8, &'a [u8]),
    /// A ClientHello in the form of SSL 2.
    OldClientHello(&'a [u8]),
    /// From here on this direction is encrypted.
    ChangeCipher,
    /// Encrypted application data.
    Data,
    /// Level and description.
    Alert(u8, u8),
    /// Type and announced length of a heartbeat, and the length of its record.
    Heartbeat(u8, u16, usize),
    /// Something is wrong.
    Odd(&'static str),
}

/// One direction.
#[derive(Debug, Default)]
pub struct Records {
    header: Vec<u8>,
    kind: u8,
    /// Bytes of the current record still to come, and all of them.
    left: usize,
    length: usize,
    /// Handshake messages not yet complete.
    handshake: Vec<u8>,
    /// The beginning of an alert or heartbeat.
    notice: Vec<u8>,
    /// The first record is a hello of SSL 2.
    old: bool,
    begun: bool,
    encrypted: bool,
    broken: bool,
}

/// Content types.
const CHANGE_CIPHER: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const DATA: u8 = 23;
const HEARTBEAT: u8 = 24;

/// Bytes of an alert or heartbeat that are looked at.
const NOTICE_BYTES: usize = 3;

impl Records {
    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8], see: &mut dyn FnMut(Seen<'_>)) {
        let mut rest = bytes;
        while !rest.is_empty() && !self.broken {
            if self.left > 0 {
                let taken = self.left.min(rest.len());
                let Some((part, after)) = rest.split_at_checked(taken) else {
                    return;
                };
                self.left = self.left.saturating_sub(taken);
                rest = after;
                self.content(part, see);
            } else {
                rest = self.record_header(rest, see);
            }
        }
    }

    /// Whether nothing that follows can be read.
    pub const fn is_broken(&self) -> bool {
        self.broken
    }

    fn record_header<'a>(&mut self, bytes: &'a [u8], see: &mut dyn FnMut(Seen<'_>)) -> &'a [u8] {
        let needed = if self.begun || !is_old_start(self.header.first().or(bytes.first())) {
            5usize
        } else {
            3
        };
        let missing = needed.saturating_sub(self.header.len());
        let (part, rest) = bytes.split_at_checked(missing).unwrap_or((bytes, b""));
        self.header.extend_from_slice(part);
        if self.header.len() < needed {
            return rest;
        }
        let header = std::mem::take(&mut self.header);
        if needed == 3 {
            self.old_header(&header, see);
        } else {
            self.new_header(&header, see);
        }
        if needed == 5 && !self.broken {
            let length = self.length.saturating_add(needed);
            // A header that came in pieces stands alone.
            let here = if missing == needed { bytes } else { &header };
            see(Seen::Record(here.get(..length).unwrap_or(here), length));
        }
        self.begun = true;
        rest
    }

    /// Two bytes of length, then the type of the message.
    fn old_header(&mut self, header: &[u8], see: &mut dyn FnMut(Seen<'_>)) {
        let [high, low, kind] = header else { return };
        let length = usize::from(u16::from_be_bytes([high & 0x7f, *low]));
        if *kind != 1 || length < 9 {
            self.broken = true;
            see(Seen::Odd("invalid_sslv2_header"));
            return;
        }
        self.old = true;
        self.kind = HANDSHAKE;
        self.length = length.saturating_sub(1);
        self.left = self.length;
    }

    fn new_header(&mut self, header: &[u8], see: &mut dyn FnMut(Seen<'_>)) {
        let mut cursor = Cursor::new(header);
        let (Some(kind), Some(version), Some(length)) = (cursor.u8(), cursor.u16(), cursor.u16())
        else {
            return;
        };
        let length = usize::from(length);
        let odd = if !(CHANGE_CIPHER..=HEARTBEAT).contains(&kind) {
            Some("invalid_record_type")
        } else if !(0x0300..=0x0304).contains(&version) {
            Some("invalid_record_version")
        } else if length > TLS_RECORD_BYTES_MAX {
            Some("invalid_record_length")
        } else {
            None
        };
        if let Some(name) = odd {
            self.broken = true;
            see(Seen::Odd(name));
            return;
        }
        self.kind = kind;
        self.length = length;
        self.left = length;
        self.notice.clear();
        if kind == DATA {
            self.encrypted = true;
            see(Seen::Data);
        }
    }

    fn content(&mut self, bytes: &[u8], see: &mut dyn FnMut(Seen<'_>)) {
        match self.kind {
            CHANGE_CIPHER if self.left == 0 && !self.encrypted => {
                self.encrypted = true;
                see(Seen::ChangeCipher);
            }
            HANDSHAKE if !self.encrypted => self.handshake(bytes, see),
            ALERT | HEARTBEAT if !self.encrypted => self.noticed(bytes, see),
            _ => {}
        }
    }

    fn noticed(&mut self, bytes: &[u8], see: &mut dyn FnMut(Seen<'_>)) {
        let before = self.notice.len();
        let room = NOTICE_BYTES.saturating_sub(before);
        self.notice
            .extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        match (self.kind, self.notice.as_slice()) {
            (ALERT, [level, description, ..]) if before < 2 => {
                see(Seen::Alert(*level, *description));
            }
            (HEARTBEAT, [kind, high, low]) if before < NOTICE_BYTES => see(Seen::Heartbeat(
                *kind,
                u16::from_be_bytes([*high, *low]),
                self.length,
            )),
            _ => {}
        }
    }

    fn handshake(&mut self, bytes: &[u8], see: &mut dyn FnMut(Seen<'_>)) {
        if self.handshake.len().saturating_add(bytes.len()) > TLS_HANDSHAKE_BYTES_MAX {
            self.broken = true;
            see(Seen::Odd("handshake_invalid_length"));
            return;
        }
        self.handshake.extend_from_slice(bytes);
        let held = std::mem::take(&mut self.handshake);
        if self.old {
            if self.left == 0 {
                self.old = false;
                see(Seen::OldClientHello(&held));
            } else {
                self.handshake = held;
            }
            return;
        }
        let mut cursor = Cursor::new(&held);
        loop {
            let start = cursor;
            let message = cursor
                .u8()
                .zip(cursor.u24())
                .and_then(|(kind, length)| Some((kind, length, usize::try_from(length).ok()?)));
            let Some((kind, _, length)) = message else {
                self.handshake = start.rest().to_vec();
                return;
            };
            if length > TLS_HANDSHAKE_BYTES_MAX {
                self.broken = true;
                see(Seen::Odd("handshake_invalid_length"));
                return;
            }
            let Some(body) = cursor.take(length) else {
                self.handshake = if start.position() == 0 {
                    held
                } else {
                    start.rest().to_vec()
                };
                return;
            };
            see(Seen::Handshake(kind, body));
        }
    }
}

/// The first byte of a hello of SSL 2: a length of two bytes, whose highest bit is set.
const fn is_old_start(first: Option<&u8>) -> bool {
    matches!(first, Some(0x80..=0xff))
}
