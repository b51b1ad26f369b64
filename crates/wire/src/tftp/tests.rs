use super::fields::TFTP;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::whole;
use proptest::prelude::*;

#[test]
fn requests_are_told() {
    let found = whole(
        &TFTP,
        &[
            (ToServer, b"\0\x01boot/pxelinux.0\0octet\0tsize\x000\0"),
            (ToServer, b"\0\x02config\0NetAscii\0"),
            (ToServer, b"\0\x03\0\x01data"),
        ],
    );
    assert_eq!(
        found.events(),
        [
            "tftp 0: packet=read file=boot/pxelinux.0 mode=octet",
            "tftp 1: packet=write file=config mode=NetAscii"
        ]
    );
}

#[test]
fn nothing_else_is_taken_for_a_request() {
    let cases: &[(&[u8], Probe)] = &[
        (b"\0\x01a\0octet\0", Probe::Yes),
        (b"\0\x01a\0octet", Probe::No),
        (b"\0\x01\0octet\0", Probe::Yes),
        (b"\0\x01a\0other\0", Probe::No),
        (b"\0\x03a\0octet\0", Probe::No),
        (b"", Probe::No),
    ];
    for (datagram, expected) in cases {
        assert_eq!((TFTP.probe)(ToServer, datagram), *expected);
        assert_eq!((TFTP.probe)(ToClient, datagram), Probe::No);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        whole(&TFTP, &[(ToServer, &[&b"\0\x01"[..], &bytes].concat()), (ToClient, &bytes)]);
    }
}
