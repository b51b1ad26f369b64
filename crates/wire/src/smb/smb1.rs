//! Messages of version 1 (MS-CIFS 2.2, MS-SMB 2.2) to values. Offsets in messages count from the header's start.

use super::names::first;
use crate::cursor::Cursor;
use crate::limits::{SMB_DIALECTS_MAX, SMB_NAME_BYTES_MAX};
use crate::text::utf16_le;

/// How a message begins.
pub const MAGIC: [u8; 4] = *b"\xffSMB";
/// Bytes of a header.
pub const HEADER_BYTES: usize = 32;

const RESPONSE: u8 = 0x80;
const NT_STATUS: u16 = 0x4000;
const UNICODE: u16 = 0x8000;

/// Header of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// First command.
    pub command: u8,
    /// State, in responses.
    pub status: u32,
    /// Flags.
    pub flags: u8,
    /// Further flags.
    pub flags2: u16,
    /// Tree.
    pub tree: u16,
    /// Process.
    pub process: u32,
    /// User.
    pub user: u16,
    /// Joins request and response of a process.
    pub multiplex: u16,
}

impl Header {
    /// Whether it comes from the server.
    pub const fn is_response(&self) -> bool {
        self.flags & RESPONSE != 0
    }

    /// Whether texts are UTF-16.
    pub const fn is_unicode(&self) -> bool {
        self.flags2 & UNICODE != 0
    }

    /// Whether the state is one of Windows NT rather than DOS.
    pub const fn is_nt(&self) -> bool {
        self.flags2 & NT_STATUS != 0
    }
}

/// Reads a header; None where it is none, or not whole.
pub fn header(bytes: &[u8]) -> Option<Header> {
    let mut cursor = Cursor::new(bytes);
    if cursor.array::<4>()? != MAGIC {
        return None;
    }
    let command = cursor.u8()?;
    let status = cursor.u32_le()?;
    let flags = cursor.u8()?;
    let flags2 = cursor.u16_le()?;
    let process_high = cursor.u16_le()?;
    cursor.skip(10)?;
    let tree = cursor.u16_le()?;
    let process_low = cursor.u16_le()?;
    Some(Header {
        command,
        status,
        flags,
        flags2,
        tree,
        process: u32::from(process_high) << 16 | u32::from(process_low),
        user: cursor.u16_le()?,
        multiplex: cursor.u16_le()?,
    })
}

/// One command of a message: its parameters and its data.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// The whole message.
    pub message: &'a [u8],
    /// Texts are UTF-16.
    pub unicode: bool,
    /// Parameters.
    pub words: &'a [u8],
    /// Data.
    pub bytes: &'a [u8],
    /// Where the data begins in the message.
    pub bytes_at: usize,
}

/// Reads the command whose parameters begin at `offset`; data that is cut off is left out.
pub fn block<'a>(header: &Header, message: &'a [u8], offset: usize) -> Option<Block<'a>> {
    let mut cursor = Cursor::new(message.get(offset..)?);
    let count = usize::from(cursor.u8()?);
    let words = cursor.take(count.saturating_mul(2))?;
    let length = usize::from(cursor.u16_le().unwrap_or_default());
    let bytes_at = offset.saturating_add(cursor.position());
    let rest = cursor.rest();
    Some(Block {
        message,
        unicode: header.is_unicode(),
        words,
        bytes: rest.get(..length).unwrap_or(rest),
        bytes_at,
    })
}

/// Commands whose parameters begin with the command that follows in the same message.
pub const fn has_further(command: u8) -> bool {
    matches!(
        command,
        0x24 | 0x2d | 0x2e | 0x2f | 0x73 | 0x74 | 0x75 | 0xa2
    )
}

impl<'a> Block<'a> {
    /// The command that follows in the message, and where.
    pub fn further(&self) -> Option<(u8, usize)> {
        let mut cursor = Cursor::new(self.words);
        let command = cursor.u8()?;
        cursor.skip(1)?;
        let offset = usize::from(cursor.u16_le()?);
        (command != first::NO_FURTHER).then_some((command, offset))
    }

