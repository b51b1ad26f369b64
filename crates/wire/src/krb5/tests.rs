use super::fields::{TCP, UDP};
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{check_pieces, split, whole};
use proptest::prelude::*;

/// An element of at most 65,535 bytes.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82], &length[..], content].concat()
}

fn field(number: u8, content: &[u8]) -> Vec<u8> {
    element(0xa0 | number, content)
}

fn integer(number: u8) -> Vec<u8> {
    element(2, &[number])
}

fn name(parts: &[&str]) -> Vec<u8> {
    let parts: Vec<Vec<u8>> = parts
        .iter()
        .map(|part| element(0x1b, part.as_bytes()))
        .collect();
    let parts = element(0x30, &parts.concat());
    element(0x30, &[field(0, &integer(1)), field(1, &parts)].concat())
}

fn realm(text: &str) -> Vec<u8> {
    element(0x1b, text.as_bytes())
}

fn request(kind: u8) -> Vec<u8> {
    let body = [
        field(0, &element(3, &[0, 0, 0, 0, 0])),
        field(1, &name(&["ann"])),
        field(2, &realm("CORP.EXAMPLE")),
        field(3, &name(&["krbtgt", "CORP.EXAMPLE"])),
        field(8, &element(0x30, &[integer(18), integer(23)].concat())),
    ]
    .concat();
    // An encrypted time in front of the second kind of request only.
    let proof = element(0x30, &field(1, &integer(2)));
    let proofs = match kind {
        10 => Vec::new(),
        _ => field(3, &element(0x30, &proof)),
    };
    let message = [
        field(1, &integer(5)),
        field(2, &integer(kind)),
        proofs,
        field(4, &element(0x30, &body)),
    ]
    .concat();
    element(0x60 | kind, &element(0x30, &message))
}

fn reply(kind: u8, encryption: u8, ticket: u8) -> Vec<u8> {
    let encrypted = |number| {
        element(
            0x30,
            &[field(0, &integer(number)), field(2, &element(4, b"closed"))].concat(),
        )
    };
    let ticket = [
        field(0, &integer(5)),
        field(1, &realm("CORP.EXAMPLE")),
        field(2, &name(&["cifs", "srv"])),
        field(3, &encrypted(ticket)),
    ]
    .concat();
    let message = [
        field(0, &integer(5)),
        field(1, &integer(kind)),
        field(3, &realm("CORP.EXAMPLE")),
        field(4, &name(&["ann"])),
        field(5, &element(0x61, &element(0x30, &ticket))),
        field(6, &encrypted(encryption)),
    ]
    .concat();
    element(0x60 | kind, &element(0x30, &message))
}

fn error(code: u8) -> Vec<u8> {
    let message = [
        field(0, &integer(5)),
        field(1, &integer(30)),
        field(6, &integer(code)),
        field(9, &realm("CORP.EXAMPLE")),
        field(10, &name(&["krbtgt", "CORP.EXAMPLE"])),
    ]
    .concat();
    element(0x7e, &element(0x30, &message))
}

fn record(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u32).to_be_bytes()[..], message].concat()
}

#[test]
fn requests_replies_and_failures_are_told() {
    let sent = [record(&request(10)), record(&request(12))].concat();
    let received = [record(&error(25)), record(&reply(13, 18, 23))].concat();
    let (first, second) = sent.split_at(sent.len() / 2);
    let (refused, given) = received.split_at(record(&error(25)).len());
    let feeds = [
        (ToServer, first),
        (ToClient, refused),
        (ToServer, second),
        (ToClient, given),
    ];
    let found = whole(&TCP, &feeds);
    assert_eq!(
        found.events(),
        [
            "krb5 0: msg_type=KRB_AS_REQ cname=ann realm=CORP.EXAMPLE sname=krbtgt/CORP.EXAMPLE \
             encryption=<none> weak_encryption=false preauthenticated=false \
             requested_encryptions=[ aes256-cts-hmac-sha1-96 rc4-hmac ]",
            "krb5 1: msg_type=KRB_ERROR failed_request=KRB_AS_REQ error_code=KDC_ERR_PREAUTH_REQUIRED \
             cname=<empty> realm=<empty> sname=krbtgt/CORP.EXAMPLE encryption=<none> weak_encryption=false",
            "krb5 2: msg_type=KRB_TGS_REQ cname=ann realm=CORP.EXAMPLE sname=krbtgt/CORP.EXAMPLE \
             encryption=<none> weak_encryption=false preauthenticated=true \
             requested_encryptions=[ aes256-cts-hmac-sha1-96 rc4-hmac ]",
            "krb5 3: msg_type=KRB_TGS_REP cname=ann realm=CORP.EXAMPLE sname=cifs/srv \
             encryption=aes256-cts-hmac-sha1-96 weak_encryption=false ticket_encryption=rc4-hmac \
             ticket_weak_encryption=true",
        ]
    );
    assert_eq!(found.buffer("krb5_msg_type"), ["10", "30", "12", "13"]);
    assert_eq!(found.buffer("krb5_err_code"), ["25"]);
    assert_eq!(
        found.buffer("krb5.ticket_encryption"),
        ["rc4-hmac", "23", "weak"]
    );
    check_pieces(&TCP, &feeds);
}

#[test]
fn a_message_without_bytes_is_malformed_however_it_is_cut() {
    let stream = [&record(b"")[..], &record(&request(10))].concat();
    let found = whole(&TCP, &[(ToServer, &stream)]);
    assert_eq!(found.lines, ["anomaly malformed_data"]);
    check_pieces(&TCP, &[(ToServer, &stream)]);
    // The second byte of an error's head makes no sense, but lies behind the message.
    check_pieces(&TCP, &[(ToServer, b"\0\0\0\0\x7e\xfb\x7e\0\0\0\x7e")]);
    check_pieces(&TCP, &[(ToServer, b"\0\0\0\x01\x7e\xfb\x7e\0\0\0\x7e")]);
}

#[test]
fn weak_encryption_is_told_over_datagrams_too() {
    let found = whole(&UDP, &[(ToClient, &reply(11, 23, 18))]);
    assert_eq!(found.anomalies(), ["weak_encryption"]);
    assert_eq!(
        whole(&UDP, &[(ToServer, b"junk")]).anomalies(),
        ["malformed_data"]
    );
}

#[test]
fn beginnings_tell_the_protocol() {
    let message = request(10);
    assert_eq!((UDP.probe)(ToServer, &message), Probe::Yes);
    assert_eq!((UDP.probe)(ToClient, &message), Probe::No);
    assert_eq!((UDP.probe)(ToServer, &message[..20]), Probe::No);
    let record = record(&message);
    assert_eq!((TCP.probe)(ToServer, &record), Probe::Yes);
    assert_eq!((TCP.probe)(ToServer, &record[..6]), Probe::Unsure);
    assert_eq!((TCP.probe)(ToServer, b"GET / HTTP/1.1\r\n"), Probe::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(kind in 8u8..31, bytes in proptest::collection::vec(any::<u8>(), 0..120), piece in 1usize..20) {
        let message = element(0x60 | kind, &element(0x30, &bytes));
        split(&TCP, &[(ToServer, &record(&message)), (ToClient, &bytes)], piece);
        whole(&UDP, &[(ToServer, &message), (ToClient, &bytes)]);
    }
}
