//! The packets behind what was found.
//!
//! Each worker holds the latest packets of its flows. Where the sink finds that something is told of a flow, it names a
//! capture file, says so in the event, and asks for the flow's packets; the worker that has them gives those from before
//! and goes on giving what comes after, up to a limit. Questions travel with the batches, so that what is kept does not
//! depend on the number of workers (beyond the limits of memory, which the workers share).

mod cases;
mod folder;
mod recorder;

pub(crate) use cases::Cases;
pub use folder::EvidenceCounts;
pub(crate) use folder::EvidenceFolder;
pub(crate) use recorder::Recorder;

use std::path::PathBuf;

/// Where captures of what was found are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceSettings {
    /// Folder of their own; made if it is not there.
    pub folder: PathBuf,
    /// Bytes on disk; when more would stand there, the oldest captures go.
    pub budget_bytes: u64,
}

/// A frame that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeldFrame {
    pub time_nanos: i64,
    pub link: u32,
    pub original_len: u32,
    pub bytes: Box<[u8]>,
}

impl HeldFrame {
    pub fn new(frame: &capture::Frame<'_>) -> Self {
        Self {
            time_nanos: frame.time_nanos,
            link: frame.link,
            original_len: frame.original_len,
            bytes: frame.bytes.into(),
        }
    }

    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        self.bytes.len() + size_of::<Self>()
    }
}