    fn parameters(&self, skipped: usize) -> Option<Cursor<'a>> {
        self.words.get(skipped..).map(Cursor::new)
    }

    /// Texts in the data, one after the other, from a place in it on.
    fn texts(&self, from: usize) -> Texts<'a> {
        Texts {
            message_offset: self.bytes_at.saturating_add(from),
            rest: self.bytes.get(from..).unwrap_or_default(),
            unicode: self.unicode,
        }
    }
}

/// Texts that end with a zero; wide ones are aligned, counted from the message's start.
struct Texts<'a> {
    message_offset: usize,
    rest: &'a [u8],
    unicode: bool,
}

impl<'a> Texts<'a> {
    fn pass(&mut self, count: usize) {
        self.message_offset = self.message_offset.saturating_add(count);
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    fn ascii(&mut self) -> Option<Vec<u8>> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|byte| *byte == 0);
        let text = self.rest.get(..end.unwrap_or(self.rest.len()))?;
        self.pass(text.len().saturating_add(1));
        Some(text.get(..SMB_NAME_BYTES_MAX).unwrap_or(text).to_vec())
    }

    fn next(&mut self) -> Option<Vec<u8>> {
        if !self.unicode {
            return self.ascii();
        }
        if self.message_offset & 1 == 1 {
            self.pass(1);
        }
        if self.rest.is_empty() {
            return None;
        }
        let units = self.rest.chunks_exact(2);
        let end = units
            .take_while(|pair| *pair != [0, 0])
            .count()
            .saturating_mul(2);
        let text = self.rest.get(..end)?;
        self.pass(end.saturating_add(2));
        Some(utf16_le(text.get(..SMB_NAME_BYTES_MAX).unwrap_or(text)))
    }
}

/// Dialects offered; None where one does not begin as it must.
pub fn negotiate_request(block: &Block<'_>) -> Option<Vec<Vec<u8>>> {
    let mut rest = block.bytes;
    let mut dialects = Vec::new();
    while !rest.is_empty() && dialects.len() < SMB_DIALECTS_MAX {
        rest = rest.strip_prefix(b"\x02")?;
        let end = rest.iter().position(|byte| *byte == 0)?;
        dialects.push(rest.get(..end)?.to_vec());
        rest = rest.get(end.saturating_add(1)..)?;
    }
    Some(dialects)
}

/// Number of the dialect chosen.
pub fn negotiate_response(block: &Block<'_>) -> Option<u16> {
    block.parameters(0)?.u16_le()
}

/// The server says who it is where it speaks of security in tokens (MS-SMB, 2.2.4.5.2.1).
pub fn server_identity(block: &Block<'_>) -> Option<[u8; 16]> {
    const TOKENS: u32 = 0x8000_0000;
    let capabilities = block.parameters(19)?.u32_le()?;
    let identity = block.bytes.first_chunk::<16>()?;
    (capabilities & TOKENS != 0).then_some(*identity)
}

/// A log-in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setup<'a> {
    /// Security token, where there is one.
    pub token: &'a [u8],
    /// Account and domain, where there is no token.
    pub account: Option<(Vec<u8>, Vec<u8>)>,
    /// Operating system and LAN manager.
    pub system: Option<(Vec<u8>, Vec<u8>)>,
}

/// Reads a log-in.
pub fn setup_request<'a>(block: &Block<'a>) -> Option<Setup<'a>> {
    let mut cursor = block.parameters(14)?;
    let first = usize::from(cursor.u16_le()?);
    match block.words.len() / 2 {
        12 => {
            let token = block.bytes.get(..first).unwrap_or(block.bytes);
            let mut texts = block.texts(first);
            Some(Setup {
                token,
                account: None,
                system: texts
                    .next()
                    .map(|system| (system, texts.next().unwrap_or_default())),
            })
        }
        13 => {
            let second = usize::from(cursor.u16_le()?);
            let mut texts = block.texts(first.saturating_add(second));
            let account = texts
                .next()
                .map(|account| (account, texts.next().unwrap_or_default()));
            Some(Setup {
                token: b"",
                account,
                system: texts
                    .next()
                    .map(|system| (system, texts.next().unwrap_or_default())),
            })
        }
        _ => None,
    }
}

