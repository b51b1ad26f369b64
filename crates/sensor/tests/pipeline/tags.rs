//! Rules with `tag`: which packets are told after a match.

use crate::build::{Lines, batch, udp};
use sensor::{Detectors, Pipeline, Settings, Summary};
use std::sync::Arc;

const CLIENT: ([u8; 4], u16) = ([10, 0, 0, 1], 4000);
const SERVER: ([u8; 4], u16) = ([203, 0, 113, 5], 9999);
const OTHER: ([u8; 4], u16) = ([203, 0, 113, 9], 8888);

/// Each half second the client asks, the server answers, and the client asks somebody else. The second question has
/// the word that rules look for: it is packet 4.
fn frames(rounds: i64) -> Vec<(i64, Vec<u8>)> {
    let mut frames = Vec::new();
    for round in 0..rounds {
        let time = 1_700_000_000_000_000_000 + round * 500_000_000;
        let asked: &[u8] = if round == 1 { b"MARKER" } else { b"hello" };
        let id = round as u16;
        frames.push((time, udp(CLIENT, SERVER, id, asked)));
        frames.push((time + 100_000_000, udp(SERVER, CLIENT, id, b"answer")));
        frames.push((time + 200_000_000, udp(CLIENT, OTHER, id, b"other")));
    }
    frames
}

fn run(rules: &str, frames: &[(i64, Vec<u8>)], workers: usize) -> (Lines, Summary) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.rules");
    std::fs::write(&path, rules).unwrap();
    let settings = Settings {
        workers,
        rules: vec![path],
        own_rules: false,
        ..Settings::default()
    };
    let detectors = Arc::new(Detectors::load(&settings).unwrap());
    let mut pipeline = Pipeline::new(&settings, &detectors);
    let mut lines = Lines::default();
    // Matches and the packets that follow stand in one batch and in several.
    for frames in frames.chunks(7) {
        pipeline.take(batch(frames), &mut lines).unwrap();
    }
    let summary = pipeline.finish(&mut lines).unwrap();
    (lines, summary)
}

fn numbers(lines: &Lines) -> Vec<u64> {
    let packets = lines.of_kind("packet").into_iter();
    packets
        .map(|event| event["pcap_cnt"].as_u64().unwrap())
        .collect()
}

/// As Suricata 7 does it: the packet of the match counts and is not told, seconds are whole ones, bytes are those of
/// frames. A rule that matches again begins anew; what a limit keeps quiet counts as a match, what a detection filter
/// does not let through is none.
#[test]
fn the_packets_that_follow_are_told() {
    let cases: &[(&str, &[u64])] = &[
        ("content:\"MARKER\"; tag:session,3,packets;", &[5, 7]),
        ("content:\"MARKER\"; tag:session,1,packets;", &[]),
        (
            "content:\"MARKER\"; noalert; tag:session,3,packets;",
            &[5, 7],
        ),
        ("content:\"MARKER\"; tag:host,5,packets,src;", &[5, 6, 7, 8]),
        (
            "content:\"MARKER\"; tag:host,5,packets,dst;",
            &[5, 7, 8, 10],
        ),
        ("content:\"MARKER\"; tag:session,100,bytes;", &[5]),
        (
            "content:\"MARKER\"; tag:session,2,seconds;",
            &[5, 7, 8, 10, 11, 13, 14, 16, 17],
        ),
        (
            "content:\"hello\"; threshold:type limit, track by_src, count 1, seconds 60; tag:session,3,packets;",
            &[
                2, 4, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22, 23, 25, 26, 28, 29,
            ],
        ),
        (
            "content:\"hello\"; detection_filter:track by_src, count 8, seconds 60; tag:session,3,packets;",
            &[29],
        ),
    ];
    for (options, wanted) in cases {
        let rule = format!("alert udp any any -> any 9999 (msg:\"x\"; {options} sid:1;)");
        let (alone, summary) = run(&rule, &frames(10), 1);
        assert_eq!(numbers(&alone), *wanted, "{options}");
        assert_eq!(summary.tags.packets, wanted.len() as u64, "{options}");
        let (together, _) = run(&rule, &frames(10), 3);
        assert!(alone.events == together.events, "{options}");
    }
}

#[test]
fn a_packet_is_told_whole_with_its_flow() {
    let rule = "alert udp any any -> any 9999 (content:\"MARKER\"; tag:session,2,packets; sid:1;)";
    let (lines, _) = run(rule, &frames(4), 1);
    let (alert, packet) = (lines.of_kind("alert")[0], lines.of_kind("packet")[0]);
    assert_eq!(packet["flow_id"], alert["flow_id"]);
    assert_eq!(packet["src_ip"], "203.0.113.5");
    assert_eq!(packet["dest_port"], 4000);
    assert_eq!(packet["packet_info"]["linktype"], 1);
    let bytes = &frames(4)[4].1;
    assert_eq!(packet["packet"], event::base64(bytes));
}

/// Nobody can have more packets told of than the limits say, and of too many tags the oldest go.
#[test]
fn tags_are_bounded() {
    let rule = "alert udp any any -> any 9999 (content:\"MARKER\"; tag:session,4000000000,packets; sid:1;)";
    let (lines, _) = run(rule, &frames(400), 1);
    assert_eq!(numbers(&lines).len(), 255);

    let many: Vec<(i64, Vec<u8>)> = (0..5_000_i64)
        .map(|number| {
            let client = ([10, 1, (number >> 8) as u8, number as u8], 4000);
            let time = 1_700_000_000_000_000_000 + number * 1_000_000;
            (time, udp(client, SERVER, 1, b"MARKER"))
        })
        .collect();
    let rule = "alert udp any any -> any 9999 (content:\"MARKER\"; tag:session,60,seconds; sid:1;)";
    let (_, summary) = run(rule, &many, 1);
    assert_eq!(summary.tags.forgotten, 5_000 - 4_096);
}
