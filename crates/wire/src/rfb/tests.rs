use super::fields::RFB;
use crate::limits::RFB_EARLY_BYTES_MAX;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{check_pieces, split, whole};
use proptest::prelude::*;

const INIT: &[u8] =
    b"\x05\x00\x03\x20\x20\x18\x00\x01\x00\xff\x00\xff\x00\xff\x10\x08\x00\x00\x00\x00\x00\x00\x00\x04desk";

#[test]
fn a_handshake_is_told_whatever_the_version() {
    let challenge = [0x11; 16];
    let feeds = [
        (ToClient, &b"RFB 003.008\n"[..]),
        (ToServer, b"RFB 003.008\n"),
        (ToClient, b"\x01\x02"),
        (ToServer, b"\x02"),
        (ToClient, &challenge),
        (ToServer, &challenge),
        (ToClient, b"\0\0\0\0"),
        (ToServer, b"\x01"),
        (ToClient, INIT),
        (ToClient, b"pictures follow"),
    ];
    let found = whole(&RFB, &feeds);
    assert_eq!(
        found.events(),
        [
            "rfb 0: server_protocol_version={ major=003 minor=008 ] client_protocol_version={ major=003 minor=008 ] authentication={ security_type=2 vnc={ challenge=11111111111111111111111111111111 response=11111111111111111111111111111111 ] security_result=OK ] screen_shared=true framebuffer={ width=1280 height=800 name=desk pixel_format={ bits_per_pixel=32 depth=24 big_endian=false true_color=true red_max=255 green_max=255 blue_max=255 red_shift=16 green_shift=8 blue_shift=0 ] ]"
        ]
    );
    assert_eq!(found.buffer("rfb.name"), ["desk"]);
    assert_eq!(found.buffer("rfb.sectype"), ["2"]);
    assert_eq!(found.buffer("rfb.secresult"), ["0"]);
    check_pieces(&RFB, &feeds);

    let old = [
        (ToClient, &b"RFB 003.003\n"[..]),
        (ToServer, b"RFB 003.003\n"),
        (ToClient, b"\0\0\0\x01"),
        (ToServer, b"\0"),
        (ToClient, INIT),
    ];
    let found = whole(&RFB, &old);
    assert_eq!(found.buffer("rfb.name"), ["desk"]);
    check_pieces(&RFB, &old);
}

#[test]
fn a_side_in_a_hurry_may_say_all_at_once() {
    let challenge = [0x11; 16];
    let client = [b"\x02", &challenge[..], b"\x01"].concat();
    let pictures = [7; RFB_EARLY_BYTES_MAX];
    let server = [b"\x01\x02", &challenge[..], b"\0\0\0\0", INIT, &pictures].concat();
    let versions = [
        (ToServer, &b"RFB 003.008\n"[..]),
        (ToClient, b"RFB 003.008\n"),
    ];
    let [first, second] = [(ToServer, &*client), (ToClient, &*server)];
    let feeds = [versions[0], versions[1], first, second];
    let found = whole(&RFB, &feeds);
    assert_eq!(found.buffer("rfb.name"), ["desk"]);
    check_pieces(&RFB, &feeds);
    // Pictures before the client asked for any are too much.
    let feeds = [versions[0], versions[1], second, first];
    let found = whole(&RFB, &feeds);
    assert_eq!(found.anomalies(), ["malformed_message"]);
    check_pieces(&RFB, &feeds);
}

#[test]
fn refusals_and_unknown_kinds_end_it() {
    let start = [
        (ToClient, &b"RFB 003.008\n"[..]),
        (ToServer, b"RFB 003.008\n"),
    ];
    type Case<'a> = (&'a [u8], &'a [u8], &'a [u8], &'a [&'a str], &'a str);
    let cases: &[Case<'_>] = &[
        (b"\0\0\0\0\x02no", b"", b"", &[], "fail_reason=no"),
        (
            b"\x01\x13",
            b"\x13",
            b"",
            &["unimplemented_security_type"],
            "security_type=19",
        ),
        (
            b"\x01\x01",
            b"\x01",
            b"\0\0\0\x09",
            &["unknown_security_result"],
            "UNKNOWN (9)",
        ),
        (
            b"\x01\x01",
            b"\x01",
            b"\0\0\0\x01\0\0\0\x03bad",
            &[],
            "FAIL fail_reason=bad",
        ),
    ];
    for (server, client, then, anomalies, says) in cases {
        let mut feeds = start.to_vec();
        feeds.extend([(ToClient, *server), (ToServer, *client), (ToClient, *then)]);
        let found = whole(&RFB, &feeds);
        assert_eq!(found.anomalies(), *anomalies);
        assert!(found.events()[0].contains(says), "{:?}", found.events());
        check_pieces(&RFB, &feeds);
    }
}

#[test]
fn beginnings_tell_the_protocol() {
    assert_eq!((RFB.probe)(ToClient, b"RFB 003.889\n"), Probe::Yes);
    assert_eq!((RFB.probe)(ToClient, b"RF"), Probe::Unsure);
    assert_eq!((RFB.probe)(ToClient, b"RFB is fun\r\n"), Probe::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), piece in 1usize..20) {
        let feeds = [(ToClient, &b"RFB 003.008\n"[..]), (ToServer, b"RFB 003.008\n"), (ToClient, &bytes), (ToServer, &bytes)];
        split(&RFB, &feeds, piece);
    }
}
