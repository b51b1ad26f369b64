//! Proposals of both versions (RFC 2408, 3.5; RFC 7296, 3.3).

use super::attributes::{Attribute, attributes};
use crate::cursor::Cursor;
use crate::limits::IKE_ITEMS_MAX;

/// One way to secure the tunnel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// 1 IKE, 2 AH, 3 ESP.
    pub protocol: u8,
    /// Algorithms.
    pub transforms: Vec<Transform>,
}

/// An algorithm, or in version 1 a set of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transform {
    /// Version 2: 1 encryption, 2 pseudo-random function, 3 integrity, 4 key exchange, 5 sequence numbers.
    pub kind: u8,
    /// Version 2: which of its kind.
    pub id: u16,
    /// Version 1: the algorithms. Version 2: lengths of keys.
    pub attributes: Vec<Attribute>,
}

/// Reads the proposals of an association; the truth says whether they made sense to their end.
pub fn proposals(bytes: &[u8], version: u8) -> (Vec<Proposal>, bool) {
    let mut cursor = Cursor::new(bytes);
    let mut found = Vec::new();
    while cursor.remaining() > 0 && found.len() < IKE_ITEMS_MAX {
        match proposal(&mut cursor, version) {
            Some((proposal, more)) => {
                found.push(proposal);
                if !more {
                    break;
                }
            }
            None => return (found, false),
        }
    }
    (found, true)
}

/// The content of a payload within a payload, and whether another follows.
fn inner<'a>(cursor: &mut Cursor<'a>) -> Option<(Cursor<'a>, bool)> {
    let next = cursor.u8()?;
    cursor.skip(1)?;
    let length = usize::from(cursor.u16()?).checked_sub(4)?;
    Some((Cursor::new(cursor.take(length)?), next != 0))
}

fn proposal(cursor: &mut Cursor<'_>, version: u8) -> Option<(Proposal, bool)> {
    let (mut content, more) = inner(cursor)?;
    let [_, protocol, spi_bytes, count] = content.array::<4>()?;
    content.skip(spi_bytes.into())?;
    let mut proposal = Proposal {
        protocol,
        transforms: Vec::new(),
    };
    for _ in 0..usize::from(count).min(IKE_ITEMS_MAX) {
        let (mut content, _) = inner(&mut content)?;
        let kind = content.u8()?;
        let second = content.u8()?;
        let id = content.u16()?;
        let (kind, id) = match version {
            // Version 1 has number and id in one byte each.
            1 => (0, u16::from(second)),
            _ => (kind, id),
        };
        proposal.transforms.push(Transform {
            kind,
            id,
            attributes: attributes(content.rest()),
        });
    }
    Some((proposal, more))
}
