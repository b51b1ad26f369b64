//! Version 4 (RFC 7530, RFC 8881): operations, several to a call.

use super::rpc::{name, opaque};
use super::transaction::{Answer, Found, Request, Stretch};
use crate::cursor::Cursor;
use crate::limits::NFS_OPERATIONS_MAX;

/// Operations that are read.
pub mod operation {
    pub const ACCESS: u32 = 3;
    pub const CLOSE: u32 = 4;
    pub const COMMIT: u32 = 5;
    pub const CREATE: u32 = 6;
    pub const GETATTR: u32 = 9;
    pub const GETFH: u32 = 10;
    pub const LOOKUP: u32 = 15;
    pub const LOOKUPP: u32 = 16;
    pub const OPEN: u32 = 18;
    pub const OPEN_CONFIRM: u32 = 20;
    pub const PUTFH: u32 = 22;
    pub const PUTPUBFH: u32 = 23;
    pub const PUTROOTFH: u32 = 24;
    pub const READ: u32 = 25;
    pub const READLINK: u32 = 27;
    pub const REMOVE: u32 = 28;
    pub const RENAME: u32 = 29;
    pub const RENEW: u32 = 30;
    pub const RESTOREFH: u32 = 31;
    pub const SAVEFH: u32 = 32;
    pub const SETATTR: u32 = 34;
    pub const WRITE: u32 = 38;
    pub const SEQUENCE: u32 = 53;
}
use operation as op;

/// Bytes of a state's name.
const STATE: usize = 16;
/// Bytes that say how a directory changed.
const CHANGE: usize = 20;
/// Procedure of a call that holds operations.
const COMPOUND: u32 = 1;

/// What a call asks for.
pub fn request(procedure: u32, cursor: &mut Cursor<'_>) -> Option<Request> {
    let mut request = Request::default();
    if procedure != COMPOUND {
        return Some(request);
    }
    opaque(cursor)?;
    cursor.u32()?;
    let count = usize::try_from(cursor.u32()?).ok()?;
    for _ in 0..count.min(NFS_OPERATIONS_MAX) {
        let number = cursor.u32()?;
        // What cannot be read ends the list; what stands before it counts.
        match asked(number, cursor, &mut request) {
            Some(true) => {}
            _ => break,
        }
    }
    Some(request)
}

/// One operation; whether the next can be found.
fn asked(number: u32, cursor: &mut Cursor<'_>, request: &mut Request) -> Option<bool> {
    match number {
        op::PUTFH => request.handle = opaque(cursor)?.to_vec(),
        op::PUTROOTFH | op::PUTPUBFH => request.handle = Vec::new(),
        op::ACCESS => cursor.skip(4)?,
        op::GETATTR => bits(cursor)?,
        op::GETFH | op::LOOKUPP | op::READLINK | op::RESTOREFH | op::SAVEFH => {}
        op::LOOKUP => request.silent_name = name(cursor)?,
        op::OPEN => return open(cursor, request),
        op::OPEN_CONFIRM => cursor.skip(STATE.saturating_add(4))?,
        op::CLOSE => {
            cursor.skip(STATE.saturating_add(4))?;
            request.closes = true;
        }
        op::COMMIT => {
            cursor.skip(12)?;
            request.closes = true;
        }
        op::CREATE => {
            match cursor.u32()? {
                3 | 4 => cursor.skip(8)?,
                5 => opaque(cursor).map(|_| ())?,
                _ => {}
            }
            request.tell(number, name(cursor)?);
            attributes(cursor)?;
        }
        op::REMOVE => request.tell(number, name(cursor)?),
        op::RENAME => {
            request.tell(number, name(cursor)?);
            request.new_name = Some(name(cursor)?);
        }
        op::RENEW => cursor.skip(8)?,
        op::SETATTR => {
            cursor.skip(STATE)?;
            attributes(cursor)?;
        }
        op::SEQUENCE => cursor.skip(32)?,
        op::READ => {
            cursor.skip(STATE)?;
            let (offset, length) = (cursor.u64()?, cursor.u32()?);
            request.operation = number;
            request.stretch = Some(Stretch::read(offset, length.into()));
            return Some(false);
        }
        op::WRITE => {
            cursor.skip(STATE)?;
            let offset = cursor.u64()?;
            let is_stable = cursor.u32()? != 0;
            let length = cursor.u32()?.into();
            request.operation = number;
            request.stretch = Some(Stretch::write(offset, length, is_stable, cursor.position()));
            return Some(false);
        }
        _ => return Some(false),
    }
    Some(true)
}

