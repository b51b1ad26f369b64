use super::fields::SMTP;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{Feed, Recorder, check_pieces, finish, split, whole};
use proptest::prelude::*;

const GREETING: Feed<'_> = (ToClient, b"220 mail.example ESMTP\r\n");

/// A session that sends one message.
fn session<'a>(message: &'a [u8]) -> Vec<Feed<'a>> {
    vec![
        GREETING,
        (ToServer, b"EHLO client.example\r\n"),
        (ToClient, b"250-mail.example\r\n250 PIPELINING\r\n"),
        (
            ToServer,
            b"MAIL FROM:<a@example.com> SIZE=5\r\nRCPT TO:<b@example.com>\r\nRCPT TO: c@example.com\r\nDATA\r\n",
        ),
        (ToClient, b"250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"),
        (ToServer, message),
        (ToClient, b"250 queued\r\n"),
        (ToServer, b"QUIT\r\n"),
        (ToClient, b"221 bye\r\n"),
    ]
}

const ENVELOPE: &str = "smtp 0: helo=client.example mail_from=<a@example.com> \
                        rcpt_to=[ <b@example.com> c@example.com ]";

#[test]
fn a_message_with_its_envelope_is_one_transaction() {
    let message = b"From: \"A\" <a@example.com>\r\nTo: b@example.com,\r\n c@example.com\r\n\
        Subject: =?utf-8?B?44GT?=\r\nX-Mailer: x\r\n\r\n..dot\r\nhttp://a.example/x\r\n.\r\n";
    let feeds = session(message);
    let found = whole(&SMTP, &feeds);
    assert_eq!(
        found.events(),
        [format!(
            "{ENVELOPE} email: status=PARSE_DONE from=\"A\" <a@example.com> \
             to=[ b@example.com c@example.com ] url=[ a.example/x ] \
             subject==?utf-8?B?44GT?= x_mailer=x"
        )
        .replace("\"A\"", "\\\"A\\\"")]
    );
    assert_eq!(found.buffer("smtp.helo"), ["client.example"]);
    assert_eq!(
        found.buffer("smtp.rcpt_to"),
        ["<b@example.com>", "c@example.com"]
    );
    assert_eq!(
        found.buffer("email.subject"),
        ["=?utf-8?B?44GT?=", "\\xe3\\x81\\x93"]
    );
    assert_eq!(found.buffer("email.to"), ["b@example.com, c@example.com"]);
    assert_eq!(found.buffer("email.url"), ["a.example/x"]);
    assert!(found.anomalies().is_empty());
    check_pieces(&SMTP, &feeds);
}

#[test]
fn attachments_are_files() {
    let message = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
        Content-Disposition: attachment; filename=\"a.txt\"\r\n\r\none\r\n..\r\n--x\r\n\
        Content-Transfer-Encoding: base64\r\nContent-Type: x/y; name=b.exe\r\n\r\nTVo=\r\n--x--\r\n.\r\n";
    let feeds = session(message);
    let found = whole(&SMTP, &feeds);
    assert_eq!(
        found.with("file "),
        [
            "0> `a.txt` 6 bytes complete: one\\r\\n.",
            "0> `b.exe` 2 bytes complete: MZ"
        ]
    );
    assert_eq!(found.buffer("file.data"), ["one\\r\\n.", "MZ"]);
    assert_eq!(found.buffer("file.name"), ["a.txt", "b.exe"]);
    assert!(found.events()[0].contains("attachment=[ a.txt b.exe ]"));
    check_pieces(&SMTP, &feeds);
}

#[test]
fn chunks_make_a_message_and_the_next_one_is_its_own() {
    let feeds = [
        GREETING,
        (
            ToServer,
            b"EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 9\r\nSubject: BDAT 8 LAST\r\n one\r\n\r\n"
                as &[u8],
        ),
        (
            ToServer,
            b"MAIL FROM:<e@f>\r\nBDAT 14\r\nSubject: two\r\nBDAT 0 LAST\r\nQUIT\r\n",
        ),
    ];
    let found = whole(&SMTP, &feeds);
    assert_eq!(
        found.events(),
        [
            "smtp 0: helo=c mail_from=<a@b> rcpt_to=[ <c@d> ] email: status=PARSE_DONE subject=one",
            "smtp 1: helo=c mail_from=<e@f> email: status=PARSE_DONE subject=two",
        ]
    );
    assert!(found.anomalies().is_empty());
    check_pieces(&SMTP, &feeds);
}

#[test]
fn starttls_changes_the_protocol_and_a_refusal_is_told() {
    let asked: Feed<'_> = (ToServer, b"EHLO c\r\nSTARTTLS\r\n");
    let mut found = Recorder::default();
    let mut parser = (SMTP.parser)();
    for (direction, bytes) in [
        GREETING,
        asked,
        (ToClient, b"250 ok\r\n220 go\r\n\x16\x03" as &[u8]),
    ] {
        parser.feed(direction, bytes, &mut found);
    }
    assert!(parser.is_done());
    assert_eq!(found.with("change "), ["tls< \\x16\\x03"]);
    finish(parser.as_mut(), &mut found);
    assert_eq!(found.events(), ["smtp 0: helo=c"]);

    let refused = [GREETING, asked, (ToClient, b"250 ok\r\n454 no\r\n")];
    assert_eq!(whole(&SMTP, &refused).anomalies(), ["tls_rejected"]);
    check_pieces(&SMTP, &refused);
}

