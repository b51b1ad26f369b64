//! Arguments and results of versions 2 (RFC 1094) and 3 (RFC 1813).

use super::rpc::{name, opaque};
use super::transaction::{Answer, Found, Request, Stretch};
use crate::cursor::Cursor;
use crate::limits::NFS_ENTRIES_MAX;

/// Procedures of version 3.
pub mod third {
    pub const GETATTR: u32 = 1;
    pub const SETATTR: u32 = 2;
    pub const LOOKUP: u32 = 3;
    pub const READLINK: u32 = 5;
    pub const READ: u32 = 6;
    pub const WRITE: u32 = 7;
    pub const CREATE: u32 = 8;
    pub const MKNOD: u32 = 11;
    pub const RMDIR: u32 = 13;
    pub const RENAME: u32 = 14;
    pub const LINK: u32 = 15;
    pub const READDIRPLUS: u32 = 17;
    pub const FSSTAT: u32 = 18;
    pub const PATHCONF: u32 = 20;
    pub const COMMIT: u32 = 21;
}

/// Procedures of version 2.
pub mod second {
    pub const ROOT: u32 = 3;
    pub const LOOKUP: u32 = 4;
    pub const READ: u32 = 6;
    pub const WRITE_CACHE: u32 = 7;
    pub const WRITE: u32 = 8;
    pub const CREATE: u32 = 9;
    pub const REMOVE: u32 = 10;
    pub const RENAME: u32 = 11;
    pub const SYMLINK: u32 = 13;
    pub const MKDIR: u32 = 14;
    pub const RMDIR: u32 = 15;
}

/// Bytes of attributes of a file in version 3.
const ATTRIBUTES_3: usize = 84;
/// The same in version 2.
const ATTRIBUTES_2: usize = 68;
/// Bytes of a handle in version 2.
const HANDLE_2: usize = 32;

/// What a call of version 2 or 3 asks for.
pub fn request(version: u32, procedure: u32, cursor: &mut Cursor<'_>) -> Option<Request> {
    let mut request = Request {
        operation: procedure,
        is_told: true,
        ..Request::default()
    };
    match version {
        2 => request_2(procedure, cursor, &mut request)?,
        _ => request_3(procedure, cursor, &mut request)?,
    }
    Some(request)
}

fn request_3(procedure: u32, cursor: &mut Cursor<'_>, request: &mut Request) -> Option<()> {
    if procedure == 0 {
        return Some(());
    }
    request.handle = opaque(cursor)?.to_vec();
    match procedure {
        third::LOOKUP => {
            request.name = name(cursor)?;
            // That of the directory; the answer has the file's.
            request.handle = Vec::new();
        }
        third::CREATE..=third::RMDIR => request.name = name(cursor)?,
        third::RENAME => {
            request.name = name(cursor)?;
            opaque(cursor)?;
            request.new_name = Some(name(cursor)?);
        }
        third::LINK => {
            opaque(cursor)?;
            request.name = name(cursor)?;
        }
        third::SETATTR | third::READLINK | third::FSSTAT..=third::PATHCONF => {
            // Suricata's events leave these handles out.
            request.handle = Vec::new();
        }
        third::READ => {
            let (offset, length) = (cursor.u64()?, cursor.u32()?);
            request.stretch = Some(Stretch::read(offset, length.into()));
        }
        third::WRITE => {
            let offset = cursor.u64()?;
            cursor.u32()?;
            let is_stable = cursor.u32()? != 0;
            let length = cursor.u32()?.into();
            request.stretch = Some(Stretch::write(offset, length, is_stable, cursor.position()));
        }
        third::COMMIT => request.closes = true,
        _ => {}
    }
    Some(())
}

