//! Versions, and what differs between them.

/// A version's number as it travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version(pub u32);

/// Salts of Initial keys: RFC 9001, 5.2; RFC 9369, 3.3.1; their drafts; Google's and Facebook's versions.
const SALT_V1: [u8; 20] =
    *b"\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a";
const SALT_V2: [u8; 20] =
    *b"\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9";
const SALT_DRAFT_29: [u8; 20] =
    *b"\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99";
const SALT_DRAFT_23: [u8; 20] =
    *b"\xc3\xee\xf7\x12\xc7\x2e\xbb\x5a\x11\xa7\xd2\x43\x2b\xb4\x63\x65\xbe\xf9\xf5\x02";
const SALT_DRAFT_22: [u8; 20] =
    *b"\x7f\xbc\xdb\x0e\x7c\x66\xbb\xe9\x19\x3a\x96\xcd\x21\x51\x9e\xbd\x7a\x02\x64\x4a";
const SALT_Q050: [u8; 20] =
    *b"\x50\x45\x74\xef\xd0\x66\xfe\x2f\x9d\x94\x5c\xfc\xdb\xd3\xa7\xf0\xd3\xb5\x6b\x45";
const SALT_T050: [u8; 20] =
    *b"\x7f\xf5\x79\xe5\xac\xd0\x72\x91\x55\x80\x30\x4c\x43\xa2\x36\x7c\x60\x48\x83\x10";
const SALT_T051: [u8; 20] =
    *b"\x7a\x4e\xde\xf4\xe7\xcc\xee\x5f\xa4\x50\x6c\x19\x12\x4f\xc8\xcc\xda\x6e\x03\x3d";

impl Version {
    /// No version: a server lists those that it speaks.
    pub const NEGOTIATION: Self = Self(0);
    /// RFC 9369.
    pub const V2: Self = Self(0x6b33_43cf);

    /// The salt of its Initial keys; None where Initial packets are not sealed so, or it is not known.
    pub const fn salt(self) -> Option<&'static [u8; 20]> {
        Some(match self.0 {
            0x0000_0001 => &SALT_V1,
            0x6b33_43cf => &SALT_V2,
            0xff00_001d..=0xff00_0022 => &SALT_DRAFT_29,
            0xff00_0017..=0xff00_001c | 0xface_b002 | 0xface_b00e => &SALT_DRAFT_23,
            0xff00_0015 | 0xff00_0016 | 0xface_b001 => &SALT_DRAFT_22,
            0x5130_3530 => &SALT_Q050,
            0x5430_3530 => &SALT_T050,
            0x5430_3531 => &SALT_T051,
            _ => return None,
        })
    }

    /// Google's QUIC with its own handshake, `Q039` to `Q050`.
    pub const fn is_google(self) -> bool {
        self.google_number().is_some()
    }

    /// 43 for `Q043`.
    pub const fn google_number(self) -> Option<u8> {
        match self.0.to_be_bytes() {
            [b'Q', b'0', tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
                Some((tens & 0x0f).wrapping_mul(10).wrapping_add(ones & 0x0f))
            }
            _ => None,
        }
    }

    /// Whether packets have the first header that Google gave them, before `Q046`.
    pub const fn has_public_header(self) -> bool {
        matches!(self.google_number(), Some(0..=43))
    }

    /// A version that we can say something of.
    pub const fn is_known(self) -> bool {
        self.salt().is_some() || self.is_google() || self.is_forced_negotiation()
    }

    /// A version that no server speaks (RFC 9000, 15).
    pub const fn is_forced_negotiation(self) -> bool {
        self.0 & 0x0f0f_0f0f == 0x0a0a_0a0a
    }

    /// As events write it.
    pub fn text(self) -> String {
        match self.0.to_be_bytes() {
            [b'Q' | b'T', b'0', _, _] => {
                String::from_utf8_lossy(&self.0.to_be_bytes()).into_owned()
            }
            _ => format!("{:x}", self.0),
        }
    }
}
