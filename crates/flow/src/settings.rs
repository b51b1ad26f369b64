//! What an operator may choose.

use crate::limits::FRAGMENT_BYTES_MAX;
use std::time::Duration;

/// After how long without a packet a flow ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// TCP before its handshake is complete.
    pub tcp_new: Duration,
    /// TCP that is open, or half closed.
    pub tcp_established: Duration,
    /// TCP that was closed or reset.
    pub tcp_closed: Duration,
    /// UDP that nobody answered.
    pub udp_new: Duration,
    /// UDP seen from both sides.
    pub udp_established: Duration,
    /// ICMP that nobody answered.
    pub icmp_new: Duration,
    /// ICMP seen from both sides.
    pub icmp_established: Duration,
    /// Any other transport that nobody answered.
    pub other_new: Duration,
    /// Any other transport seen from both sides.
    pub other_established: Duration,
    /// Fragments that wait for the rest of their datagram.
    pub fragments: Duration,
}

impl Default for Timeouts {
    /// Those of Suricata's shipped configuration.
    fn default() -> Self {
        Self {
            tcp_new: Duration::from_secs(60),
            tcp_established: Duration::from_secs(600),
            tcp_closed: Duration::from_secs(60),
            udp_new: Duration::from_secs(30),
            udp_established: Duration::from_secs(300),
            icmp_new: Duration::from_secs(30),
            icmp_established: Duration::from_secs(300),
            other_new: Duration::from_secs(30),
            other_established: Duration::from_secs(300),
            fragments: Duration::from_secs(60),
        }
    }
}

/// How a [`Tracker`](crate::Tracker) works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// See there.
    pub timeouts: Timeouts,
    /// Bytes that flows may hold together, streams and files included; beyond it the flows idle
    /// for longest end (reason `forced`).
    pub memory_bytes_max: usize,
    /// Bytes of fragments that may wait for the rest of their datagrams, beside the above.
    pub fragment_bytes_max: usize,
    /// Whether TCP connections whose start was not seen are followed.
    pub midstream: bool,
    /// Whether TCP connections of which only one direction is seen are followed.
    pub one_sided: bool,
    /// Whether packets are trusted whatever their checksum says.
    pub ignore_checksums: bool,
    /// Bytes of each TCP direction that are shown to [`Observer::stream`](crate::Observer::stream)
    /// and in which a protocol that nobody recognised is followed. Parsers that have recognised
    /// their protocol get all of it.
    pub stream_depth_bytes: u64,
    /// First bytes of each file that are kept until its end, for whoever scans or stores it; 0: none.
    pub file_bytes_max: usize,
    /// Bytes of all files together that are kept; beyond it, files are followed and not kept.
    pub files_bytes_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeouts: Timeouts::default(),
            memory_bytes_max: 512 << 20,
            fragment_bytes_max: FRAGMENT_BYTES_MAX,
            midstream: false,
            one_sided: false,
            ignore_checksums: false,
            stream_depth_bytes: 1 << 20,
            file_bytes_max: 0,
            files_bytes_max: 256 << 20,
        }
    }
}
