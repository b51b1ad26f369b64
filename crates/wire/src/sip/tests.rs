use super::fields::{TCP, UDP};
use crate::limits::SIP_HEAD_BYTES_MAX;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{check_pieces, split, whole};
use proptest::prelude::*;

const INVITE: &[u8] = b"INVITE sip:bob@example.net SIP/2.0\r\nv: SIP/2.0/UDP 192.0.2.1\r\nVia: SIP/2.0/TCP 192.0.2.9\r\nf: <sip:ann@example.net>\r\nt:\r\n <sip:bob@example.net>\r\nc: application/sdp; x=1\r\nl: 56\r\n\r\nv=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nm=audio 9 RTP/AVP 0\r\n";
const OK: &[u8] = b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1\r\nContent-Length: 0\r\n\r\n";

#[test]
fn requests_and_responses_are_told_with_their_media() {
    let feeds = [(ToServer, INVITE), (ToClient, OK)];
    let events = [
        "sip 0: method=INVITE uri=sip:bob@example.net version=SIP/2.0 request_line=INVITE sip:bob@example.net SIP/2.0 sdp={ origin=a 1 1 IN IP4 192.0.2.1 session_name=- media_descriptions=[ { media=audio 9 RTP/AVP 0 ] ] ]",
        "sip 1: version=SIP/2.0 code=200 reason=OK response_line=SIP/2.0 200 OK",
    ];
    assert_eq!(whole(&UDP, &feeds).events(), events);
    assert_eq!(whole(&TCP, &feeds).events(), events);
    check_pieces(&TCP, &feeds);
}

#[test]
fn headers_have_their_long_names_and_all_their_values() {
    let found = whole(&UDP, &[(ToServer, INVITE), (ToClient, OK)]);
    let cases: &[(&str, &[&str])] = &[
        ("sip.method", &["INVITE"]),
        ("sip.stat_code", &["200"]),
        ("sip.protocol", &["SIP/2.0", "SIP/2.0"]),
        (
            "sip.via",
            &[
                "SIP/2.0/UDP 192.0.2.1",
                "SIP/2.0/TCP 192.0.2.9",
                "SIP/2.0/UDP 192.0.2.1",
            ],
        ),
        ("sip.to", &["<sip:bob@example.net>"]),
        ("sip.content_length", &["56", "0"]),
        ("sdp.media.media", &["audio 9 RTP/AVP 0"]),
        ("sdp.session_name", &["-"]),
    ];
    for (name, values) in cases {
        assert_eq!(found.buffer(name), *values, "{name}");
    }
}

#[test]
fn a_stream_goes_on_after_bodies_and_empty_lines() {
    let mut stream = INVITE.to_vec();
    stream.extend(b"\r\n\r\n");
    stream.extend(b"MESSAGE sip:a SIP/2.0\r\nContent-Length: 70000\r\n\r\n");
    stream.extend(vec![b'x'; 70_000]);
    stream.extend(b"BYE sip:a SIP/2.0\r\n\r\n");
    let found = whole(&TCP, &[(ToServer, &stream)]);
    assert_eq!(found.buffer("sip.method"), ["INVITE", "MESSAGE", "BYE"]);
    assert!(found.anomalies().is_empty());
}

#[test]
fn what_is_odd_is_said() {
    let long = [
        b"BYE sip:a SIP/2.0\r\nX: ".as_slice(),
        &[b'y'; SIP_HEAD_BYTES_MAX],
    ]
    .concat();
    let cases: &[(&[u8], &[&str])] = &[
        (b"BYE sip:a SIP/2.0\r\nVia: x\r\n", &["incomplete_data"]),
        (b"BYE sip:a HTTP/1.1\r\n\r\n", &["invalid_data"]),
        (b"\r\n\r\n", &[]),
        (&long, &["invalid_data"]),
    ];
    for (bytes, anomalies) in cases {
        assert_eq!(whole(&UDP, &[(ToServer, bytes)]).anomalies(), *anomalies);
        assert_eq!(whole(&TCP, &[(ToServer, bytes)]).anomalies(), *anomalies);
        check_pieces(&TCP, &[(ToServer, bytes)]);
    }
}

#[test]
fn beginnings_tell_the_protocol() {
    let cases: &[(&[u8], Probe)] = &[
        (INVITE, Probe::Yes),
        (OK, Probe::Yes),
        (b"SI", Probe::Unsure),
        (b"OPTIONS sip:", Probe::Unsure),
        (b"OPTIONS * HTTP/1.1\r\n", Probe::No),
        (b"OPTIONS /", Probe::No),
        (b"GET / HTTP/1.1\r\n", Probe::No),
        (b"\x16\x03\x01\x02\x00", Probe::No),
    ];
    for (bytes, expected) in cases {
        assert_eq!((TCP.probe)(ToServer, bytes), *expected, "{bytes:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), piece in 1usize..20) {
        let feed = [INVITE, &bytes, OK].concat();
        split(&TCP, &[(ToServer, &feed), (ToClient, &bytes)], piece);
        whole(&UDP, &[(ToServer, &bytes), (ToServer, &feed)]);
    }
}
