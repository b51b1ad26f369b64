//! Files that are read and written, and the names of handles.

use super::transaction::NfsTransaction;
use crate::limits::{
    NFS_FILE_INSPECTED_BYTES_MAX, NFS_FILES_MAX, NFS_HELD_BYTES_MAX, NFS_NAMES_MAX,
};
use crate::passing::{Carrier, PassingFile};
use crate::protocol::{Direction, Visitor};
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

impl Carrier for NfsTransaction {
    const INSPECTED_BYTES_MAX: usize = NFS_FILE_INSPECTED_BYTES_MAX;

    fn file_name(&self) -> &[u8] {
        self.transfer
            .as_ref()
            .map_or(&[], |transfer| &transfer.name)
    }

    fn inspected(&mut self) -> Option<&mut Vec<u8>> {
        let transfer = self.transfer.as_mut()?;
        Some(&mut transfer.inspected)
    }
}

/// A file that passes, or has passed: its transaction ends with the conversation.
struct Track {
    passing: PassingFile<NfsTransaction>,
    is_closed: bool,
}

impl Track {
    fn close(&mut self, complete: bool, visitor: &mut dyn Visitor) {
        if self.is_closed {
            return;
        }
        self.is_closed = true;
        if let Some(transfer) = &mut self.passing.transaction.transfer {
            transfer.is_last |= complete;
        }
        self.passing.close(complete, visitor);
    }

    /// Nothing more is told of it.
    fn end(mut self, visitor: &mut dyn Visitor) {
        self.close(false, visitor);
        visitor.transaction_complete(&self.passing.transaction);
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
            .map(|track| &mut track.passing.transaction)
    }

    fn track(&mut self, handle: &[u8], direction: Direction) -> Option<&mut Track> {
        self.tracks.iter_mut().find(|track| {
            let passing = &track.passing;
            !track.is_closed
                && passing.direction == direction
                && passing.transaction.handle == handle
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
            && let Some(oldest) = self.tracks.pop_front()
        {
            oldest.end(visitor);
        }
        let file = self.next_file;
        self.next_file = file.saturating_add(1);
        self.tracks.push_back(Track {
            passing: PassingFile::open(transaction, direction, file, visitor),
            is_closed: false,
        });
    }

    /// The next bytes of a file.
    pub fn data(&mut self, target: &mut Target, bytes: &[u8], visitor: &mut dyn Visitor) {
        let held: usize = self
            .tracks
            .iter()
            .map(|track| track.passing.waiting_bytes())
            .sum();
        if let Some(track) = self.track(&target.handle, target.direction) {
            // Only what comes too early is held, so only then it matters how much is.
            if held > NFS_HELD_BYTES_MAX && target.offset > track.passing.next() {
                track.passing.give_up_waiting(visitor);
            }
            // A queue that is full has given up what it waited for.
            let _ = track.passing.push(target.offset, bytes, visitor);
        }
        target.offset = target.offset.saturating_add(bytes.len() as u64);
    }

    /// Bytes of a file are missing from the capture.
    pub fn lose(&mut self, target: &mut Target, missing: u64, visitor: &mut dyn Visitor) {
        if let Some(track) = self.track(&target.handle, target.direction) {
            track.passing.lose(target.offset, missing, visitor);
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
        for track in self.tracks.drain(..) {
            track.end(visitor);
        }
    }
}
