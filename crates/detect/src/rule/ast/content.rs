//! Options that look at the bytes of a buffer, and the buffers themselves.

use super::number::Comparison;
use super::state::FlowDirection;

/// A buffer chosen by a sticky-buffer keyword (or by an older content modifier).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BufferSelection {
    /// Canonical dotted name: `http.uri`, `dns.query`, `file.data`; [`super::PAYLOAD`] for the payload.
    pub name: &'static str,
    /// What follows the colon where a buffer takes an argument: the frame name for `frame`.
    pub parameter: Option<String>,
    /// `to_client` or `to_server` after the colon, in rules over both directions (`=>`).
    pub direction: Option<FlowDirection>,
    /// Changes made to the bytes before the options see them, in order.
    pub transforms: Vec<Transform>,
}

/// A change made to a buffer before matching.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Transform {
    /// A transform without argument, by name: `dotprefix`, `to_lowercase`, `to_uppercase`, `strip_whitespace`,
    /// `compress_whitespace`, `to_md5`, `to_sha1`, `to_sha256`, `url_decode`, `header_lowercase`,
    /// `strip_pseudo_headers`, `domain`, `tld`.
    Plain(&'static str),
    /// `xor:"0d0ac8ff"`: the key, repeated over the bytes.
    Xor(Vec<u8>),
    /// `pcrexform:"..."`: the first capture group becomes the buffer.
    Pcre(String),
    /// `from_base64`
    FromBase64 {
        /// Bytes to decode at most; all if `None`.
        bytes: Option<Value>,
        /// Bytes to skip first.
        offset: Option<Value>,
        /// Dialect: `rfc4648`, `rfc2045` or `strict`; `rfc4648` if not given.
        mode: &'static str,
    },
    /// `gunzip` or `zlib_deflate`, by name.
    Inflate {
        /// `gunzip` or `zlib_deflate`.
        name: &'static str,
        /// Largest result in bytes (`max-size`).
        size_max_bytes: Option<u64>,
    },
    /// `subslice: offset,size,truncate`: a part of the buffer (Suricata 8).
    Subslice {
        /// First byte; counted from the end if negative.
        offset: i64,
        /// Number of bytes; counted from the end if negative; to the end if `None`.
        size: Option<i64>,
        /// Whether a buffer too short is cut rather than left out.
        truncate: bool,
    },
}

/// A number written down, or the name of a `byte_extract`/`byte_math` result.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// The number itself.
    Number(i64),
    /// Result of an earlier option of the same rule.
    Variable(String),
}

/// `content` with all its modifiers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content {
    /// Bytes to find, decoded, never empty.
    pub bytes: Vec<u8>,
    /// `content:!"..."`: the bytes must not be there.
    pub negated: bool,
    /// `nocase`
    pub nocase: bool,
    /// `rawbytes`: accepted, without effect (as in Suricata).
    pub rawbytes: bool,
    /// `startswith`: at the very start of the buffer.
    pub starts_with: bool,
    /// `endswith`: at the very end of the buffer.
    pub ends_with: bool,
    /// `offset`: first byte of the buffer where the match may begin.
    pub offset: Option<Value>,
    /// `depth`: the match must end within this many bytes, counted from `offset`.
    pub depth: Option<Value>,
    /// `distance`: bytes between the end of the previous match and the earliest begin of this; may be negative.
    pub distance: Option<Value>,
    /// `within`: the match must end within this many bytes after the previous match plus `distance`.
    pub within: Option<Value>,
    /// `fast_pattern`
    pub fast_pattern: Option<FastPattern>,
    /// `replace`: same length as `bytes`; Hinomi changes no traffic and only keeps it.
    pub replace: Option<Vec<u8>>,
}

impl Content {
    /// Whether the match is counted from the previous one.
    pub fn is_relative(&self) -> bool {
        self.distance.is_some() || self.within.is_some()
    }
}

/// How a content is used as the pattern that selects the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FastPattern {
    /// `fast_pattern`
    Whole,
    /// `fast_pattern:only`
    Only,
    /// `fast_pattern:offset,length`: this part of the content.
    Part {
        /// First byte.
        offset: u16,
        /// Number of bytes, at least 1.
        length: u16,
    },
}

/// `pcre`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pcre {
    /// Expression between the slashes, in PCRE2 syntax, as written (`\/` and `\;` mean the same to
    /// PCRE2). ASCII only: other bytes are written `\xHH`.
    pub pattern: Vec<u8>,
    /// `pcre:!"..."`
    pub negated: bool,
    /// Letters after the last slash, except those that choose a buffer.
    pub flags: PcreFlags,
    /// Names for the capture groups in order, as written: `flow:name`, `pkt:name`, `alert:name`, or `name`.
    pub captures: Vec<String>,
}

/// Flags of a `pcre` option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PcreFlags {
    /// `i`: without regard to case.
    pub caseless: bool,
    /// `m`: `^` and `$` match at lines.
    pub multiline: bool,
    /// `s`: the dot matches line ends.
    pub dot_all: bool,
    /// `x`: white space in the expression does not count.
    pub extended: bool,
    /// `A`: only at the start.
    pub anchored: bool,
    /// `E`: `$` only at the very end.
    pub dollar_end_only: bool,
    /// `G`: quantifiers are lazy unless marked.
    pub ungreedy: bool,
    /// `R`: begin at the end of the previous match.
    pub relative: bool,
    /// `B`: raw bytes; without effect.
    pub rawbytes: bool,
    /// `O`: may pass the configured match limit.
    pub override_limit: bool,
}

/// `isdataat`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IsDataAt {
    /// Absolute: the buffer must be longer than this. Relative: this many bytes must follow the previous match.
    pub position: Value,
    /// `!`: there must be none.
    pub negated: bool,
    /// Counted from the end of the previous match.
    pub relative: bool,
    /// `rawbytes`: without effect.
    pub rawbytes: bool,
}

/// `absent`: what a missing buffer means for the options on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AbsentMode {
    /// `absent`: the buffer must be missing.
    Only,
    /// `absent: or_else`: missing, or else the other options must match.
    OrElse,
}

/// `entropy`: Shannon entropy of the buffer in bits per byte.
#[derive(Debug, Clone, PartialEq)]
pub struct Entropy {
    /// Bytes looked at; to the end if `None`.
    pub bytes: Option<u32>,
    /// Bytes skipped first.
    pub offset: u32,
    /// Test made of the entropy.
    pub comparison: Comparison<f64>,
}
