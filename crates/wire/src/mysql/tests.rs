use super::fields::MYSQL;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{check_pieces, half_closed, split, whole};
use proptest::prelude::*;

fn packet(number: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(content.len()).unwrap().to_le_bytes()[..3].to_vec();
    bytes.push(number);
    bytes.extend(content);
    bytes
}

fn greeting() -> Vec<u8> {
    packet(
        0,
        b"\x0a8.0.1-x\0\x07\0\0\0saltsalt\0\xff\xff\x21\x02\0\xff\xff\x15",
    )
}

fn log_in() -> Vec<u8> {
    let mut content = b"\x0d\xa2\x0a\0\0\0\0\x01\x21".to_vec();
    content.resize(32, 0);
    content.extend(b"ann\0\x04hashshop\0");
    packet(1, &content)
}

#[test]
fn log_in_and_commands_are_told() {
    let (greeting, log_in) = (greeting(), log_in());
    let ok = packet(2, b"\0\0\0\x02\0\0\0");
    let query = packet(0, b"\x03select 1");
    let answer = packet(1, b"\x01");
    let error = packet(1, b"\xff\x15\x04#28000no");
    let feeds = [
        (ToClient, &*greeting),
        (ToServer, &log_in),
        (ToClient, &ok),
        (ToServer, &query),
        (ToClient, &answer),
        (ToServer, &query),
        (ToClient, &error),
    ];
    let found = whole(&MYSQL, &feeds);
    assert_eq!(
        found.events(),
        [
            "mysql 0: version=8.0.1-x tls=false user=ann database=shop",
            "mysql 1: command=query query=select 1",
            "mysql 2: command=query query=select 1 error_code=1045 error=no",
        ]
    );
    assert_eq!(found.buffer("mysql.command"), ["select 1", "select 1"]);
    check_pieces(&MYSQL, &feeds);
}

#[test]
fn what_is_asked_after_the_servers_end_is_told() {
    let (greeting, log_in) = (greeting(), log_in());
    let ok = packet(2, b"\0\0\0\x02\0\0\0");
    let feeds = [(ToClient, &*greeting), (ToServer, &log_in), (ToClient, &ok)];
    let found = half_closed(&MYSQL, &feeds, &packet(0, b"\x03select 1"));
    assert_eq!(
        found.events().last(),
        Some(&"mysql 1: command=query query=select 1")
    );
}

#[test]
fn a_client_may_go_on_with_tls() {
    let mut content = b"\x0d\xaa\x0a\0\0\0\0\x01\x21".to_vec();
    content.resize(32, 0);
    let ask = [packet(1, &content), b"\x16\x03".to_vec()].concat();
    let found = whole(&MYSQL, &[(ToClient, &greeting()), (ToServer, &ask)]);
    assert_eq!(found.events(), ["mysql 0: version=8.0.1-x tls=true"]);
    assert_eq!(found.with("change "), ["tls> \\x16\\x03"]);
}

#[test]
fn beginnings_tell_the_protocol() {
    assert_eq!((MYSQL.probe)(ToClient, &greeting()), Probe::Yes);
    assert_eq!((MYSQL.probe)(ToServer, &log_in()), Probe::Unsure);
    assert_eq!((MYSQL.probe)(ToClient, b"220 mail ESMTP\r\n"), Probe::No);
    assert_eq!((MYSQL.probe)(ToServer, b"GET / HTTP/1.1\r\n"), Probe::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), piece in 1usize..20) {
        split(&MYSQL, &[(ToClient, &greeting()), (ToServer, &bytes), (ToClient, &bytes)], piece);
    }
}
