//! The way from a frame to its packets.

use super::types::{Decoded, Ethernet, LinkType, Packet, Tunnel, VlanTags};
use super::{ip, link};

/// Decodes one captured frame into `decoded`, which is emptied first.
pub fn decode<'a>(link_type: LinkType, bytes: &'a [u8], decoded: &mut Decoded<'a>) {
    decoded.packets.clear();
    link::decode(link_type, bytes, decoded);
}

/// Decodes a packet that begins with an IP header, such as a reassembled datagram, into
/// `decoded`, which is emptied first. `vlan` is what its fragments came with.
pub fn decode_ip<'a>(
    bytes: &'a [u8],
    vlan: VlanTags,
    ethernet: Option<Ethernet>,
    decoded: &mut Decoded<'a>,
) {
    decoded.packets.clear();
    let mut packet = Packet {
        ethernet,
        vlan,
        payload: bytes,
        ..Packet::default()
    };
    ip::decode_by_version(bytes, &mut packet, decoded);
}

/// Puts a finished packet down, which leaves an empty one; what is beyond the limit of layers is dropped, as the packets
/// that carry it have been kept and say so.
pub(super) fn finish<'a>(packet: &mut Packet<'a>, decoded: &mut Decoded<'a>) {
    if let Err(refused) = decoded.packets.try_push(std::mem::take(packet)) {
        let anomalies = refused.element().anomalies;
        if let Some(last) = decoded.packets.last_mut() {
            last.anomalies.push("too_many_layers");
            for name in anomalies.iter() {
                last.anomalies.push(name);
            }
        }
    }
}

/// An empty packet found inside `outer`.
pub(super) fn inner<'a>(outer: &Packet<'a>, tunnel: Tunnel, payload: &'a [u8]) -> Packet<'a> {
    Packet {
        vlan: outer.vlan,
        tunnel: Some(tunnel),
        payload,
        ..Packet::default()
    }
}
