//! Frames: stretches of a conversation that a protocol gives a name, such as a whole message (`pdu`), its
//! header (`hdr`) or a line. Rules look into them with `frame:<name>`.
//!
//! A parser tells a frame by [`Visitor::frame`](crate::protocol::Visitor::frame) as soon as all of its bytes
//! are there, or as many as it holds at its limit. It tells each frame once, whole frames before their parts, and
//! before the `side_complete` of the transaction that they belong to. The names of each protocol stand in
//! [`FRAMES`], so that a rule over a frame that no parser tells is refused when it is loaded.

use crate::protocol::{Direction, Visitor};

/// A stretch of one direction with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// One of the protocol's names in [`FRAMES`].
    pub name: &'static str,
    /// Which way it travels.
    pub direction: Direction,
    /// Its bytes from its beginning on, as far as they are held.
    pub bytes: &'a [u8],
    /// Its whole length, where it is known; the frame is complete when `bytes` is as long.
    pub length: Option<u64>,
    /// The transaction that it belongs to.
    pub transaction_id: Option<u64>,
}

impl<'a> Frame<'a> {
    /// A frame of which every byte is there.
    pub const fn whole(name: &'static str, direction: Direction, bytes: &'a [u8]) -> Self {
        Self {
            name,
            direction,
            bytes,
            length: Some(bytes.len() as u64),
            transaction_id: None,
        }
    }

    /// The same, as part of a transaction.
    pub const fn in_transaction(self, id: u64) -> Self {
        Self {
            transaction_id: Some(id),
            ..self
        }
    }

    /// Whether all of its bytes are there.
    pub const fn is_complete(&self) -> bool {
        match self.length {
            Some(length) => self.bytes.len() as u64 >= length,
            None => false,
        }
    }
}

/// Tells a message of `length` bytes, its header of `header` bytes and what follows that, as far as `bytes`, which begin
/// with the message, hold them. `names` are those of the three, in this order.
pub fn tell_message(
    names: [&'static str; 3],
    direction: Direction,
    bytes: &[u8],
    length: u64,
    header: usize,
    visitor: &mut dyn Visitor,
) {
    let here = usize::try_from(length).map_or(bytes, |length| bytes.get(..length).unwrap_or(bytes));
    let (head, rest) = here.split_at_checked(header).unwrap_or((here, b""));
    let [whole, head_name, rest_name] = names;
    let rest_length = length.saturating_sub(header as u64);
    let mut tell = |name, bytes, length| {
        visitor.frame(&Frame {
            name,
            direction,
            bytes,
            length: Some(length),
            transaction_id: None,
        });
    };
    tell(whole, here, length);
    tell(head_name, head, length.min(header as u64));
    if rest_length > 0 {
        tell(rest_name, rest, rest_length);
    }
}

/// The frames that each protocol tells, by the protocol's name in rules.
pub static FRAMES: &[(&str, &[&str])] = &[
    ("dns", &["pdu"]),
    ("ftp", &["command_line", "response_line"]),
    ("enip", &["pdu", "hdr", "data"]),
    ("http", &["request", "response"]),
    ("http2", &["pdu", "hdr", "data"]),
    ("ldap", &["pdu"]),
    ("modbus", &["pdu"]),
    ("pgsql", &["pdu"]),
    (
        "smb",
        &[
            "nbss.pdu",
            "nbss.hdr",
            "nbss.data",
            "smb1.pdu",
            "smb1.hdr",
            "smb1.data",
            "smb2.pdu",
            "smb2.hdr",
            "smb2.data",
            "smb3.pdu",
            "smb3.hdr",
            "smb3.data",
        ],
    ),
    ("smtp", &["command_line", "response_line"]),
    ("mqtt", &["pdu", "header", "data"]),
    ("rfb", &["pdu"]),
    (
        "sip",
        &[
            "pdu",
            "request.line",
            "request.headers",
            "request.body",
            "response.line",
            "response.headers",
            "response.body",
        ],
    ),
    ("ssh", &["record_pdu", "record_hdr", "record_data"]),
    ("websocket", &["header", "data"]),
    ("tls", &["pdu", "hdr", "data", "alert", "heartbeat"]),
];

/// The frames of a protocol.
pub fn names(protocol: &str) -> &'static [&'static str] {
    FRAMES
        .iter()
        .find(|(name, _)| *name == protocol)
        .map_or(&[], |(_, names)| names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::PROTOCOLS;

    #[test]
    fn every_name_is_of_a_protocol_and_there_once() {
        for (protocol, frames) in FRAMES {
            assert!(
                PROTOCOLS.iter().any(|spec| spec.name == *protocol),
                "{protocol}"
            );
            for name in *frames {
                assert_eq!(frames.iter().filter(|other| *other == name).count(), 1);
            }
        }
    }

    #[test]
    fn a_frame_knows_whether_it_is_complete() {
        let whole = Frame::whole("pdu", Direction::ToServer, b"abc");
        assert!(whole.is_complete());
        assert!(
            !Frame {
                length: Some(4),
                ..whole
            }
            .is_complete()
        );
        assert!(
            !Frame {
                length: None,
                ..whole
            }
            .is_complete()
        );
    }
}
