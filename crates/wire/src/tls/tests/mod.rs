use super::fields::TLS;
use super::fingerprint::{Fingerprint, ja4};
use super::parser::ClientHello;
use crate::protocol::Direction::{self, ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{Recorder, check_pieces, finish, split, whole};
use proptest::prelude::*;

const CERTIFICATE: &[u8] = include_bytes!("certificate.der");

fn length<const N: usize>(bytes: &[u8]) -> Vec<u8> {
    let mut with_length = bytes.len().to_be_bytes()[8 - N..].to_vec();
    with_length.extend_from_slice(bytes);
    with_length
}

fn numbers(values: &[u16]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect()
}

fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [kind.to_be_bytes().to_vec(), length::<2>(body)].concat()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [vec![kind], length::<3>(body)].concat()
}

fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    [vec![kind, 3, 1], length::<2>(body)].concat()
}

/// The hello of the first example of JA3's description, with a host and an application protocol.
fn client_hello(versions: &[u16]) -> Vec<u8> {
    let name = length::<2>(&[vec![0], length::<2>(b"www.example.org")].concat());
    let mut extensions = [
        extension(0, &name),
        extension(10, &length::<2>(&numbers(&[0x0a0a, 23, 24, 25]))),
        extension(11, &length::<1>(&[0])),
        extension(
            16,
            &length::<2>(&[length::<1>(b"h2"), length::<1>(b"http/1.1")].concat()),
        ),
    ]
    .concat();
    if !versions.is_empty() {
        extensions.extend(extension(43, &length::<1>(&numbers(versions))));
    }
    let ciphers = [
        0x1a1a, 47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4,
    ];
    let body = [
        vec![3, 1],
        vec![7; 32],
        length::<1>(b""),
        length::<2>(&numbers(&ciphers)),
        length::<1>(&[0]),
        length::<2>(&extensions),
    ]
    .concat();
    message(1, &body)
}

fn server_hello(version: Option<u16>) -> Vec<u8> {
    let mut extensions = extension(65281, &[0]);
    if let Some(version) = version {
        extensions.extend(extension(43, &version.to_be_bytes()));
    }
    let body = [
        vec![3, 3],
        vec![9; 32],
        length::<1>(b""),
        vec![0, 47, 0],
        length::<2>(&extensions),
    ]
    .concat();
    message(2, &body)
}

fn certificate_message() -> Vec<u8> {
    message(11, &length::<3>(&length::<3>(CERTIFICATE)))
}

/// A handshake before TLS 1.3, with the client's certificate too.
fn old_handshake() -> Vec<(Direction, Vec<u8>)> {
    let flight = [server_hello(None), certificate_message(), message(14, b"")].concat();
    let (first, second) = flight.split_at(100);
    vec![
        (ToServer, record(22, &client_hello(&[]))),
        (ToClient, [record(22, first), record(22, second)].concat()),
        (
            ToServer,
            [
                record(22, &certificate_message()),
                record(20, &[1]),
                record(22, &[0; 40]),
            ]
            .concat(),
        ),
        (ToClient, [record(20, &[1]), record(22, &[0; 40])].concat()),
        (ToServer, record(23, &[0; 100])),
    ]
}

fn feeds(stretches: &[(Direction, Vec<u8>)]) -> Vec<(Direction, &[u8])> {
    stretches
        .iter()
        .map(|(direction, bytes)| (*direction, bytes.as_slice()))
        .collect()
}

