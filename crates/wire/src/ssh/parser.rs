//! Identification lines and key exchange messages (RFC 4253) to values.

use crate::cursor::Cursor;
use crate::text::{hex, split_once, trim};
use md5::{Digest, Md5};

/// `SSH-2.0-OpenSSH_9.2p1 comment`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Banner {
    /// `2.0`.
    pub protocol: Vec<u8>,
    /// `OpenSSH_9.2p1`.
    pub software: Vec<u8>,
}

/// Reads an identification line; None where it is none.
pub fn banner(line: &[u8]) -> Option<Banner> {
    let rest = trim(line).strip_prefix(b"SSH-")?;
    let (protocol, rest) = split_once(rest, b'-')?;
    let end = rest
        .iter()
        .position(|byte| *byte == b' ')
        .unwrap_or(rest.len());
    Some(Banner {
        protocol: protocol.to_vec(),
        software: rest.get(..end)?.to_vec(),
    })
}

/// A digest of what one side offers, and the text it is made of (HASSH, Salesforce).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hassh {
    /// Key exchange, encryption, authentication and compression methods.
    pub text: Vec<u8>,
    /// MD5 in hexadecimal.
    pub hash: String,
}

/// Which of the name lists of a key exchange message HASSH takes.
const CLIENT_LISTS: [usize; 4] = [0, 2, 4, 6];
const SERVER_LISTS: [usize; 4] = [0, 3, 5, 7];

/// Reads a key exchange message (without its type); None where it is broken.
pub fn hassh(body: &[u8], of_client: bool) -> Option<Hassh> {
    let mut cursor = Cursor::new(body);
    cursor.skip(16)?;
    let mut lists: [&[u8]; 10] = [b""; 10];
    for list in &mut lists {
        let length = usize::try_from(cursor.u32()?).ok()?;
        *list = cursor.take(length)?;
    }
    let wanted = if of_client {
        CLIENT_LISTS
    } else {
        SERVER_LISTS
    };
    let parts: Vec<&[u8]> = wanted
        .iter()
        .filter_map(|index| lists.get(*index).copied())
        .collect();
    let text = parts.join(&b';');
    let hash = hex(&Md5::digest(&text), None);
    Some(Hassh { text, hash })
}
