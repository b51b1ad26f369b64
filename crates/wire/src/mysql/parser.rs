//! Packets of the way in and commands to values.

use crate::cursor::Cursor;
use crate::limits::MYSQL_TEXT_BYTES_MAX;
use crate::text::split_once;

/// Client can TLS.
const TLS: u32 = 0x0800;
/// Client names a database.
const WITH_DATABASE: u32 = 0x0008;
/// Proofs of passwords have a length in front, of one byte or more.
const SECURE: u32 = 0x8000;
const LONG_PROOFS: u32 = 0x0020_0000;
/// Client speaks the protocol of 4.1 and later.
const PROTOCOL_41: u32 = 0x0200;

/// What a server says first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Greeting {
    /// Version of the server.
    Server(Vec<u8>),
    /// It will not talk: number and words.
    Refusal(u16, Vec<u8>),
}

/// What a client answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogIn {
    /// Let us go on with TLS.
    Tls,
    /// User and database.
    User(Vec<u8>, Option<Vec<u8>>),
}

/// Length of the header: length of the content, number.
pub const HEADER_BYTES: usize = 4;

/// Length of the content, and the packet's number.
pub fn header(bytes: &[u8]) -> Option<(u32, u8)> {
    let [low, middle, high, number] = Cursor::new(bytes).array::<4>()?;
    Some((u32::from_le_bytes([low, middle, high, 0]), number))
}

/// What a server says first.
pub fn greeting(content: &[u8]) -> Option<Greeting> {
    match content {
        [10, rest @ ..] => {
            let (version, rest) = split_once(rest, 0)?;
            // Thread, the first part of a salt, a zero.
            let filler = rest.get(12)?;
            let text = version.iter().all(|byte| (0x20..0x7f).contains(byte));
            (text && !version.is_empty() && version.len() < 128 && *filler == 0)
                .then(|| Greeting::Server(version.to_vec()))
        }
        [0xff, ..] => refusal(content).map(|(code, text)| Greeting::Refusal(code, text)),
        _ => None,
    }
}

/// Number and words of an error.
pub fn refusal(content: &[u8]) -> Option<(u16, Vec<u8>)> {
    let mut cursor = Cursor::new(content);
    if cursor.u8()? != 0xff {
        return None;
    }
    let code = cursor.u16_le()?;
    let words = cursor.rest();
    // `#` and five letters of SQL state come first.
    let words = match words {
        [b'#', rest @ ..] => rest.get(5..)?,
        other => other,
    };
    Some((code, few(words)))
}

/// What a client answers.
pub fn log_in(content: &[u8]) -> Option<LogIn> {
    let mut cursor = Cursor::new(content);
    let flags = cursor.u16_le()?;
    if u32::from(flags) & PROTOCOL_41 == 0 {
        // Before 4.1: size of packets, then the user.
        cursor.skip(3)?;
        let (user, _) = split_once(cursor.rest(), 0)?;
        return Some(LogIn::User(few(user), None));
    }
    let flags = u32::from(flags) | u32::from(cursor.u16_le()?) << 16;
    cursor.skip(28)?;
    if cursor.remaining() == 0 {
        return (flags & TLS != 0).then_some(LogIn::Tls);
    }
    let (user, rest) = split_once(cursor.rest(), 0)?;
    let mut cursor = Cursor::new(rest);
    if flags & (LONG_PROOFS | SECURE) != 0 {
        let length = cursor.u8()?;
        cursor.skip(length.into())?;
    } else {
        let (proof, _) = split_once(cursor.rest(), 0)?;
        cursor.skip(proof.len().saturating_add(1))?;
    }
    let database = if flags & WITH_DATABASE != 0 {
        split_once(cursor.rest(), 0).map(|(name, _)| few(name))
    } else {
        None
    };
    Some(LogIn::User(few(user), database))
}

/// Name of a command, and its text if it has one.
pub fn command(content: &[u8]) -> Option<(&'static str, Vec<u8>)> {
    let (code, text) = content.split_first()?;
    let name = match code {
        0x01 => "quit",
        0x02 => "init_db",
        0x03 => "query",
        0x04 => "field_list",
        0x05 => "create_db",
        0x06 => "drop_db",
        0x08 => "shutdown",
        0x09 => "statistics",
        0x0c => "process_kill",
        0x0e => "ping",
        0x11 => "change_user",
        0x12 => "binlog_dump",
        0x15 => "register_slave",
        0x16 => "prepare",
        0x17 => "execute",
        0x19 => "close",
        _ => return None,
    };
    let has_text = matches!(code, 0x02..=0x06 | 0x16);
    Some((name, if has_text { few(text) } else { Vec::new() }))
}

fn few(bytes: &[u8]) -> Vec<u8> {
    bytes.get(..MYSQL_TEXT_BYTES_MAX).unwrap_or(bytes).to_vec()
}