#[test]
fn a_handshake_shows_names_certificates_and_fingerprints() {
    let stretches = old_handshake();
    let found = whole(&TLS, &feeds(&stretches));
    assert_eq!(found.with("side "), ["0>", "0<", "1>"]);
    let cases = [
        ("tls.sni", "www.example.org"),
        (
            "tls.cert_subject",
            "C=JP, O=Example K.K., CN=www.example.org",
        ),
        (
            "tls.cert_issuer",
            "C=JP, O=Example K.K., CN=www.example.org",
        ),
        ("tls.cert_serial", "03:DE:23:89"),
        ("tls.subjectaltname", "www.example.org"),
        ("tls.alpn", "h2"),
        ("tls.version", "TLSv1"),
        ("ssl_version", "tls1.0"),
        ("ssl_state", "client_hello"),
        (
            "ja3.string",
            "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11-16,23-24-25,0",
        ),
        ("ja3s.string", "771,47,65281"),
        ("tls.random_time", "\\x07\\x07\\x07\\x07"),
        ("tls.cert_chain_len", "1"),
        ("tls.cert_not_before", "1795381534"),
        ("tls.cert_not_after", "2110741534"),
    ];
    for (name, expected) in cases {
        assert_eq!(found.buffer(name)[0], expected, "{name}");
    }
    // The server's and the client's.
    assert_eq!(found.buffer("tls.cert_subject").len(), 2);
    let event = found.with("event tls ")[0];
    for part in [
        "0: subject=C=JP, O=Example K.K., CN=www.example.org",
        "serial=03:DE:23:89 fingerprint=",
        "notbefore=2026-11-22T21:05:34 notafter=2036-11-19T21:05:34",
        "subjectaltname=[ www.example.org example.org 192.0.2.1 ]",
        "sni=www.example.org version=TLS 1.2",
        "client_alpns=[ h2 http/1.1 ]",
        "client={ subject=",
    ] {
        assert!(event.contains(part), "{part} is not in {event}");
    }
    check_pieces(&TLS, &feeds(&stretches));
}

#[test]
fn the_newest_version_ends_at_the_servers_hello() {
    let stretches = [
        (
            ToServer,
            record(22, &client_hello(&[0x0a0a, 0x0304, 0x0303])),
        ),
        (ToClient, record(22, &server_hello(Some(0x0304)))),
    ];
    let mut found = Recorder::default();
    let mut parser = (TLS.parser)();
    for (direction, bytes) in &stretches {
        assert!(!parser.is_done());
        parser.feed(*direction, bytes, &mut found);
    }
    assert!(parser.is_done());
    assert!(found.events()[0].contains("version=TLS 1.3"));
    assert_eq!(found.buffer("ssl_version"), ["tls1.3", "tls1.3"]);
    assert!(found.buffer("ja4.hash")[0].starts_with("t13d1205h2_"));
}

#[test]
fn fingerprints_agree_with_published_ones() {
    let cases = [
        (
            "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0",
            "ada70206e40642a3e4461f35503241d5",
        ),
        (
            "769,4-5-10-9-100-98-3-6-19-18-99,,,",
            "de350869b8c85de67a350c8d186f11e6",
        ),
    ];
    for (text, hash) in cases {
        assert_eq!(Fingerprint::new(text.to_owned()).hash, hash);
    }
    let chrome = ClientHello {
        version: 0x0303,
        versions: vec![0x8a8a, 0x0304, 0x0303],
        ciphers: vec![
            0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013,
            0xc014, 0x009c, 0x009d, 0x002f, 0x0035,
        ],
        extensions: vec![
            0x3a3a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023,
            0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015,
        ],
        signatures: vec![
            0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601,
        ],
        protocols: vec![b"h2".to_vec()],
        ..ClientHello::default()
    };
    assert_eq!(ja4('t', &chrome), "t13d1516h2_8daaf6152771_e5627efa2ab1");
}

#[test]
fn one_side_alone_is_told() {
    let client = [record(22, &client_hello(&[])), record(23, &[0; 10])].concat();
    assert_eq!(whole(&TLS, &[(ToServer, &client)]).events().len(), 1);
    let server = record(22, &server_hello(None));
    let found = whole(&TLS, &[(ToClient, &server)]);
    assert_eq!(found.events().len(), 1);
    assert_eq!(found.buffer("ja3s.string").len(), 1);
    // Encrypted from the first byte seen: nothing to tell, nothing to feed.
    let mut parser = (TLS.parser)();
    let mut found = Recorder::default();
    parser.feed(ToServer, &record(23, &[0; 10]), &mut found);
    assert!(parser.is_done() && found.lines.is_empty());
}

#[test]
fn a_resumed_session_has_no_certificate() {
    let found = whole(
        &TLS,
        &[
            (ToServer, &record(22, &client_hello(&[]))),
            (
                ToClient,
                &[record(22, &server_hello(None)), record(20, &[1])].concat(),
            ),
        ],
    );
    assert!(found.events()[0].contains("session_resumed=true"));
}