/// Operating system and LAN manager of the server.
pub fn setup_response(block: &Block<'_>) -> Option<(Vec<u8>, Vec<u8>)> {
    let token = if block.words.len() == 8 {
        usize::from(block.parameters(6)?.u16_le()?)
    } else {
        0
    };
    let mut texts = block.texts(token);
    Some((texts.next()?, texts.next().unwrap_or_default()))
}

/// Share and service asked for.
pub fn connect_request(block: &Block<'_>) -> Option<(Vec<u8>, Vec<u8>)> {
    let password = usize::from(block.parameters(6)?.u16_le()?);
    let mut texts = block.texts(password);
    Some((texts.next()?, texts.ascii().unwrap_or_default()))
}

/// Service given.
pub fn connect_response(block: &Block<'_>) -> Option<Vec<u8>> {
    block.texts(0).ascii()
}

/// A file is to be opened: name, disposition, options.
pub fn create_request(block: &Block<'_>) -> Option<(Vec<u8>, u32, u32)> {
    let mut cursor = block.parameters(5)?;
    let length = usize::from(cursor.u16_le()?);
    cursor.skip(28)?;
    let disposition = cursor.u32_le()?;
    let options = cursor.u32_le()?;
    let length = length.min(SMB_NAME_BYTES_MAX);
    let name = if block.unicode {
        let padding = block.bytes_at & 1;
        let raw = block.bytes.get(padding..).unwrap_or_default();
        let raw = raw.get(..length).unwrap_or(raw);
        utf16_le(raw.strip_suffix(&[0, 0]).unwrap_or(raw))
    } else {
        let raw = block.bytes.get(..length).unwrap_or(block.bytes);
        raw.strip_suffix(&[0]).unwrap_or(raw).to_vec()
    };
    Some((name, disposition, options))
}

/// A file was opened: its handle, times, size.
pub fn create_response(block: &Block<'_>) -> Option<(u16, [u64; 4], u64)> {
    let mut cursor = block.parameters(5)?;
    let file = cursor.u16_le()?;
    cursor.skip(4)?;
    let mut times = [0; 4];
    for time in &mut times {
        *time = cursor.u64_le()?;
    }
    cursor.skip(12)?;
    Some((file, times, cursor.u64_le()?))
}

/// A file is to be opened, in the older way: its name.
pub fn open_request(block: &Block<'_>) -> Option<Vec<u8>> {
    block.texts(0).next()
}

/// A file was opened, in the older way: its handle and size.
pub fn open_response(block: &Block<'_>) -> Option<(u16, u64)> {
    let mut cursor = block.parameters(4)?;
    let file = cursor.u16_le()?;
    cursor.skip(6)?;
    Some((file, cursor.u32_le()?.into()))
}

/// A name, or two, each behind a byte that says what it is.
pub fn names(block: &Block<'_>) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
    let mut texts = block.texts(1);
    let first = texts.next()?;
    texts.pass(1);
    Some((first, texts.next()))
}

/// The handle at the beginning of the parameters.
pub fn file(block: &Block<'_>) -> Option<u16> {
    block.parameters(0)?.u16_le()
}

/// What is read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Handle.
    pub file: u16,
    /// Place in the file.
    pub offset: u64,
    /// Bytes of data in this message.
    pub length: usize,
    /// Where the data begins in the message.
    pub data: usize,
}

/// Place in a file, of which the upper half stands apart.
fn wide(low: u32, high: Option<u32>) -> u64 {
    u64::from(high.unwrap_or_default()) << 32 | u64::from(low)
}

/// Reads a request to read.
pub fn read_request(block: &Block<'_>) -> Option<Stretch> {
    let mut cursor = block.parameters(4)?;
    let file = cursor.u16_le()?;
    let low = cursor.u32_le()?;
    let length = usize::from(cursor.u16_le()?);
    cursor.skip(8)?;
    Some(Stretch {
        file,
        offset: wide(low, cursor.u32_le()),
        length,
        data: 0,
    })
}

