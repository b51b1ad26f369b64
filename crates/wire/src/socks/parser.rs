//! Messages of the way in to values.

use crate::cursor::Cursor;
use crate::text::split_once;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Where the client wants to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// 1 connect, 2 wait for a connection, 3 datagrams.
    pub command: u8,
    /// Name or address.
    pub host: Vec<u8>,
    /// Port.
    pub port: u16,
    /// Version 4: name of the user.
    pub user: Option<Vec<u8>>,
}

/// What came of reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read<T> {
    /// A value, and how many bytes it took.
    Whole(T, usize),
    /// Bytes are missing.
    More,
    /// It is none.
    Wrong,
}

/// Bytes of a name that is still believed.
const NAME_BYTES_MAX: usize = 255;

/// Request of version 4 and 4a.
pub fn request_4(bytes: &[u8]) -> Read<Request> {
    let mut cursor = Cursor::new(bytes);
    let head = (cursor.array::<2>(), cursor.u16(), cursor.array::<4>());
    match bytes {
        [4, 1 | 2, ..] | [4] | [] => {}
        _ => return Read::Wrong,
    }
    let (Some([_, command]), Some(port), Some(address)) = head else {
        return Read::More;
    };
    let Some((user, rest)) = split_once(cursor.rest(), 0) else {
        return if cursor.remaining() > NAME_BYTES_MAX {
            Read::Wrong
        } else {
            Read::More
        };
    };
    if user.len() > NAME_BYTES_MAX {
        return Read::Wrong;
    }
    let user_bytes = user.len().saturating_add(9);
    let user = (!user.is_empty()).then(|| user.to_vec());
    // An address that is none says that a name follows (4a).
    let (host, used) = if matches!(address, [0, 0, 0, 1..=255]) {
        match split_once(rest, 0) {
            Some((name, _)) if name.len() <= NAME_BYTES_MAX => (
                name.to_vec(),
                user_bytes.saturating_add(name.len()).saturating_add(1),
            ),
            None if rest.len() <= NAME_BYTES_MAX => return Read::More,
            _ => return Read::Wrong,
        }
    } else {
        (Ipv4Addr::from(address).to_string().into_bytes(), user_bytes)
    };
    let request = Request {
        command,
        host,
        port,
        user,
    };
    Read::Whole(request, used)
}

/// Methods that a client of version 5 can.
pub fn greeting_5(bytes: &[u8]) -> Read<Vec<u8>> {
    match bytes {
        [5, count @ 1..=16, methods @ ..] => match methods.get(..usize::from(*count)) {
            Some(methods) => Read::Whole(methods.to_vec(), methods.len().saturating_add(2)),
            None => Read::More,
        },
        [5] | [] => Read::More,
        _ => Read::Wrong,
    }
}

/// Request of version 5.
pub fn request_5(bytes: &[u8]) -> Read<Request> {
    match bytes {
        [5, 1..=3, 0, 1 | 3 | 4, ..] | [] | [5] | [5, 1..=3] | [5, 1..=3, 0] => {}
        _ => return Read::Wrong,
    }
    match target_5(bytes) {
        Some((request, used)) => Read::Whole(request, used),
        None => Read::More,
    }
}

/// Version, command or result, zero, and an address with its port; and how many bytes they took.
pub fn target_5(bytes: &[u8]) -> Option<(Request, usize)> {
    let mut cursor = Cursor::new(bytes);
    let [_, command, _, kind] = cursor.array::<4>()?;
    let host = match kind {
        1 => Ipv4Addr::from(cursor.array::<4>()?)
            .to_string()
            .into_bytes(),
        4 => Ipv6Addr::from(cursor.array::<16>()?)
            .to_string()
            .into_bytes(),
        _ => {
            let length = cursor.u8()?;
            cursor.take(length.into())?.to_vec()
        }
    };
    let request = Request {
        command,
        host,
        port: cursor.u16()?,
        user: None,
    };
    Some((request, cursor.position()))
}
