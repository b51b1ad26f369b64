//! TPKT (RFC 1006), X.224 class 0, and the negotiation of MS-RDPBCGR 2.2.1.1 and 2.2.1.2.

use super::client::{Client, client};
use crate::cursor::Cursor;
use crate::text::{find, split_once};

/// Version, reserved, length.
pub const TPKT_BYTES: usize = 4;

/// A message of the way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// X.224 connection request.
    Request(Request),
    /// X.224 connection confirm.
    Response(Response),
    /// MCS connect initial, with what the client says of itself.
    Connect(Box<Client>),
    /// MCS connect response.
    Connected,
    /// Anything later.
    Other,
}

/// X.224 connection request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `mstshash` or routing token.
    pub cookie: Option<Vec<u8>>,
    /// Flags and protocols that the client can.
    pub negotiation: Option<(u8, u32)>,
}

/// X.224 connection confirm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Response {
    /// An old server.
    #[default]
    Plain,
    /// Flags and the protocol chosen.
    Protocol(u8, u32),
    /// Why it will not.
    Failure(u32),
}

/// What stands at the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// A packet of this length.
    Packet(usize),
    /// Too little to tell.
    Unknown,
    /// Something else.
    NoPacket,
}

/// Looks at the front of a stream.
pub fn front(bytes: &[u8]) -> Front {
    match bytes {
        [3, 0, high, low, ..] => match usize::from(u16::from_be_bytes([*high, *low])) {
            0..=TPKT_BYTES => Front::NoPacket,
            length => Front::Packet(length),
        },
        [] | [3] | [3, 0] | [3, 0, _] => Front::Unknown,
        _ => Front::NoPacket,
    }
}

/// Reads what a whole packet holds.
pub fn message(packet: &[u8]) -> Option<Message> {
    let mut cursor = Cursor::new(packet.get(TPKT_BYTES..)?);
    let length = cursor.u8()?;
    let kind = cursor.u8()?;
    let variable = usize::from(length).checked_sub(1)?;
    Some(match kind & 0xf0 {
        0xe0 => Message::Request(request(cursor.take(variable)?)?),
        0xd0 => Message::Response(response(cursor.take(variable)?)?),
        0xf0 => {
            cursor.skip(variable)?;
            match cursor.rest() {
                rest @ [0x7f, 0x65, ..] => Message::Connect(Box::new(client(rest)?)),
                [0x7f, 0x66, ..] => Message::Connected,
                _ => Message::Other,
            }
        }
        _ => return None,
    })
}

fn request(bytes: &[u8]) -> Option<Request> {
    let mut rest = bytes.get(5..)?;
    let mut cookie = None;
    if rest.starts_with(b"Cookie: ") {
        let end = find(rest, b"\r\n")?;
        let (_, value) = split_once(rest.get(..end)?, b'=')?;
        cookie = Some(value.to_vec());
        rest = rest.get(end.checked_add(2)?..)?;
    }
    let negotiation = negotiation(rest).filter(|(kind, ..)| *kind == 1);
    Some(Request {
        cookie,
        negotiation: negotiation.map(|(_, flags, protocols)| (flags, protocols)),
    })
}

fn response(bytes: &[u8]) -> Option<Response> {
    Some(match negotiation(bytes.get(5..)?) {
        Some((2, flags, protocol)) => Response::Protocol(flags, protocol),
        Some((3, _, code)) => Response::Failure(code),
        _ => Response::Plain,
    })
}

/// Kind, flags and value of a negotiation.
fn negotiation(bytes: &[u8]) -> Option<(u8, u8, u32)> {
    let mut cursor = Cursor::new(bytes);
    let [kind, flags] = cursor.array()?;
    let length = cursor.u16_le()?;
    let value = cursor.u32_le()?;
    (length == 8).then_some((kind, flags, value))
}
