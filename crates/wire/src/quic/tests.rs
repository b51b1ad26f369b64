use super::fields::QUIC;
use super::keys::Keys;
use super::packet;
use super::version::Version;
use crate::protocol::Direction::{self, ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{Recorder, unhex, whole};
use proptest::prelude::*;

const ID: &[u8] = b"\x83\x94\xc8\xf0\x3e\x51\x57\x08";

/// What the server answers in RFC 9001, A.3, and RFC 9369, A.3; both hold the same frames.
const ANSWERS: [(Version, &str); 2] = [
    (
        Version(1),
        "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5ede\
         4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06ed\
         bb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee",
    ),
    (
        Version::V2,
        "dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237bbf87263017915358230035\
         f7fd3945d88965cf17f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2c984c707f0a0812d8cd5a6881e\
         af21ceda98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521e2e140",
    ),
];

#[test]
fn packets_of_the_standards_are_opened() {
    for (version, bytes) in ANSWERS {
        let bytes = unhex(bytes);
        let packet = packet::long(&bytes).unwrap();
        assert_eq!(packet.version, version);
        let payload = Keys::derive(version, ID).unwrap().server.open(&packet);
        let frames = "02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a120\
             0130100002e00330024001d00209d3c940d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00020304";
        assert_eq!(payload, Some(unhex(frames)), "{version:?}");
    }
}

/// A client's hello for a host, with ALPN `h3`.
fn hello(host: &str) -> Vec<u8> {
    let extension = |kind: u16, body: &[u8]| {
        let length = u16::try_from(body.len()).unwrap();
        [&kind.to_be_bytes()[..], &length.to_be_bytes(), body].concat()
    };
    let name = u16::try_from(host.len()).unwrap();
    let names = [&[0][..], &name.to_be_bytes(), host.as_bytes()].concat();
    let list = u16::try_from(names.len()).unwrap();
    let extensions = [
        extension(0, &[&list.to_be_bytes()[..], &names].concat()),
        extension(16, b"\0\x03\x02h3"),
        extension(43, b"\x02\x03\x04"),
        extension(0xfe0d, b"\0"),
    ]
    .concat();
    let mut body = [&b"\x03\x03"[..], &[7; 32], b"\0\0\x02\x13\x01\x01\0"].concat();
    body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
    body.extend(extensions);
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[1][..], &length[1..], &body].concat()
}

fn crypto(offset: usize, bytes: &[u8]) -> Vec<u8> {
    let number = |value: usize| (u16::try_from(value).unwrap() | 0x4000).to_be_bytes();
    [&[6][..], &number(offset), &number(bytes.len()), bytes].concat()
}

/// A client's Initial packet with these frames.
fn initial(version: Version, id: &[u8], number: u8, frames: &[u8]) -> Vec<u8> {
    let keys = Keys::derive(version, id).unwrap();
    let kind = if version == Version::V2 { 0xd0 } else { 0xc0 };
    let mut head = vec![kind];
    head.extend(version.0.to_be_bytes());
    head.push(u8::try_from(id.len()).unwrap());
    head.extend(id);
    head.extend(b"\0\0");
    let length = u16::try_from(frames.len() + 17).unwrap() | 0x4000;
    head.extend(length.to_be_bytes());
    keys.client.seal(&head, number, frames)
}

fn feed(datagrams: &[(Direction, Vec<u8>)]) -> Recorder {
    let feeds: Vec<(Direction, &[u8])> = datagrams
        .iter()
        .map(|(direction, bytes)| (*direction, bytes.as_slice()))
        .collect();
    whole(&QUIC, &feeds)
}

#[test]
fn hellos_are_told_once_they_are_whole() {
    for (version, answer) in ANSWERS {
        let hello = hello("www.example.org");
        let (first, rest) = hello.split_at(20);
        let (middle, last) = rest.split_at(30);
        // Out of order, in two packets of one datagram and one of another.
        let late = initial(version, ID, 0, &[crypto(50, last), vec![0; 9]].concat());
        let twice = initial(
            version,
            ID,
            1,
            &[vec![1], crypto(20, middle), crypto(0, &first[..9])].concat(),
        );
        let found = feed(&[
            (ToServer, [late, twice].concat()),
            (ToServer, initial(version, ID, 2, &crypto(4, &hello[4..30]))),
            (ToClient, unhex(answer)),
        ]);
        assert!(found.anomalies().is_empty(), "{:?}", found.anomalies());
        assert_eq!(found.buffer("quic.sni"), ["www.example.org"]);
        assert_eq!(found.buffer("ja3.string"), ["771,4865,0-16-43-65037,,"]);
        assert_eq!(found.buffer("ja3s.string"), ["771,4865,51-43"]);
        assert!(found.buffer("ja4.hash")[0].starts_with("q13d0104h3_"));
        assert_eq!(found.buffer("quic.version").len(), 2);
        let event = found.events()[0];
        assert!(
            event.contains("{ name=server_name type=0 values=[ www.example.org ] ]"),
            "{event}"
        );
        assert!(event.contains("{ name=alpn type=16 values=[ h3 ] ]"));
        assert!(event.contains("{ type=65037 ]"), "{event}");
    }
}

#[test]
fn a_second_try_has_keys_of_its_own() {
    let hello = hello("h");
    let retry = unhex("f0000000010004aabbccdd0123456789abcdef0123456789abcdef");
    let found = feed(&[
        (
            ToServer,
            initial(Version(1), ID, 0, &crypto(0, &hello[..10])),
        ),
        (ToClient, retry),
        (
            ToServer,
            initial(Version(1), b"\xaa\xbb\xcc\xdd", 1, &crypto(0, &hello)),
        ),
    ]);
    assert_eq!(found.buffer("quic.sni"), ["h"]);
    assert!(found.anomalies().is_empty());
}

