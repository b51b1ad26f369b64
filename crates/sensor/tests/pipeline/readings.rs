//! Where copies of the same bytes differ, signatures see both readings.

use crate::build::{fragments, lines_of, tcp, udp};
use sensor::Settings;
use std::collections::BTreeSet;

const CLIENT: ([u8; 4], u16) = ([192, 168, 1, 10], 40_000);
const SERVER: ([u8; 4], u16) = ([192, 168, 1, 20], 80);
const SYN: u8 = 2;
const ACK: u8 = 0x10;

const RULES: &str = r#"
alert http any any -> any any (msg:"path"; flow:established,to_server; http.uri; content:"/wicked"; sid:1;)
alert tcp any any -> any any (msg:"stream"; flow:established,to_server; content:"GET /wicked HTTP"; sid:2;)
alert http any any -> any any (msg:"the other path"; http.uri; content:"/normal"; sid:3;)
alert udp any any -> any any (msg:"datagram"; content:"a wicked and long"; sid:4;)
alert udp any any -> any any (msg:"the other datagram"; content:"a normal and long"; sid:5;)
alert tcp any any -> any any (msg:"contradiction"; stream-event:reassembly_overlap_different_data; sid:6;)
"#;

fn sids(frames: &[Vec<u8>]) -> BTreeSet<u64> {
    let lines = lines_of(RULES, Settings::default(), frames);
    lines.sids().into_iter().filter(|sid| *sid < 100).collect()
}

/// A request in these pieces, each with its place in the stream.
fn request(pieces: &[(u32, &str)]) -> Vec<Vec<u8>> {
    let mut frames = vec![
        tcp(CLIENT, SERVER, (100, 0), SYN, b""),
        tcp(SERVER, CLIENT, (500, 101), SYN | ACK, b""),
        tcp(CLIENT, SERVER, (101, 501), ACK, b""),
    ];
    for (place, piece) in pieces {
        frames.push(tcp(
            CLIENT,
            SERVER,
            (101 + place, 501),
            ACK,
            piece.as_bytes(),
        ));
    }
    frames.push(tcp(SERVER, CLIENT, (501, 160), ACK, b""));
    frames
}

#[test]
fn a_request_is_read_in_both_ways_whichever_came_first() {
    let rest = " HTTP/1.1\r\nHost: a.example\r\n\r\n";
    let cases: [&[(u32, &str)]; 5] = [
        // Each after the other; delivered, or still waiting for what is before it.
        &[
            (0, "GET /nor"),
            (8, "mal"),
            (11, rest),
            (5, "wic"),
            (8, "ked"),
        ],
        &[
            (0, "GET /wic"),
            (8, "ked"),
            (11, rest),
            (5, "nor"),
            (8, "mal"),
        ],
        &[
            (11, rest),
            (5, "normal"),
            (5, "wic"),
            (8, "ked"),
            (0, "GET /"),
        ],
        &[
            (11, rest),
            (5, "wicked"),
            (5, "nor"),
            (8, "mal"),
            (0, "GET /"),
        ],
        // The later copy lies around the first.
        &[
            (6, "orma"),
            (5, "wicked HTTP"),
            (16, &rest[5..]),
            (0, "GET /"),
            (5, "n"),
            (10, "l"),
        ],
    ];
    for pieces in cases {
        let found = sids(&request(pieces));
        assert!(found.contains(&6), "{pieces:?}: {found:?}");
        assert!(
            found.is_superset(&BTreeSet::from([1, 2])),
            "{pieces:?}: {found:?}"
        );
    }
    let honest = sids(&request(&[
        (0, "GET /nor"),
        (8, "mal"),
        (8, "mal"),
        (11, rest),
    ]));
    assert_eq!(honest, BTreeSet::from([3]));
}

#[test]
fn fragments_are_read_in_both_ways() {
    let whole = |word: &str| {
        let words = format!("{word} and long enough to be cut into two pieces of some length");
        fragments(&udp(CLIENT, SERVER, 7, words.as_bytes()), 7)
    };
    let (normal, wicked) = (whole("a normal"), whole("a wicked"));
    let frames = [normal[0].clone(), wicked[0].clone(), normal[1].clone()];
    assert_eq!(sids(&frames), BTreeSet::from([4, 5]));
}
