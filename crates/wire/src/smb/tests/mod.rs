//! Conversations of both versions, made byte by byte.

mod build;
mod first;
mod laws;
mod second;

use super::fields::SMB;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{Recorder, finish, split, whole};
use build::*;
use proptest::prelude::*;

#[test]
fn beginnings_tell_the_protocol() {
    for magic in [b"\xffSMB", b"\xfeSMB", b"\xfdSMB"] {
        let bytes = [&[0, 0, 0, 64], &magic[..]].concat();
        assert_eq!((SMB.probe)(ToServer, &bytes), Probe::Yes);
        assert_eq!((SMB.probe)(ToServer, &bytes[..6]), Probe::Unsure);
    }
    assert_eq!((SMB.probe)(ToServer, b"\x81\0\0\x44\x20CKFD"), Probe::Yes);
    assert_eq!((SMB.probe)(ToClient, b"\x82\0\0\0"), Probe::Unsure);
    assert_eq!((SMB.probe)(ToServer, b"\0\0\0\x10GET /"), Probe::No);
    assert_eq!((SMB.probe)(ToServer, b"GET / HTTP"), Probe::No);
}

#[test]
fn encrypted_messages_are_passed_over() {
    let bytes = frame(&[b"\xfdSMB".as_slice(), &[7; 200]].concat());
    let found = whole(&SMB, &[(ToServer, &bytes), (ToClient, &bytes)]);
    assert_eq!(found.lines, [] as [&str; 0]);
}

#[test]
fn junk_is_told_once_and_the_next_message_is_found() {
    let request = request_2(13, 1, 0, &[4, 0, 0, 0]);
    let bytes = [b"\x99\x00junk".to_vec(), request].concat();
    let found = whole(&SMB, &[(ToServer, &bytes)]);
    assert_eq!(found.anomalies(), ["malformed_data"]);
    assert_eq!(found.events().len(), 1);
    assert!(found.events()[0].contains("command=SMB2_COMMAND_KEEPALIVE"));
}

#[test]
fn messages_that_travel_the_wrong_way_are_told() {
    let request = request_2(13, 1, 0, &[4, 0, 0, 0]);
    let response = response_2(13, 1, 0, 0, &[4, 0, 0, 0]);
    let found = whole(&SMB, &[(ToServer, &response), (ToClient, &request)]);
    assert_eq!(
        found.anomalies(),
        ["response_to_server", "request_to_client"]
    );
}

#[test]
fn a_gap_within_a_file_is_a_gap_of_the_file() {
    let mut parser = (SMB.parser)();
    let mut recorder = Recorder::default();
    let begun = [connect_2(5, "\\\\srv\\data"), create_2(6, 5, "a.bin")].concat();
    parser.feed(ToServer, &begun, &mut recorder);
    let answered = [connected_2(5, 1), created_2(6, 5, 0)].concat();
    parser.feed(ToClient, &answered, &mut recorder);
    let write = write_2(7, 5, 0, &[b'x'; 100]);
    let (head, tail) = write.split_at(write.len() - 80);
    parser.feed(ToServer, head, &mut recorder);
    parser.gap(ToServer, 30, &mut recorder);
    parser.feed(ToServer, &tail[30..], &mut recorder);
    parser.feed(ToServer, &close_2(8, 5), &mut recorder);
    finish(parser.as_mut(), &mut recorder);
    assert_eq!(recorder.with("file gap "), ["0: 30"]);
    let expected = format!("2> `a.bin` 70 bytes complete: {}", "x".repeat(64));
    assert_eq!(recorder.with("file "), ["gap 0: 30", &expected]);
}

proptest! {
    #[test]
    fn any_bodies_are_survived(
        command in 0u16..20,
        body in proptest::collection::vec(any::<u8>(), 0..120),
        piece in 1usize..40,
    ) {
        let request = request_2(command, 1, 5, &body);
        let response = response_2(command, 1, 5, 0, &body);
        split(&SMB, &[(ToServer, &request), (ToClient, &response)], piece);
    }

    #[test]
    fn any_commands_of_version_1_are_survived(
        command in any::<u8>(),
        body in proptest::collection::vec(any::<u8>(), 0..120),
        piece in 1usize..40,
    ) {
        let request = message_1(command, 0, 1, &body);
        let response = message_1(command, 0x80, 1, &body);
        split(&SMB, &[(ToServer, &request), (ToClient, &response)], piece);
    }
}
