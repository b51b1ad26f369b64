//! Tests of a packet's headers.

use crate::rule::ast::{Comparison, FragmentBits, Index, Rpc, SetModifier};
use crate::signature::program::{ChecksumLayer, IpOption, PacketNumber, PacketTest, tcp_flags_fit};
use flow::PacketContext;
use wire::cursor::Cursor;
use wire::packet::{Network, Packet, TransportHeader};

/// Whether a packet passes a test.
pub(super) fn packet_test(context: &PacketContext<'_, '_>, test: &PacketTest) -> bool {
    let packet = context.packet;
    match test {
        PacketTest::Number {
            field: PacketNumber::VlanId,
            comparison,
            index,
        } => vlan_test(packet, comparison, *index),
        PacketTest::Number {
            field, comparison, ..
        } => packet_number(packet, *field).is_some_and(|number| comparison.accepts(number)),
        PacketTest::TcpFlags(flags) => match &packet.transport {
            TransportHeader::Tcp(tcp) => tcp_flags_fit(*flags, tcp.flags),
            _ => false,
        },
        PacketTest::FragmentBits(bits) => fragment_bits(*bits, packet),
        PacketTest::IpOption(wanted) => match &packet.network {
            Network::Ipv4(ip) => wanted.iter().any(|option| match option {
                IpOption::Any => !ip.options.is_empty(),
                IpOption::Kind(kind) => has_option(ip.options, *kind),
            }),
            _ => false,
        },
        PacketTest::RemoteCall(rpc) => is_remote_call(rpc, packet),
        PacketTest::SameAddress => packet
            .addresses()
            .is_some_and(|(source, dest)| source == dest),
        PacketTest::Checksum { layer, valid } => checksum(packet, *layer) == Some(*valid),
        PacketTest::Family { v6, negated } => packet
            .addresses()
            .is_some_and(|(source, _)| (source.is_ipv6() == *v6) != *negated),
    }
}

/// A call of Sun RPC (RFC 5531, 9): over TCP behind the length of its record.
fn is_remote_call(wanted: &Rpc, packet: &Packet<'_>) -> bool {
    let mut cursor = Cursor::new(packet.payload);
    if matches!(packet.transport, TransportHeader::Tcp(_)) && cursor.skip(4).is_none() {
        return false;
    }
    let mut word = || cursor.u32();
    let (Some(_id), Some(0), Some(_rpc_version), Some(program), Some(version), Some(procedure)) =
        (word(), word(), word(), word(), word(), word())
    else {
        return false;
    };
    program == wanted.program
        && wanted.version.is_none_or(|wanted| wanted == version)
        && wanted.procedure.is_none_or(|wanted| wanted == procedure)
}

fn vlan_test(packet: &Packet<'_>, comparison: &Comparison<u64>, index: Option<Index>) -> bool {
    let ids = packet.vlan.ids();
    let ids: Vec<u64> = ids.iter().copied().map(u64::from).collect();
    numbers_fit(&ids, comparison, index)
}

/// Whether those of the numbers that the index means pass the test.
pub(super) fn numbers_fit(
    numbers: &[u64],
    comparison: &Comparison<u64>,
    index: Option<Index>,
) -> bool {
    let mut accepted = numbers.iter().map(|number| comparison.accepts(*number));
    match index {
        None | Some(Index::Any) => accepted.any(|yes| yes),
        Some(Index::All) => !numbers.is_empty() && accepted.all(|yes| yes),
        Some(Index::AllOrNone) => accepted.all(|yes| yes),
        Some(Index::AnyOrNone) => numbers.is_empty() || accepted.any(|yes| yes),
        Some(Index::At(place)) => {
            at(numbers, place).is_some_and(|number| comparison.accepts(*number))
        }
        Some(Index::AtOrOutside(place)) => {
            at(numbers, place).is_none_or(|number| comparison.accepts(*number))
        }
        Some(Index::Count(wanted)) => wanted.accepts(accepted.filter(|yes| *yes).count() as u64),
    }
}

/// The n-th, counted from the end if negative.
fn at<T>(list: &[T], place: i32) -> Option<&T> {
    match usize::try_from(place) {
        Ok(place) => list.get(place),
        Err(_) => {
            let back = usize::try_from(place.unsigned_abs()).ok()?;
            list.get(list.len().checked_sub(back)?)
        }
    }
}

