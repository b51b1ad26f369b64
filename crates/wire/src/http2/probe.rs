//! Is it HTTP/2? Told by the client's magic, or by the server's first SETTINGS.

use super::parser::{HEADER_BYTES, MAGIC, flag, header, kind, settings};
use crate::protocol::{Direction, Probe};

/// Settings of a first frame that are still believed.
const SETTINGS_BYTES_MAX: u32 = 6 * 32;

/// Looks at the beginning of a direction.
pub fn http2(direction: Direction, bytes: &[u8]) -> Probe {
    match direction {
        Direction::ToServer if bytes.starts_with(MAGIC) => Probe::Yes,
        Direction::ToServer if MAGIC.starts_with(bytes) => Probe::Unsure,
        Direction::ToServer => Probe::No,
        Direction::ToClient => preface(bytes),
    }
}

/// RFC 9113, 3.4: the server begins with SETTINGS, which may be empty. An empty one is not enough to tell.
fn preface(bytes: &[u8]) -> Probe {
    let Some(first) = header(bytes) else {
        let is_small = bytes.iter().take(2).all(|byte| *byte == 0);
        return if is_small { Probe::Unsure } else { Probe::No };
    };
    if first.kind != kind::SETTINGS
        || first.has(flag::ACK)
        || first.stream != 0
        || !first.length.is_multiple_of(6)
        || first.length > SETTINGS_BYTES_MAX
    {
        return Probe::No;
    }
    let Some(payload) = usize::try_from(first.length)
        .ok()
        .and_then(|length| bytes.get(HEADER_BYTES..HEADER_BYTES.checked_add(length)?))
    else {
        return Probe::Unsure;
    };
    if payload.is_empty() {
        Probe::Unsure
    } else if settings(payload).all(|(name, _)| matches!(name, 1..=9) || name & 0x0f0f == 0x0a0a) {
        Probe::Yes
    } else {
        Probe::No
    }
}
