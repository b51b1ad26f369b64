//! Hellos and certificate lists (RFC 5246, 8446) to values.

use crate::cursor::Cursor;
use crate::limits::{TLS_CERTIFICATES_MAX, TLS_EXTENSIONS_MAX, TLS_NAMES_MAX};

/// What a client offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientHello {
    /// Version of the message itself; TLS 1.3 says 1.2 here.
    pub version: u16,
    /// Random, of which the first four bytes once were the time.
    pub random: Vec<u8>,
    /// Session to resume.
    pub session_id: Vec<u8>,
    /// Cipher suites, in order.
    pub ciphers: Vec<u16>,
    /// Extensions, in order.
    pub extensions: Vec<u16>,
    /// Host asked for.
    pub server_name: Option<Vec<u8>>,
    /// Application protocols, in order.
    pub protocols: Vec<Vec<u8>>,
    /// Groups, in order.
    pub groups: Vec<u16>,
    /// Point formats, in order.
    pub point_formats: Vec<u8>,
    /// Signature algorithms, in order.
    pub signatures: Vec<u16>,
    /// Versions, in order; empty before TLS 1.3.
    pub versions: Vec<u16>,
    /// What was odd.
    pub oddities: Vec<&'static str>,
}

/// What a server chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerHello {
    /// Version of the message itself; TLS 1.3 says 1.2 here.
    pub version: u16,
    /// Random.
    pub random: Vec<u8>,
    /// Session.
    pub session_id: Vec<u8>,
    /// Cipher suite.
    pub cipher: u16,
    /// Extensions, in order.
    pub extensions: Vec<u16>,
    /// Application protocol.
    pub protocols: Vec<Vec<u8>>,
    /// Version, if told by extension (TLS 1.3).
    pub chosen_version: Option<u16>,
}

/// The random that makes a server's hello a request to try again (RFC 8446, 4.1.3).
const RETRY_RANDOM: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

impl ServerHello {
    /// The version both will speak.
    pub fn real_version(&self) -> u16 {
        self.chosen_version.unwrap_or(self.version)
    }

    /// Whether the client is to try again.
    pub fn is_retry(&self) -> bool {
        self.random == RETRY_RANDOM
    }
}

impl ClientHello {
    /// The highest version offered, GREASE left out.
    pub fn highest_version(&self) -> u16 {
        self.versions
            .iter()
            .copied()
            .filter(|version| !is_grease(*version))
            .max()
            .unwrap_or(self.version)
    }
}

/// Values that mean nothing and keep servers tolerant (RFC 8701).
pub const fn is_grease(value: u16) -> bool {
    let [high, low] = value.to_be_bytes();
    high == low && low & 0x0f == 0x0a
}

/// A list of 16-bit numbers.
fn numbers(bytes: &[u8]) -> Vec<u16> {
    let mut cursor = Cursor::new(bytes);
    std::iter::from_fn(|| cursor.u16()).collect()
}

/// Bytes behind their 16-bit length.
fn long_block<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let length = cursor.u16()?;
    cursor.take(length.into())
}

/// Bytes behind their 8-bit length.
fn short_block<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let length = cursor.u8()?;
    cursor.take(length.into())
}

/// Reads the body of a ClientHello.
pub fn client_hello(bytes: &[u8]) -> Option<ClientHello> {
    let mut cursor = Cursor::new(bytes);
    let mut hello = ClientHello {
        version: cursor.u16()?,
        random: cursor.take(32)?.to_vec(),
        session_id: short_block(&mut cursor)?.to_vec(),
        ciphers: numbers(long_block(&mut cursor)?),
        ..ClientHello::default()
    };
    short_block(&mut cursor)?;
    extensions(&mut cursor, |kind, body| {
        hello.extensions.push(kind);
        client_extension(&mut hello, kind, body);
    });
    Some(hello)
}

