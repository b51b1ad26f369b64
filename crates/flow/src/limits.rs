//! Every limit of this crate, in one place. What meets a limit is counted in
//! [`Statistics`](crate::Statistics) and told in a `limit` event at the next tick.

/// Bytes of a stream kept in front of the fresh ones, so that a pattern that spans segments is
/// found. Twice as much may be held between two trimmings.
pub const STREAM_WINDOW_BYTES_MAX: usize = 4096;
/// Bytes of a direction that wait for missing ones before them.
pub const OUT_OF_ORDER_BYTES_MAX: usize = 1 << 20;
/// Stretches of a direction that wait for missing bytes before them.
pub const OUT_OF_ORDER_PIECES_MAX: usize = 2048;
/// What waits in a direction whose other side is never seen (so nobody acknowledges) before the
/// missing bytes are given up.
pub const ONE_SIDED_WAIT_BYTES_MAX: usize = 64 << 10;
/// Packets of a connection that may pass between the acknowledgement of bytes that were not seen
/// and the moment when they are given up: mirror ports swap packets now and then.
pub const GAP_PATIENCE_PACKETS: u8 = 6;
/// Bytes of data that a SYN may carry before the handshake is complete (TCP Fast Open).
pub const SYN_DATA_BYTES_MAX: usize = 1500;
/// Segments outside the window in a row after which the sender's sequence numbers are believed
/// (where one direction is never seen, nothing else says how far it is).
pub const OUT_OF_WINDOW_PATIENCE_SEGMENTS: u8 = 8;
/// First bytes of a direction in which its protocol must be recognised.
pub const PROTOCOL_DETECTION_BYTES_MAX: usize = 4096;
/// Datagrams of a flow in which its protocol must be recognised.
pub const PROTOCOL_DETECTION_DATAGRAMS_MAX: u32 = 8;
/// Changes of protocol within one flow that are followed.
pub const PROTOCOL_CHANGES_MAX: u8 = 8;
/// First bytes of a file kept to tell its type.
pub const FILE_HEAD_BYTES_MAX: usize = 4096;
/// Bytes of a file's name kept.
pub const FILE_NAME_BYTES_MAX: usize = 1024;
/// Files of a flow that are open at the same time; more are counted, not followed.
pub const FILES_OPEN_MAX: usize = 64;
/// Equal anomalies of a flow that become events; further ones are only counted.
pub const ANOMALY_EVENTS_PER_FLOW_MAX: u32 = 16;
/// Different anomalies of a flow that are counted apart.
pub const ANOMALY_NAMES_PER_FLOW_MAX: usize = 32;
/// Anomalies of packets without flow that become events, per name between two ticks.
pub const ANOMALY_EVENTS_PER_TICK_MAX: u32 = 64;
/// Nesting of records and lists in an event.
pub const EVENT_DEPTH_MAX: usize = 16;
/// Values in one event.
pub const EVENT_VALUES_MAX: usize = 8192;
/// Datagrams being put together at the same time.
pub const DATAGRAMS_MAX: usize = 4096;
/// Fragments of one datagram.
pub const FRAGMENTS_PER_DATAGRAM_MAX: usize = 512;
/// Bytes of fragments held in all.
pub const FRAGMENT_BYTES_MAX: usize = 32 << 20;
/// Length of a datagram, header included (RFC 791; RFC 8200 allows 40 bytes more).
pub const DATAGRAM_BYTES_MAX: usize = 65_535;
/// Flows whose missing bytes are looked after at the next tick.
pub const WAITING_FLOWS_MAX: usize = 65_536;
/// Bytes of a flow, both directions, after which its tail may be left out when too much comes.
pub const ELEPHANT_BYTES_MIN: u64 = 4 << 20;
/// Seconds for which flows left out are remembered at least (twice as many at most); packets that come later may begin a
/// flow.
pub const SHED_REMEMBERED_S: i64 = 10;
/// Flows left out that are remembered in that time.
pub const SHED_FLOWS_MAX: usize = 65_536;
/// Times that a direction whose bytes came in different copies is read in the other way.
pub const OTHER_READINGS_MAX: u8 = 32;
/// Bytes of differing copies kept for that.
pub const OTHER_COPIES_BYTES_MAX: usize = 16 << 10;
/// Differing copies kept.
pub const OTHER_COPIES_MAX: usize = 32;
/// Conversations that others arranged and that are waited for.
pub const EXPECTED_FLOWS_MAX: usize = 4096;
/// Bytes kept of what was said of such a conversation.
pub const EXPECTED_NOTE_BYTES_MAX: usize = 1024;
/// Different SYNs of one client remembered before its handshake is answered; more of them are reported.
pub const OTHER_SYNS_MAX: usize = 10;
