//! Datagrams to requests.

use crate::limits::TFTP_NAME_BYTES_MAX;
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
