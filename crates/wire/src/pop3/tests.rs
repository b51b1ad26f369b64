use super::fields::POP3;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{Feed, Recorder, check_pieces, finish, split, whole};
use proptest::prelude::*;

const GREETING: Feed<'_> = (ToClient, b"+OK ready\r\n");

#[test]
fn commands_are_joined_with_their_answers() {
    let feeds = [
        GREETING,
        (ToServer, b"user joe\r\nPASS two words\r\n" as &[u8]),
        (ToClient, b"+OK\r\n-ERR no\r\n"),
        (ToServer, b"LIST\r\n"),
        (ToClient, b"+OK 2\r\n1 120\r\n..2\r\n.\r\n"),
        (ToServer, b"QUIT\r\n"),
    ];
    let found = whole(&POP3, &feeds);
    assert_eq!(
        found.events(),
        [
            "pop3 0: response={ success=true status=OK header=ready data=[ ] ]",
            "pop3 1: request={ command=USER args=[ joe ] ] response={ success=true status=OK header= data=[ ] ]",
            "pop3 2: request={ command=PASS args=[ two words ] ] response={ success=false status=ERR header=no data=[ ] ]",
            "pop3 3: request={ command=LIST args=[ ] ] response={ success=true status=OK header=2 data=[ 1 120 .2 ] ]",
            "pop3 4: request={ command=QUIT args=[ ] ]",
        ]
    );
    assert!(found.anomalies().is_empty());
    check_pieces(&POP3, &feeds);
}

#[test]
fn messages_that_are_fetched_are_read() {
    let feeds = [
        GREETING,
        (ToServer, b"RETR 1\r\n" as &[u8]),
        (
            ToClient,
            b"+OK\r\nSubject: s\r\nContent-Type: x/y; name=a.exe\r\n\r\nMZ\r\n..\r\n.\r\n",
        ),
    ];
    let found = whole(&POP3, &feeds);
    assert_eq!(
        found.with("file "),
        ["1< `a.exe` 5 bytes complete: MZ\\r\\n."]
    );
    assert_eq!(found.buffer("file.data"), ["MZ\\r\\n."]);
    assert!(found.events()[1].ends_with("email: status=PARSE_DONE attachment=[ a.exe ] subject=s"));
    check_pieces(&POP3, &feeds);
}

#[test]
fn stls_changes_the_protocol_and_credentials_are_no_commands() {
    let mut found = Recorder::default();
    let mut parser = (POP3.parser)();
    for (direction, bytes) in [
        GREETING,
        (ToServer, b"AUTH LOGIN\r\n" as &[u8]),
        (ToClient, b"+ \r\n"),
        (ToServer, b"USER\r\n"),
        (ToClient, b"+OK\r\n"),
        (ToServer, b"STLS\r\n"),
        (ToClient, b"+OK go\r\n\x16"),
    ] {
        parser.feed(direction, bytes, &mut found);
    }
    assert!(parser.is_done());
    assert_eq!(found.with("change "), ["tls< \\x16"]);
    finish(parser.as_mut(), &mut found);
    assert_eq!(found.events().len(), 3);
}

#[test]
fn beginnings_tell_the_protocol() {
    let cases = [
        (ToClient, &b"+OK POP3 ready\r\n"[..], Probe::Yes),
        (ToClient, b"+OK\r\n", Probe::Unsure),
        (ToClient, b"+PONG\r\n", Probe::No),
        (ToServer, b"CAPA\r\n", Probe::Yes),
        (ToServer, b"USER x\r\n", Probe::Unsure),
        (ToServer, b"GET /", Probe::No),
    ];
    for (direction, bytes, expected) in cases {
        assert_eq!((POP3.probe)(direction, bytes), expected);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300), piece in 1usize..20) {
        split(&POP3, &[(ToServer, &bytes), (ToClient, &bytes)], piece);
    }

    #[test]
    fn cutting_does_not_matter(at: prop::sample::Index, value: u8) {
        let mut answers = b"+OK a\r\n+OK\r\nContent-Type: x/y; name=a\r\n\r\nb\r\n.\r\n+OK\r\n1 2\r\n.\r\n".to_vec();
        let at = at.index(answers.len());
        answers[at] = value;
        check_pieces(&POP3, &[(ToServer, b"NOOP\r\nRETR 1\r\nLIST\r\nQUIT\r\n"), (ToClient, &answers)]);
    }
}
