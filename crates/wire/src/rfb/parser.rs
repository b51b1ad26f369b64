//! Messages of the handshake (RFC 6143, section 7) to values.

use crate::cursor::Cursor;

/// `RFB 003.008\n`
pub const VERSION_BYTES: usize = 12;

/// A version as it stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Three digits.
    pub major: [u8; 3],
    /// Three digits.
    pub minor: [u8; 3],
}

impl Version {
    /// 3 for 3.3 and everything that servers take for it, else 7 or 8.
    pub const fn flavour(&self) -> u8 {
        match (&self.major, &self.minor) {
            (b"003", b"007") => 7,
            (b"003", [b'0', b'0', b'0'..=b'6']) => 3,
            _ => 8,
        }
    }
}

/// Reads a version; None where it is none.
pub fn version(bytes: &[u8]) -> Option<Version> {
    let mut cursor = Cursor::new(bytes);
    if cursor.take(4)? != b"RFB " {
        return None;
    }
    let major = cursor.array::<3>()?;
    let dot = cursor.u8()?;
    let minor = cursor.array::<3>()?;
    let end = cursor.u8()?;
    let digits = major.iter().chain(&minor).all(u8::is_ascii_digit);
    (digits && dot == b'.' && end == b'\n').then_some(Version { major, minor })
}

/// How pixels are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PixelFormat {
    /// Bits of a pixel.
    pub bits_per_pixel: u8,
    /// Bits that count.
    pub depth: u8,
    /// Order of bytes.
    pub big_endian: bool,
    /// Colours stand in the pixel.
    pub true_color: bool,
    /// Largest red, green, blue.
    pub max: [u16; 3],
    /// Places of red, green, blue.
    pub shift: [u8; 3],
}

/// What the server's last message of the handshake says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerInit {
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
    /// How pixels are written.
    pub format: PixelFormat,
    /// Name of the desktop.
    pub name: Vec<u8>,
}

/// Width, height, pixel format and length of the name.
pub const SERVER_INIT_HEAD_BYTES: usize = 24;

/// Reads the head of the server's last message, and how long the name is.
pub fn server_init(bytes: &[u8]) -> Option<(ServerInit, u32)> {
    let mut cursor = Cursor::new(bytes);
    let (width, height) = (cursor.u16()?, cursor.u16()?);
    let [bits_per_pixel, depth, big_endian, true_color] = cursor.array::<4>()?;
    let max = [cursor.u16()?, cursor.u16()?, cursor.u16()?];
    let shift = cursor.array::<3>()?;
    cursor.skip(3)?;
    let name_bytes = cursor.u32()?;
    let init = ServerInit {
        width,
        height,
        format: PixelFormat {
            bits_per_pixel,
            depth,
            big_endian: big_endian != 0,
            true_color: true_color != 0,
            max,
            shift,
        },
        name: Vec::new(),
    };
    Some((init, name_bytes))
}
