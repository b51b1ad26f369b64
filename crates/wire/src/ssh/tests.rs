use super::fields::SSH;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{check_pieces, split, whole};
use proptest::prelude::*;

/// A packet with four bytes of padding.
fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 6).unwrap();
    [&length.to_be_bytes()[..], &[4, kind], body, &[0; 4]].concat()
}

fn key_exchange() -> Vec<u8> {
    let lists = [
        "kex1,kex2",
        "key",
        "c2s",
        "s2c",
        "mac-c",
        "mac-s",
        "none",
        "zlib",
        "",
        "",
    ];
    let mut body = vec![1; 16];
    for list in lists {
        body.extend(u32::try_from(list.len()).unwrap().to_be_bytes());
        body.extend_from_slice(list.as_bytes());
    }
    body.extend([0; 5]);
    packet(20, &body)
}

fn side(banner: &[u8]) -> Vec<u8> {
    [
        banner,
        &key_exchange(),
        &packet(31, &[7; 300]),
        &packet(21, b""),
        &[0xee; 50],
    ]
    .concat()
}

#[test]
fn banners_and_fingerprints_are_told() {
    let client = side(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
    let server = side(b"welcome\r\nSSH-2.0-dropbear\n");
    let feeds = [(ToClient, server.as_slice()), (ToServer, client.as_slice())];
    let found = whole(&SSH, &feeds);
    assert_eq!(
        found.events(),
        [
            "ssh 0: client={ proto_version=2.0 software_version=OpenSSH_9.2p1 \
             hassh={ hash=2e8f7e2136a5d47a173a846575eafb74 string=kex1,kex2;c2s;mac-c;none ] ] \
             server={ proto_version=2.0 software_version=dropbear \
             hassh={ hash=be2e73cea5d19ffa6364e400ad0ebc60 string=kex1,kex2;s2c;mac-s;zlib ] ]"
        ]
    );
    assert_eq!(found.buffer("ssh.software"), ["dropbear", "OpenSSH_9.2p1"]);
    assert_eq!(
        found.buffer("ssh.hassh.string"),
        ["kex1,kex2;c2s;mac-c;none"]
    );
    assert_eq!(
        found.buffer("ssh.hassh.server.string"),
        ["kex1,kex2;s2c;mac-s;zlib"]
    );
    assert!(found.anomalies().is_empty());
    check_pieces(&SSH, &feeds);
}

#[test]
fn one_side_or_an_old_version_is_told_too() {
    let found = whole(&SSH, &[(ToServer, b"SSH-2.0-x\r\n")]);
    assert_eq!(
        found.events(),
        ["ssh 0: client={ proto_version=2.0 software_version=x ]"]
    );
    let found = whole(&SSH, &[(ToClient, b"SSH-1.5-old\n\0\0\0\x01rest")]);
    assert_eq!(found.buffer("ssh.proto"), ["1.5"]);
}

#[test]
fn odd_beginnings_are_told() {
    let cases: &[(Vec<u8>, &str)] = &[
        (b"SSH-nothing\r\n".to_vec(), "invalid_banner"),
        (
            [&b"SSH-2.0-"[..], &[b'x'; 300], b"\r\n"].concat(),
            "long_banner",
        ),
        (vec![b'x'; 9000], "long_banner"),
        (
            b"SSH-2.0-x\r\n\0\0\0\x05\x09\x14".to_vec(),
            "invalid_record",
        ),
    ];
    for (bytes, expected) in cases {
        assert_eq!(whole(&SSH, &[(ToServer, bytes)]).anomalies(), [*expected]);
    }
}

#[test]
fn beginnings_tell_the_protocol() {
    assert_eq!((SSH.probe)(ToServer, b"SSH-2.0"), Probe::Yes);
    assert_eq!((SSH.probe)(ToServer, b"SS"), Probe::Unsure);
    assert_eq!((SSH.probe)(ToServer, b"SSLv"), Probe::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300), piece in 1usize..20) {
        let begun = [&b"SSH-2.0-x\r\n"[..], &bytes].concat();
        split(&SSH, &[(ToServer, &begun), (ToClient, &bytes)], piece);
    }

    #[test]
    fn cutting_does_not_matter(at: prop::sample::Index, value: u8) {
        let mut bytes = side(b"SSH-2.0-OpenSSH\r\n");
        let at = at.index(bytes.len());
        bytes[at] = value;
        check_pieces(&SSH, &[(ToServer, &bytes)]);
    }
}
