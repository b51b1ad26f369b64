//! Every limit of this crate, in one place.

/// Packets found inside one captured frame (the outer one and those tunnelled in it).
pub const LAYERED_PACKETS_MAX: usize = 8;
/// VLAN tags remembered per packet; more are skipped and reported.
pub const VLAN_TAGS_MAX: usize = 3;
/// Anomalies remembered per packet.
pub const PACKET_ANOMALIES_MAX: usize = 8;
