//! Does a stream begin with SMB?

use super::smb1;
use super::smb2::{COMPRESSED_MAGIC, ENCRYPTED_MAGIC, MAGIC};
use crate::protocol::{Direction, Probe};

/// A NetBIOS session request.
const SESSION_REQUEST: u8 = 0x81;

/// Whether these bytes begin a message of any version.
pub(super) fn is_magic(bytes: &[u8]) -> bool {
    [smb1::MAGIC, MAGIC, ENCRYPTED_MAGIC, COMPRESSED_MAGIC]
        .iter()
        .any(|magic| bytes.starts_with(magic))
}

/// Bytes up to and with the magic number.
pub(super) const BEGINNING_BYTES: usize = 8;

/// The first bytes of a direction.
pub(super) fn stream(_: Direction, bytes: &[u8]) -> Probe {
    match bytes.first() {
        None => return Probe::Unsure,
        // The called name follows: 32 letters that stand for 16 bytes.
        Some(&SESSION_REQUEST) => {
            return match bytes.get(..5) {
                Some([_, 0, 0, 68, 32]) => Probe::Yes,
                Some(_) => Probe::No,
                None => Probe::Unsure,
            };
        }
        // Answers to a session request are short.
        Some(0x82) => return short_answer(bytes, 0),
        Some(0x83) => return short_answer(bytes, 1),
        Some(0) => {}
        Some(_) => return Probe::No,
    }
    let Some(magic) = bytes.get(4..) else {
        return Probe::Unsure;
    };
    match magic.get(..4) {
        Some(magic) if is_magic(magic) => Probe::Yes,
        Some(_) => Probe::No,
        None if [0xff, 0xfe, 0xfd, 0xfc].contains(magic.first().unwrap_or(&0xff))
            && b"SMB".starts_with(magic.get(1..).unwrap_or_default()) =>
        {
            Probe::Unsure
        }
        None => Probe::No,
    }
}

/// Only the port can tell: there is too little in it.
fn short_answer(bytes: &[u8], length: u8) -> Probe {
    let wanted = [0, 0, length];
    let got = bytes.get(1..).unwrap_or_default();
    let got = got.get(..3).unwrap_or(got);
    if wanted.starts_with(got) {
        Probe::Unsure
    } else {
        Probe::No
    }
}
