//! The packets behind what was found.
//!
//! Each worker holds the latest packets of its flows. Where the sink finds that something is told of a flow, it names a
//! capture file, says so in the event, and asks for the flow's packets; the worker that has them gives those from before
//! and goes on giving what comes after, up to a limit. Questions travel with the batches, so that what is kept does not
//! depend on the number of workers (beyond the limits of memory, which the workers share).
//!
//! A sensor with a portal brings it the captures of incidents' flows, in pieces, from these same files ([`Parcels`]).

mod cases;
mod folder;
mod parcels;
mod recorder;

pub(crate) use cases::Cases;
pub use folder::EvidenceCounts;
pub(crate) use folder::EvidenceFolder;
pub(crate) use parcels::Parcels;
pub(crate) use recorder::Recorder;

use event::Timestamp;
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

/// The name of a flow's capture. Sorted by time, and found by the `flow_id` of events:
/// `20250609T000211Z_flow-123.pcap`.
fn file_name(flow: u64, time: Timestamp) -> String {
    let digits: String = time
        .eve()
        .chars()
        .take(19)
        .filter(|c| c.is_ascii_digit() || *c == 'T')
        .collect();
    format!("{digits}Z_flow-{flow}.pcap")
}

/// The flow that such a name is of.
fn flow_of(name: &str) -> Option<u64> {
    let (_, flow) = name.strip_suffix(".pcap")?.rsplit_once("_flow-")?;
    flow.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_by_time_and_say_the_flow() {
        let time = Timestamp::new(1_749_427_331, 5);
        let name = file_name(123, time);
        assert_eq!(name, "20250609T000211Z_flow-123.pcap");
        assert_eq!(flow_of(&name), Some(123));
        assert_eq!(flow_of("something.pcap"), None);
    }
}
