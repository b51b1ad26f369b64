//! Files whose bytes come at places of their own (SMB, NFS): brought into order, handed on, and their beginning shown
//! to rules once.

use crate::protocol::{Direction, FileStart, Transaction, Visitor};
use crate::scattered::{Ordered, QueueFull, Scattered};

/// A transaction in which a file passes.
pub(crate) trait Carrier: Transaction + Sized {
    /// Bytes of a file's beginning that rules look at.
    const INSPECTED_BYTES_MAX: usize;

    /// Name of the file, as far as it is known.
    fn file_name(&self) -> &[u8];

    /// Where the file's beginning is kept until rules have looked at it.
    fn inspected(&mut self) -> Option<&mut Vec<u8>>;
}

/// A file that passes. Bytes in order are told as they come; others wait, within limits.
#[derive(Debug)]
pub(crate) struct PassingFile<T> {
    pub transaction: T,
    pub direction: Direction,
    file: u64,
    scattered: Scattered,
    /// Rules have looked at its beginning.
    is_told: bool,
}

impl<T: Carrier> PassingFile<T> {
    /// A file begins, by this number in its conversation.
    pub fn open(
        transaction: T,
        direction: Direction,
        file: u64,
        visitor: &mut dyn Visitor,
    ) -> Self {
        visitor.file_open(&FileStart {
            id: file,
            name: transaction.file_name(),
            direction,
            transaction_id: transaction.id(),
            announced_size: None,
            transaction: Some(&transaction),
        });
        Self {
            transaction,
            direction,
            file,
            scattered: Scattered::default(),
            is_told: false,
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

    /// What is missing before the first waiting bytes is given up.
    pub fn give_up_waiting(&mut self, visitor: &mut dyn Visitor) {
        self.ordered(visitor, Scattered::give_up_waiting);
    }

    /// The file is closed, or the conversation ends. Its transaction is still to be told.
    pub fn close(&mut self, complete: bool, visitor: &mut dyn Visitor) {
        self.ordered(visitor, Scattered::finish);
        visitor.file_close(self.file, complete);
        self.tell(visitor);
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
        if self.is_told {
            return;
        }
        if let Some(held) = self.transaction.inspected() {
            let room = T::INSPECTED_BYTES_MAX.saturating_sub(held.len());
            held.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
            if held.len() >= T::INSPECTED_BYTES_MAX {
                self.tell(visitor);
            }
        }
    }

    /// Rules look at the beginning of the file, once; then it is let go.
    fn tell(&mut self, visitor: &mut dyn Visitor) {
        if self.is_told {
            return;
        }
        self.is_told = true;
        visitor.side_complete(&self.transaction, self.direction);
        if let Some(held) = self.transaction.inspected() {
            *held = Vec::new();
        }
    }
}
