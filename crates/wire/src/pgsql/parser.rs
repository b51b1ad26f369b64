//! Messages of PostgreSQL's protocol version 3 to values.

use crate::cursor::Cursor;
use crate::limits::PGSQL_ITEMS_MAX;

/// Codes in the place of a version.
const SSL_REQUEST: u32 = 80_877_103;
const CANCEL_REQUEST: u32 = 80_877_102;
const GSS_REQUEST: u32 = 80_877_104;

/// Names and values of a start or of a server's settings.
pub type Parameters = Vec<(Vec<u8>, Vec<u8>)>;

/// What a client's first message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// May we go on with TLS?
    Ssl,
    /// May we go on with GSSAPI?
    Gss,
    /// Stop what a process does: process and key.
    Cancel(u32, u32),
    /// Version and parameters.
    Startup(u16, u16, Parameters),
}

/// Length that a client's first message may have.
pub const START_BYTES_MAX: u32 = 10_000;

/// Reads a client's first message, of which every byte is there.
pub fn start(bytes: &[u8]) -> Option<Start> {
    let mut cursor = Cursor::new(bytes);
    let length = cursor.u32()?;
    if usize::try_from(length).ok()? != bytes.len() {
        return None;
    }
    match cursor.u32()? {
        SSL_REQUEST => (length == 8).then_some(Start::Ssl),
        GSS_REQUEST => (length == 8).then_some(Start::Gss),
        CANCEL_REQUEST => Some(Start::Cancel(cursor.u32()?, cursor.u32()?)),
        version if version >> 16 == 3 => {
            let list = parameters(cursor.rest())?;
            let minor = u16::try_from(version & 0xffff).ok()?;
            Some(Start::Startup(3, minor, list))
        }
        _ => None,
    }
}

/// Whether what is there of a client's first message may become one.
pub fn may_be_start(bytes: &[u8]) -> bool {
    let mut cursor = Cursor::new(bytes);
    let Some(length) = cursor.u32() else {
        return bytes.iter().take(2).all(|byte| *byte == 0);
    };
    let Some(code) = cursor.u32() else {
        return (8..=START_BYTES_MAX).contains(&length);
    };
    match code {
        SSL_REQUEST | GSS_REQUEST => length == 8,
        CANCEL_REQUEST => length == 16,
        // Version 3.0 or 3.2; the first parameter is a name.
        196_608 | 196_610 => {
            (9..=START_BYTES_MAX).contains(&length)
                && cursor
                    .u8()
                    .is_none_or(|byte| byte.is_ascii_lowercase() || byte == b'_')
        }
        _ => false,
    }
}

fn parameters(mut rest: &[u8]) -> Option<Parameters> {
    let mut found = Vec::new();
    loop {
        let (name, after) = text(rest)?;
        if name.is_empty() {
            return Some(found);
        }
        let (value, after) = text(after)?;
        if found.len() >= PGSQL_ITEMS_MAX {
            return None;
        }
        found.push((name.to_vec(), value.to_vec()));
        rest = after;
    }
}

/// Bytes up to a zero, and what follows it.
pub fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    let (text, rest) = bytes.split_at_checked(end)?;
    Some((text, rest.get(1..)?))
}

/// What a client says after its first message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Query in text.
    Query(Vec<u8>),
    /// Password, or its hash.
    Password,
    /// First message of SASL: mechanism and parameter.
    SaslInitial(Vec<u8>, Vec<u8>),
    /// Further message of SASL.
    SaslResponse(Vec<u8>),
    /// Stop what a process does: process and key.
    Cancel(u32, u32),
    /// Good bye.
    Terminate,
}

/// What a server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// What it wants of the client to be let in, by number, with what comes with it.
    Authentication(u32, Vec<u8>),
    /// A setting.
    Parameter(Vec<u8>, Vec<u8>),
    /// Process and key for cancelling.
    Backend(u32, u32),
    /// Ready for the next request.
    Ready,
    /// Columns that follow.
    Columns(u16),
    /// A row: bytes of its values.
    Row(u64),
    /// A command is done.
    Complete(Vec<u8>),
    /// An error or a note: letters with texts.
    Notice(bool, Vec<(u8, Vec<u8>)>),
    /// Something else.
    Other,
}

/// Reads a server's message; None where it is malformed.
pub fn answer(kind: u8, content: &[u8]) -> Option<Answer> {
    let mut cursor = Cursor::new(content);
    Some(match kind {
        b'R' => Answer::Authentication(cursor.u32()?, cursor.rest().to_vec()),
        b'S' => {
            let (name, rest) = text(content)?;
            Answer::Parameter(name.to_vec(), text(rest)?.0.to_vec())
        }
        b'K' => Answer::Backend(cursor.u32()?, cursor.u32()?),
        b'Z' => Answer::Ready,
        b'T' => Answer::Columns(cursor.u16()?),
        b'D' => {
            // Each value has its length before it.
            let lengths = u64::from(cursor.u16()?).saturating_mul(4);
            Answer::Row((cursor.rest().len() as u64).saturating_sub(lengths))
        }
        b'C' => Answer::Complete(text(content)?.0.to_vec()),
        b'E' | b'N' => Answer::Notice(kind == b'E', notice(content)?),
        _ => Answer::Other,
    })
}

fn notice(mut rest: &[u8]) -> Option<Vec<(u8, Vec<u8>)>> {
    let mut found = Vec::new();
    loop {
        let (letter, after) = rest.split_first()?;
        if *letter == 0 || found.len() >= PGSQL_ITEMS_MAX {
            return Some(found);
        }
        let (value, after) = text(after)?;
        found.push((*letter, value.to_vec()));
        rest = after;
    }
}
