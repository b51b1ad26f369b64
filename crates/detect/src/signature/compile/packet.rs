//! Options on packet headers.

use super::Missing;
use crate::rule::ast::{Keyword, Named, Number};
use crate::signature::program::{ChecksumLayer, IpOption, PacketNumber, PacketTest};

/// The number of a packet that a keyword means.
pub(super) fn number(keyword: &str) -> Option<PacketNumber> {
    Some(match keyword {
        "ttl" => PacketNumber::TimeToLive,
        "tos" => PacketNumber::TypeOfService,
        "id" => PacketNumber::Identification,
        "fragoffset" => PacketNumber::FragmentOffset,
        "ip_proto" => PacketNumber::Protocol,
        "dsize" => PacketNumber::PayloadSize,
        "itype" => PacketNumber::IcmpType,
        "icode" => PacketNumber::IcmpCode,
        "icmp_id" => PacketNumber::IcmpId,
        "icmp_seq" => PacketNumber::IcmpSequence,
        "icmpv6.mtu" => PacketNumber::Icmpv6Mtu,
        "tcp.seq" => PacketNumber::Sequence,
        "tcp.ack" => PacketNumber::Acknowledgement,
        "tcp.window" => PacketNumber::Window,
        "tcp.mss" => PacketNumber::MaximumSegment,
        "tcp.wscale" => PacketNumber::WindowScale,
        "vlan.id" => PacketNumber::VlanId,
        "vlan.layers" => PacketNumber::VlanLayers,
        "vxlan_vni" => PacketNumber::VxlanNetwork,
        "igmp.type" => PacketNumber::IgmpType,
        _ => return None,
    })
}

/// The test of a number keyword, if it is about packets.
pub(super) fn number_test(number_keyword: &Number) -> Option<PacketTest> {
    Some(PacketTest::Number {
        field: number(number_keyword.keyword)?,
        comparison: number_keyword.comparison,
        index: number_keyword.index,
    })
}

/// Whether a keyword with a number or words is about packets.
pub(crate) fn is_about_packet(keyword: &Keyword) -> bool {
    match keyword {
        Keyword::Number(option) => number(option.keyword).is_some(),
        Keyword::Named(option) => named_test(option).is_some(),
        _ => false,
    }
}

/// The test of a keyword with words, if it is about packets.
pub(super) fn named_test(named: &Named) -> Option<Result<PacketTest, Missing>> {
    let valid = named
        .words
        .first()
        .is_some_and(|(word, negated)| (word == "valid") != *negated);
    let checksum = |layer| Some(Ok(PacketTest::Checksum { layer, valid }));
    match named.keyword {
        "ipopts" => {
            let options: Option<Vec<IpOption>> = named
                .words
                .iter()
                .map(|(word, _)| ip_option(word))
                .collect();
            Some(
                options
                    .map(PacketTest::IpOption)
                    .ok_or_else(|| Missing::new("ipopts")),
            )
        }
        "ipv4-csum" => checksum(ChecksumLayer::Ipv4),
        "tcpv4-csum" => checksum(ChecksumLayer::TcpV4),
        "tcpv6-csum" => checksum(ChecksumLayer::TcpV6),
        "udpv4-csum" => checksum(ChecksumLayer::UdpV4),
        "udpv6-csum" => checksum(ChecksumLayer::UdpV6),
        "icmpv4-csum" => checksum(ChecksumLayer::IcmpV4),
        "icmpv6-csum" => checksum(ChecksumLayer::IcmpV6),
        "l3_proto" => {
            let (word, negated) = named.words.first()?;
            Some(Ok(PacketTest::Family {
                v6: word.ends_with('6'),
                negated: *negated,
            }))
        }
        _ => None,
    }
}

/// Option types of the IANA registry "Internet Protocol Version 4 (IPv4) Parameters".
fn ip_option(word: &str) -> Option<IpOption> {
    Some(match word {
        "any" => IpOption::Any,
        "eol" => IpOption::Kind(0),
        "nop" => IpOption::Kind(1),
        "rr" => IpOption::Kind(7),
        "ts" => IpOption::Kind(68),
        "sec" => IpOption::Kind(130),
        "lsrr" | "lsrre" => IpOption::Kind(131),
        "esec" => IpOption::Kind(133),
        "cipso" => IpOption::Kind(134),
        "satid" => IpOption::Kind(136),
        "ssrr" => IpOption::Kind(137),
        "rtralt" => IpOption::Kind(148),
        _ => return None,
    })
}