fn request_2(procedure: u32, cursor: &mut Cursor<'_>, request: &mut Request) -> Option<()> {
    if matches!(procedure, 0 | second::ROOT | second::WRITE_CACHE) {
        return Some(());
    }
    request.handle = cursor.take(HANDLE_2)?.to_vec();
    match procedure {
        second::LOOKUP => {
            request.name = name(cursor)?;
            request.handle = Vec::new();
        }
        second::CREATE | second::REMOVE | second::SYMLINK | second::MKDIR | second::RMDIR => {
            request.name = name(cursor)?;
        }
        second::RENAME => {
            request.name = name(cursor)?;
            cursor.take(HANDLE_2)?;
            request.new_name = Some(name(cursor)?);
        }
        second::READ => {
            let (offset, length) = (cursor.u32()?, cursor.u32()?);
            request.stretch = Some(Stretch::read(offset.into(), length.into()));
        }
        second::WRITE => {
            cursor.u32()?;
            let offset = cursor.u32()?;
            cursor.u32()?;
            let length = cursor.u32()?.into();
            let place = cursor.position();
            request.stretch = Some(Stretch::write(offset.into(), length, true, place));
        }
        _ => {}
    }
    Some(())
}

/// What an answer to a call of version 2 or 3 says.
pub fn answer(version: u32, procedure: u32, cursor: &mut Cursor<'_>) -> Option<Answer> {
    let mut answer = Answer::default();
    if procedure == 0 {
        return Some(answer);
    }
    answer.status = cursor.u32()?;
    // What stands behind the status may be cut or odd; the status remains.
    let _ = match version {
        2 => answer_2(procedure, cursor, &mut answer),
        _ => answer_3(procedure, cursor, &mut answer),
    };
    Some(answer)
}

fn answer_3(procedure: u32, cursor: &mut Cursor<'_>, answer: &mut Answer) -> Option<()> {
    let is_success = answer.status == 0;
    match procedure {
        // Where it failed, attributes of the directory stand at this place; Suricata's hash of
        // the handle is made of these, and so is ours.
        third::LOOKUP => {
            let handle = opaque(cursor)?;
            answer.handle = Some(handle.to_vec());
            answer.made = is_success.then(|| handle.to_vec());
        }
        third::CREATE..=third::MKNOD if is_success && cursor.u32()? != 0 => {
            answer.made = Some(opaque(cursor)?.to_vec());
        }
        third::READ if is_success => {
            attributes(cursor)?;
            cursor.u32()?;
            let is_end = cursor.u32()? != 0;
            let length = cursor.u32()?.into();
            answer.found = Some(Found {
                place: cursor.position(),
                length,
                is_end,
            });
        }
        third::READDIRPLUS if is_success => {
            attributes(cursor)?;
            cursor.skip(8)?;
            entries(cursor, answer)?;
        }
        _ => {}
    }
    Some(())
}

fn answer_2(procedure: u32, cursor: &mut Cursor<'_>, answer: &mut Answer) -> Option<()> {
    if answer.status != 0 {
        return Some(());
    }
    match procedure {
        second::LOOKUP | second::CREATE | second::MKDIR => {
            let handle = cursor.take(HANDLE_2)?.to_vec();
            if procedure == second::LOOKUP {
                answer.handle = Some(handle.clone());
            }
            answer.made = Some(handle);
        }
        second::READ => {
            cursor.skip(ATTRIBUTES_2)?;
            let length = cursor.u32()?.into();
            answer.found = Some(Found {
                place: cursor.position(),
                length,
                is_end: false,
            });
        }
        _ => {}
    }
    Some(())
}

/// Attributes that may be left out.
fn attributes(cursor: &mut Cursor<'_>) -> Option<()> {
    match cursor.u32()? {
        0 => Some(()),
        _ => cursor.skip(ATTRIBUTES_3),
    }
}

/// Names and handles in a directory.
fn entries(cursor: &mut Cursor<'_>, answer: &mut Answer) -> Option<()> {
    while cursor.u32()? != 0 && answer.entries.len() < NFS_ENTRIES_MAX {
        cursor.skip(8)?;
        let name = name(cursor)?;
        cursor.skip(8)?;
        attributes(cursor)?;
        if cursor.u32()? != 0 {
            answer.entries.push((opaque(cursor)?.to_vec(), name));
        }
    }
    Some(())
}