#[test]
fn an_old_hello_is_read() {
    let hello = [
        &[0x80, 0x2e, 1, 0, 2, 0, 21, 0, 0, 0, 16][..],
        &[
            1, 0, 0x80, 7, 0, 0xc0, 3, 0, 0x80, 6, 0, 0x40, 2, 0, 0x80, 4, 0, 0x80, 0, 0, 4,
        ],
        &[5; 16],
    ]
    .concat();
    assert_eq!((TLS.probe)(ToServer, &hello), Probe::Yes);
    let feeds = [(ToServer, hello.as_slice())];
    let found = whole(&TLS, &feeds);
    assert_eq!(found.buffer("ssl_version"), ["sslv2"]);
    check_pieces(&TLS, &feeds);
}

#[test]
fn odd_records_are_told() {
    let heartbleed = [record(22, &client_hello(&[])), record(24, &[1, 0x40, 0])].concat();
    let alert = record(21, &[2, 40]);
    let mut twice = client_hello(&[]);
    twice.truncate(20);
    let cases: &[(Vec<u8>, &[&str])] = &[
        (
            heartbleed,
            &["heartbeat_message", "overflow_heartbeat_message"],
        ),
        (alert, &["error_message_encountered"]),
        (
            record(22, &message(1, &[3, 3])),
            &["invalid_handshake_message"],
        ),
        (vec![99, 3, 1, 0, 5, 0], &["invalid_record_type"]),
        (vec![22, 9, 1, 0, 5, 0], &["invalid_record_version"]),
        (
            record(22, &message(11, &[0, 0, 9, 0])),
            &["invalid_certificate"],
        ),
        (
            record(22, &[1, 0xff, 0xff, 0xff]),
            &["handshake_invalid_length"],
        ),
    ];
    for (bytes, expected) in cases {
        let found = whole(&TLS, &[(ToServer, bytes)]);
        assert_eq!(found.anomalies(), *expected);
    }
}

#[test]
fn beginnings_tell_the_protocol() {
    let hello = record(22, &client_hello(&[]));
    let cases: &[(Direction, &[u8], Probe)] = &[
        (ToServer, &hello, Probe::Yes),
        (ToServer, &hello[..4], Probe::Unsure),
        (ToClient, &record(22, &server_hello(None)), Probe::Yes),
        (ToServer, &record(23, &[0; 20]), Probe::Yes),
        (ToServer, b"GET / HTTP/1.1\r\n", Probe::No),
        (ToServer, b"\x16\x03\x01\xff\xff\x01", Probe::No),
        (ToServer, &[0x80; 40], Probe::No),
        (ToServer, &[0; 40], Probe::No),
    ];
    for (direction, bytes, expected) in cases {
        assert_eq!((TLS.probe)(*direction, bytes), *expected, "{bytes:?}");
    }
}

#[test]
fn of_a_server_without_a_sensible_hello_nothing_is_told() {
    // A hello that is none, then the end of it.
    let server = record(22, &[message(2, b""), message(14, b"")].concat());
    for client in [&b""[..], &record(22, &client_hello(&[]))] {
        let found = whole(&TLS, &[(ToServer, client), (ToClient, &server)]);
        assert_eq!(found.anomalies(), ["invalid_handshake_message"]);
        assert!(found.with("side ").iter().all(|side| *side == "0>"));
        assert_eq!(found.events().is_empty(), client.is_empty());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        kind in 18u8..27,
        piece in 1usize..40,
    ) {
        split(&TLS, &[(ToServer, &bytes), (ToClient, &bytes)], piece);
        let framed = record(kind, &bytes);
        split(&TLS, &[(ToServer, &framed), (ToClient, &framed)], piece);
        for kind in [1, 2, 11] {
            let framed = record(22, &message(kind, &bytes));
            split(&TLS, &[(ToServer, &framed), (ToClient, &framed)], piece);
        }
    }

    #[test]
    fn broken_handshakes_are_survived(at: prop::sample::Index, value: u8, stretch in 0usize..4) {
        let mut stretches = old_handshake();
        let bytes = &mut stretches[stretch].1;
        let at = at.index(bytes.len());
        bytes[at] = value;
        whole(&TLS, &feeds(&stretches));
        check_pieces(&TLS, &feeds(&stretches));
    }

    #[test]
    fn gaps_are_survived(cut in 1usize..200) {
        let stretches = old_handshake();
        let mut parser = (TLS.parser)();
        let mut found = Recorder::default();
        for (direction, bytes) in &stretches {
            parser.feed(*direction, &bytes[..cut.min(bytes.len())], &mut found);
            parser.gap(*direction, 1000, &mut found);
        }
        finish(parser.as_mut(), &mut found);
        prop_assert!(found.events().len() <= 1);
    }
}
