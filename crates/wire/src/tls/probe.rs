//! Is it TLS? Told by the first record.

use crate::cursor::Cursor;
use crate::limits::TLS_RECORD_BYTES_MAX;
use crate::protocol::{Direction, Probe};

/// Looks at the beginning of a direction.
pub fn tls(direction: Direction, bytes: &[u8]) -> Probe {
    match bytes.first() {
        None => Probe::Unsure,
        Some(20..=24) => record(direction, bytes),
        Some(0x80..=0xff) if direction == Direction::ToServer => old_hello(bytes),
        Some(_) => Probe::No,
    }
}

fn record(direction: Direction, bytes: &[u8]) -> Probe {
    let mut cursor = Cursor::new(bytes);
    let kind = cursor.u8();
    match cursor.u8() {
        None => return Probe::Unsure,
        Some(3) => {}
        Some(_) => return Probe::No,
    }
    let (Some(minor), Some(length)) = (cursor.u8(), cursor.u16()) else {
        return Probe::Unsure;
    };
    let length = usize::from(length);
    if minor > 4 || length == 0 || length > TLS_RECORD_BYTES_MAX {
        return Probe::No;
    }
    match (kind, cursor.u8()) {
        (_, None) => Probe::Unsure,
        (Some(22), Some(first)) => handshake(direction, first, &mut cursor),
        (Some(21), Some(level)) if length == 2 && matches!(level, 1 | 2) => Probe::Yes,
        (Some(20), Some(1)) if length == 1 => Probe::Yes,
        // Picked up in the middle: the next record has to fit too, if it is there.
        (Some(23), Some(_)) => {
            let next = bytes.get(length.saturating_add(5)..).unwrap_or_default();
            match next {
                [] | [20..=24] | [20..=24, 3, ..] => Probe::Yes,
                _ => Probe::No,
            }
        }
        _ => Probe::No,
    }
}

fn handshake(direction: Direction, first: u8, cursor: &mut Cursor<'_>) -> Probe {
    let expected = match direction {
        Direction::ToServer => 1,
        Direction::ToClient => 2,
    };
    let Some(length) = cursor.u24() else {
        return Probe::Unsure;
    };
    match first {
        1 | 2 if length > 0x2_0000 => Probe::No,
        // A hello the wrong way: the ends of the conversation were mixed up.
        1 | 2 if first != expected => Probe::Unsure,
        1 | 2 => match cursor.u8() {
            None => Probe::Unsure,
            Some(3) => Probe::Yes,
            Some(_) => Probe::No,
        },
        // Picked up in the middle of a handshake.
        0 | 4 | 11..=16 | 20 if length < 0x2_0000 => Probe::Unsure,
        _ => Probe::No,
    }
}

/// A ClientHello in the form of SSL 2: lengths have to agree.
fn old_hello(bytes: &[u8]) -> Probe {
    let mut cursor = Cursor::new(bytes);
    let mut fixed = || {
        Some((
            cursor.u16()?,
            cursor.u8()?,
            cursor.u16()?,
            [cursor.u16()?, cursor.u16()?, cursor.u16()?],
        ))
    };
    let Some((length, kind, version, parts)) = fixed() else {
        return match bytes {
            [_] | [_, _] | [_, _, 1, ..] => Probe::Unsure,
            _ => Probe::No,
        };
    };
    let total: u32 = parts.into_iter().map(u32::from).sum();
    let agrees = u32::from(length & 0x7fff) == total.saturating_add(9);
    if kind == 1 && matches!(version, 0x0002 | 0x0300..=0x0303) && agrees {
        Probe::Yes
    } else {
        Probe::No
    }
}
