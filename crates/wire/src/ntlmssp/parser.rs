//! The three messages of an NTLM authentication to values.

use crate::cursor::Cursor;
use crate::limits::{NTLMSSP_PAIRS_MAX, NTLMSSP_TEXT_BYTES_MAX};
use crate::protocol::Fields;
use crate::text::{find as find_bytes, utf16_le};

/// How each message begins.
pub const SIGNATURE: &[u8] = b"NTLMSSP\0";

/// Flag: texts are UTF-16.
const UNICODE: u32 = 0x0000_0001;
/// Flag: a version stands in the message.
const VERSION: u32 = 0x0200_0000;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// The client offers.
    Negotiate,
    /// The server asks.
    Challenge(Challenge),
    /// The client answers.
    Authenticate(Authenticate),
}

/// What a server says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// Domain or server by name.
    pub target: Vec<u8>,
    /// NetBIOS name of the server.
    pub host: Vec<u8>,
    /// DNS name of the server.
    pub dns_host: Vec<u8>,
    /// DNS name of the domain.
    pub dns_domain: Vec<u8>,
    /// Version, as `10.0 build 17763 rev 15`.
    pub version: Option<String>,
}

/// Who logs in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authenticate {
    /// Domain of the user.
    pub domain: Vec<u8>,
    /// Name of the user; empty for an anonymous log-in.
    pub user: Vec<u8>,
    /// Name of the computer that the user sits at.
    pub host: Vec<u8>,
    /// Version, as `6.1 build 7601 rev 15`.
    pub version: Option<String>,
}

impl Authenticate {
    /// Its values, under the names of EVE.
    pub fn fields(&self, fields: &mut dyn Fields) {
        fields.begin_record("ntlmssp");
        fields.bytes("domain", &self.domain);
        fields.bytes("user", &self.user);
        fields.bytes("host", &self.host);
        if let Some(version) = &self.version {
            fields.bytes("version", version.as_bytes());
        }
        fields.end();
    }
}

/// The first message that stands anywhere in `bytes` (in SPNEGO, in a DCERPC trailer, raw).
pub fn find(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(find_bytes(bytes, SIGNATURE)?..)
}

/// Reads a message; None where it is broken.
pub fn message(bytes: &[u8]) -> Option<Message> {
    let mut cursor = Cursor::new(bytes.strip_prefix(SIGNATURE)?);
    match cursor.u32_le()? {
        1 => Some(Message::Negotiate),
        2 => challenge(bytes, cursor).map(Message::Challenge),
        3 => authenticate(bytes, cursor).map(Message::Authenticate),
        _ => None,
    }
}

/// Where a text stands: its length and its offset in the message.
fn place(cursor: &mut Cursor<'_>) -> Option<(usize, usize)> {
    let length = usize::from(cursor.u16_le()?);
    cursor.skip(2)?;
    let offset = usize::try_from(cursor.u32_le()?).ok()?;
    Some((length, offset))
}

fn at(message: &[u8], (length, offset): (usize, usize)) -> Option<&[u8]> {
    let length = length.min(NTLMSSP_TEXT_BYTES_MAX);
    message.get(offset..offset.checked_add(length)?)
}

fn text(message: &[u8], place: (usize, usize), unicode: bool) -> Option<Vec<u8>> {
    if place.0 == 0 {
        return Some(Vec::new());
    }
    let raw = at(message, place)?;
    Some(if unicode { utf16_le(raw) } else { raw.to_vec() })
}

fn version(cursor: &mut Cursor<'_>) -> Option<String> {
    let [major, minor, low, high, _, _, _, revision] = cursor.array()?;
    let build = u16::from_le_bytes([low, high]);
    Some(format!("{major}.{minor} build {build} rev {revision}"))
}

fn challenge(message: &[u8], mut cursor: Cursor<'_>) -> Option<Challenge> {
    let target = place(&mut cursor)?;
    let flags = cursor.u32_le()?;
    cursor.skip(16)?;
    let pairs = place(&mut cursor)?;
    let mut found = Challenge {
        target: text(message, target, flags & UNICODE != 0)?,
        ..Challenge::default()
    };
    if flags & VERSION != 0 {
        found.version = version(&mut cursor);
    }
    let mut pairs = Cursor::new(at(message, pairs).unwrap_or_default());
    for _ in 0..NTLMSSP_PAIRS_MAX {
        let (Some(kind), Some(length)) = (pairs.u16_le(), pairs.u16_le()) else {
            break;
        };
        let Some(value) = pairs.take(usize::from(length)) else {
            break;
        };
        match kind {
            0 => break,
            1 => found.host = utf16_le(value),
            3 => found.dns_host = utf16_le(value),
            4 => found.dns_domain = utf16_le(value),
            _ => {}
        }
    }
    Some(found)
}

fn authenticate(message: &[u8], mut cursor: Cursor<'_>) -> Option<Authenticate> {
    place(&mut cursor)?; // answer of LAN Manager
    place(&mut cursor)?; // answer of NT
    let domain = place(&mut cursor)?;
    let user = place(&mut cursor)?;
    let host = place(&mut cursor)?;
    // Old clients leave out what follows.
    let flags = place(&mut cursor)
        .and_then(|_| cursor.u32_le())
        .unwrap_or_default();
    let unicode = flags & UNICODE != 0;
    let version = (flags & VERSION != 0)
        .then(|| version(&mut cursor))
        .flatten();
    Some(Authenticate {
        domain: text(message, domain, unicode)?,
        user: text(message, user, unicode)?,
        host: text(message, host, unicode)?,
        version,
    })
}
