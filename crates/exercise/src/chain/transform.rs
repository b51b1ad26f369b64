//! Transformations of buffers, forwards for tests and backwards for making.

use super::{Shape, Unable};
use crate::bytes::ByteSet;
use detect::rule::ast::Transform;

/// What the shape allows of a text that will be transformed like this.
pub(crate) fn restrict(shape: &mut Shape, transforms: &[Transform]) -> Result<(), Unable> {
    for transform in transforms {
        match transform {
            Transform::Plain("dotprefix") => shape.head.insert(0, ByteSet::one(b'.')),
            Transform::Plain("to_lowercase" | "header_lowercase") => {
                shape.allowed = shape.allowed.and(ByteSet::range(b'A', b'Z').not());
            }
            Transform::Plain("to_uppercase") => {
                shape.allowed = shape.allowed.and(ByteSet::range(b'a', b'z').not());
                shape.filling = ByteSet::range(b'A', b'Z');
            }
            Transform::Plain("strip_whitespace") => {
                shape.allowed = shape.allowed.and(ByteSet::of(b" \t\r\n\x0b\x0c").not());
            }
            Transform::Plain("compress_whitespace" | "strip_pseudo_headers") => {}
            Transform::Plain("url_decode") => {
                shape.allowed = ByteSet::ALL;
            }
            Transform::Xor(key) if !key.is_empty() => shape.allowed = ByteSet::ALL,
            Transform::Plain(name) => return Err(format!("the transform {name} has no way back")),
            _ => return Err("a transform has no way back".to_owned()),
        }
    }
    Ok(())
}

/// The bytes that become `text` when transformed; none where there are none of which we know.
pub(crate) fn undo(text: &[u8], transforms: &[Transform]) -> Option<Vec<u8>> {
    let mut bytes = text.to_vec();
    for transform in transforms.iter().rev() {
        bytes = match transform {
            Transform::Plain("dotprefix") => bytes.strip_prefix(b".")?.to_vec(),
            Transform::Plain("url_decode") => {
                bytes.iter().flat_map(|byte| escaped(*byte)).collect()
            }
            Transform::Xor(key) => xor(&bytes, key),
            _ => bytes,
        };
    }
    Some(bytes)
}

/// What the transforms make of the bytes; `None` where we do not know.
pub(crate) fn apply(bytes: &[u8], transforms: &[Transform]) -> Option<Vec<u8>> {
    let mut text = bytes.to_vec();
    for transform in transforms {
        match transform {
            Transform::Plain("dotprefix") => text.insert(0, b'.'),
            Transform::Plain("to_lowercase" | "header_lowercase") => text.make_ascii_lowercase(),
            Transform::Plain("to_uppercase") => text.make_ascii_uppercase(),
            Transform::Plain("strip_whitespace") => {
                text.retain(|byte| !byte.is_ascii_whitespace() && *byte != 0x0b);
            }
            Transform::Xor(key) => text = xor(&text, key),
            _ => return None,
        }
    }
    Some(text)
}

fn xor(bytes: &[u8], key: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .zip(key.iter().cycle())
        .map(|(byte, key)| byte ^ key)
        .collect()
}

/// A byte as it stands in a URL.
fn escaped(byte: u8) -> Vec<u8> {
    if byte.is_ascii_alphanumeric() || b"-_.~/=&?".contains(&byte) {
        vec![byte]
    } else {
        format!("%{byte:02X}").into_bytes()
    }
}

/// Base64 of RFC 4648.
pub(crate) fn base64(bytes: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for part in bytes.chunks(3) {
        let word = part
            .iter()
            .chain(&[0, 0])
            .take(3)
            .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        for (index, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            text.push(if index <= part.len() {
                LETTERS[word >> shift & 63]
            } else {
                b'='
            });
        }
    }
    text
}