#[test]
fn credentials_are_no_commands() {
    let feeds = [
        GREETING,
        (ToServer, b"EHLO c\r\nAUTH LOGIN\r\n" as &[u8]),
        (ToClient, b"250 ok\r\n334 VXNlcm5hbWU6\r\n"),
        (ToServer, b"DATA\r\n"),
        (ToClient, b"334 UGFzc3dvcmQ6\r\n"),
        (ToServer, b"RSET\r\n"),
        (ToClient, b"235 welcome\r\n"),
        (ToServer, b"MAIL FROM:<a@b>\r\nRSET\r\nMAIL FROM:<c@d>\r\n"),
    ];
    let found = whole(&SMTP, &feeds);
    assert_eq!(
        found.events(),
        [
            "smtp 0: helo=c mail_from=<a@b>",
            "smtp 1: helo=c mail_from=<c@d>"
        ]
    );
    assert!(found.anomalies().is_empty());
    check_pieces(&SMTP, &feeds);
}

#[test]
fn one_side_alone_is_understood() {
    let client: Vec<Feed<'_>> = session(b"Subject: s\r\n\r\n.\r\n")
        .into_iter()
        .filter(|(direction, _)| *direction == ToServer)
        .collect();
    let found = whole(&SMTP, &client);
    assert_eq!(
        found.events(),
        [format!("{ENVELOPE} email: status=PARSE_DONE subject=s")]
    );
    assert!(found.anomalies().is_empty());
    check_pieces(&SMTP, &client);
}

#[test]
fn what_is_odd_is_told() {
    let long = [&b"EHLO "[..], &[b'x'; 9000], b"\r\n"].concat();
    let cases: &[(&[Feed<'_>], &[&str])] = &[
        (&[(ToServer, &long)], &["truncated_line"]),
        (
            &[(ToClient, b"250 hello\r\n")],
            &["no_server_welcome_message"],
        ),
        (&[GREETING, (ToClient, b"hello\r\n")], &["invalid_reply"]),
        (
            &[GREETING, (ToClient, b"250 what?\r\n")],
            &["unable_to_match_reply_with_request"],
        ),
        (
            &[GREETING, (ToServer, b"DATA\r\nSubject: x\r\n")],
            &["invalid_pipelined_sequence"],
        ),
        (
            &[GREETING, (ToServer, b"DATA\r\n"), (ToClient, b"503 no\r\n")],
            &["data_command_rejected"],
        ),
        (
            &[(ToServer, b"MAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\n")],
            &["duplicate_fields"],
        ),
        (&[(ToServer, b"BDAT -5\r\n")], &["unparsable_content"]),
        (
            &[(ToServer, b"DATA\r\nSubject: x\r\n\r\nx\n.\r\n")],
            &["ambiguous_data_end"],
        ),
    ];
    for (feeds, expected) in cases {
        assert_eq!(whole(&SMTP, feeds).anomalies(), *expected);
        check_pieces(&SMTP, feeds);
    }
}

#[test]
fn missing_bytes_do_not_swallow_what_follows() {
    let mut found = Recorder::default();
    let mut parser = (SMTP.parser)();
    let feeds =
        session(b"Content-Disposition: attachment; filename=a\r\nContent-Type: x/y\r\n\r\nabc\r\n");
    for (direction, bytes) in &feeds[..6] {
        parser.feed(*direction, bytes, &mut found);
    }
    parser.gap(ToServer, 500, &mut found);
    for (direction, bytes) in [
        (ToClient, b"250 queued\r\n" as &[u8]),
        (ToServer, b"MAIL FROM:<second@example.com>\r\n"),
    ] {
        parser.feed(direction, bytes, &mut found);
    }
    finish(parser.as_mut(), &mut found);
    assert_eq!(
        found.with("file "),
        ["gap 0: 500", "0> `a` 3 bytes cut: abc"]
    );
    assert_eq!(
        found.events(),
        [
            &format!("{ENVELOPE} email: status=BODY_STARTED attachment=[ a ]"),
            "smtp 1: helo=client.example mail_from=<second@example.com>"
        ]
    );
}

#[test]
fn beginnings_tell_the_protocol() {
    let cases = [
        (ToServer, &b"EHLO x"[..], Probe::Yes),
        (ToServer, b"helo\r\n", Probe::Yes),
        (ToServer, b"EH", Probe::Unsure),
        (ToServer, b"QUIT\r\n", Probe::Unsure),
        (ToServer, b"HELOX", Probe::No),
        (ToServer, b"GET / ", Probe::No),
        (ToClient, b"220 x ESMTP Postfix\r\n", Probe::Yes),
        (ToClient, b"220 hello\r\n", Probe::Unsure),
        (ToClient, b"220 ProFTPD\r\n", Probe::No),
        (ToClient, b"22", Probe::Unsure),
        (ToClient, b"+OK", Probe::No),
    ];
    for (direction, bytes, expected) in cases {
        assert_eq!(
            (SMTP.probe)(direction, bytes),
            expected,
            "{}",
            bytes.escape_ascii()
        );
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300), piece in 1usize..20) {
        let begun = [&b"EHLO a\r\nDATA\r\n"[..], &bytes, b"\r\n.\r\n", &bytes].concat();
        split(&SMTP, &[(ToServer, &begun), (ToClient, &bytes)], piece);
    }

    #[test]
    fn cutting_does_not_matter(at: prop::sample::Index, value: u8) {
        let mut message = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
            Content-Disposition: attachment\r\n\r\nab\r\n--x--\r\n.\r\nRSET\r\nBDAT 5\r\nA: b\r\n".to_vec();
        let at = at.index(message.len());
        message[at] = value;
        check_pieces(&SMTP, &session(&message));
    }
}
