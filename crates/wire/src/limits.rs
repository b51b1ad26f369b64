//! Every limit of this crate, in one place.

/// Packets found inside one captured frame (the outer one and those tunnelled in it).
pub const LAYERED_PACKETS_MAX: usize = 8;
/// VLAN tags remembered per packet; more are skipped and reported.
pub const VLAN_TAGS_MAX: usize = 3;
/// Anomalies remembered per packet.
pub const PACKET_ANOMALIES_MAX: usize = 8;

/// Records (and questions) read per DNS message; a message with more is malformed.
pub const DNS_RECORDS_MAX: usize = 1024;
/// Bytes of names and data kept per DNS message, pointers expanded.
pub const DNS_TEXT_BYTES_MAX: usize = 256 * 1024;
/// Bytes of a name, dotted; the rest of a longer one is left out and reported.
pub const DNS_NAME_BYTES_MAX: usize = 1025;
/// Labels per name.
pub const DNS_LABELS_MAX: usize = 255;
/// Pointers followed per name.
pub const DNS_POINTERS_MAX: usize = 128;
