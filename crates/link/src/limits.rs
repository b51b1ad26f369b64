//! Every limit of this crate, in one place.

use std::time::Duration;

/// Bytes of one segment file of the queue.
pub const SEGMENT_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Bytes that may wait on disk; beyond it the oldest segment is given up, counted and told.
pub const QUEUE_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Bytes of one message.
pub const MESSAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Messages of one upload.
pub const UPLOAD_MESSAGES_MAX: usize = 100;
/// Bytes of one upload.
pub const UPLOAD_BYTES_MAX: usize = 6 * 1024 * 1024;
/// Bytes of a request or answer, headers apart.
pub const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Suppressions that a sensor goes by; of a larger set it takes none, so that nothing is hidden by half of what was meant.
pub const SUPPRESSIONS_MAX: usize = 300;
/// Sensors connected to one portal process at the same time.
pub const CONNECTIONS_MAX: usize = 4096;
/// Time for a TLS handshake.
pub const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(10);
/// Time for a request with its answer.
pub const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);
/// Validity of a sensor's certificate.
pub const CERTIFICATE_DAYS: i64 = 3 * 365;
/// Validity of the authority's own certificate.
pub const AUTHORITY_DAYS: i64 = 20 * 365;
/// VLANs named in a heartbeat.
pub const HEARTBEAT_VLANS_MAX: usize = 64;
