//! Options on packet headers that are more than one number.

use super::number::Comparison;

/// How named bits must compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetModifier {
    /// Exactly these bits.
    Exactly,
    /// `+`: these and any others.
    AtLeast,
    /// `*`: any of these.
    AnyOf,
    /// `!`: not all of these.
    Not,
}

/// `tcp.flags` (`flags`)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TcpFlags {
    /// How to compare.
    pub modifier: SetModifier,
    /// Bits as on the wire: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128.
    pub bits: u8,
    /// Bits left out of the comparison (after the comma).
    pub ignored: u8,
}

/// `fragbits`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FragmentBits {
    /// How to compare.
    pub modifier: SetModifier,
    /// `M`
    pub more_fragments: bool,
    /// `D`
    pub dont_fragment: bool,
    /// `R`
    pub reserved: bool,
}

/// `stream_size`: bytes that a side has sent in this stream so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamSize {
    /// Which side.
    pub side: StreamSide,
    /// Test of the number of bytes.
    pub comparison: Comparison<u64>,
}

/// Side of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamSide {
    /// `client`
    Client,
    /// `server`
    Server,
    /// `both`
    Both,
    /// `either`
    Either,
}

/// `asn1`: malformed ASN.1 in the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asn1 {
    /// `double_overflow`
    pub double_overflow: bool,
    /// `bitstring_overflow`
    pub bitstring_overflow: bool,
    /// `oversize_length`
    pub oversize_length: Option<u32>,
    /// Offset, absolute or relative to the previous match; 0 if not given.
    pub offset: i32,
    /// The offset is a `relative_offset`.
    pub relative: bool,
}
