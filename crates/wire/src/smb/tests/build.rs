//! Messages to put together.

use crate::dcerpc::parser::kind;

/// A NetBIOS frame.
pub fn frame(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0], &length[1..], message].concat()
}

/// Text in UTF-16.
pub fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A message of version 2, without frame.
pub fn message_2(
    command: u16,
    flags: u32,
    status: u32,
    next: u32,
    message: u64,
    tree: u32,
    body: &[u8],
) -> Vec<u8> {
    let mut bytes = b"\xfeSMB\x40\0\0\0".to_vec();
    bytes.extend(status.to_le_bytes());
    bytes.extend(command.to_le_bytes());
    bytes.extend([1, 0]);
    bytes.extend(flags.to_le_bytes());
    bytes.extend(next.to_le_bytes());
    bytes.extend(message.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(tree.to_le_bytes());
    bytes.extend(9u64.to_le_bytes());
    bytes.extend([0; 16]);
    bytes.extend_from_slice(body);
    bytes
}

pub fn request_2(command: u16, message: u64, tree: u32, body: &[u8]) -> Vec<u8> {
    frame(&message_2(command, 0, 0, 0, message, tree, body))
}

pub fn response_2(command: u16, message: u64, tree: u32, status: u32, body: &[u8]) -> Vec<u8> {
    frame(&message_2(command, 1, status, 0, message, tree, body))
}

/// A handle made of one number.
pub fn handle(number: u8) -> [u8; 16] {
    [number; 16]
}

pub fn connect_2(tree: u32, share: &str) -> Vec<u8> {
    let name = wide(share);
    let mut body = vec![9, 0, 0, 0, 72, 0];
    body.extend((name.len() as u16).to_le_bytes());
    body.extend(name);
    request_2(3, tree.into(), 0, &body)
}

pub fn connected_2(tree: u32, kind: u8) -> Vec<u8> {
    let mut body = vec![16, 0, kind, 0];
    body.extend([0; 12]);
    response_2(3, tree.into(), tree, 0, &body)
}

pub fn create_body(name: &str) -> Vec<u8> {
    let name = wide(name);
    let mut body = vec![57, 0];
    body.extend([0; 34]);
    body.extend([2, 0, 0, 0]);
    body.extend([0; 4]);
    body.extend(120u16.to_le_bytes());
    body.extend((name.len() as u16).to_le_bytes());
    body.extend([0; 8]);
    body.extend(name);
    body
}

pub fn create_2(message: u64, tree: u32, name: &str) -> Vec<u8> {
    request_2(5, message, tree, &create_body(name))
}

/// The handle of a file is the number of the message that opened it.
pub fn created_2(message: u64, tree: u32, size: u64) -> Vec<u8> {
    let mut body = vec![89, 0, 0, 0, 1, 0, 0, 0];
    // 2020-01-01 00:00:00.
    for _ in 0..4 {
        body.extend(132_223_104_000_000_000u64.to_le_bytes());
    }
    body.extend([0; 8]);
    body.extend(size.to_le_bytes());
    body.extend([0; 8]);
    body.extend(handle(message as u8));
    body.extend([0; 8]);
    response_2(5, message, tree, 0, &body)
}

pub fn write_body(file: [u8; 16], offset: u64, data: &[u8]) -> Vec<u8> {
    let mut body = vec![49, 0, 112, 0];
    body.extend((data.len() as u32).to_le_bytes());
    body.extend(offset.to_le_bytes());
    body.extend(file);
    body.extend([0; 16]);
    body.extend_from_slice(data);
    body
}

/// Writes to the file that message 6 opened.
pub fn write_2(message: u64, tree: u32, offset: u64, data: &[u8]) -> Vec<u8> {
    request_2(9, message, tree, &write_body(handle(6), offset, data))
}

pub fn read_2(message: u64, tree: u32, file: [u8; 16], offset: u64, length: u32) -> Vec<u8> {
    let mut body = vec![49, 0, 0, 0];
    body.extend(length.to_le_bytes());
    body.extend(offset.to_le_bytes());
    body.extend(file);
    body.extend([0; 17]);
    request_2(8, message, tree, &body)
}

pub fn data_2(message: u64, tree: u32, data: &[u8]) -> Vec<u8> {
    let mut body = vec![17, 0, 80, 0];
    body.extend((data.len() as u32).to_le_bytes());
    body.extend([0; 8]);
    body.extend_from_slice(data);
    response_2(8, message, tree, 0, &body)
}

pub fn close_body(file: [u8; 16]) -> Vec<u8> {
    let mut body = vec![24, 0, 0, 0, 0, 0, 0, 0];
    body.extend(file);
    body
}

/// Closes the file that message 6 opened.
pub fn close_2(message: u64, tree: u32) -> Vec<u8> {
    request_2(6, message, tree, &close_body(handle(6)))
}

/// A function of the server, with data.
pub fn control_2(message: u64, tree: u32, function: u32, response: bool, data: &[u8]) -> Vec<u8> {
    let mut body = vec![57, 0, 0, 0];
    body.extend(function.to_le_bytes());
    body.extend(handle(6));
    if response {
        body.extend([0; 8]);
    }
    let at = 64 + body.len() as u32 + 8 + 24;
    body.extend(at.to_le_bytes());
    body.extend((data.len() as u32).to_le_bytes());
    body.extend([0; 24]);
    body.extend_from_slice(data);
    if response {
        response_2(11, message, tree, 0, &body)
    } else {
        request_2(11, message, tree, &body)
    }
}

/// A message of version 1, with frame; texts are not wide.
pub fn message_1(command: u8, flags: u8, multiplex: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = b"\xffSMB".to_vec();
    bytes.push(command);
    bytes.extend([0; 4]);
    bytes.push(flags);
    bytes.extend(0x4000u16.to_le_bytes());
    bytes.extend([0; 12]);
    bytes.extend([2, 0]); // tree
    bytes.extend([3, 0]); // process
    bytes.extend([4, 0]); // user
    bytes.extend(multiplex.to_le_bytes());
    bytes.extend_from_slice(body);
    frame(&bytes)
}

/// Parameters and data.
pub fn block(words: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut body = vec![(words.len() / 2) as u8];
    body.extend_from_slice(words);
    body.extend((bytes.len() as u16).to_le_bytes());
    body.extend_from_slice(bytes);
    body
}

/// A remote call's message.
pub fn remote(kind: u8, call: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![5, 0, kind, 3, 0x10, 0, 0, 0];
    bytes.extend((16 + body.len() as u16).to_le_bytes());
    bytes.extend([0, 0]);
    bytes.extend(call.to_le_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// A bind to SVCCTL.
pub fn remote_bind() -> Vec<u8> {
    let body = crate::testing::unhex(
        "b810 b810 00000000 01000000 0000 01 00
         81bb7a36 4498 f135 ad32 98f038001003 0200 0000
         045d888aeb1cc9119fe808002b10486002000000",
    );
    remote(kind::BIND, 1, &body)
}

/// A call of an operation.
pub fn remote_call(operation: u16, stub: &[u8]) -> Vec<u8> {
    let mut body = vec![0, 0, 0, 0, 0, 0];
    body.extend(operation.to_le_bytes());
    body.extend_from_slice(stub);
    remote(kind::REQUEST, 2, &body)
}

/// Its answer.
pub fn remote_answer(stub: &[u8]) -> Vec<u8> {
    remote(kind::RESPONSE, 2, &[&[0; 8], stub].concat())
}
