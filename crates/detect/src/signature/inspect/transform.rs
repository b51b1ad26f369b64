//! Changes made to a buffer before a rule looks at it.

use super::base64::{self, Dialect};
use super::regex::Expression;
use crate::limits::INFLATED_BYTES_MAX;
use crate::rule::ast::{PcreFlags, Transform, Value};
use flate2::read::{GzDecoder, ZlibDecoder};
use sha2::Digest as _;
use std::io::Read as _;

/// A change, ready to run.
#[derive(Debug)]
pub(crate) struct Change(Kind);

#[derive(Debug)]
enum Kind {
    DotPrefix,
    Lowercase,
    Uppercase,
    StripWhitespace,
    CompressWhitespace,
    Md5,
    Sha1,
    Sha256,
    UrlDecode,
    HeaderLowercase,
    StripPseudoHeaders,
    Domain {
        keep: usize,
    },
    Xor(Vec<u8>),
    Pcre(Expression),
    FromBase64 {
        bytes: Option<usize>,
        offset: usize,
        dialect: Dialect,
    },
    Inflate {
        gzip: bool,
        size_max_bytes: usize,
    },
    Subslice {
        offset: i64,
        size: Option<i64>,
        truncate: bool,
    },
}

impl Change {
    /// From the tree.
    ///
    /// # Errors
    /// The name of what cannot be run.
    pub fn new(transform: &Transform) -> Result<Self, String> {
        let kind = match transform {
            Transform::Plain(name) => match *name {
                "dotprefix" => Kind::DotPrefix,
                "to_lowercase" => Kind::Lowercase,
                "to_uppercase" => Kind::Uppercase,
                "strip_whitespace" => Kind::StripWhitespace,
                "compress_whitespace" => Kind::CompressWhitespace,
                "to_md5" => Kind::Md5,
                "to_sha1" => Kind::Sha1,
                "to_sha256" => Kind::Sha256,
                "url_decode" => Kind::UrlDecode,
                "header_lowercase" => Kind::HeaderLowercase,
                "strip_pseudo_headers" => Kind::StripPseudoHeaders,
                "domain" => Kind::Domain { keep: 2 },
                "tld" => Kind::Domain { keep: 1 },
                other => return Err(other.to_owned()),
            },
            Transform::Xor(key) => Kind::Xor(key.clone()),
            Transform::Pcre(pattern) => {
                let (pattern, flags) = split_pattern(pattern);
                Kind::Pcre(
                    Expression::from_parts(pattern, flags).map_err(|_| "pcrexform".to_owned())?,
                )
            }
            Transform::FromBase64 {
                bytes,
                offset,
                mode,
            } => Kind::FromBase64 {
                bytes: bytes.as_ref().map(fixed).transpose()?,
                offset: offset.as_ref().map(fixed).transpose()?.unwrap_or(0),
                dialect: match *mode {
                    "strict" => Dialect::Strict,
                    "rfc2045" => Dialect::Skip,
                    _ => Dialect::Stop,
                },
            },
            Transform::Inflate {
                name,
                size_max_bytes,
            } => Kind::Inflate {
                gzip: *name == "gunzip",
                size_max_bytes: size_max_bytes
                    .and_then(|size| usize::try_from(size).ok())
                    .map_or(INFLATED_BYTES_MAX, |size| size.min(INFLATED_BYTES_MAX)),
            },
            Transform::Subslice {
                offset,
                size,
                truncate,
            } => Kind::Subslice {
                offset: *offset,
                size: *size,
                truncate: *truncate,
            },
        };
        Ok(Self(kind))
    }

    /// The changed bytes; None where the change leaves nothing to look at.
    pub fn apply(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        Some(match &self.0 {
            Kind::DotPrefix => [b".", bytes].concat(),
            Kind::Lowercase => bytes.to_ascii_lowercase(),
            Kind::Uppercase => bytes.to_ascii_uppercase(),
            Kind::StripWhitespace => bytes
                .iter()
                .copied()
                .filter(|byte| !is_space(*byte))
                .collect(),
            Kind::CompressWhitespace => compress(bytes),
            Kind::Md5 => md5::Md5::digest(bytes).to_vec(),
            Kind::Sha1 => sha1::Sha1::digest(bytes).to_vec(),
            Kind::Sha256 => sha2::Sha256::digest(bytes).to_vec(),
            Kind::UrlDecode => url_decode(bytes),
            Kind::HeaderLowercase => header_lowercase(bytes),
            Kind::StripPseudoHeaders => strip_pseudo_headers(bytes),
            Kind::Domain { keep } => last_labels(bytes, *keep)?.to_vec(),
            Kind::Xor(key) if key.is_empty() => bytes.to_vec(),
            Kind::Xor(key) => bytes
                .iter()
                .zip(key.iter().cycle())
                .map(|(byte, key)| byte ^ key)
                .collect(),
            Kind::Pcre(expression) => expression.capture(bytes)?.to_vec(),
            Kind::FromBase64 {
                bytes: count,
                offset,
                dialect,
            } => {
                let text = bytes.get(*offset..)?;
                let text = count.and_then(|count| text.get(..count)).unwrap_or(text);
                let decoded = base64::decode(text, *dialect);
                if decoded.is_empty() {
                    return None;
                }
                decoded
            }
            Kind::Inflate {
                gzip,
                size_max_bytes,
            } => inflate(bytes, *gzip, *size_max_bytes)?,
            Kind::Subslice {
                offset,
                size,
                truncate,
            } => subslice(bytes, *offset, *size, *truncate)?.to_vec(),
        })
    }
}

