//! The bytes of one file in one direction, brought into order.

use super::transaction::{Detail, SmbTransaction};
use crate::limits::{
    SMB_FILE_INSPECTED_BYTES_MAX, SMB_FILE_WAITING_BYTES_MAX, SMB_FILE_WAITING_PIECES_MAX,
};
use crate::protocol::{Direction, FileStart, Visitor};
use std::collections::BTreeMap;

/// A file that passes. Bytes in order are told as they come; others wait, within limits.
#[derive(Debug)]
pub(super) struct Track {
    pub transaction: SmbTransaction,
    direction: Direction,
    file: u64,
    next: u64,
    waiting: BTreeMap<u64, Vec<u8>>,
    waiting_bytes: usize,
    told: bool,
}

/// Bytes that wait for others before them were too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct QueueFull;

impl Track {
    /// A file begins; its transaction holds a `Detail::Transfer`.
    pub fn open(
        transaction: SmbTransaction,
        direction: Direction,
        file: u64,
        visitor: &mut dyn Visitor,
    ) -> Self {
        visitor.file_open(&FileStart {
            id: file,
            name: transaction
                .transfer()
                .map_or(&[][..], |transfer| &transfer.name),
            direction,
            transaction_id: transaction.id,
            announced_size: None,
            transaction: Some(&transaction),
        });
        Self {
            transaction,
            direction,
            file,
            next: 0,
            waiting: BTreeMap::new(),
            waiting_bytes: 0,
            told: false,
        }
    }

    /// Place of the first byte that has not been told.
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// Bytes that wait for others before them.
    pub const fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// The next bytes at a place of the file.
    pub fn push(
        &mut self,
        offset: u64,
        bytes: &[u8],
        visitor: &mut dyn Visitor,
    ) -> Result<(), QueueFull> {
        if offset > self.next {
            return self.wait(offset, bytes, visitor);
        }
        self.deliver(offset, bytes, visitor);
        self.drain(visitor);
        Ok(())
    }

    /// Bytes at a place of the file are missing from the capture.
    pub fn lose(&mut self, offset: u64, missing: u64, visitor: &mut dyn Visitor) {
        let end = offset.saturating_add(missing);
        if offset <= self.next && end > self.next {
            self.skip_to(end, visitor);
            self.drain(visitor);
        }
    }

    /// The file is closed, or the conversation ends.
    pub fn close(&mut self, complete: bool, visitor: &mut dyn Visitor) {
        while let Some(start) = self.waiting.keys().next().copied() {
            self.skip_to(start, visitor);
            self.drain(visitor);
        }
        visitor.file_close(self.file, complete);
        self.tell(visitor);
        visitor.transaction_complete(&self.transaction);
    }

    fn wait(
        &mut self,
        offset: u64,
        bytes: &[u8],
        visitor: &mut dyn Visitor,
    ) -> Result<(), QueueFull> {
        let before = self.waiting.range_mut(..offset).next_back();
        match before {
            Some((start, piece)) if start.saturating_add(piece.len() as u64) == offset => {
                piece.extend_from_slice(bytes);
            }
            _ => {
                let piece = self.waiting.entry(offset).or_default();
                if piece.len() < bytes.len() {
                    self.waiting_bytes = self.waiting_bytes.saturating_sub(piece.len());
                    *piece = bytes.to_vec();
                } else {
                    return Ok(());
                }
            }
        }
        self.waiting_bytes = self.waiting_bytes.saturating_add(bytes.len());
        if self.waiting_bytes <= SMB_FILE_WAITING_BYTES_MAX
            && self.waiting.len() <= SMB_FILE_WAITING_PIECES_MAX
        {
            return Ok(());
        }
        self.give_up_waiting(visitor);
        Err(QueueFull)
    }

    /// What is missing before the first waiting bytes is given up.
    pub fn give_up_waiting(&mut self, visitor: &mut dyn Visitor) {
        if let Some(start) = self.waiting.keys().next().copied() {
            self.skip_to(start, visitor);
            self.drain(visitor);
        }
    }

    fn skip_to(&mut self, place: u64, visitor: &mut dyn Visitor) {
        let missing = place.saturating_sub(self.next);
        if missing > 0 {
            visitor.file_gap(self.file, missing);
            self.next = place;
        }
    }

    /// Waiting bytes whose turn has come.
    fn drain(&mut self, visitor: &mut dyn Visitor) {
        while let Some(entry) = self.waiting.first_entry() {
            if *entry.key() > self.next {
                break;
            }
            let (offset, piece) = entry.remove_entry();
            self.waiting_bytes = self.waiting_bytes.saturating_sub(piece.len());
            self.deliver(offset, &piece, visitor);
        }
    }

    /// Tells bytes at `offset`, which is not above `next`; those told before are left out.
    fn deliver(&mut self, offset: u64, bytes: &[u8], visitor: &mut dyn Visitor) {
        let known = usize::try_from(self.next.saturating_sub(offset)).unwrap_or(usize::MAX);
        let Some(fresh) = bytes.get(known..).filter(|fresh| !fresh.is_empty()) else {
            return;
        };
        visitor.file_data(self.file, fresh);
        self.next = self.next.saturating_add(fresh.len() as u64);
        if self.told {
            return;
        }
        if let Detail::Transfer(transfer) = &mut self.transaction.detail {
            let held = &mut transfer.inspected;
            let room = SMB_FILE_INSPECTED_BYTES_MAX.saturating_sub(held.len());
            held.extend_from_slice(fresh.get(..room).unwrap_or(fresh));
            if held.len() >= SMB_FILE_INSPECTED_BYTES_MAX {
                self.tell(visitor);
            }
        }
    }

    /// Rules look at the beginning of the file, once; then it is let go.
    fn tell(&mut self, visitor: &mut dyn Visitor) {
        if self.told {
            return;
        }
        self.told = true;
        visitor.side_complete(&self.transaction, self.direction);
        if let Detail::Transfer(transfer) = &mut self.transaction.detail {
            transfer.inspected = Vec::new();
        }
    }
}
