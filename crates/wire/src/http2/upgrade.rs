//! A request of HTTP/1 that asked for HTTP/2, in the form of the stream that it becomes (RFC 7540, 3.2).

use super::parser::{MAGIC, flag, kind};
use crate::limits::HTTP2_BLOCK_BYTES_MAX;

/// The magic, and a HEADERS frame of stream 1 with these fields. Fields that do not fit are left out.
pub fn first_frames<'a>(fields: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        let needed = name.len().saturating_add(value.len()).saturating_add(16);
        if block.len().saturating_add(needed) > HTTP2_BLOCK_BYTES_MAX {
            break;
        }
        block.push(0);
        string(&mut block, &name.to_ascii_lowercase());
        string(&mut block, value);
    }
    let mut frames = MAGIC.to_vec();
    let length = u32::try_from(block.len()).unwrap_or(0).to_be_bytes();
    frames.extend_from_slice(length.get(1..).unwrap_or_default());
    frames.extend_from_slice(&[kind::HEADERS, flag::END_HEADERS | flag::END_STREAM]);
    frames.extend_from_slice(&1u32.to_be_bytes());
    frames.append(&mut block);
    frames
}

/// RFC 7541, 5.2, without the Huffman code.
fn string(block: &mut Vec<u8>, text: &[u8]) {
    let mut left = text.len();
    if left < 127 {
        block.push(u8::try_from(left).unwrap_or(0));
    } else {
        block.push(127);
        left = left.saturating_sub(127);
        while left >= 128 {
            block.push(u8::try_from(left & 0x7f).unwrap_or(0) | 0x80);
            left >>= 7;
        }
        block.push(u8::try_from(left).unwrap_or(0));
    }
    block.extend_from_slice(text);
}
