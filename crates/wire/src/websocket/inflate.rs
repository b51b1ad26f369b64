//! Compressed messages (RFC 7692): one stream of DEFLATE for all messages of a direction, whose flush marks have been
//! taken away.

use crate::limits::WEBSOCKET_MESSAGE_BYTES_MAX;
use flate2::{Decompress, FlushDecompress, Status};

/// One direction.
#[derive(Default)]
pub struct Inflater {
    state: Option<Box<Decompress>>,
    broken: bool,
}

impl std::fmt::Debug for Inflater {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Inflater")
    }
}

impl Inflater {
    /// Unpacks a message as far as its limit; None where it is not compressed as it says.
    pub fn unpack(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        if self.broken {
            return None;
        }
        let state = self
            .state
            .get_or_insert_with(|| Box::new(Decompress::new(false)));
        let mut unpacked = Vec::new();
        for part in [bytes, &[0, 0, 0xff, 0xff]] {
            if push(state, part, &mut unpacked).is_none() {
                self.broken = true;
                return None;
            }
        }
        if unpacked.len() >= WEBSOCKET_MESSAGE_BYTES_MAX {
            // What follows would refer to bytes that were left out.
            self.broken = true;
        }
        Some(unpacked)
    }
}

fn push(state: &mut Decompress, bytes: &[u8], unpacked: &mut Vec<u8>) -> Option<()> {
    let mut rest = bytes;
    let mut piece = [0; 4096];
    while unpacked.len() < WEBSOCKET_MESSAGE_BYTES_MAX {
        let (read, wrote) = (state.total_in(), state.total_out());
        let status = state
            .decompress(rest, &mut piece, FlushDecompress::Sync)
            .ok()?;
        let read = usize::try_from(state.total_in().saturating_sub(read)).ok()?;
        let wrote = usize::try_from(state.total_out().saturating_sub(wrote)).ok()?;
        unpacked.extend_from_slice(piece.get(..wrote)?);
        rest = rest.get(read..)?;
        match status {
            Status::StreamEnd => {
                state.reset(false);
                if rest.is_empty() {
                    return Some(());
                }
            }
            _ if wrote < piece.len() && (rest.is_empty() || read == 0) => return Some(()),
            _ => {}
        }
    }
    unpacked.truncate(WEBSOCKET_MESSAGE_BYTES_MAX);
    Some(())
}
