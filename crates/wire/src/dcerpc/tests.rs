use super::fields::{TCP, UDP};
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{Feed, Recorder, check_pieces, finish, split, unhex, whole};
use proptest::prelude::*;

/// A message of version 5.0, low byte first.
fn message(kind: u8, flags: u8, call: u32, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(16 + body.len()).unwrap();
    let mut bytes = vec![5, 0, kind, flags, 0x10, 0, 0, 0];
    bytes.extend(length.to_le_bytes());
    bytes.extend([0, 0]);
    bytes.extend(call.to_le_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// SVCCTL, version 2.0, as context 3.
fn bind(call: u32) -> Vec<u8> {
    let body = unhex(
        "b810 b810 00000000 01000000 0300 01 00
         81bb7a36 4498 f135 ad32 98f038001003 0200 0000
         045d888aeb1cc9119fe808002b10486002000000",
    );
    message(11, 3, call, &body)
}

fn bind_answer(call: u32, result: u8) -> Vec<u8> {
    let mut body = unhex("b810 b810 01000000 0400 31333500 0000 01000000");
    body.extend([result, 0, 0, 0]);
    body.extend([0; 20]);
    message(12, 3, call, &body)
}

fn request(call: u32, flags: u8, operation: u16, stub: &[u8]) -> Vec<u8> {
    let mut body = vec![0, 0, 0, 0, 3, 0];
    body.extend(operation.to_le_bytes());
    body.extend_from_slice(stub);
    message(0, flags, call, &body)
}

fn response(call: u32, flags: u8, stub: &[u8]) -> Vec<u8> {
    let body = [&[0, 0, 0, 0, 3, 0, 0, 0][..], stub].concat();
    message(2, flags, call, &body)
}

#[test]
fn binds_and_calls_in_fragments_are_told() {
    let (bind, ack) = (bind(1), bind_answer(1, 0));
    let sent = [request(2, 1, 12, b"abc"), request(2, 2, 12, b"def")].concat();
    let received = response(2, 3, b"done");
    let feeds: &[Feed<'_>] = &[
        (ToServer, &bind),
        (ToClient, &ack),
        (ToServer, &sent),
        (ToClient, &received),
    ];
    let found = whole(&TCP, feeds);
    assert_eq!(
        found.events(),
        [
            "dcerpc 0: request=BIND response=BINDACK interfaces=[ { \
             uuid=367abb81-9844-35f1-ad32-98f038001003 version=2.0 ack_result=0 ] ] call_id=1 rpc_version=5.0",
            "dcerpc 1: request=REQUEST response=RESPONSE req={ opnum=12 frag_cnt=2 stub_data_size=6 ] \
             res={ frag_cnt=1 stub_data_size=12 ] interfaces=[ { \
             uuid=367abb81-9844-35f1-ad32-98f038001003 version=2.0 ack_result=0 ] ] call_id=2 rpc_version=5.0",
        ]
    );
    assert_eq!(
        found.buffer("dcerpc.stub_data"),
        ["abcdef", "\\x00\\x00\\x00\\x00\\x03\\x00\\x00\\x00done"]
    );
    assert_eq!(found.buffer("dcerpc.opnum"), ["\\x00\\x0c", "\\x00\\x0c"]);
    assert_eq!(found.buffer("dcerpc.iface").len(), 2);
    check_pieces(&TCP, feeds);
}

#[test]
fn interfaces_that_were_refused_are_not_called() {
    let (bind, ack, call) = (bind(1), bind_answer(1, 2), request(2, 3, 12, b"x"));
    let found = whole(
        &TCP,
        &[(ToServer, &bind), (ToClient, &ack), (ToServer, &call)],
    );
    assert_eq!(found.buffer("dcerpc.iface"), [] as [&str; 0]);
    assert_eq!(found.events().len(), 2);
    assert!(found.events()[1].contains("response=UNREPLIED"));
}

#[test]
fn numbers_may_stand_high_byte_first() {
    let mut bytes = unhex("05 00 00 03 00 00 0000 001c 0000 00000007 00000000 0003 001a");
    bytes.extend(b"stub");
    let found = whole(&TCP, &[(ToServer, &bytes)]);
    assert_eq!(found.buffer("dcerpc.opnum"), ["\\x00\\x1a"]);
    assert_eq!(found.buffer("dcerpc.stub_data"), ["stub"]);
    assert!(found.events()[0].contains("call_id=7"));
}

#[test]
fn bytes_that_make_no_sense_end_a_direction_until_a_gap() {
    let call = request(2, 3, 12, b"x");
    let junk = [call.clone(), b"GET / HTTP/1.1\r\n\r\n".to_vec()].concat();
    let feeds: &[Feed<'_>] = &[(ToServer, &junk), (ToServer, &call)];
    let found = whole(&TCP, feeds);
    assert_eq!(found.anomalies(), ["malformed_data"]);
    assert_eq!(found.events().len(), 1);
    check_pieces(&TCP, feeds);
    let mut parser = (TCP.parser)();
    let mut recorder = Recorder::default();
    parser.feed(ToServer, &junk, &mut recorder);
    parser.gap(ToServer, 7, &mut recorder);
    parser.feed(ToServer, &call, &mut recorder);
    finish(parser.as_mut(), &mut recorder);
    assert_eq!(recorder.events().len(), 2);
}

#[test]
fn who_calls_is_known_from_the_authentication() {
    let token = unhex(
        "4e544c4d535350 00 03000000 0000000000000000 0000000000000000
         0000000048000000 0600060048000000 000000004e000000 000000004e000000 01000000
         0000000000000000 61006e006e00",
    );
    let auth = u16::try_from(token.len()).unwrap();
    let body = [&[0u8; 4][..], &[10, 6, 0, 0, 0, 0, 0, 0], &token].concat();
    let mut third = message(16, 3, 2, &body);
    third[10..12].copy_from_slice(&auth.to_le_bytes());
    let call = request(3, 3, 1, b"x");
    let found = whole(&TCP, &[(ToServer, &third), (ToServer, &call)]);
    assert!(found.events()[0].contains("ntlmssp={ domain= user=ann host= ]"));
}

fn datagram(kind: u8, flags: u8, operation: u16, fragment: u16, stub: &[u8]) -> Vec<u8> {
    let mut bytes = vec![4, kind, flags, 0, 0x10, 0, 0, 0];
    bytes.extend([0; 16]);
    bytes.extend(unhex("f8917b5a00ffd011a9b200c04fb6e6fc"));
    bytes.extend([7; 16]);
    bytes.extend([0; 4]);
    bytes.extend([1, 0, 0, 0]);
    bytes.extend([9, 0, 0, 0]);
    bytes.extend(operation.to_le_bytes());
    bytes.extend([0xff; 4]);
    bytes.extend((stub.len() as u16).to_le_bytes());
    bytes.extend(fragment.to_le_bytes());
    bytes.extend([0, 0]);
    bytes.extend_from_slice(stub);
    bytes
}

#[test]
fn calls_over_datagrams_are_joined() {
    let first = datagram(0, 0x04, 0, 0, b"ab");
    let last = datagram(0, 0x06, 0, 1, b"cd");
    let answer = datagram(2, 0, 0, 0, b"ok");
    let found = whole(
        &UDP,
        &[
            (ToServer, &first),
            (ToServer, &last),
            (ToServer, &last),
            (ToClient, &answer),
        ],
    );
    assert_eq!(found.buffer("dcerpc.stub_data"), ["abcd", "ok"]);
    assert_eq!(
        found.events(),
        [
            "dcerpc 0: request=REQUEST response=RESPONSE req={ opnum=0 frag_cnt=2 stub_data_size=4 ] \
             res={ frag_cnt=1 stub_data_size=2 ] interfaces=[ { \
             uuid=5a7b91f8-ff00-11d0-a9b2-00c04fb6e6fc version=1.0 ] ] \
             activityuuid=07070707-0707-0707-0707-070707070707 seqnum=9 rpc_version=4"
        ]
    );
    assert_eq!((UDP.probe)(ToServer, &first), Probe::Yes);
    assert_eq!((UDP.probe)(ToServer, &first[..70]), Probe::No);
}

#[test]
fn beginnings_tell_the_protocol() {
    assert_eq!((TCP.probe)(ToServer, &bind(1)), Probe::Yes);
    assert_eq!((TCP.probe)(ToServer, &bind(1)[..9]), Probe::Unsure);
    assert_eq!((TCP.probe)(ToClient, &bind(1)), Probe::No);
    assert_eq!((TCP.probe)(ToServer, b"\x05\x01\x00GET "), Probe::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(kind in 0u8..20, flags in 0u8..4, body in proptest::collection::vec(any::<u8>(), 0..150), piece in 1usize..20) {
        let bytes = message(kind, flags, 1, &body);
        split(&TCP, &[(ToServer, &bytes), (ToClient, &bytes), (ToServer, &body)], piece);
        whole(&UDP, &[(ToServer, &datagram(kind, flags, 0, 0, &body)), (ToClient, &body)]);
    }
}
