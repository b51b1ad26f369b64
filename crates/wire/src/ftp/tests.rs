use super::fields::FTP;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{Feed, Recorder, check_pieces, finish, split, whole};
use proptest::prelude::*;

const GREETING: Feed<'_> = (ToClient, b"220-Hello\r\n220 (server)\r\n");

#[test]
fn commands_are_joined_with_their_answers() {
    let feeds = [
        GREETING,
        (ToServer, b"user anonymous\r\n" as &[u8]),
        (ToClient, b"331 Password?\r\n"),
        (ToServer, b"PASS me@\r\nFEAT\r\n"),
        (
            ToClient,
            b"230 In.\r\n211-Features:\r\n UTF8\r\n 211 x\r\n211 End\r\n",
        ),
        (ToServer, b"NLST\r\n"),
        (ToClient, b"150 Here it comes.\r\n226 Done.\r\n"),
        (ToServer, b"QUIT\r\n"),
    ];
    let found = whole(&FTP, &feeds);
    let rest = "reply_truncated=false";
    assert_eq!(
        found.events(),
        [
            format!(
                "ftp 0: completion_code=[ 220 220 ] reply=[ Hello (server) ] reply_received=yes {rest}"
            ),
            format!(
                "ftp 1: command=USER command_data=anonymous command_truncated=false completion_code=[ 331 ] reply=[ Password? ] reply_received=yes {rest}"
            ),
            format!(
                "ftp 2: command=PASS command_data=me@ command_truncated=false completion_code=[ 230 ] reply=[ In. ] reply_received=yes {rest}"
            ),
            format!(
                "ftp 3: command=FEAT completion_code=[ 211 211 ] reply=[ Features:  UTF8  211 x End ] reply_received=yes {rest}"
            ),
            format!(
                "ftp 4: command=NLST completion_code=[ 150 226 ] reply=[ Here it comes. Done. ] reply_received=yes {rest}"
            ),
            format!("ftp 5: command=QUIT reply_received=no {rest}"),
        ]
    );
    assert_eq!(
        found.buffer("ftp.command"),
        ["USER", "PASS", "FEAT", "NLST", "QUIT"]
    );
    assert_eq!(found.buffer("ftp.command_data"), ["anonymous", "me@"]);
    assert_eq!(found.buffer("ftp.completion_code").len(), 8);
    assert!(found.anomalies().is_empty());
    check_pieces(&FTP, &feeds);
}

#[test]
fn a_late_greeting_answers_no_command() {
    let feeds = [
        (ToServer, b"USER joe\r\n" as &[u8]),
        (ToClient, b"220-hello\r\n220 go on\r\n331 who?\r\n"),
    ];
    let found = whole(&FTP, &feeds);
    assert!(found.events()[0].starts_with("ftp 1: completion_code=[ 220 220 ]"));
    assert!(found.events()[1].starts_with("ftp 0: command=USER"));
    check_pieces(&FTP, &feeds);
}

#[test]
fn connections_for_data_are_announced() {
    let feeds = [
        GREETING,
        (ToServer, b"PORT 10,0,0,1,4,1\r\n" as &[u8]),
        (ToClient, b"200 ok\r\n"),
        (ToServer, b"RETR a b\r\n"),
        (ToClient, b"226 ok\r\n"),
        (ToServer, b"EPSV\r\n"),
        (ToClient, b"229 ok (|||5000|)\r\n"),
        (ToServer, b"STOR c\r\nLIST\r\n"),
        (ToServer, b"PASV\r\n"),
        (ToClient, b"226 ok\r\n226 ok\r\n227 ok (10,0,0,2,0,99)\r\n"),
        (ToServer, b"LIST\r\n"),
    ];
    let found = whole(&FTP, &feeds);
    assert_eq!(
        found.with("expect "),
        [
            "ftp-data opened< 1025 RETR a b",
            "ftp-data opened> 5000 STOR c",
            "ftp-data opened> 99 LIST "
        ]
    );
    assert_eq!(found.buffer("ftp.mode").len(), 6);
    assert_eq!(
        found.buffer("ftp.dynamic_port"),
        ["1025", "1025", "5000", "5000", "99", "99"]
    );
    assert!(found.buffer("ftpbounce").is_empty());
    check_pieces(&FTP, &feeds);
}

