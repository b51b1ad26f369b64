//! Remote procedure calls (RFC 5531) and their form of data (RFC 4506).

use crate::cursor::Cursor;
use crate::limits::NFS_NAME_BYTES_MAX;

/// Number of NFS among the programs that can be called.
pub const NFS_PROGRAM: u32 = 100_003;
/// Version of the calls themselves.
const RPC_VERSION: u32 = 2;

/// Who calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Credential {
    /// Nobody in particular.
    #[default]
    Null,
    /// A user of a machine, as it says.
    Unix {
        /// Name of the machine.
        machine: Vec<u8>,
        /// Number of the user.
        user: u32,
        /// Number of the group.
        group: u32,
    },
    /// A security context (RFC 2203).
    Gss {
        /// 0 for calls, others make and end contexts.
        procedure: u32,
        /// 1 none, 2 integrity, 3 privacy.
        service: u32,
    },
    /// Another kind.
    Other(u32),
}

impl Credential {
    /// Name of its kind.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Unix { .. } => "UNIX",
            Self::Gss { .. } => "RPCSEC_GSS",
            Self::Other(2) => "SHORT",
            Self::Other(3) => "DES",
            Self::Other(4) => "KERB",
            Self::Other(_) => "UNKNOWN",
        }
    }

    /// How arguments and results are wrapped.
    pub const fn wrap(&self) -> Wrap {
        match self {
            Self::Gss {
                procedure: 0,
                service: 2,
            } => Wrap::Integrity,
            Self::Gss {
                procedure: 0,
                service: 3,
            }
            | Self::Gss { procedure: 1.., .. } => Wrap::Closed,
            _ => Wrap::None,
        }
    }
}

/// How a security context wraps arguments and results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wrap {
    /// Not at all.
    #[default]
    None,
    /// A length and a number before, a checksum behind.
    Integrity,
    /// Encrypted, or none of NFS.
    Closed,
}

/// A call, up to its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Number of the call.
    pub id: u32,
    /// What is called.
    pub program: u32,
    /// Version of it.
    pub version: u32,
    /// What of it.
    pub procedure: u32,
    /// Who calls.
    pub credential: Credential,
}

/// What an answer says of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Number of the call.
    pub id: u32,
    /// It was not let in.
    pub is_denied: bool,
    /// It was carried out; results follow.
    pub is_success: bool,
}

/// A message, up to arguments or results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A call.
    Call(Call),
    /// An answer.
    Reply(Reply),
}

/// Bytes with their length before them, filled up to a multiple of four.
pub fn opaque<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let length = usize::try_from(cursor.u32()?).ok()?;
    let bytes = cursor.take(length)?;
    cursor.skip(padding(length))?;
    Some(bytes)
}

/// Bytes that fill up to a multiple of four.
pub const fn padding(length: usize) -> usize {
    length.wrapping_neg() & 3
}

/// A name, cut where it is longer than is kept.
pub fn name(cursor: &mut Cursor<'_>) -> Option<Vec<u8>> {
    let bytes = opaque(cursor)?;
    Some(bytes.get(..NFS_NAME_BYTES_MAX).unwrap_or(bytes).to_vec())
}

/// Reads a message; the cursor stands before arguments or results then.
pub fn message(cursor: &mut Cursor<'_>) -> Option<Message> {
    let id = cursor.u32()?;
    match cursor.u32()? {
        0 => call(id, cursor).map(Message::Call),
        1 => reply(id, cursor).map(Message::Reply),
        _ => None,
    }
}

fn call(id: u32, cursor: &mut Cursor<'_>) -> Option<Call> {
    if cursor.u32()? != RPC_VERSION {
        return None;
    }
    let [program, version, procedure] = [cursor.u32()?, cursor.u32()?, cursor.u32()?];
    let kind = cursor.u32()?;
    let body = opaque(cursor)?;
    // The verifier.
    cursor.u32()?;
    opaque(cursor)?;
    Some(Call {
        id,
        program,
        version,
        procedure,
        credential: credential(kind, body),
    })
}

fn credential(kind: u32, body: &[u8]) -> Credential {
    let mut cursor = Cursor::new(body);
    let known = match kind {
        0 => Some(Credential::Null),
        1 => unix(&mut cursor),
        6 => gss(&mut cursor),
        _ => None,
    };
    known.unwrap_or(Credential::Other(kind))
}

fn unix(cursor: &mut Cursor<'_>) -> Option<Credential> {
    cursor.u32()?;
    Some(Credential::Unix {
        machine: name(cursor)?,
        user: cursor.u32()?,
        group: cursor.u32()?,
    })
}

fn gss(cursor: &mut Cursor<'_>) -> Option<Credential> {
    cursor.u32()?;
    let procedure = cursor.u32()?;
    cursor.u32()?;
    let service = cursor.u32()?;
    Some(Credential::Gss { procedure, service })
}

fn reply(id: u32, cursor: &mut Cursor<'_>) -> Option<Reply> {
    let (is_denied, is_success) = match cursor.u32()? {
        0 => {
            cursor.u32()?;
            opaque(cursor)?;
            (false, cursor.u32()? == 0)
        }
        1 => (true, false),
        _ => return None,
    };
    Some(Reply {
        id,
        is_denied,
        is_success,
    })
}

/// What the first bytes of a message say: whether it is a call of NFS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// A call of NFS.
    Call,
    /// An answer, to whatever.
    Reply,
    /// It may become one of those.
    Short,
    /// None of those.
    No,
}

/// Looks at the first bytes of a message.
pub fn beginning(bytes: &[u8]) -> Beginning {
    let mut cursor = Cursor::new(bytes);
    let mut next = || cursor.u32();
    let Some((_, kind)) = next().zip(next()) else {
        return Beginning::Short;
    };
    match (kind, next()) {
        (0 | 1, None) => Beginning::Short,
        (0, Some(RPC_VERSION)) => match (next(), next()) {
            (Some(NFS_PROGRAM), Some(2..=4)) => Beginning::Call,
            (Some(NFS_PROGRAM) | None, None) => Beginning::Short,
            _ => Beginning::No,
        },
        (1, Some(0 | 1)) => Beginning::Reply,
        _ => Beginning::No,
    }
}
