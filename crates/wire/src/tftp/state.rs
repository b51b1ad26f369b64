//! Datagrams to transactions. Data and acknowledgements travel between other ports.

use crate::limits::TFTP_NAME_BYTES_MAX;
use crate::protocol::Direction::ToServer;
use crate::protocol::{Direction, Parser, Visitor};
use crate::text::split_once;

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Number in the conversation.
    pub id: u64,
    /// The file is to be written rather than read.
    pub writes: bool,
    /// Name of the file.
    pub file: Vec<u8>,
    /// `netascii`, `octet` or `mail`, as the datagram has it.
    pub mode: Vec<u8>,
}

/// Reads a request; None for anything else.
pub fn request(datagram: &[u8]) -> Option<Request> {
    let (kind, rest) = datagram.split_first_chunk::<2>()?;
    let writes = match u16::from_be_bytes(*kind) {
        1 => false,
        2 => true,
        _ => return None,
    };
    let (file, rest) = split_once(rest, 0)?;
    let (mode, _) = split_once(rest, 0)?;
    let known = [&b"octet"[..], b"netascii", b"mail"]
        .iter()
        .any(|name| mode.eq_ignore_ascii_case(name));
    let kept = file.get(..TFTP_NAME_BYTES_MAX).unwrap_or(file);
    known.then(|| Request {
        id: 0,
        writes,
        file: kept.to_vec(),
        mode: mode.to_vec(),
    })
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Tftp {
    next: u64,
}

impl Parser for Tftp {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        if direction == ToServer
            && let Some(request) = request(bytes)
        {
            let request = Request {
                id: self.next,
                ..request
            };
            self.next = self.next.saturating_add(1);
            visitor.side_complete(&request, ToServer);
            visitor.transaction_complete(&request);
        }
    }

    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {}

    fn finish(&mut self, _: Direction, _: &mut dyn Visitor) {}
}
