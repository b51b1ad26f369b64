use super::fields::IMAP;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{Feed, Recorder, check_pieces, finish, split, whole};
use proptest::prelude::*;

const GREETING: Feed<'_> = (ToClient, b"* OK ready\r\n");

#[test]
fn commands_are_joined_with_their_answers_by_tag() {
    let feeds = [
        GREETING,
        (ToServer, b"a LOGIN joe secret\r\nb NOOP\r\n" as &[u8]),
        (ToClient, b"* 1 EXISTS\r\nb OK done\r\na NO wrong\r\n"),
        (ToServer, b"c LOGOUT\r\n"),
    ];
    let found = whole(&IMAP, &feeds);
    assert_eq!(
        found.events(),
        [
            "imap 0: response={ status=OK text=ready ]",
            "imap 2: request={ tag=b command=NOOP ] response={ status=OK text=done ]",
            "imap 1: request={ tag=a command=LOGIN args=joe ] response={ status=NO text=wrong ]",
            "imap 3: request={ tag=c command=LOGOUT ]",
        ]
    );
    check_pieces(&IMAP, &feeds);
}

#[test]
fn messages_in_literals_are_read() {
    let message = b"Subject: s\r\nContent-Type: x/y; name=a\r\n\r\nMZ";
    let fetched = [
        format!("* 1 FETCH (FLAGS () BODY[] {{{}}}\r\n", message.len()).as_bytes(),
        message,
        b")\r\na OK done\r\n",
    ]
    .concat();
    let stored = [
        format!("b APPEND Sent {{{}+}}\r\n", message.len()).as_bytes(),
        message,
        b"\r\nc NOOP\r\n",
    ]
    .concat();
    let feeds = [
        GREETING,
        (ToServer, b"a FETCH 1 BODY[]\r\n" as &[u8]),
        (ToClient, &fetched),
        (ToServer, &stored),
        (ToClient, b"b OK done\r\nc OK done\r\n"),
    ];
    let found = whole(&IMAP, &feeds);
    assert_eq!(
        found.with("file "),
        ["1< `a` 2 bytes complete: MZ", "2> `a` 2 bytes complete: MZ"]
    );
    assert_eq!(found.buffer("file.data"), ["MZ", "MZ"]);
    assert_eq!(found.events().len(), 4);
    assert!(found.events()[1].ends_with("email: status=PARSE_DONE attachment=[ a ] subject=s"));
    check_pieces(&IMAP, &feeds);
}

#[test]
fn starttls_changes_the_protocol() {
    let mut found = Recorder::default();
    let mut parser = (IMAP.parser)();
    for (direction, bytes) in [
        GREETING,
        (ToServer, b"a STARTTLS\r\n" as &[u8]),
        (ToClient, b"a OK go\r\n\x16"),
    ] {
        parser.feed(direction, bytes, &mut found);
    }
    assert!(parser.is_done());
    assert_eq!(found.with("change "), ["tls< \\x16"]);
    finish(parser.as_mut(), &mut found);
}

#[test]
fn beginnings_tell_the_protocol() {
    let cases = [
        (ToClient, &b"* OK ready\r\n"[..], Probe::Yes),
        (ToClient, b"* ", Probe::Unsure),
        (ToClient, b"*1\r\n", Probe::No),
        (ToServer, b"a001 LOGIN x y\r\n", Probe::Yes),
        (ToServer, b"a001 LOG", Probe::Unsure),
        (ToServer, b"GET / HTTP/1.1\r\n", Probe::No),
        (ToServer, b"EHLO x\r\n", Probe::No),
    ];
    for (direction, bytes, expected) in cases {
        assert_eq!((IMAP.probe)(direction, bytes), expected);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300), piece in 1usize..20) {
        split(&IMAP, &[(ToServer, &bytes), (ToClient, &bytes)], piece);
    }

    #[test]
    fn cutting_does_not_matter(at: prop::sample::Index, value: u8) {
        let mut answers = b"* OK\r\n* 1 FETCH (BODY[] {39}\r\nContent-Type: x/y; name=a\r\n\r\nbody bytes)\r\na OK x\r\n".to_vec();
        let at = at.index(answers.len());
        answers[at] = value;
        check_pieces(&IMAP, &[(ToServer, b"a FETCH 1 BODY[]\r\nb NOOP\r\n"), (ToClient, &answers)]);
    }
}