pub(super) fn packet_number(packet: &Packet<'_>, field: PacketNumber) -> Option<u64> {
    let tcp = match &packet.transport {
        TransportHeader::Tcp(tcp) => Some(tcp),
        _ => None,
    };
    let icmp = match &packet.transport {
        TransportHeader::Icmp(icmp) | TransportHeader::Icmpv6(icmp) => Some(icmp),
        _ => None,
    };
    // Of "packet too big", the MTU stands where echoes have these.
    let echo =
        icmp.filter(|icmp| icmp.kind != 2 || matches!(packet.transport, TransportHeader::Icmp(_)));
    Some(match field {
        PacketNumber::TimeToLive => match &packet.network {
            Network::Ipv4(ip) => ip.ttl.into(),
            Network::Ipv6(ip) => ip.hop_limit.into(),
            _ => return None,
        },
        PacketNumber::TypeOfService => match &packet.network {
            // As in Suricata, the keyword is about IPv4 only.
            Network::Ipv4(ip) => ip.tos.into(),
            _ => return None,
        },
        PacketNumber::Identification => match &packet.network {
            Network::Ipv4(ip) => ip.id.into(),
            _ => return None,
        },
        PacketNumber::FragmentOffset => match &packet.network {
            // Counted in units of eight bytes, as in the header.
            Network::Ipv4(ip) => u64::from(ip.fragment_offset) >> 3,
            Network::Ipv6(ip) => u64::from(ip.fragment?.offset) >> 3,
            _ => return None,
        },
        PacketNumber::Protocol => packet.protocol()?.into(),
        PacketNumber::PayloadSize => packet.payload.len() as u64,
        PacketNumber::IcmpType => icmp?.kind.into(),
        PacketNumber::IcmpCode => icmp?.code.into(),
        PacketNumber::IcmpId => echo?.id?.into(),
        PacketNumber::IcmpSequence => echo?.sequence?.into(),
        PacketNumber::Icmpv6Mtu => match &packet.transport {
            TransportHeader::Icmpv6(icmp) if icmp.kind == 2 => {
                let id = u64::from(icmp.id.unwrap_or(0));
                (id << 16) | u64::from(icmp.sequence.unwrap_or(0))
            }
            _ => return None,
        },
        PacketNumber::Sequence => tcp?.sequence.into(),
        PacketNumber::Acknowledgement => tcp?.acknowledgement.into(),
        PacketNumber::Window => tcp?.window.into(),
        PacketNumber::MaximumSegment => tcp?.mss?.into(),
        PacketNumber::WindowScale => tcp?.window_scale?.into(),
        PacketNumber::VlanId => return None,
        PacketNumber::VlanLayers => packet.vlan.ids().len() as u64,
        PacketNumber::VxlanNetwork => packet.vxlan_network()?.into(),
        PacketNumber::IgmpType => (*packet.igmp()?.first()?).into(),
    })
}

fn fragment_bits(wanted: FragmentBits, packet: &Packet<'_>) -> bool {
    let Network::Ipv4(ip) = &packet.network else {
        return false;
    };
    // Upper three bits of the flags field: reserved, don't fragment, more fragments.
    let bits = u8::from(wanted.reserved) << 2
        | u8::from(wanted.dont_fragment) << 1
        | u8::from(wanted.more_fragments);
    let flags = ip.flags & 7;
    match wanted.modifier {
        SetModifier::Exactly => flags == bits,
        SetModifier::AtLeast => flags & bits == bits,
        SetModifier::AnyOf => flags & bits != 0,
        SetModifier::Not => flags & bits == 0,
    }
}

/// Whether an option of this kind is among the options of an IPv4 or TCP header, which have the same form
/// (RFC 791, 3.1; RFC 9293, 3.1).
pub(super) fn has_option(options: &[u8], wanted: u8) -> bool {
    let mut rest = options;
    while let Some((kind, tail)) = rest.split_first() {
        if *kind == wanted {
            return true;
        }
        rest = match kind {
            0 => return false,
            1 => tail,
            _ => {
                let length = tail.first().map_or(0, |length| usize::from(*length));
                tail.get(length.saturating_sub(1).max(1)..).unwrap_or(&[])
            }
        };
    }
    false
}

fn checksum(packet: &Packet<'_>, layer: ChecksumLayer) -> Option<bool> {
    let v6 = packet.addresses()?.0.is_ipv6();
    Some(match (layer, &packet.network, &packet.transport) {
        (ChecksumLayer::Ipv4, Network::Ipv4(ip), _) => ip.checksum_ok,
        (ChecksumLayer::TcpV4, _, TransportHeader::Tcp(_)) if !v6 => packet.checksum_ok(),
        (ChecksumLayer::TcpV6, _, TransportHeader::Tcp(_)) if v6 => packet.checksum_ok(),
        (ChecksumLayer::UdpV4, _, TransportHeader::Udp(_)) if !v6 => packet.checksum_ok(),
        (ChecksumLayer::UdpV6, _, TransportHeader::Udp(_)) if v6 => packet.checksum_ok(),
        (ChecksumLayer::IcmpV4, _, TransportHeader::Icmp(_))
        | (ChecksumLayer::IcmpV6, _, TransportHeader::Icmpv6(_)) => packet.checksum_ok(),
        _ => return None,
    })
}