/// As far as it goes; None where nothing comes out.
fn inflate(bytes: &[u8], gzip: bool, size_max_bytes: usize) -> Option<Vec<u8>> {
    let mut inflated = Vec::new();
    let limit = u64::try_from(size_max_bytes).unwrap_or(u64::MAX);
    // An error after some bytes leaves those bytes.
    let _ = if gzip {
        GzDecoder::new(bytes).take(limit).read_to_end(&mut inflated)
    } else {
        ZlibDecoder::new(bytes)
            .take(limit)
            .read_to_end(&mut inflated)
    };
    (!inflated.is_empty()).then_some(inflated)
}

fn fixed(value: &Value) -> Result<usize, String> {
    match value {
        Value::Number(number) => usize::try_from(*number).map_err(|_| "from_base64".to_owned()),
        Value::Variable(_) => Err("from_base64 with a variable".to_owned()),
    }
}

/// `/pattern/flags` or a bare pattern.
fn split_pattern(text: &str) -> (&[u8], PcreFlags) {
    let mut flags = PcreFlags::default();
    let bytes = text.as_bytes();
    let Some(rest) = bytes.strip_prefix(b"/") else {
        return (bytes, flags);
    };
    let Some(end) = memchr::memrchr(b'/', rest) else {
        return (bytes, flags);
    };
    let (pattern, letters) = rest.split_at_checked(end).unwrap_or((rest, &[]));
    for letter in letters {
        match letter {
            b'i' => flags.caseless = true,
            b's' => flags.dot_all = true,
            b'm' => flags.multiline = true,
            b'x' => flags.extended = true,
            _ => {}
        }
    }
    (pattern, flags)
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let mut after_space = false;
    for byte in bytes {
        let space = is_space(*byte);
        if !(space && after_space) {
            result.push(*byte);
        }
        after_space = space;
    }
    result
}

fn url_decode(bytes: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'+' => result.push(b' '),
            b'%' => match (
                tail.first().and_then(hex),
                tail.get(1).and_then(hex),
                tail.get(2..),
            ) {
                (Some(high), Some(low), Some(after)) => {
                    result.push((high << 4) | low);
                    rest = after;
                }
                _ => result.push(b'%'),
            },
            other => result.push(*other),
        }
    }
    result
}

fn hex(byte: &u8) -> Option<u8> {
    char::from(*byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// Header names in lower case, values as they are.
fn header_lowercase(bytes: &[u8]) -> Vec<u8> {
    let mut in_name = true;
    bytes
        .iter()
        .map(|byte| {
            match byte {
                b'\n' => in_name = true,
                b':' => in_name = false,
                _ => {}
            }
            if in_name {
                byte.to_ascii_lowercase()
            } else {
                *byte
            }
        })
        .collect()
}

fn strip_pseudo_headers(bytes: &[u8]) -> Vec<u8> {
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| !line.starts_with(b":"))
        .flatten()
        .copied()
        .collect()
}

/// The last labels of a domain name; the whole name if it has no more.
fn last_labels(name: &[u8], keep: usize) -> Option<&[u8]> {
    let trimmed = name.strip_suffix(b".").unwrap_or(name);
    let place = memchr::memrchr_iter(b'.', trimmed).nth(keep.checked_sub(1)?);
    match place {
        Some(dot) => trimmed.get(dot.checked_add(1)?..),
        None => Some(trimmed),
    }
}

fn subslice(bytes: &[u8], offset: i64, size: Option<i64>, truncate: bool) -> Option<&[u8]> {
    let length = i64::try_from(bytes.len()).ok()?;
    let start = if offset < 0 {
        length.checked_add(offset)?
    } else {
        offset
    };
    let end = match size {
        None => length,
        Some(size) if size < 0 => length.checked_add(size)?,
        Some(size) => start.checked_add(size)?,
    };
    let (start, end) = if truncate {
        (start.clamp(0, length), end.clamp(0, length))
    } else {
        (start, end)
    };
    bytes.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
}
