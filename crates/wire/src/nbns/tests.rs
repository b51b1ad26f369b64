use super::fields::NBNS;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{split, whole};
use proptest::prelude::*;

fn encoded(name: &str, suffix: u8) -> Vec<u8> {
    let mut plain = format!("{name:15}").into_bytes();
    plain.push(suffix);
    let mut bytes = vec![32];
    for byte in plain {
        bytes.extend([b'A' + (byte >> 4), b'A' + (byte & 15)]);
    }
    bytes.push(0);
    bytes
}

fn registration() -> Vec<u8> {
    let mut bytes = vec![0, 7, 0x29, 0x10, 0, 1, 0, 0, 0, 0, 0, 1];
    bytes.extend(encoded("PC-23", 0));
    bytes.extend([
        0, 0x20, 0, 1, 0xc0, 12, 0, 0x20, 0, 1, 0, 0, 1, 0, 0, 6, 0, 0, 192, 0, 2, 7,
    ]);
    bytes
}

fn status() -> Vec<u8> {
    let mut bytes = vec![0, 8, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    bytes.extend(encoded("*", 0));
    bytes.extend([0, 0x21, 0, 1, 0, 0, 0, 0, 0, 25, 1]);
    bytes.extend(b"SERVER         \x20\x84\x00\x02\x00\x00\x00\x00\x05");
    bytes
}

#[test]
fn names_are_decoded() {
    let found = whole(&NBNS, &[(ToServer, &registration()), (ToClient, &status())]);
    assert_eq!(
        found.events(),
        [
            "nbns 0: type=request id=7 opcode=registration \
             queries=[ { name=PC-23 suffix=0 rrtype=NB ] ] \
             answers=[ { name=PC-23 suffix=0 rrtype=NB ttl=256 group=false addresses=[ 192.0.2.7 ] ] ]",
            "nbns 1: type=response id=8 opcode=query rcode=0 \
             answers=[ { name=* suffix=0 rrtype=NBSTAT ttl=0 \
             names=[ { name=SERVER suffix=32 group=true ] ] mac=02:00:00:00:00:05 ] ]",
        ]
    );
    assert_eq!(found.buffer("nbns.name"), ["PC-23", "PC-23", "*"]);
}

#[test]
fn content_tells_the_protocol() {
    assert_eq!((NBNS.probe)(ToServer, &registration()), Probe::Yes);
    assert_eq!((NBNS.probe)(ToServer, &registration()[..60]), Probe::Unsure);
    let dns = b"\0\x07\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\0\0\x01\0\x01";
    assert_eq!((NBNS.probe)(ToServer, dns), Probe::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300), at: prop::sample::Index, value: u8) {
        let mut broken = status();
        let at = at.index(broken.len());
        broken[at] = value;
        split(&NBNS, &[(ToServer, &bytes), (ToClient, &broken)], usize::MAX);
    }
}
