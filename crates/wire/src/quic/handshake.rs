//! Bytes of the handshake, put in order (RFC 9000, 19.6).

use crate::limits::{QUIC_HANDSHAKE_BYTES_MAX, QUIC_PIECES_MAX};
use std::collections::BTreeMap;

/// One direction.
#[derive(Debug, Default)]
pub struct Handshake {
    /// From the beginning on, without a gap.
    whole: Vec<u8>,
    /// What came too early.
    pieces: BTreeMap<usize, Vec<u8>>,
    held: usize,
}

impl Handshake {
    /// Takes some bytes; false where they are too many, or too far away.
    pub fn push(&mut self, offset: u64, bytes: &[u8]) -> bool {
        let Some((start, end)) = usize::try_from(offset)
            .ok()
            .and_then(|start| Some((start, start.checked_add(bytes.len())?)))
            .filter(|(_, end)| *end <= QUIC_HANDSHAKE_BYTES_MAX)
        else {
            return false;
        };
        if start > self.whole.len() {
            let known = self.pieces.get(&start).map_or(0, Vec::len);
            let held = self.held.saturating_add(bytes.len());
            if held > QUIC_HANDSHAKE_BYTES_MAX || self.pieces.len() >= QUIC_PIECES_MAX {
                return false;
            }
            if bytes.len() > known {
                self.held = held.saturating_sub(known);
                self.pieces.insert(start, bytes.to_vec());
            }
            return true;
        }
        if end > self.whole.len() {
            let skip = self.whole.len().saturating_sub(start);
            self.whole
                .extend_from_slice(bytes.get(skip..).unwrap_or_default());
        }
        while let Some(entry) = self.pieces.first_entry()
            && *entry.key() <= self.whole.len()
        {
            let skip = self.whole.len().saturating_sub(*entry.key());
            let piece = entry.remove();
            self.held = self.held.saturating_sub(piece.len());
            self.whole
                .extend_from_slice(piece.get(skip..).unwrap_or_default());
        }
        true
    }

    /// All bytes from the beginning on.
    pub fn bytes(&self) -> &[u8] {
        &self.whole
    }

    /// The first message, once it is complete: type and body.
    pub fn message(&self) -> Option<(u8, &[u8])> {
        let [kind, high, middle, low] = *self.whole.first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes([0, high, middle, low])).ok()?;
        let body = self.whole.get(4..length.checked_add(4)?)?;
        Some((kind, body))
    }
}
