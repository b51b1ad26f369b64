//! Files that are read and written, and the names of handles.

use super::transaction::NfsTransaction;
use crate::limits::{
    NFS_FILE_INSPECTED_BYTES_MAX, NFS_FILES_MAX, NFS_HELD_BYTES_MAX, NFS_NAMES_MAX,
};
use crate::protocol::{Direction, FileStart, Visitor};
use crate::scattered::{Ordered, Scattered};
use std::collections::{HashMap, VecDeque};

/// Where bytes of a message go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub handle: Vec<u8>,
    pub direction: Direction,
    /// Place of the next byte in the file.
    pub offset: u64,
    /// The file ends with them.
    pub closes: bool,
}

/// A file that passes, or has passed: its transaction ends with the conversation.
struct Track {
    transaction: NfsTransaction,
    direction: Direction,
    file: u64,
    scattered: Scattered,
    told: bool,
    is_closed: bool,
}

impl Track {
    fn push(&mut self, offset: u64, bytes: &[u8], visitor: &mut dyn Visitor) {
        self.ordered(visitor, |scattered, tell| {
            // A queue that is full has given up what it waited for.
            let _ = scattered.push(offset, bytes, tell);
        });
    }

    fn lose(&mut self, offset: u64, missing: u64, visitor: &mut dyn Visitor) {
        self.ordered(visitor, |scattered, tell| {
            scattered.lose(offset, missing, tell);
        });
    }

    fn close(&mut self, complete: bool, visitor: &mut dyn Visitor) {
        if self.is_closed {
            return;
        }
        self.is_closed = true;
        self.ordered(visitor, Scattered::finish);
        if let Some(transfer) = &mut self.transaction.transfer {
            transfer.is_last |= complete;
        }
        visitor.file_close(self.file, complete);
        self.tell(visitor);
    }

    /// Does something with the bytes that wait; what comes out in order is told.
    fn ordered(
        &mut self,
        visitor: &mut dyn Visitor,
        act: impl FnOnce(&mut Scattered, &mut dyn FnMut(Ordered<'_>)),
    ) {
        let mut scattered = std::mem::take(&mut self.scattered);
        act(&mut scattered, &mut |ordered| match ordered {
            Ordered::Bytes(bytes) => self.deliver(bytes, visitor),
            Ordered::Missing(count) => visitor.file_gap(self.file, count),
        });
        self.scattered = scattered;
    }

    fn deliver(&mut self, bytes: &[u8], visitor: &mut dyn Visitor) {
        visitor.file_data(self.file, bytes);
        if self.told {
            return;
        }
        if let Some(transfer) = &mut self.transaction.transfer {
            let held = &mut transfer.inspected;
            let room = NFS_FILE_INSPECTED_BYTES_MAX.saturating_sub(held.len());
            held.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
            if held.len() >= NFS_FILE_INSPECTED_BYTES_MAX {
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
        if let Some(transfer) = &mut self.transaction.transfer {
            transfer.inspected = Vec::new();
        }
    }
}

/// All files of a conversation, and names of handles.
#[derive(Default)]
pub(super) struct Files {
    tracks: VecDeque<Track>,
    next_file: u64,
    names: HashMap<Vec<u8>, Vec<u8>>,
    named: VecDeque<Vec<u8>>,
}

impl Files {
    /// A handle has a name.
    pub fn name(&mut self, handle: Vec<u8>, name: Vec<u8>) {
        if handle.is_empty() || name.is_empty() {
            return;
        }
        if self.names.insert(handle.clone(), name).is_none() {
            self.named.push_back(handle);
            if self.named.len() > NFS_NAMES_MAX
                && let Some(oldest) = self.named.pop_front()
            {
                self.names.remove(&oldest);
            }
        }
    }

    /// Name of a handle; empty where it has none.
    pub fn name_of(&self, handle: &[u8]) -> &[u8] {
        self.names.get(handle).map_or(&[], Vec::as_slice)
    }

    /// The file that passes in a direction: its transaction, where there is one already.
    pub fn passing(&mut self, handle: &[u8], direction: Direction) -> Option<&mut NfsTransaction> {
        self.track(handle, direction)
            .map(|track| &mut track.transaction)
    }

    fn track(&mut self, handle: &[u8], direction: Direction) -> Option<&mut Track> {
        self.tracks.iter_mut().find(|track| {
            !track.is_closed && track.direction == direction && track.transaction.handle == handle
        })
    }

    /// A file begins to pass.
    pub fn begin(
        &mut self,
        transaction: NfsTransaction,
        direction: Direction,
        visitor: &mut dyn Visitor,
    ) {
        if self.tracks.len() >= NFS_FILES_MAX
            && let Some(mut oldest) = self.tracks.pop_front()
        {
            oldest.close(false, visitor);
            visitor.transaction_complete(&oldest.transaction);
        }
        let file = self.next_file;
        self.next_file = file.saturating_add(1);
        visitor.file_open(&FileStart {
            id: file,
            name: transaction
                .transfer
                .as_ref()
                .map_or(&[][..], |transfer| &transfer.name),
            direction,
            transaction_id: transaction.id,
            announced_size: None,
            transaction: Some(&transaction),
        });
        self.tracks.push_back(Track {
            transaction,
            direction,
            file,
            scattered: Scattered::default(),
            told: false,
            is_closed: false,
        });
    }

    /// The next bytes of a file.
    pub fn data(&mut self, target: &mut Target, bytes: &[u8], visitor: &mut dyn Visitor) {
        let held: usize = self
            .tracks
            .iter()
            .map(|track| track.scattered.waiting_bytes())
            .sum();
        if let Some(track) = self.track(&target.handle, target.direction) {
            // Only what comes too early is held, so only then it matters how much is.
            if held > NFS_HELD_BYTES_MAX && target.offset > track.scattered.next() {
                track.ordered(visitor, Scattered::give_up_waiting);
            }
            track.push(target.offset, bytes, visitor);
        }
        target.offset = target.offset.saturating_add(bytes.len() as u64);
    }

    /// Bytes of a file are missing from the capture.
    pub fn lose(&mut self, target: &mut Target, missing: u64, visitor: &mut dyn Visitor) {
        if let Some(track) = self.track(&target.handle, target.direction) {
            track.lose(target.offset, missing, visitor);
        }
        target.offset = target.offset.saturating_add(missing);
    }

    /// A file has passed.
    pub fn close(&mut self, handle: &[u8], direction: Direction, visitor: &mut dyn Visitor) {
        if let Some(track) = self.track(handle, direction) {
            track.close(true, visitor);
        }
    }

    /// The conversation ends.
    pub fn finish(&mut self, visitor: &mut dyn Visitor) {
        for mut track in self.tracks.drain(..) {
            track.close(false, visitor);
            visitor.transaction_complete(&track.transaction);
        }
    }
}