/// Reads a ClientHello in the form of SSL 2 (RFC 5246, E.2), behind its type.
pub fn old_client_hello(bytes: &[u8]) -> Option<ClientHello> {
    let mut cursor = Cursor::new(bytes);
    let version = cursor.u16()?;
    let [ciphers, session, challenge] = [cursor.u16()?, cursor.u16()?, cursor.u16()?];
    let ciphers = cursor.take(ciphers.into())?;
    let session_id = cursor.take(session.into())?.to_vec();
    let random = cursor.take(challenge.into())?.to_vec();
    Some(ClientHello {
        version,
        random,
        session_id,
        // Kinds of three bytes; those that begin with 0 are of TLS.
        ciphers: ciphers
            .chunks_exact(3)
            .filter_map(|kind| match kind {
                [0, high, low] => Some(u16::from_be_bytes([*high, *low])),
                _ => None,
            })
            .collect(),
        ..ClientHello::default()
    })
}

/// Reads the body of a ServerHello.
pub fn server_hello(bytes: &[u8]) -> Option<ServerHello> {
    let mut cursor = Cursor::new(bytes);
    let mut hello = ServerHello {
        version: cursor.u16()?,
        random: cursor.take(32)?.to_vec(),
        session_id: short_block(&mut cursor)?.to_vec(),
        cipher: cursor.u16()?,
        ..ServerHello::default()
    };
    cursor.skip(1)?;
    extensions(&mut cursor, |kind, body| {
        hello.extensions.push(kind);
        match kind {
            16 => hello.protocols = protocol_names(body),
            43 => hello.chosen_version = Cursor::new(body).u16(),
            _ => {}
        }
    });
    Some(hello)
}

fn extensions<'a>(cursor: &mut Cursor<'a>, mut take: impl FnMut(u16, &'a [u8])) {
    let block = long_block(cursor).unwrap_or_default();
    let mut cursor = Cursor::new(block);
    for _ in 0..TLS_EXTENSIONS_MAX {
        let Some(kind) = cursor.u16() else { return };
        let Some(body) = long_block(&mut cursor) else {
            return;
        };
        take(kind, body);
    }
}

fn client_extension(hello: &mut ClientHello, kind: u16, body: &[u8]) {
    let mut cursor = Cursor::new(body);
    match kind {
        0 => server_name(hello, body),
        10 => hello.groups = numbers(long_block(&mut cursor).unwrap_or_default()),
        11 => hello.point_formats = short_block(&mut cursor).unwrap_or_default().to_vec(),
        13 => hello.signatures = numbers(long_block(&mut cursor).unwrap_or_default()),
        16 => hello.protocols = protocol_names(body),
        43 => hello.versions = numbers(short_block(&mut cursor).unwrap_or_default()),
        _ => {}
    }
}

/// RFC 6066, 3: one name of type 0.
fn server_name(hello: &mut ClientHello, body: &[u8]) {
    if hello.server_name.is_some() {
        hello.oddities.push("multiple_sni_extensions");
        return;
    }
    let mut cursor = Cursor::new(body);
    let Some(list) = long_block(&mut cursor) else {
        // An empty extension is allowed for servers; some clients send it too.
        if !body.is_empty() {
            hello.oddities.push("invalid_sni_length");
        }
        return;
    };
    let mut cursor = Cursor::new(list);
    let Some(kind) = cursor.u8() else { return };
    if kind != 0 {
        hello.oddities.push("invalid_sni_type");
        return;
    }
    match long_block(&mut cursor) {
        Some(name) if !name.is_empty() => hello.server_name = Some(name.to_vec()),
        _ => hello.oddities.push("invalid_sni_length"),
    }
}

/// RFC 7301, 3.1.
fn protocol_names(body: &[u8]) -> Vec<Vec<u8>> {
    let list = long_block(&mut Cursor::new(body)).unwrap_or_default();
    let mut cursor = Cursor::new(list);
    std::iter::from_fn(|| short_block(&mut cursor))
        .take(TLS_NAMES_MAX)
        .map(<[u8]>::to_vec)
        .collect()
}

/// The certificates of a Certificate message (before TLS 1.3), the owner's first; None where the
/// list is broken.
pub fn certificates(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut cursor = Cursor::new(bytes);
    let length = usize::try_from(cursor.u24()?).ok()?;
    let mut cursor = Cursor::new(cursor.take(length)?);
    let mut found = Vec::new();
    while cursor.remaining() > 0 && found.len() < TLS_CERTIFICATES_MAX {
        let length = usize::try_from(cursor.u24()?).ok()?;
        found.push(cursor.take(length)?.to_vec());
    }
    Some(found)
}
