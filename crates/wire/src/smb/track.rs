//! The bytes of one file in one direction, brought into order.

use super::transaction::{Detail, SmbTransaction};
use crate::limits::SMB_FILE_INSPECTED_BYTES_MAX;
use crate::protocol::{Direction, FileStart, Visitor};
use crate::scattered::{Ordered, QueueFull, Scattered};

/// A file that passes. Bytes in order are told as they come; others wait, within limits.
#[derive(Debug)]
pub(super) struct Track {
    pub transaction: SmbTransaction,
    direction: Direction,
    file: u64,
    scattered: Scattered,
    told: bool,
}

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
            scattered: Scattered::default(),
            told: false,
        }
    }

    /// Place of the first byte that has not been told.
    pub const fn next(&self) -> u64 {
        self.scattered.next()
    }

    /// Bytes that wait for others before them.
    pub const fn waiting_bytes(&self) -> usize {
        self.scattered.waiting_bytes()
    }

    /// The next bytes at a place of the file.
    pub fn push(
        &mut self,
        offset: u64,
        bytes: &[u8],
        visitor: &mut dyn Visitor,
    ) -> Result<(), QueueFull> {
        self.ordered(visitor, |scattered, tell| {
            scattered.push(offset, bytes, tell)
        })
    }

    /// Bytes at a place of the file are missing from the capture.
    pub fn lose(&mut self, offset: u64, missing: u64, visitor: &mut dyn Visitor) {
        self.ordered(visitor, |scattered, tell| {
            scattered.lose(offset, missing, tell);
        });
    }

    /// The file is closed, or the conversation ends.
    pub fn close(&mut self, complete: bool, visitor: &mut dyn Visitor) {
        self.ordered(visitor, Scattered::finish);
        visitor.file_close(self.file, complete);
        self.tell(visitor);
        visitor.transaction_complete(&self.transaction);
    }

    /// What is missing before the first waiting bytes is given up.
    pub fn give_up_waiting(&mut self, visitor: &mut dyn Visitor) {
        self.ordered(visitor, Scattered::give_up_waiting);
    }

    /// Does something with the bytes that wait; what comes out in order is told.
    fn ordered<R>(
        &mut self,
        visitor: &mut dyn Visitor,
        act: impl FnOnce(&mut Scattered, &mut dyn FnMut(Ordered<'_>)) -> R,
    ) -> R {
        let mut scattered = std::mem::take(&mut self.scattered);
        let result = act(&mut scattered, &mut |ordered| match ordered {
            Ordered::Bytes(bytes) => self.deliver(bytes, visitor),
            Ordered::Missing(count) => visitor.file_gap(self.file, count),
        });
        self.scattered = scattered;
        result
    }

    fn deliver(&mut self, bytes: &[u8], visitor: &mut dyn Visitor) {
        visitor.file_data(self.file, bytes);
        if self.told {
            return;
        }
        if let Detail::Transfer(transfer) = &mut self.transaction.detail {
            let held = &mut transfer.inspected;
            let room = SMB_FILE_INSPECTED_BYTES_MAX.saturating_sub(held.len());
            held.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
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
