//! Laws over conversations made by chance.

use super::super::fields::SMB;
use super::build::*;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::testing::{Feed, Recorder, check_pieces, whole};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// One message of a small world: few numbers, so that they meet.
fn message() -> impl Strategy<Value = (bool, Vec<u8>)> {
    let number = || 0u64..5;
    let bytes = || proptest::collection::vec(any::<u8>(), 0..40);
    prop_oneof![
        (number()).prop_map(|tree| (true, connect_2(tree as u32, "\\\\srv\\share"))),
        (number(), 1u8..4).prop_map(|(tree, kind)| (false, connected_2(tree as u32, kind))),
        (number(), number()).prop_map(|(id, tree)| (true, create_2(id, tree as u32, "file"))),
        (number(), number(), 0u64..50)
            .prop_map(|(id, tree, size)| (false, created_2(id, tree as u32, size))),
        (number(), number(), number(), 0u64..60, bytes()).prop_map(
            |(id, tree, file, offset, data)| {
                let body = write_body(handle(file as u8), offset, &data);
                (true, request_2(9, id, tree as u32, &body))
            }
        ),
        (number(), number(), number(), 0u64..60).prop_map(|(id, tree, file, offset)| {
            (
                true,
                read_2(id, tree as u32, handle(file as u8), offset, 40),
            )
        }),
        (number(), number(), bytes())
            .prop_map(|(id, tree, data)| (false, data_2(id, tree as u32, &data))),
        (number(), number(), number()).prop_map(|(id, tree, file)| {
            (
                true,
                request_2(6, id, tree as u32, &close_body(handle(file as u8))),
            )
        }),
        (number(), number()).prop_map(|(id, tree)| (false, response_2(6, id, tree as u32, 0, &[]))),
        (number(), number(), 0u16..20).prop_map(|(id, tree, operation)| {
            let call = [remote_bind(), remote_call(operation, b"stub")].concat();
            (true, control_2(id, tree as u32, 0x0011_c017, false, &call))
        }),
        (number(), number()).prop_map(|(id, tree)| {
            let answer = remote_answer(b"answer");
            (
                false,
                control_2(id, tree as u32, 0x0011_c017, true, &answer),
            )
        }),
        (any::<bool>(), any::<u8>(), 0u16..4, bytes()).prop_map(|(way, command, id, body)| {
            (
                way,
                message_1(command, if way { 0 } else { 0x80 }, id, &body),
            )
        }),
        (any::<bool>(), bytes()).prop_map(|(way, bytes)| (way, frame(&bytes))),
    ]
}

/// Sides are told once and before their transaction's end, transactions and files end once.
fn check_contract(recorder: &Recorder) {
    let mut told = BTreeSet::new();
    let mut ended = BTreeSet::new();
    for line in &recorder.lines {
        if let Some(side) = line.strip_prefix("side ") {
            assert!(told.insert(side.to_owned()), "side {side} twice");
            let id = side.trim_end_matches(['<', '>']);
            assert!(!ended.contains(id), "side {side} behind its end");
        } else if let Some(event) = line.strip_prefix("event ") {
            let id = event.split([' ', ':']).nth(1).unwrap_or_default();
            assert!(ended.insert(id.to_owned()), "transaction {id} ends twice");
        }
    }
    for side in &told {
        let id = side.trim_end_matches(['<', '>']);
        assert!(ended.contains(id), "transaction {id} never ends");
    }
    let files = recorder
        .lines
        .iter()
        .filter(|line| line.starts_with("file ") && !line.starts_with("file gap"));
    assert_eq!(files.count(), recorder.files.len(), "files that never end");
}

proptest! {
    #[test]
    fn conversations_keep_the_contract_however_they_are_cut(
        messages in proptest::collection::vec(message(), 1..25),
    ) {
        let feeds: Vec<Feed<'_>> = messages
            .iter()
            .map(|(sent, bytes)| {
                (if *sent { ToServer } else { ToClient }, bytes.as_slice())
            })
            .collect();
        check_contract(&whole(&SMB, &feeds));
        check_pieces(&SMB, &feeds);
    }
}
