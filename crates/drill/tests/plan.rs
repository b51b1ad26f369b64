//! Laws of every plan: same bytes for the same seed, order of time, whole truth, bounded memory.

use drill::{Attack, Disorder, Network, Packet, Plan};
use proptest::prelude::*;
use std::time::Duration;

fn everything(seed: u64) -> Plan {
    Plan {
        seed,
        duration: Duration::from_secs(40),
        hosts: 5,
        ..Plan::default()
    }
    .with_attacks(Attack::ALL)
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let plan = everything(5);
    assert!(plan.packets().eq(plan.packets()));
    let other: Vec<Packet> = everything(6).packets().take(500).collect();
    assert_ne!(plan.packets().take(500).collect::<Vec<_>>(), other);
}

#[test]
fn time_never_runs_backwards() {
    let plan = everything(7);
    let mut last = plan.start_nanos;
    for packet in plan.packets() {
        assert!(packet.time_nanos >= last);
        last = packet.time_nanos;
    }
    assert!(last > plan.start_nanos + 30_000_000_000);
}

#[test]
fn every_attack_has_its_truth_inside_the_stream() {
    let plan = everything(8);
    let truths = plan.truths();
    assert_eq!(
        truths.iter().map(|truth| truth.attack).collect::<Vec<_>>(),
        Attack::ALL
    );
    let times: Vec<i64> = plan.packets().map(|packet| packet.time_nanos).collect();
    for truth in truths {
        assert!(truth.first_nanos < truth.last_nanos, "{truth:?}");
        assert!(times.binary_search(&truth.first_nanos).is_ok(), "{truth:?}");
        assert!(times.binary_search(&truth.last_nanos).is_ok(), "{truth:?}");
        let outside_table = [Attack::Lure, Attack::WebShell, Attack::Mining];
        assert_eq!(
            truth.communications.is_empty(),
            outside_table.contains(&truth.attack)
        );
        assert!(!truth.peers.is_empty());
    }
}

#[test]
fn memory_does_not_grow_with_the_duration() {
    let plan = Plan {
        hosts: 4,
        duration: Duration::from_secs(1_800),
        ..Plan::default()
    };
    let mut packets = plan.packets();
    let mut most = 0;
    while packets.next().is_some() {
        most = most.max(packets.held());
    }
    assert!(most < 3_000, "{most} packets held");
}

#[test]
fn names_of_attacks_are_read_back() {
    for attack in Attack::ALL {
        assert_eq!(attack.key().parse(), Ok(attack));
    }
    assert!("nothing".parse::<Attack>().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn any_plan_gives_frames_with_right_lengths(
        seed: u64,
        seconds in 1_u64..40,
        hosts in 0_usize..40,
        vlan in proptest::option::of(0_u16..4095),
        prefix in 20_u8..27,
        loss in 0.0..0.3_f64,
        swap in 0.0..0.3_f64,
    ) {
        let plan = Plan {
            seed,
            hosts,
            vlan,
            duration: Duration::from_secs(seconds),
            home: Network::new("10.20.0.0".parse().unwrap(), prefix),
            disorder: Disorder { loss, swap },
            ..Plan::default()
        }
        .with_attacks(Attack::ALL);
        for packet in plan.packets().take(6_000) {
            check(&packet.bytes, vlan);
        }
    }
}

/// Follows the lengths of the headers to the end of the frame.
fn check(frame: &[u8], vlan: Option<u16>) {
    let mut at = 12;
    if let Some(vlan) = vlan {
        assert_eq!(frame[12..14], [0x81, 0x00]);
        assert_eq!(u16::from_be_bytes([frame[14], frame[15]]), vlan);
        at = 16;
    }
    assert!(frame.len() >= 60 && frame.len() <= 1514 + at - 12);
    let network = &frame[at + 2..];
    match [frame[at], frame[at + 1]] {
        [0x08, 0x06] => assert_eq!(network[..6], [0, 1, 8, 0, 6, 4]),
        [0x08, 0x00] => {
            assert_eq!(network[0], 0x45);
            let length = usize::from(u16::from_be_bytes([network[2], network[3]]));
            assert!(length == network.len() || (length < network.len() && frame.len() <= 64));
            check_transport(network[9], &network[20..length]);
        }
        [0x86, 0xdd] => {
            let length = usize::from(u16::from_be_bytes([network[4], network[5]]));
            check_transport(network[6], &network[40..40 + length]);
        }
        kind => panic!("ethertype {kind:?}"),
    }
}

fn check_transport(protocol: u8, bytes: &[u8]) {
    match protocol {
        6 => assert!(usize::from(bytes[12] >> 4) * 4 <= bytes.len()),
        17 => assert_eq!(
            usize::from(u16::from_be_bytes([bytes[4], bytes[5]])),
            bytes.len()
        ),
        1 | 58 => assert!(bytes.len() >= 8),
        other => panic!("protocol {other}"),
    }
}