#[test]
fn data_for_somebody_else_is_noticed() {
    let client: std::net::IpAddr = "10.0.0.1".parse().unwrap();
    let cases: &[(&[u8], usize)] = &[
        (b"PORT 10,0,0,1,4,1\r\n", 0),
        (b"PORT 10,0,0,2,4,1\r\n", 1),
        (b"EPRT |2|2001:db8::1|99|\r\n", 1),
    ];
    for (line, expected) in cases {
        let mut found = Recorder::default();
        let mut parser = (FTP.parser)();
        parser.between(client, client);
        parser.feed(ToServer, line, &mut found);
        assert_eq!(found.buffer("ftpbounce").len(), *expected);
    }
}

#[test]
fn auth_tls_changes_the_protocol() {
    let mut found = Recorder::default();
    let mut parser = (FTP.parser)();
    for (direction, bytes) in [
        GREETING,
        (ToServer, b"AUTH TLS\r\n" as &[u8]),
        (ToClient, b"234 go\r\n\x16"),
    ] {
        parser.feed(direction, bytes, &mut found);
    }
    assert!(parser.is_done());
    assert_eq!(found.with("change "), ["tls< \\x16"]);
    finish(parser.as_mut(), &mut found);
    assert_eq!(found.events().len(), 2);
}

#[test]
fn limits_are_told() {
    let long = [&b"MKD "[..], &[b'x'; 5000], b"\r\n"].concat();
    let found = whole(&FTP, &[(ToServer, &long)]);
    assert_eq!(found.anomalies(), ["request_command_too_long"]);
    assert!(found.events()[0].contains("command_truncated=true"));
    let many = b"NOOP\r\n".repeat(300);
    let found = whole(&FTP, &[(ToServer, &many)]);
    assert_eq!(found.events().len(), 300);
    assert!(found.anomalies().contains(&"too_many_transactions"));
    let answer = [&b"220 "[..], &[b'x'; 5000], b"\r\n"].concat();
    let found = whole(&FTP, &[(ToClient, &answer)]);
    assert_eq!(found.anomalies(), ["response_command_too_long"]);
}

#[test]
fn beginnings_tell_the_protocol() {
    let cases = [
        (ToServer, &b"USER anonymous\r\n"[..], Probe::Yes),
        (ToServer, b"USER a b c :Real Name\r\n", Probe::No),
        (ToServer, b"US", Probe::Unsure),
        (ToServer, b"AUTH TLS\r\n", Probe::Yes),
        (ToServer, b"EHLO x\r\n", Probe::No),
        (ToClient, b"220 ProFTPD\r\n", Probe::Yes),
        (ToClient, b"220 hello\r\n", Probe::Unsure),
        (ToClient, b"220 hello\r\n331 password\r\n", Probe::Yes),
        (ToClient, b"220 x ESMTP\r\n", Probe::No),
    ];
    for (direction, bytes, expected) in cases {
        assert_eq!(
            (FTP.probe)(direction, bytes),
            expected,
            "{}",
            bytes.escape_ascii()
        );
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300), piece in 1usize..20) {
        split(&FTP, &[(ToServer, &bytes), (ToClient, &bytes)], piece);
    }

    #[test]
    fn cutting_does_not_matter(at: prop::sample::Index, value: u8) {
        let mut answers = b"220-a\r\n220 b\r\n227 ok (1,2,3,4,5,6)\r\n150 x\r\n226 y\r\n".to_vec();
        let at = at.index(answers.len());
        answers[at] = value;
        check_pieces(&FTP, &[(ToServer, b"USER x\r\nPASV\r\nRETR y\r\n"), (ToClient, &answers)]);
    }
}
