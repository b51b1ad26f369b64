//! Messages of SMB2 (MS-SMB2 section 2.2), behind the length prefix of direct TCP.

use crate::protocol::clock::file_time;

/// Length of the header, from which offsets count.
const HEADER: usize = 64;

/// Commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum Command {
    Negotiate = 0,
    SessionSetup = 1,
    Logoff = 2,
    TreeConnect = 3,
    TreeDisconnect = 4,
    Create = 5,
    Close = 6,
    Read = 8,
    Write = 9,
    Ioctl = 11,
    QueryDirectory = 14,
    SetInfo = 17,
}

/// What an opener wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Change,
    Folder,
}

/// What happens if the file is there, or is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Disposition {
    Open = 1,
    Create = 2,
    Overwrite = 5,
}

/// One message.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) command: Command,
    pub(super) status: u32,
    pub(super) response: bool,
    pub(super) number: u64,
    pub(super) tree: u32,
    pub(super) session: u64,
    pub(super) body: Vec<u8>,
}

impl Message {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let length = (HEADER + self.body.len()) as u32;
        let mut bytes = length.to_be_bytes().to_vec();
        bytes.extend(b"\xfeSMB");
        put16(
            &mut bytes,
            &[64, u16::from(self.command != Command::Negotiate)],
        );
        bytes.extend(self.status.to_le_bytes());
        put16(
            &mut bytes,
            &[self.command as u16, if self.response { 1 } else { 31 }],
        );
        bytes.extend(u32::from(self.response).to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(self.number.to_le_bytes());
        bytes.extend(0xfeff_u32.to_le_bytes());
        bytes.extend(self.tree.to_le_bytes());
        bytes.extend(self.session.to_le_bytes());
        bytes.extend([0; 16]);
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Text as Windows writes it.
pub(super) fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn put16(bytes: &mut Vec<u8>, values: &[u16]) {
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

fn put32(bytes: &mut Vec<u8>, values: &[u32]) {
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

fn put64(bytes: &mut Vec<u8>, values: &[u64]) {
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

/// The body of every refusal.
pub(super) fn error() -> Vec<u8> {
    vec![9, 0, 0, 0, 0, 0, 0, 0, 0]
}

pub(super) fn negotiate_request(client: &[u8; 16]) -> Vec<u8> {
    let dialects = [0x0202, 0x0210, 0x0300, 0x0302];
    let mut body = Vec::new();
    put16(&mut body, &[36, dialects.len() as u16, 1, 0]);
    put32(&mut body, &[0x7f]);
    body.extend_from_slice(client);
    put64(&mut body, &[0]);
    put16(&mut body, &dialects);
    body
}

pub(super) fn negotiate_response(server: &[u8; 16], now: i64, token: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    put16(&mut body, &[65, 1, 0x0302, 0]);
    body.extend_from_slice(server);
    put32(&mut body, &[0x2f, 0x80_0000, 0x80_0000, 0x80_0000]);
    put64(&mut body, &[file_time(now), 0]);
    put16(&mut body, &[128, token.len() as u16, 0, 0]);
    body.extend_from_slice(token);
    body
}

pub(super) fn session_request(token: &[u8]) -> Vec<u8> {
    let mut body = vec![25, 0, 0, 1];
    put32(&mut body, &[1, 0]);
    put16(&mut body, &[88, token.len() as u16]);
    put64(&mut body, &[0]);
    body.extend_from_slice(token);
    body
}

pub(super) fn session_response(token: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    put16(&mut body, &[9, 0, 72, token.len() as u16]);
    body.extend_from_slice(token);
    body
}

pub(super) fn tree_request(path: &str) -> Vec<u8> {
    let path = wide(path);
    let mut body = Vec::new();
    put16(&mut body, &[9, 0, 72, path.len() as u16]);
    body.extend(path);
    body
}

pub(super) fn tree_response(pipe: bool) -> Vec<u8> {
    let mut body = vec![16, 0, if pipe { 2 } else { 1 }, 0];
    put32(
        &mut body,
        &[if pipe { 0x30 } else { 0x800 }, 0, 0x001f_01ff],
    );
    body
}

pub(super) fn create_request(name: &str, access: Access, disposition: Disposition) -> Vec<u8> {
    let name = wide(name);
    let (mask, options) = match access {
        Access::Read => (0x0012_0089, 0x0020_0060),
        Access::Change => (0x0013_019f, 0x0020_0060),
        Access::Folder => (0x0010_0081, 0x21),
    };
    let mut body = vec![57, 0, 0, if access == Access::Folder { 0 } else { 8 }];
    put32(&mut body, &[2]);
    put64(&mut body, &[0, 0]);
    let attributes = if access == Access::Change { 0x80 } else { 0 };
    put32(
        &mut body,
        &[mask, attributes, 7, disposition as u32, options],
    );
    put16(&mut body, &[120, name.len() as u16]);
    put32(&mut body, &[0, 0]);
    if name.is_empty() {
        body.push(0);
    }
    body.extend(name);
    body
}

pub(super) fn create_response(
    handle: &[u8; 16],
    disposition: Disposition,
    now: i64,
    length: u64,
) -> Vec<u8> {
    let action = match disposition {
        Disposition::Open => 1,
        Disposition::Create => 2,
        Disposition::Overwrite => 3,
    };
    let made = file_time(now - 4_000_000_000_000_000);
    let mut body = vec![89, 0, 0, 0];
    put32(&mut body, &[action]);
    put64(
        &mut body,
        &[
            made,
            made,
            made,
            made,
            length.next_multiple_of(4_096),
            length,
        ],
    );
    put32(&mut body, &[0x20, 0]);
    body.extend_from_slice(handle);
    put32(&mut body, &[0, 0]);
    body
}

pub(super) fn close_request(handle: &[u8; 16]) -> Vec<u8> {
    let mut body = vec![24, 0, 0, 0, 0, 0, 0, 0];
    body.extend_from_slice(handle);
    body
}

pub(super) fn close_response() -> Vec<u8> {
    let mut body = vec![60, 0];
    body.resize(60, 0);
    body
}

pub(super) fn read_request(handle: &[u8; 16], offset: u64, length: u32) -> Vec<u8> {
    let mut body = vec![49, 0, 0x50, 0];
    put32(&mut body, &[length]);
    put64(&mut body, &[offset]);
    body.extend_from_slice(handle);
    put32(&mut body, &[0, 0, 0, 0]);
    body.push(0);
    body
}

pub(super) fn read_response(data: &[u8]) -> Vec<u8> {
    let mut body = vec![17, 0, 0x50, 0];
    put32(&mut body, &[data.len() as u32, 0, 0]);
    body.extend_from_slice(data);
    body
}

pub(super) fn write_request(handle: &[u8; 16], offset: u64, data: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(48 + data.len());
    put16(&mut body, &[49, 112]);
    put32(&mut body, &[data.len() as u32]);
    put64(&mut body, &[offset]);
    body.extend_from_slice(handle);
    put32(&mut body, &[0, 0, 0, 0]);
    body.extend_from_slice(data);
    body
}

pub(super) fn write_response(count: u32) -> Vec<u8> {
    let mut body = vec![17, 0, 0, 0];
    put32(&mut body, &[count, 0, 0]);
    body
}

pub(super) fn rename_request(handle: &[u8; 16], name: &str) -> Vec<u8> {
    let name = wide(name);
    let mut body = vec![33, 0, 1, 10];
    put32(&mut body, &[20 + name.len() as u32]);
    put16(&mut body, &[96, 0]);
    put32(&mut body, &[0]);
    body.extend_from_slice(handle);
    put64(&mut body, &[0, 0]);
    put32(&mut body, &[name.len() as u32]);
    body.extend(name);
    body
}

pub(super) fn directory_request(handle: &[u8; 16]) -> Vec<u8> {
    let mut body = vec![33, 0, 37, 0, 0, 0, 0, 0];
    body.extend_from_slice(handle);
    put16(&mut body, &[96, 2]);
    put32(&mut body, &[65_536]);
    body.extend(wide("*"));
    body
}

pub(super) fn directory_response(names: &[String], now: i64) -> Vec<u8> {
    let made = file_time(now - 9_000_000_000_000_000);
    let mut list: Vec<u8> = Vec::new();
    for (number, name) in names.iter().enumerate() {
        let wide_name = wide(name);
        let length = 104 + wide_name.len();
        let last = number + 1 == names.len();
        let mut entry = Vec::with_capacity(length + 8);
        put32(
            &mut entry,
            &[
                if last {
                    0
                } else {
                    length.next_multiple_of(8) as u32
                },
                0,
            ],
        );
        put64(&mut entry, &[made, made, made, made, 20_000, 20_480]);
        put32(&mut entry, &[0x20, wide_name.len() as u32, 0]);
        entry.resize(96, 0);
        put64(&mut entry, &[0x0001_0000_0000_0000 | number as u64]);
        entry.extend(wide_name);
        if !last {
            entry.resize(length.next_multiple_of(8), 0);
        }
        list.extend(entry);
    }
    let mut body = Vec::new();
    put16(&mut body, &[9, 72]);
    put32(&mut body, &[list.len() as u32]);
    body.extend(list);
    body
}

/// FSCTL_PIPE_TRANSCEIVE.
const TRANSCEIVE: u32 = 0x0011_c017;

pub(super) fn pipe_request(handle: &[u8; 16], data: &[u8]) -> Vec<u8> {
    let mut body = vec![57, 0, 0, 0];
    put32(&mut body, &[TRANSCEIVE]);
    body.extend_from_slice(handle);
    put32(&mut body, &[120, data.len() as u32, 0, 0, 0, 1_024, 1, 0]);
    body.extend_from_slice(data);
    body
}

pub(super) fn pipe_response(handle: &[u8; 16], data: &[u8]) -> Vec<u8> {
    let mut body = vec![49, 0, 0, 0];
    put32(&mut body, &[TRANSCEIVE]);
    body.extend_from_slice(handle);
    put32(&mut body, &[112, 0, 112, data.len() as u32, 0, 0]);
    body.extend_from_slice(data);
    body
}
