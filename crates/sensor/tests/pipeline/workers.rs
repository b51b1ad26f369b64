//! What comes out does not depend on the number of workers, wherever the packets of a flow travel.

use crate::build::{Lines, batch, fragments, vxlan};
use drill::{Attack, Disorder, Plan};
use sensor::{Detectors, Pipeline, Settings};
use std::sync::Arc;
use std::time::Duration;

const FRAMES_PER_BATCH: usize = 500;

fn run(frames: &[(i64, Vec<u8>)], workers: usize) -> Lines {
    let settings = Settings {
        workers,
        ..Settings::default()
    };
    let detectors = Arc::new(Detectors::load(&settings).unwrap());
    let mut pipeline = Pipeline::new(&settings, &detectors);
    let mut lines = Lines::default();
    for frames in frames.chunks(FRAMES_PER_BATCH) {
        pipeline.take(batch(frames), &mut lines).unwrap();
    }
    pipeline.finish(&mut lines).unwrap();
    lines
}

fn drill() -> Vec<(i64, Vec<u8>)> {
    let plan = Plan {
        seed: 5,
        hosts: 4,
        duration: Duration::from_secs(60),
        disorder: Disorder::NONE,
        ..Plan::default()
    };
    let attacks = [Attack::DriveBy, Attack::Tor, Attack::LateralMovement];
    let packets = plan.with_attacks(attacks).packets();
    packets
        .map(|packet| (packet.time_nanos, packet.bytes))
        .collect()
}

/// Every third packet takes a tunnel of its own, every seventh is cut up, inside the tunnel or outside of it.
fn on_many_ways(frames: &[(i64, Vec<u8>)]) -> Vec<(i64, Vec<u8>)> {
    let mut sent = Vec::new();
    for (number, (time, frame)) in frames.iter().enumerate() {
        let id = number as u16;
        let ends = (
            [172, 30, 0, (number % 11) as u8],
            [172, 31, 0, (number % 7) as u8],
        );
        let tunnel = |frame: &[u8]| vxlan(ends.0, ends.1, id, frame);
        let mut pieces = match number % 21 {
            0 => fragments(frame, id),
            7 => fragments(frame, id)
                .iter()
                .map(|piece| tunnel(piece))
                .collect(),
            9 | 14 => fragments(&tunnel(frame), id),
            _ if number % 3 == 0 => vec![tunnel(frame)],
            _ => vec![frame.clone()],
        };
        if number % 2 == 0 {
            pieces.reverse();
        }
        sent.extend(pieces.into_iter().map(|piece| (*time, piece)));
    }
    sent
}

#[test]
fn tunnels_and_fragments_meet_the_flow_that_they_belong_to() {
    let plain = drill();
    let frames = on_many_ways(&plain);
    let alone = run(&frames, 1);
    let straight = run(&plain, 1);
    for kind in ["http", "tls", "dns", "alert", "smb"] {
        assert!(!straight.of_kind(kind).is_empty(), "{kind}");
        assert_eq!(
            alone.of_kind(kind).len(),
            straight.of_kind(kind).len(),
            "{kind}"
        );
    }
    for workers in [2, 3, 8] {
        let together = run(&frames, workers);
        let mut both = alone.events.iter().zip(&together.events);
        let different = both.find(|(one, other)| one != other);
        assert_eq!(different, None, "{workers} workers");
        assert_eq!(alone.events.len(), together.events.len());
        assert!(alone.incidents == together.incidents, "{workers} workers");
    }
}

/// A second in which each worker meets more anomalies than may be told.
#[test]
fn limits_count_for_all_workers_together() {
    let frames: Vec<(i64, Vec<u8>)> = (0..4000_i64)
        .map(|number| {
            let to = [10, 0, (number % 13) as u8, (number % 17) as u8];
            let mut frame = crate::build::udp(([10, 1, 0, 1], 9), (to, 9), 1, b"x");
            frame.truncate(30);
            (number * 1_000_000, frame)
        })
        .collect();
    let alone = run(&frames, 1);
    assert!(!alone.of_kind("anomaly").is_empty());
    for workers in [2, 8] {
        assert!(
            alone.events == run(&frames, workers).events,
            "{workers} workers"
        );
    }
}

/// Damaged, cut, doubled, out of time: whatever comes, it is the same for all.
#[test]
fn hostile_frames_are_the_same_for_any_number_of_workers() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut chance = |of: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % of
    };
    let mut frames = Vec::new();
    for (mut time, mut frame) in on_many_ways(&drill()) {
        if chance(8) == 0 {
            for _ in 0..=chance(4) {
                let place = chance(frame.len());
                frame[place] ^= 1 << chance(8);
            }
        }
        if chance(20) == 0 {
            let kept = chance(frame.len()) + 1;
            frame.truncate(kept);
        }
        if chance(10) == 0 {
            time -= chance(90) as i64 * 1_000_000_000;
        }
        if chance(300) == 0 {
            time += 40_000_000_000;
        }
        if chance(30) == 0 {
            frames.push((time, frame.clone()));
        }
        frames.push((time, frame));
        let last = frames.len() - 1;
        if chance(15) == 0 {
            frames.swap(last, last - chance(last.clamp(1, 20)));
        }
    }
    let alone = run(&frames, 1);
    assert!(alone.of_kind("anomaly").len() > 100);
    for workers in [2, 5] {
        let together = run(&frames, workers);
        let mut both = alone.events.iter().zip(&together.events);
        let different = both.find(|(one, other)| one != other);
        assert_eq!(different, None, "{workers} workers");
        assert_eq!(alone.events.len(), together.events.len());
        assert!(alone.incidents == together.incidents, "{workers} workers");
    }
}
