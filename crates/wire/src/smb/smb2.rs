//! Messages of versions 2 and 3 (MS-SMB2) to values. Offsets in messages count from the header's start.

use crate::cursor::Cursor;
use crate::limits::{SMB_DIALECTS_MAX, SMB_NAME_BYTES_MAX};
use crate::text::{utf16_le, uuid_from_little};

/// How a message begins.
pub const MAGIC: [u8; 4] = *b"\xfeSMB";
/// How an encrypted message begins.
pub const ENCRYPTED_MAGIC: [u8; 4] = *b"\xfdSMB";
/// How a compressed message begins.
pub const COMPRESSED_MAGIC: [u8; 4] = *b"\xfcSMB";
/// Bytes of a header.
pub const HEADER_BYTES: usize = 64;
/// Bytes of the header before an encrypted message (MS-SMB2, 2.2.41).
pub const ENCRYPTED_HEADER_BYTES: usize = 52;
/// Bytes of a write request before its data, header included.
pub const WRITE_BYTES: usize = 112;
/// Bytes of a read response before its data, header included.
pub const READ_BYTES: usize = 80;

const RESPONSE: u32 = 0x01;
const ASYNCHRONOUS: u32 = 0x02;

/// Header of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// State, in responses.
    pub status: u32,
    /// Command.
    pub command: u16,
    /// Flags.
    pub flags: u32,
    /// Where the next message begins; 0 for the last.
    pub next: u32,
    /// Joins request and response.
    pub message: u64,
    /// Tree, unless the message is asynchronous.
    pub tree: u32,
    /// Session.
    pub session: u64,
}

impl Header {
    /// Whether it comes from the server.
    pub const fn is_response(&self) -> bool {
        self.flags & RESPONSE != 0
    }
}

/// Reads a header; None where it is none, or not whole.
pub fn header(bytes: &[u8]) -> Option<Header> {
    let mut cursor = Cursor::new(bytes);
    if cursor.array::<4>()? != MAGIC || cursor.u16_le()? != 64 {
        return None;
    }
    cursor.skip(2)?;
    let status = cursor.u32_le()?;
    let command = cursor.u16_le()?;
    cursor.skip(2)?;
    let flags = cursor.u32_le()?;
    let next = cursor.u32_le()?;
    let message = cursor.u64_le()?;
    cursor.skip(4)?;
    let tree = cursor.u32_le()?;
    let session = cursor.u64_le()?;
    cursor.skip(16)?;
    Some(Header {
        status,
        command,
        flags,
        next,
        message,
        tree: if flags & ASYNCHRONOUS == 0 { tree } else { 0 },
        session,
    })
}

fn body(message: &[u8]) -> Option<Cursor<'_>> {
    message.get(HEADER_BYTES..).map(Cursor::new)
}

/// Bytes of a message by offset and length.
fn at(message: &[u8], offset: usize, length: usize) -> Option<&[u8]> {
    message.get(offset..offset.checked_add(length)?)
}

/// A name in a message, by its offset and length there.
fn name(message: &[u8], place: &mut Cursor<'_>) -> Option<Vec<u8>> {
    let offset = usize::from(place.u16_le()?);
    let length = usize::from(place.u16_le()?);
    at(message, offset, length.min(SMB_NAME_BYTES_MAX)).map(utf16_le)
}

/// A GUID as events write it: the first four fields low byte first.
pub fn guid(wire: [u8; 16]) -> [u8; 16] {
    let [a, b, c, d, e, f, g, h, i, j, rest @ ..] = uuid_from_little(wire);
    let [k, l, m, n, o, p] = rest;
    [a, b, c, d, e, f, g, h, j, i, l, k, p, o, n, m]
}

/// Dialects offered and the client's GUID.
pub fn negotiate_request(message: &[u8]) -> Option<(Vec<u16>, [u8; 16])> {
    let mut cursor = body(message)?;
    cursor.skip(2)?;
    let count = usize::from(cursor.u16_le()?);
    cursor.skip(8)?;
    let client = cursor.array()?;
    cursor.skip(8)?;
    let mut dialects = Vec::new();
    for _ in 0..count.min(SMB_DIALECTS_MAX) {
        match cursor.u16_le() {
            Some(dialect) => dialects.push(dialect),
            None => break,
        }
    }
    Some((dialects, client))
}

/// What a server chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Negotiated {
    /// Dialect.
    pub dialect: u16,
    /// GUID of the server.
    pub server: [u8; 16],
    /// Greatest read, in bytes.
    pub read_max: u32,
    /// Greatest write, in bytes.
    pub write_max: u32,
}

/// Reads the answer to a negotiation.
pub fn negotiate_response(message: &[u8]) -> Option<Negotiated> {
    let mut cursor = body(message)?;
    cursor.skip(4)?;
    let dialect = cursor.u16_le()?;
    cursor.skip(2)?;
    let server = cursor.array()?;
    cursor.skip(8)?;
    Some(Negotiated {
        dialect,
        server,
        read_max: cursor.u32_le()?,
        write_max: cursor.u32_le()?,
    })
}

/// The security token of a log-in.
pub fn setup_request(message: &[u8]) -> Option<&[u8]> {
    let mut cursor = body(message)?;
    cursor.skip(12)?;
    let offset = cursor.u16_le()?;
    let length = cursor.u16_le()?;
    at(message, offset.into(), length.into())
}

/// Whether the server wants the session encrypted.
pub fn setup_response(message: &[u8]) -> Option<bool> {
    let mut cursor = body(message)?;
    cursor.skip(2)?;
    Some(cursor.u16_le()? & 0x0004 != 0)
}

