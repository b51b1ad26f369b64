//! Frames from values: Ethernet, 802.1Q, ARP, IPv4, IPv6, TCP, UDP, ICMP, with right lengths and checksums.

mod checksum;
mod ip;
mod link;
mod transport;

pub(crate) use ip::Hop;
pub(crate) use link::{BROADCAST, Mac, arp, multicast_v4, multicast_v6, tag};
pub(crate) use transport::{Flags, Segment, icmp_echo, icmp6, tcp, udp};
