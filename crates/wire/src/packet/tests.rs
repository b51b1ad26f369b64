//! Frames written by hand, one per way of carrying.

use super::*;
use proptest::prelude::*;

const MACS: &str = "020000000001 020000000002";
/// 192.0.2.1:1000 -> 198.51.100.2:53, UDP "hi".
const UDP4: &str = "4500001e000100004011 8ea9 c0000201 c6336402 03e80035000a0000 6869";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// One line per packet: tunnel, vlan, addresses, ports, payload, anomalies.
fn describe(link: LinkType, frame: &[u8]) -> String {
    let mut decoded = Decoded::default();
    decode(link, frame, &mut decoded);
    let lines: Vec<String> = decoded.packets.iter().map(one_line).collect();
    lines.join(" | ")
}

fn one_line(packet: &Packet<'_>) -> String {
    let mut line = match packet.tunnel {
        Some(tunnel) => format!("{tunnel:?} "),
        None => String::new(),
    };
    if !packet.vlan.ids().is_empty() {
        line += &format!("vlan{:?} ", packet.vlan.ids());
    }
    match packet.addresses() {
        Some((source, destination)) => {
            let (from, to) = packet.ports();
            line += &format!(
                "{source}:{from}>{destination}:{to}/{}",
                packet.protocol().unwrap()
            );
        }
        None => {
            line += if matches!(packet.network, Network::Arp(_)) {
                "arp"
            } else {
                "-"
            }
        }
    }
    line += &format!(
        " {}",
        String::from_utf8_lossy(packet.payload).escape_debug()
    );
    for name in packet.anomalies.iter() {
        line += &format!(" !{name}");
    }
    line
}