/// The share that is opened.
pub fn connect_request(message: &[u8]) -> Option<Vec<u8>> {
    let mut cursor = body(message)?;
    cursor.skip(4)?;
    name(message, &mut cursor)
}

/// Kind of a share, and whether the server wants it encrypted.
pub fn connect_response(message: &[u8]) -> Option<(u8, bool)> {
    let mut cursor = body(message)?;
    cursor.skip(2)?;
    let kind = cursor.u8()?;
    cursor.skip(1)?;
    Some((kind, cursor.u32_le()? & 0x8000 != 0))
}

/// A file is to be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateRequest {
    /// Its name.
    pub name: Vec<u8>,
    /// What to do where it exists.
    pub disposition: u32,
    /// Options.
    pub options: u32,
}

/// Reads a request to open a file.
pub fn create_request(message: &[u8]) -> Option<CreateRequest> {
    let mut cursor = body(message)?;
    cursor.skip(36)?;
    let disposition = cursor.u32_le()?;
    let options = cursor.u32_le()?;
    Some(CreateRequest {
        name: name(message, &mut cursor)?,
        disposition,
        options,
    })
}

/// A file was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreateResponse {
    /// Created, accessed, written, changed: as Windows counts.
    pub times: [u64; 4],
    /// Bytes.
    pub size: u64,
    /// Handle.
    pub file: [u8; 16],
}

/// Reads the answer to a request to open a file.
pub fn create_response(message: &[u8]) -> Option<CreateResponse> {
    let mut cursor = body(message)?;
    cursor.skip(8)?;
    let mut times = [0; 4];
    for time in &mut times {
        *time = cursor.u64_le()?;
    }
    cursor.skip(8)?;
    let size = cursor.u64_le()?;
    cursor.skip(8)?;
    Some(CreateResponse {
        times,
        size,
        file: cursor.array()?,
    })
}

/// The handle that is closed.
pub fn close_request(message: &[u8]) -> Option<[u8; 16]> {
    let mut cursor = body(message)?;
    cursor.skip(8)?;
    cursor.array()
}

/// Offset and length of what is read or written, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Handle.
    pub file: [u8; 16],
    /// Place in the file.
    pub offset: u64,
    /// Bytes.
    pub length: u32,
    /// Where the data begins in the message.
    pub data: usize,
}

/// Reads a request to read.
pub fn read_request(message: &[u8]) -> Option<Stretch> {
    let mut cursor = body(message)?;
    cursor.skip(4)?;
    stretch(&mut cursor, 0)
}

/// Length, place and handle, as requests to read and to write have them behind each other.
fn stretch(cursor: &mut Cursor<'_>, data: usize) -> Option<Stretch> {
    let length = cursor.u32_le()?;
    let offset = cursor.u64_le()?;
    Some(Stretch {
        file: cursor.array()?,
        offset,
        length,
        data,
    })
}

/// Reads a request to write, of which the data may still be missing.
pub fn write_request(message: &[u8]) -> Option<Stretch> {
    let mut cursor = body(message)?;
    cursor.skip(2)?;
    let data = usize::from(cursor.u16_le()?);
    stretch(&mut cursor, data)
}

/// Where the data of a read's answer begins, and its length; the data may still be missing.
pub fn read_response(message: &[u8]) -> Option<(usize, u32)> {
    let mut cursor = body(message)?;
    cursor.skip(2)?;
    let data = usize::from(cursor.u8()?);
    cursor.skip(1)?;
    Some((data, cursor.u32_le()?))
}

/// A function of the server, with its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Control<'a> {
    /// Which.
    pub function: u32,
    /// Handle.
    pub file: [u8; 16],
    /// Data sent, or received.
    pub data: &'a [u8],
}

/// Reads a request for a function, or the answer to one.
pub fn control<'a>(message: &'a [u8], is_response: bool) -> Option<Control<'a>> {
    let mut cursor = body(message)?;
    cursor.skip(4)?;
    let function = cursor.u32_le()?;
    let file = cursor.array()?;
    if is_response {
        cursor.skip(8)?;
    }
    let offset = usize::try_from(cursor.u32_le()?).ok()?;
    let length = usize::try_from(cursor.u32_le()?).ok()?;
    let rest = message.get(offset..).unwrap_or_default();
    Some(Control {
        function,
        file,
        data: rest.get(..length).unwrap_or(rest),
    })
}

/// What is to be changed of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Its name.
    Rename(Vec<u8>),
    /// It is to go away.
    Dispose,
    /// Something else.
    Other,
}

/// Reads a request to change something of a file: its handle, and what.
pub fn set_request(message: &[u8]) -> Option<([u8; 16], Change)> {
    let mut cursor = body(message)?;
    cursor.skip(2)?;
    let kind = cursor.u8()?;
    let class = cursor.u8()?;
    let length = usize::try_from(cursor.u32_le()?).ok()?;
    let offset = usize::from(cursor.u16_le()?);
    cursor.skip(6)?;
    let file = cursor.array()?;
    let data = at(message, offset, length).unwrap_or_default();
    let change = match (kind, class) {
        (1, 0x0a) => renamed(data).map(Change::Rename),
        (1, 0x0d) if data.first() == Some(&1) => Some(Change::Dispose),
        _ => None,
    };
    Some((file, change.unwrap_or(Change::Other)))
}

fn renamed(data: &[u8]) -> Option<Vec<u8>> {
    let mut cursor = Cursor::new(data);
    cursor.skip(16)?;
    let length = usize::try_from(cursor.u32_le()?).ok()?;
    let name = cursor.take(length)?;
    Some(utf16_le(name.get(..SMB_NAME_BYTES_MAX).unwrap_or(name)))
}
