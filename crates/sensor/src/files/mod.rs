//! What becomes of files that pass: YARA rules are asked about them, and those that somebody wants are kept.
//!
//! A worker hands the bytes of a file that ended to the scanning threads and tells the sink of it; the sink waits for
//! the answer when the file's turn has come. So packets are not held up, and what comes out stands in the order of
//! packets.

mod desk;
mod scan;
mod settle;
mod store;
mod tell;

pub(crate) use desk::{EndedFile, FileDesk, FileRest};
pub(crate) use scan::{ScanDoor, scan_threads};
pub use store::StoreCounts;
pub(crate) use store::{FileStore, StoredFile};
pub(crate) use tell::{note_stored, yara_event, yara_hit};

use std::path::PathBuf;

/// Where files are kept, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreSettings {
    /// Folder of the store's own; made if it is not there.
    pub folder: PathBuf,
    /// Bytes on disk; when more would stand there, the files that were seen longest ago go.
    pub budget_bytes: u64,
    /// Every file, rather than those that a rule (`filestore`, YARA) or an indicator points at.
    pub all: bool,
}

/// What was done with files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// Files that YARA rules were asked about.
    pub scanned: u64,
    /// Of them, those of which only the beginning was looked at.
    pub scanned_in_part: u64,
    /// Scans that took too long.
    pub scan_timeouts: u64,
    /// Rules that matched.
    pub yara_matches: u64,
    /// The store's.
    pub store: StoreCounts,
}
