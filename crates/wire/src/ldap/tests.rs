use super::fields::{TCP, UDP};
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{Feed, check_pieces, split, whole};
use proptest::prelude::*;

/// An element of at most 65,535 bytes.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    if content.len() < 128 {
        return [&[tag, content.len() as u8], content].concat();
    }
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82], &length[..], content].concat()
}

fn message(id: u8, tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    let body = element(tag, &parts.concat());
    element(0x30, &[element(2, &[id]), body].concat())
}

fn text(value: &str) -> Vec<u8> {
    element(4, value.as_bytes())
}

fn number(tag: u8, value: u8) -> Vec<u8> {
    element(tag, &[value])
}

fn outcome(id: u8, tag: u8, code: u8, words: &str) -> Vec<u8> {
    message(id, tag, &[number(0x0a, code), text(""), text(words)])
}

fn search(id: u8, filter: Vec<u8>) -> Vec<u8> {
    message(
        id,
        0x63,
        &[
            text("DC=corp,DC=example"),
            number(0x0a, 2),
            number(0x0a, 0),
            number(2, 0),
            number(2, 9),
            number(1, 0),
            filter,
            element(0x30, &[text("cn"), text("memberOf")].concat()),
        ],
    )
}

fn pair(tag: u8, name: &str, value: &str) -> Vec<u8> {
    element(tag, &[text(name), text(value)].concat())
}

#[test]
fn log_ins_and_searches_are_told() {
    let bind = message(
        1,
        0x60,
        &[number(2, 3), text("CN=ann"), element(0x80, b"secret")],
    );
    let filter = element(
        0xa0,
        &[
            pair(0xa3, "objectClass", "user"),
            element(
                0xa4,
                &[text("cn"), element(0x30, &element(0x80, b"adm"))].concat(),
            ),
            element(0xa2, &element(0x87, b"mail")),
        ]
        .concat(),
    );
    let values = element(0x31, &text("Ann"));
    let entry = message(
        2,
        0x64,
        &[
            text("CN=Ann"),
            element(0x30, &element(0x30, &[text("cn"), values].concat())),
        ],
    );
    let sent = [bind, search(2, filter)].concat();
    let received = [
        outcome(1, 0x61, 49, "wrong"),
        entry,
        outcome(2, 0x65, 0, ""),
    ]
    .concat();
    let feeds: &[Feed<'_>] = &[(ToServer, &sent), (ToClient, &received)];
    let found = whole(&TCP, feeds);
    assert_eq!(
        found.events(),
        [
            "ldap 0: request={ operation=bind_request message_id=1 bind_request={ version=3 name=CN=ann \
             simple=true anonymous=false ] ] responses=[ { operation=bind_response message_id=1 \
             bind_response={ result_code=invalid_credentials matched_dn= message=wrong ] ] ]",
            "ldap 1: request={ operation=search_request message_id=2 search_request={ \
             base_object=DC=corp,DC=example scope=whole_subtree deref_alias=never_deref_aliases size_limit=0 \
             time_limit=9 types_only=false filter={ type=and value=(&(objectClass=user)(cn=adm*)(!(mail=*))) ] \
             attributes=[ cn memberOf ] ] ] responses=[ { operation=search_result_entry message_id=2 \
             search_result_entry={ base_object=CN=Ann attributes=[ { type=cn values=[ Ann ] ] ] ] ] { \
             operation=search_result_done message_id=2 search_result_done={ result_code=success matched_dn= \
             message= ] ] ]",
        ]
    );
    assert_eq!(
        found.buffer("ldap.request.attribute_type"),
        ["cn", "memberOf"]
    );
    assert_eq!(found.buffer("ldap.responses.count"), ["1", "2"]);
    assert_eq!(found.buffer("ldap.responses.result_code"), ["49", "0"]);
    assert_eq!(found.buffer("ldap.responses.dn"), ["", "CN=Ann", ""]);
    check_pieces(&TCP, feeds);
}

#[test]
fn the_password_is_not_told() {
    let bind = message(
        1,
        0x60,
        &[number(2, 3), text("CN=ann"), element(0x80, b"s3cret!")],
    );
    let found = whole(&TCP, &[(ToServer, &bind)]);
    assert!(!found.lines.concat().contains("s3cret!"));
}

#[test]
fn tls_begins_when_the_server_agrees() {
    let ask = message(1, 0x77, &[element(0x80, b"1.3.6.1.4.1.1466.20037")]);
    let agreed = [outcome(1, 0x78, 0, ""), b"\x16\x03".to_vec()].concat();
    let found = whole(&TCP, &[(ToServer, &ask), (ToClient, &agreed)]);
    assert_eq!(found.with("change "), ["tls< \\x16\\x03"]);
    let refused = outcome(1, 0x78, 52, "");
    let found = whole(&TCP, &[(ToServer, &ask), (ToClient, &refused)]);
    assert_eq!(found.with("change "), [] as [&str; 0]);
}

#[test]
fn answers_without_request_and_junk_are_told() {
    let found = whole(&TCP, &[(ToClient, &outcome(7, 0x65, 0, ""))]);
    assert_eq!(found.anomalies(), ["request_not_found"]);
    let junk = whole(&TCP, &[(ToServer, b"\x30\x05junk!")]);
    assert_eq!(junk.anomalies(), ["invalid_data"]);
    let sealed = whole(&TCP, &[(ToServer, b"\0\0\0\x10sealed")]);
    assert_eq!(sealed.anomalies(), [] as [&str; 0]);
}

#[test]
fn beginnings_tell_the_protocol() {
    let bytes = search(1, element(0x87, b"objectClass"));
    assert_eq!((TCP.probe)(ToServer, &bytes), Probe::Yes);
    assert_eq!((TCP.probe)(ToServer, &bytes[..4]), Probe::Unsure);
    assert_eq!((UDP.probe)(ToServer, &bytes), Probe::Yes);
    assert_eq!((UDP.probe)(ToServer, &bytes[..9]), Probe::No);
    // SNMP: a community follows the number.
    assert_eq!(
        (UDP.probe)(ToServer, b"\x30\x0b\x02\x01\x00\x04\x06public"),
        Probe::No
    );
    let found = whole(&UDP, &[(ToServer, &bytes)]);
    assert_eq!(found.events().len(), 1);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(tag in 0x40u8..0x80, bytes in proptest::collection::vec(any::<u8>(), 0..120), piece in 1usize..20) {
        let message = message(1, tag, std::slice::from_ref(&bytes));
        split(&TCP, &[(ToServer, &message), (ToClient, &message), (ToServer, &bytes)], piece);
        whole(&UDP, &[(ToServer, &message), (ToClient, &bytes)]);
    }
}
