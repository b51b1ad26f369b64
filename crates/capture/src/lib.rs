//! Packets from AF_PACKET or a pcap/pcapng file as one batch source; pcap writing.
//!
//! pcap and pcapng are read by our own few hundred lines rather than a library: a capture that
//! is damaged must be read up to the damage, the damage named with its place in the file, and
//! no length field may decide how much memory is taken.

pub mod limits;

mod batch;
mod file;
mod pcap;
mod pcapng;
mod ring;
mod sender;
mod socket;
mod writer;

pub use batch::{Batch, Filled, Frame, Source};
pub use file::{CaptureFile, OpenError};
pub use ring::{Ring, RingCounters, RingError, RingSettings};
pub use sender::FrameSender;
pub use writer::PcapWriter;

use std::fmt;

/// Why a capture could not be read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Bytes of the (decompressed) capture that were read before.
    pub offset: u64,
    /// What is wrong there.
    pub reason: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.reason, self.offset)
    }
}