#[test]
fn every_way_of_carrying_gives_its_packets() {
    let plain = "192.0.2.1:1000>198.51.100.2:53/17 hi";
    let outer_gre = "192.0.2.9:0>192.0.2.8:0/47";
    let v4 = |protocol: u8, carried: &str| {
        let len = 20 + bytes(carried).len();
        format!("4500{len:04x}00000000 40{protocol:02x}0000 c0000209 c0000208 {carried}")
    };
    let udp = |port: u16, carried: &str| {
        let len = 8 + bytes(carried).len();
        format!("1000{port:04x}{len:04x}0000 {carried}")
    };
    let ethernet = format!("{MACS} 0800 {UDP4}");
    let cases: Vec<(&str, LinkType, String, Vec<&str>)> = vec![
        ("ethernet", LinkType::Ethernet, ethernet.clone(), vec![plain]),
        ("padding is not payload", LinkType::Ethernet, format!("{ethernet} 00000000"), vec![plain]),
        ("802.1Q", LinkType::Ethernet, format!("{MACS} 8100 0064 0800 {UDP4}"), vec!["vlan[100] 192.0.2.1:1000>198.51.100.2:53/17 hi"]),
        ("QinQ", LinkType::Ethernet, format!("{MACS} 88a8 0064 8100 00c8 0800 {UDP4}"), vec!["vlan[100, 200] 192.0.2.1:1000>198.51.100.2:53/17 hi"]),
        ("MPLS", LinkType::Ethernet, format!("{MACS} 8847 00010040 00020140 {UDP4}"), vec![plain]),
        ("PPPoE", LinkType::Ethernet, format!("{MACS} 8864 1100 0001 0020 0021 {UDP4}"), vec![plain]),
        ("raw", LinkType::RawIp, UDP4.into(), vec![plain]),
        ("null", LinkType::Null, format!("02000000 {UDP4}"), vec![plain]),
        ("cooked", LinkType::LinuxCooked, format!("0000 0001 0006 020000000001 0000 0800 {UDP4}"), vec![plain]),
        ("cooked 2", LinkType::LinuxCooked2, format!("0800 0000 00000001 0001 00 06 0200000000010000 {UDP4}"), vec![plain]),
        ("ppp", LinkType::Ppp, format!("ff03 0021 {UDP4}"), vec![plain]),
        ("6in4", LinkType::RawIp, v4(41, "6000000000003bff 20010db8000000000000000000000001 20010db8000000000000000000000002"), vec!["192.0.2.9:0>192.0.2.8:0/41 ", "IpInIp 2001:db8::1:0>2001:db8::2:0/59 "]),
        ("ip in ip", LinkType::RawIp, v4(4, UDP4), vec!["192.0.2.9:0>192.0.2.8:0/4 ", "IpInIp 192.0.2.1:1000>198.51.100.2:53/17 hi"]),
        ("GRE", LinkType::RawIp, v4(47, &format!("0000 0800 {UDP4}")), vec![outer_gre, "Gre 192.0.2.1:1000>198.51.100.2:53/17 hi"]),
        ("ERSPAN I", LinkType::RawIp, v4(47, &format!("0000 88be {ethernet}")), vec![outer_gre, "Erspan 192.0.2.1:1000>198.51.100.2:53/17 hi"]),
        ("ERSPAN II", LinkType::RawIp, v4(47, &format!("1000 88be 00000001 1001 0000 00000000 {ethernet}")), vec![outer_gre, "Erspan vlan[1] 192.0.2.1:1000>198.51.100.2:53/17 hi"]),
        ("ERSPAN III", LinkType::RawIp, v4(47, &format!("1000 22eb 00000001 2001 0000 00000000 00000000 {ethernet}")), vec![outer_gre, "Erspan vlan[1] 192.0.2.1:1000>198.51.100.2:53/17 hi"]),
        ("VXLAN", LinkType::RawIp, v4(17, &udp(4789, &format!("08000000 00000100 {ethernet}"))), vec!["192.0.2.9:4096>192.0.2.8:4789/17", "Vxlan 192.0.2.1:1000>198.51.100.2:53/17 hi"]),
        ("GENEVE", LinkType::RawIp, v4(17, &udp(6081, &format!("0000 6558 00000100 {ethernet}"))), vec!["192.0.2.9:4096>192.0.2.8:6081/17", "Geneve 192.0.2.1:1000>198.51.100.2:53/17 hi"]),
        ("ARP", LinkType::Ethernet, format!("{MACS} 0806 0001080006040001 020000000001 c0000201 000000000000 c0000202"), vec!["arp"]),
        ("ipv6 with extensions", LinkType::RawIp, "60000000001800ff 20010db8000000000000000000000001 20010db8000000000000000000000002 3c00010400000000 1100010400000000 0001000200080000".into(), vec!["2001:db8::1:1>2001:db8::2:2/17 "]),
        ("sctp", LinkType::RawIp, v4(132, "0001 0002 00000003 00000000 6869"), vec!["192.0.2.9:1>192.0.2.8:2/132 hi"]),
        ("cisco hdlc", LinkType::CiscoHdlc, format!("0f00 0800 {UDP4}"), vec![plain]),
        ("service header 1", LinkType::Ethernet, format!("{MACS} 894f 0fc6 01 01 00000100 {} {UDP4}", "00".repeat(16)), vec![plain]),
        ("service header 2", LinkType::Ethernet, format!("{MACS} 894f 0fc3 02 01 00000100 00000000 {UDP4}"), vec![plain]),
        ("service header of nobody", LinkType::Ethernet, format!("{MACS} 894f 0fc6 01 09 00000100 {}", "00".repeat(16)), vec!["-  !nsh.unknown_payload"]),
        ("mirrored VLAN", LinkType::RawIp, v4(47, &format!("1000 88be 00000001 1017 0000 00000000 {ethernet}")), vec![outer_gre, "Erspan vlan[23] 192.0.2.1:1000>198.51.100.2:53/17 hi"]),
        ("Teredo", LinkType::RawIp, v4(17, &udp(3544, "6000000000003bff 20010db8000000000000000000000001 20010db8000000000000000000000002")), vec!["192.0.2.9:4096>192.0.2.8:3544/17", "Teredo 2001:db8::1:0>2001:db8::2:0/59 "]),
        ("Teredo with origin", LinkType::RawIp, v4(17, &udp(3544, "00000102 03040506 6000000000003bff 20010db8000000000000000000000001 20010db8000000000000000000000002")), vec!["192.0.2.9:4096>192.0.2.8:3544/17", "Teredo 2001:db8::1:0>2001:db8::2:0/59 "]),
        ("unknown destination option", LinkType::RawIp, "6000000000083cff 20010db8000000000000000000000001 20010db8000000000000000000000002 3b00 1e04 00000000".into(), vec!["2001:db8::1:0>2001:db8::2:0/59  !ipv6.dstopts_unknown_opt"]),
        ("padding alone", LinkType::RawIp, "60000000000800ff 20010db8000000000000000000000001 20010db8000000000000000000000002 3b00 0104 00000000".into(), vec!["2001:db8::1:0>2001:db8::2:0/59  !ipv6.hopopts_only_padding"]),
        ("fragment header before nothing", LinkType::RawIp, "6000000000082cff 20010db8000000000000000000000001 20010db8000000000000000000000002 0600 0000 00000001".into(), vec!["2001:db8::1:0>2001:db8::2:0/6  !ipv6.exthdr_useless_fh !ipv6.trunc_exthdr"]),
        ("udp without header", LinkType::RawIp, v4(17, "10000035"), vec!["192.0.2.9:0>192.0.2.8:0/17 \\u{10}\\0\\05 !udp.hlen_too_small"]),
        ("an option of IPv4 twice", LinkType::RawIp, "47000024 00000000 403b0000 c0000209 c0000208 94040000 94040000".into(), vec!["192.0.2.9:0>192.0.2.8:0/59  !ipv4.opt_duplicate !ipv4.trunc_pkt"]),
        ("too short", LinkType::Ethernet, "0200".into(), vec!["- \\u{2}\\0 !ethernet.pkt_too_small"]),
        ("length beyond the frame", LinkType::RawIp, UDP4.replace("001e", "00ff"), vec!["192.0.2.1:1000>198.51.100.2:53/17 hi !ipv4.trunc_pkt"]),
    ];
    for (name, link, hex, expected) in cases {
        let found = describe(link, &bytes(&hex));
        let parts: Vec<&str> = found.split(" | ").collect();
        assert_eq!(parts.len(), expected.len(), "{name}: {found}");
        for (part, expected) in parts.iter().zip(expected) {
            assert!(part.starts_with(expected), "{name}: {found}");
        }
    }
}

