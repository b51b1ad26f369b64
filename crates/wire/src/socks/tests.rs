use super::fields::SOCKS;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{Feed, check_pieces, split, whole};
use proptest::prelude::*;

const FIVE: [Feed<'static>; 6] = [
    (ToServer, b"\x05\x02\x00\x02"),
    (ToClient, b"\x05\x02"),
    (ToServer, b"\x01\x03ann\x03pwd"),
    (ToClient, b"\x01\x00"),
    (ToServer, b"\x05\x01\x00\x03\x0bexample.org\x00\x50"),
    (ToClient, b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"),
];

#[test]
fn the_way_through_is_told_and_the_conversation_goes_on() {
    let found = whole(&SOCKS, &FIVE);
    assert_eq!(
        found.events(),
        ["socks 0: version=5 user=ann command=connect host=example.org port=80 result=0"]
    );
    assert_eq!(found.with("change "), ["?< "]);
    check_pieces(&SOCKS, &FIVE);
    let four: [Feed<'_>; 2] = [
        (
            ToServer,
            b"\x04\x01\x00\x50\x00\x00\x00\x07ann\0example.org\0",
        ),
        (ToClient, b"\x00\x5a\x00\x50\xc0\x00\x02\x01"),
    ];
    assert_eq!(
        whole(&SOCKS, &four).events(),
        ["socks 0: version=4 user=ann command=connect host=example.org port=80 result=90"]
    );
    check_pieces(&SOCKS, &four);
}

#[test]
fn a_side_in_a_hurry_may_say_all_at_once() {
    let said = |way| {
        let of_way = FIVE.iter().filter(|(direction, _)| *direction == way);
        of_way
            .flat_map(|(_, bytes)| bytes.to_vec())
            .collect::<Vec<_>>()
    };
    let (client, server) = (said(ToServer), said(ToClient));
    for feeds in [
        [(ToServer, &*client), (ToClient, &*server)],
        [(ToClient, &*server), (ToServer, &*client)],
    ] {
        let found = whole(&SOCKS, &feeds);
        assert!(found.events()[0].ends_with("result=0"));
        check_pieces(&SOCKS, &feeds);
    }
    // Neither side's bytes for whoever is behind the proxy are lost.
    let (client, server) = (
        [client, b"hello".to_vec()].concat(),
        [server, b"220 hi".to_vec()].concat(),
    );
    let found = whole(&SOCKS, &[(ToServer, &*client), (ToClient, &*server)]);
    assert_eq!(found.with("change "), ["?> hello", "?< 220 hi"]);
}

#[test]
fn refusals_end_it() {
    let mut refused = FIVE.to_vec();
    refused.truncate(5);
    refused.push((ToClient, b"\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"));
    let found = whole(&SOCKS, &refused);
    assert!(found.events()[0].ends_with("result=2"));
    assert!(found.with("change ").is_empty());
    let odd = whole(
        &SOCKS,
        &[(ToServer, b"\x05\x01\x00"), (ToClient, b"HTTP/1.1")],
    );
    assert_eq!(odd.anomalies(), ["malformed_data"]);
}

#[test]
fn beginnings_tell_the_protocol() {
    let cases: &[(&[u8], Probe)] = &[
        (b"\x05\x01\x00", Probe::Yes),
        (b"\x05\x02\x00", Probe::Unsure),
        (b"\x05\x00\x0b\x03", Probe::No),
        (b"\x05\x01\x00\x00", Probe::No),
        (b"\x04\x01\x00\x50\xc0\x00\x02\x01\0", Probe::Yes),
        (b"\x04\x03\x00", Probe::No),
        (b"GET / HTTP/1.1", Probe::No),
    ];
    for (bytes, expected) in cases {
        assert_eq!((SOCKS.probe)(ToServer, bytes), *expected, "{bytes:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..100), kept in 0usize..6, piece in 1usize..20) {
        let mut feeds = FIVE[..kept].to_vec();
        feeds.extend([(ToServer, &*bytes), (ToClient, &bytes)]);
        split(&SOCKS, &feeds, piece);
    }
}