/// Length of a read's data, and where it begins in the message.
pub fn read_response(words: &[u8]) -> Option<(usize, usize)> {
    let mut cursor = Cursor::new(words.get(10..)?);
    let low = cursor.u16_le()?;
    let data = usize::from(cursor.u16_le()?);
    let high = cursor.u16_le()?;
    let length = u32::from(high) << 16 | u32::from(low);
    Some((usize::try_from(length).ok()?, data))
}

/// Reads a request to write, by its parameters.
pub fn write_request(words: &[u8]) -> Option<Stretch> {
    let mut cursor = Cursor::new(words.get(4..)?);
    let file = cursor.u16_le()?;
    let low = cursor.u32_le()?;
    cursor.skip(8)?;
    let high_length = cursor.u16_le()?;
    let low_length = cursor.u16_le()?;
    let data = usize::from(cursor.u16_le()?);
    let length = u32::from(high_length) << 16 | u32::from(low_length);
    Some(Stretch {
        file,
        offset: wide(low, cursor.u32_le()),
        length: usize::try_from(length).ok()?,
        data,
    })
}

/// Reads a request to write, in the older ways: place, and what stands before the data.
pub fn old_write_request<'a>(block: &Block<'a>, before: usize) -> Option<(u16, u64, &'a [u8])> {
    let mut cursor = block.parameters(0)?;
    let file = cursor.u16_le()?;
    let length = usize::from(cursor.u16_le()?);
    let offset = cursor.u32_le()?;
    let rest = block.bytes.get(before..)?;
    Some((file, offset.into(), rest.get(..length).unwrap_or(rest)))
}

/// Data of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transaction<'a> {
    /// Its set-up words.
    pub setup: &'a [u8],
    /// Its data, or a part of it.
    pub data: &'a [u8],
    /// Bytes of data in all messages of it.
    pub total: usize,
}

/// A part of a transaction's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// The bytes.
    pub data: &'a [u8],
    /// Bytes of data before them.
    pub before: usize,
    /// Bytes of data in all messages of the transaction.
    pub total: usize,
}

impl Part<'_> {
    /// Whether no data comes behind it.
    pub const fn is_last(&self) -> bool {
        self.before.saturating_add(self.data.len()) >= self.total
    }
}

/// Reads a request for a transaction.
pub fn transaction_request<'a>(block: &Block<'a>) -> Option<Transaction<'a>> {
    let total = usize::from(block.parameters(2)?.u16_le()?);
    let mut cursor = block.parameters(22)?;
    let length = usize::from(cursor.u16_le()?);
    let offset = usize::from(cursor.u16_le()?);
    let setup = usize::from(cursor.u8()?);
    cursor.skip(1)?;
    Some(Transaction {
        setup: cursor.take(setup.saturating_mul(2))?,
        data: data(block, offset, length),
        total,
    })
}

/// Reads a message with more data for a transaction.
pub fn further_request<'a>(block: &Block<'a>) -> Option<Part<'a>> {
    part(block, 10)
}

/// Reads the answer to a transaction.
pub fn transaction_response<'a>(block: &Block<'a>) -> Option<Part<'a>> {
    part(block, 12)
}

fn part<'a>(block: &Block<'a>, at: usize) -> Option<Part<'a>> {
    let total = usize::from(block.parameters(2)?.u16_le()?);
    let mut cursor = block.parameters(at)?;
    let length = usize::from(cursor.u16_le()?);
    let offset = usize::from(cursor.u16_le()?);
    Some(Part {
        data: data(block, offset, length),
        before: usize::from(cursor.u16_le()?),
        total,
    })
}

fn data<'a>(block: &Block<'a>, offset: usize, length: usize) -> &'a [u8] {
    let rest = block.message.get(offset..).unwrap_or_default();
    rest.get(..length).unwrap_or(rest)
}