#[test]
fn tunnels_in_tunnels_end_at_the_limit() {
    let mut packet = bytes(UDP4);
    for _ in 0..20 {
        let len = u16::try_from(packet.len() + 20).unwrap().to_be_bytes();
        let mut outer = bytes("4500 0000 00000000 4004 0000 c0000209 c0000208");
        outer[2..4].copy_from_slice(&len);
        outer.extend(packet);
        packet = outer;
    }
    let mut decoded = Decoded::default();
    decode(LinkType::RawIp, &packet, &mut decoded);
    assert_eq!(decoded.packets.len(), crate::limits::LAYERED_PACKETS_MAX);
    let last = decoded.packets.last().unwrap();
    assert!(last.anomalies.iter().any(|name| name == "too_many_layers"));
}

#[test]
fn tcp_options_and_checksum_are_read() {
    let segment = "4500003c1c4640004006b1e6ac100a63ac100a0c 04d20050000000010000000ca0120abc0000 0000 020405b4 0402 080a 00000001 00000002 01 030307";
    let raw = bytes(segment);
    let mut decoded = Decoded::default();
    decode(LinkType::RawIp, &raw, &mut decoded);
    let TransportHeader::Tcp(tcp) = &decoded.packets[0].transport else {
        panic!("no TCP");
    };
    assert_eq!(
        (tcp.mss, tcp.window_scale, tcp.timestamp),
        (Some(1460), Some(7), Some((1, 2)))
    );
    assert!(
        tcp.sack_permitted
            && tcp.has(tcp_flags::SYN | tcp_flags::ACK)
            && !decoded.packets[0].checksum_ok()
            && !decoded.packets[0].checksum_is_unfinished()
    );
    // The sum of addresses, protocol and length alone, as a card gets it.
    let unfinished = bytes(&segment.replace("0abc0000", "0abc6cbe"));
    let mut decoded = Decoded::default();
    decode(LinkType::RawIp, &unfinished, &mut decoded);
    assert!(!decoded.packets[0].checksum_ok() && decoded.packets[0].checksum_is_unfinished());
}

proptest! {
    /// No bytes of any link type make the decoder panic or hold more than its limit.
    #[test]
    fn any_bytes_are_survived(link in 0_u32..300, frame in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut decoded = Decoded::default();
        decode(LinkType::from_number(link), &frame, &mut decoded);
        prop_assert!(!decoded.packets.is_empty());
    }

    /// A valid frame with bytes changed or cut is survived as well.
    #[test]
    fn broken_frames_are_survived(at in 0_usize..80, value: u8, cut in 0_usize..80) {
        let mut frame = bytes(&format!("{MACS} 8100 0064 0800 {UDP4}"));
        let len = frame.len();
        frame[at % len] = value;
        frame.truncate(cut % (len + 1));
        let mut decoded = Decoded::default();
        decode(LinkType::Ethernet, &frame, &mut decoded);
        prop_assert!(!decoded.packets.is_empty());
    }
}