#[test]
fn the_hello_of_google_is_read() {
    let tags: &[(&[u8; 4], &[u8])] = &[
        (b"PAD\0", b"---"),
        (b"SNI\0", b"www.example.org"),
        (b"VER\0", b"Q043"),
        (b"UAID", b"Chrome/1"),
    ];
    let mut message = b"CHLO\x04\0\0\0".to_vec();
    let mut end = 0u32;
    for (tag, value) in tags {
        end += u32::try_from(value.len()).unwrap();
        message.extend(*tag);
        message.extend(end.to_le_bytes());
    }
    for (_, value) in tags {
        message.extend(*value);
    }
    let old = [
        &b"\x0912345678Q043\x01"[..],
        &[0; 12],
        b"\xa0\x01\0\x04",
        &message,
    ]
    .concat();
    let newer = [&b"\xc3Q046\x5012345678\0\0\0\x01"[..], &[0; 12], &message].concat();
    for (datagram, cyu) in [
        (old, "43,PAD-SNI-VER-UAID"),
        (newer, "46,PAD-SNI-VER-UAID"),
        (
            initial(Version(0x5130_3530), ID, 1, &crypto(0, &message)),
            "50,PAD-SNI-VER-UAID",
        ),
    ] {
        assert_eq!((QUIC.probe)(ToServer, &datagram), Probe::Yes, "{cyu}");
        let found = feed(&[(ToServer, datagram)]);
        assert_eq!(found.buffer("quic.cyu.string"), [cyu]);
        assert_eq!(found.buffer("quic.sni"), ["www.example.org"]);
        assert_eq!(found.buffer("quic.ua"), ["Chrome/1"]);
    }
}

#[test]
fn what_is_odd_is_named() {
    let mut broken = initial(Version(1), ID, 0, &crypto(0, &hello("h")));
    *broken.last_mut().unwrap() ^= 1;
    let far = [&b"\x06\x80\x10\0\0\x01x"[..], &[0; 20]].concat();
    let cases: &[(Vec<u8>, &[&str])] = &[
        (broken, &["failed_decrypt"]),
        (initial(Version(1), ID, 0, &[0x3f; 20]), &["error_on_data"]),
        (initial(Version(1), ID, 0, &far), &["crypto_frag_too_long"]),
        (
            initial(Version(1), ID, 0, &crypto(0, b"\x01\0\0\x01\0")),
            &["error_on_data"],
        ),
    ];
    for (datagram, expected) in cases {
        let found = feed(&[(ToServer, datagram.clone())]);
        assert_eq!(found.anomalies(), *expected);
    }
    // An unknown version of the form that all versions share.
    let unknown = unhex("c00a1a2a3a0401020304000000");
    assert_eq!(
        feed(&[(ToServer, unknown)]).buffer("quic.version"),
        ["\\n\\x1a*:"]
    );
}

#[test]
fn beginnings_tell_the_protocol() {
    let good = initial(Version(1), ID, 0, &crypto(0, b"x"));
    let cases: &[(Direction, &[u8], Probe)] = &[
        (ToServer, &good, Probe::Yes),
        (ToServer, b"\xc0\0\0\0\x07\x08abcdefgh\0\0", Probe::No),
        (ToServer, b"\x80\0\0\0\x01\x08abcdefgh\0\0", Probe::No),
        (ToClient, b"\x80\0\0\0\0\x01a\0\0\0\0\x01", Probe::Yes),
        (ToClient, b"\x80\0\0\0\0\x01a\0\0\0\0\x77", Probe::No),
        (ToServer, b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0", Probe::No),
        (ToServer, b"", Probe::No),
    ];
    for (direction, bytes, expected) in cases {
        assert_eq!((QUIC.probe)(*direction, bytes), *expected, "{bytes:?}");
    }
}

#[test]
fn a_conversation_is_done_when_its_hellos_are_told() {
    let mut recorder = Recorder::default();
    let mut parser = (QUIC.parser)();
    let datagram = initial(Version(1), ID, 0, &crypto(0, &hello("h")));
    parser.feed(ToServer, &datagram, &mut recorder);
    assert!(!parser.is_done());
    parser.feed(ToClient, &unhex(ANSWERS[0].1), &mut recorder);
    assert!(parser.is_done());
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        feed(&[(ToServer, bytes.clone()), (ToClient, bytes)]);
    }

    #[test]
    fn any_frames_are_survived(frames in proptest::collection::vec(any::<u8>(), 20..200)) {
        feed(&[(ToServer, initial(Version(1), ID, 0, &frames))]);
    }

    #[test]
    fn pieces_in_any_order_are_one_handshake(
        cuts in proptest::collection::vec(0usize..60, 1..12),
        order in proptest::collection::vec(any::<prop::sample::Index>(), 1..40),
    ) {
        let text: Vec<u8> = (0..60).collect();
        let mut handshake = super::handshake::Handshake::default();
        for pick in &order {
            let cut = cuts[pick.index(cuts.len())];
            prop_assert!(handshake.push(cut as u64, &text[cut..(cut + 13).min(60)]));
        }
        let known = handshake.bytes().len();
        prop_assert_eq!(handshake.bytes(), &text[..known]);
        handshake.push(0, &text);
        prop_assert_eq!(handshake.bytes(), &text[..]);
    }
}
