//! Frames from values: Ethernet, 802.1Q, ARP, IPv4, IPv6, TCP, UDP, ICMP, with right lengths and checksums.

mod checksum;
mod ip;
mod link;
mod transport;

pub use ip::Hop;
pub use link::Mac;
pub(crate) use link::{BROADCAST, arp, multicast_v4, multicast_v6, tag};
pub use transport::{Flags, Segment, icmp, tcp, udp};
pub(crate) use transport::{icmp_echo, icmp6};
