use super::fields::WEBSOCKET;
use super::parser::unmask;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::testing::{Recorder, check_pieces, finish, split, unhex, whole};
use proptest::prelude::*;

fn frame(first: u8, mask: Option<[u8; 4]>, payload: &[u8]) -> Vec<u8> {
    let masked = if mask.is_some() { 0x80 } else { 0 };
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..126 => bytes.push(masked | u8::try_from(length).unwrap()),
        length => {
            bytes.push(masked | 126);
            bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    let mut payload = payload.to_vec();
    if let Some(mask) = mask {
        bytes.extend(mask);
        unmask(&mut payload, mask, 0);
    }
    [bytes, payload].concat()
}

#[test]
fn examples_of_the_standard_are_told() {
    // RFC 6455, 5.7.
    let client = unhex("818537fa213d7f9f4d5158 8a8537fa213d7f9f4d5158");
    let server = unhex("010348656c 890548656c6c6f 80026c6f 8900");
    let feeds = [(ToServer, client.as_slice()), (ToClient, server.as_slice())];
    check_pieces(&WEBSOCKET, &feeds);
    let found = whole(&WEBSOCKET, &feeds);
    assert_eq!(
        found.buffer("websocket.payload"),
        ["Hello", "Hello", "Hello", "Hello", ""]
    );
    assert_eq!(
        found.events(),
        [
            "websocket 0: fin=true mask=939139389 opcode=text",
            "websocket 1: fin=true mask=939139389 opcode=pong",
            "websocket 2: fin=true opcode=ping",
            "websocket 3: fin=true opcode=text",
            "websocket 4: fin=true opcode=ping",
        ]
    );
    assert_eq!(found.buffer("websocket.flags"), ["128"; 5]);
}

#[test]
fn compressed_messages_are_unpacked_in_one_context() {
    // RFC 7692, 7.2.3.1 and 7.2.3.2: the second message refers to the first.
    let server = unhex("c107f248cdc9c90700 c105f200110000");
    let found = whole(&WEBSOCKET, &[(ToClient, &server)]);
    assert_eq!(found.buffer("websocket.payload"), ["Hello", "Hello"]);
    let wrong = frame(0xc1, None, b"\xff\xff\xff");
    let found = whole(&WEBSOCKET, &[(ToClient, &wrong)]);
    assert_eq!(found.buffer("websocket.payload"), ["\\xff\\xff\\xff"]);
}

#[test]
fn long_messages_are_cut_and_reported() {
    let long = vec![b'x'; 60_000];
    let frames = [
        frame(0x02, None, &long),
        frame(0x80, None, &long),
        frame(0x81, None, b"after"),
    ];
    let found = whole(&WEBSOCKET, &[(ToClient, &frames.concat())]);
    assert_eq!(found.anomalies(), ["reassembly_limit_reached"]);
    assert_eq!(found.buffer("websocket.payload")[0].len(), 65_535);
    assert_eq!(found.buffer("websocket.payload")[1], "after");
    let mut huge = unhex("827f0000000000020000");
    huge.extend(vec![0; 0x20000]);
    huge.extend(frame(0x81, None, b"after"));
    let found = whole(&WEBSOCKET, &[(ToClient, &huge)]);
    assert_eq!(found.anomalies(), ["skip_end_of_payload"]);
    assert_eq!(found.buffer("websocket.payload")[1], "after");
}

#[test]
fn a_gap_within_a_payload_loses_no_frame() {
    let mut recorder = Recorder::default();
    let mut parser = (WEBSOCKET.parser)();
    let bytes = [
        frame(0x81, Some([1, 2, 3, 4]), b"0123456789"),
        frame(0x81, None, b"next"),
    ]
    .concat();
    parser.feed(ToServer, &bytes[..9], &mut recorder);
    parser.gap(ToServer, 3, &mut recorder);
    parser.feed(ToServer, &bytes[12..], &mut recorder);
    finish(parser.as_mut(), &mut recorder);
    assert_eq!(recorder.buffer("websocket.payload"), ["0126789", "next"]);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300), piece in 1usize..40) {
        split(&WEBSOCKET, &[(ToServer, &bytes), (ToClient, &bytes)], piece);
    }

    #[test]
    fn cutting_does_not_matter(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let begun = [frame(0x01, Some([9, 8, 7, 6]), b"abc"), bytes].concat();
        check_pieces(&WEBSOCKET, &[(ToServer, &begun)]);
    }
}