impl Request {
    fn tell(&mut self, operation: u32, name: Vec<u8>) {
        self.operation = operation;
        self.is_told = true;
        self.name = name;
    }
}

fn open(cursor: &mut Cursor<'_>, request: &mut Request) -> Option<bool> {
    cursor.skip(20)?;
    opaque(cursor)?;
    if cursor.u32()? == 1 {
        match cursor.u32()? {
            0 | 1 => attributes(cursor)?,
            2 => cursor.skip(8)?,
            3 => {
                cursor.skip(8)?;
                attributes(cursor)?;
            }
            _ => return Some(false),
        }
    }
    let file = match cursor.u32()? {
        0 | 3 => Some(name(cursor)?),
        1 => cursor.skip(4).map(|()| None)?,
        2 => {
            cursor.skip(STATE)?;
            Some(name(cursor)?)
        }
        5 => cursor.skip(STATE).map(|()| None)?,
        4 | 6 => None,
        _ => return Some(false),
    };
    // Opening alone is no event (nor is it one of Suricata's); what is read and written then is.
    request.silent_name = file.unwrap_or_default();
    Some(true)
}

/// A set of bits, in words.
fn bits(cursor: &mut Cursor<'_>) -> Option<()> {
    let words = usize::try_from(cursor.u32()?).ok()?;
    cursor.skip(words.checked_mul(4)?)
}

fn attributes(cursor: &mut Cursor<'_>) -> Option<()> {
    bits(cursor)?;
    opaque(cursor).map(|_| ())
}

/// What an answer says.
pub fn answer(procedure: u32, cursor: &mut Cursor<'_>) -> Option<Answer> {
    let mut answer = Answer::default();
    if procedure != COMPOUND {
        return Some(answer);
    }
    answer.status = cursor.u32()?;
    let _ = results(cursor, &mut answer);
    Some(answer)
}

fn results(cursor: &mut Cursor<'_>, answer: &mut Answer) -> Option<()> {
    opaque(cursor)?;
    let count = usize::try_from(cursor.u32()?).ok()?;
    for _ in 0..count.min(NFS_OPERATIONS_MAX) {
        let (number, status) = (cursor.u32()?, cursor.u32()?);
        if status != 0 || !result(number, cursor, answer)? {
            break;
        }
    }
    Some(())
}

/// The result of one operation; whether the next can be found.
fn result(number: u32, cursor: &mut Cursor<'_>, answer: &mut Answer) -> Option<bool> {
    match number {
        op::SEQUENCE => cursor.skip(36)?,
        op::PUTFH
        | op::PUTROOTFH
        | op::PUTPUBFH
        | op::LOOKUP
        | op::LOOKUPP
        | op::SAVEFH
        | op::RESTOREFH
        | op::RENEW => {}
        op::GETFH => answer.made = Some(opaque(cursor)?.to_vec()),
        op::ACCESS | op::COMMIT => cursor.skip(8)?,
        op::GETATTR => attributes(cursor)?,
        op::SETATTR => bits(cursor)?,
        op::CREATE => {
            cursor.skip(CHANGE)?;
            bits(cursor)?;
        }
        op::REMOVE => cursor.skip(CHANGE)?,
        op::RENAME => cursor.skip(CHANGE.saturating_mul(2))?,
        op::CLOSE | op::OPEN_CONFIRM => cursor.skip(STATE)?,
        op::WRITE => cursor.skip(16)?,
        op::OPEN => {
            cursor.skip(STATE.saturating_add(CHANGE).saturating_add(4))?;
            bits(cursor)?;
            delegation(cursor)?;
        }
        op::READ => {
            let is_end = cursor.u32()? != 0;
            let length = cursor.u32()?.into();
            answer.found = Some(Found {
                place: cursor.position(),
                length,
                is_end,
            });
            return Some(false);
        }
        _ => return Some(false),
    }
    Some(true)
}

/// What a server leaves to a client that opened a file.
fn delegation(cursor: &mut Cursor<'_>) -> Option<()> {
    let access_entry = |cursor: &mut Cursor<'_>| {
        cursor.skip(12)?;
        opaque(cursor).map(|_| ())
    };
    match cursor.u32()? {
        1 => {
            cursor.skip(STATE.saturating_add(4))?;
            access_entry(cursor)
        }
        2 => {
            cursor.skip(STATE.saturating_add(4).saturating_add(12))?;
            access_entry(cursor)
        }
        3 => match cursor.u32()? {
            1 | 2 => cursor.skip(4),
            _ => Some(()),
        },
        _ => Some(()),
    }
}
