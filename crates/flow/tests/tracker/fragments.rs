use crate::build::{Ends, ends, ipv4, ipv6, udp_datagram};
use crate::watch::Watch;
use flow::Settings;
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const V4: (Ipv4Addr, Ipv4Addr) = (Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(192, 0, 2, 80));
const V6: (Ipv6Addr, Ipv6Addr) = (
    Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 1),
    Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 2),
);

fn fragment4(offset: usize, more: bool, payload: &[u8]) -> Vec<u8> {
    let field = (offset / 8) as u16 | if more { 0x2000 } else { 0 };
    ipv4(V4.0, V4.1, 17, 99, field, payload)
}

fn fragment6(offset: usize, more: bool, payload: &[u8]) -> Vec<u8> {
    let mut header = vec![17, 0];
    header.extend((offset as u16 | u16::from(more)).to_be_bytes());
    header.extend(99u32.to_be_bytes());
    header.extend(payload);
    ipv6(V6.0, V6.1, 44, &header)
}

proptest! {
    #[test]
    fn fragments_in_any_order_give_the_datagram(
        length in 20usize..4000,
        cuts in prop::collection::vec(1usize..60, 1..8),
        order in any::<prop::sample::Index>(),
        seed: u64,
        version_6: bool,
    ) {
        let payload: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
        let between = if version_6 {
            Ends { from: (IpAddr::V6(V6.0), 1111), to: (IpAddr::V6(V6.1), 2222) }
        } else {
            ends(1111, 2222)
        };
        let datagram = udp_datagram(between, &payload);
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut * 8 % datagram.len() / 8 * 8).collect();
        places.extend([0, datagram.len()]);
        places.sort_unstable();
        places.dedup();
        let mut frames: Vec<Vec<u8>> = places.windows(2).map(|pair| {
            let more = pair[1] < datagram.len();
            let piece = &datagram[pair[0]..pair[1]];
            if version_6 { fragment6(pair[0], more, piece) } else { fragment4(pair[0], more, piece) }
        }).collect();
        // A whole datagram is none to put together.
        prop_assume!(frames.len() > 1);
        // A copy of one of them, anywhere.
        frames.push(frames[order.index(frames.len())].clone());
        let mut state = seed;
        for at in (1..frames.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            frames.swap(at, (state >> 33) as usize % (at + 1));
        }
        let mut watch = Watch::new(Settings::default());
        for frame in &frames {
            watch.see(frame);
        }
        prop_assert!(watch.notes.reassembled == [payload]);
        let statistics = watch.tracker.statistics();
        prop_assert!(statistics.decode_anomalies.is_empty());
        prop_assert_eq!(statistics.datagrams_reassembled, 1);
    }
}

#[test]
fn where_fragments_overlap_it_is_told_and_both_readings_are_shown() {
    let mut watch = Watch::new(Settings::default());
    let mut datagram = udp_datagram(ends(1, 2), b"0123456789abcdef01234567");
    datagram[6..8].fill(0);
    watch.see(&fragment4(0, true, &datagram[..16]));
    watch.see(&fragment4(8, true, b"other bytes here"));
    watch.see(&fragment4(24, false, &datagram[24..]));
    let expected: Vec<u8> = [b"01234567tes here".as_slice(), &datagram[24..]].concat();
    let other: Vec<u8> = [b"other bytes here".as_slice(), &datagram[24..]].concat();
    assert_eq!(watch.notes.reassembled, [expected, other]);
    let anomaly = watch.events("anomaly")[0];
    assert_eq!(anomaly["anomaly"]["event"], "decoder.ipv4.frag_overlap");
    assert_eq!(anomaly["anomaly"]["type"], "decode");
}

#[test]
fn a_datagram_longer_than_datagrams_can_be_is_refused() {
    let mut watch = Watch::new(Settings::default());
    watch.see(&fragment4(65_528, false, &[0; 100]));
    let anomaly = watch.events("anomaly")[0];
    assert_eq!(
        anomaly["anomaly"]["event"],
        "decoder.ipv4.frag_pkt_too_large"
    );
}

#[test]
fn fragments_do_not_wait_for_ever() {
    let mut watch = Watch::new(Settings::default());
    watch.see(&fragment4(0, true, &[0; 1000]));
    assert!(watch.tracker.statistics().memory_bytes >= 1000);
    watch.wait(61);
    let statistics = watch.tracker.statistics();
    assert_eq!(statistics.datagrams_timed_out, 1);
    assert_eq!(statistics.memory_bytes, 0);
}

#[test]
fn fragments_of_many_datagrams_stay_within_their_limits() {
    let mut watch = Watch::new(Settings::default());
    for id in 0..20_000u16 {
        watch.see(&ipv4(V4.0, V4.1, 17, id, 0x2000, &[0; 8]));
    }
    let statistics = watch.tracker.statistics();
    assert!(statistics.fragment_limit_drops > 0);
    watch.wait(1);
    assert_eq!(watch.events("limit")[0]["limit"]["name"], "fragments");
}
