use super::super::fields::SMB;
use super::build::*;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::testing::{Feed, check_pieces, whole};

const NONE: [u8; 4] = [0xff, 0, 0, 0];

fn connect(share: &str, service: &str) -> Vec<u8> {
    let words = [&NONE[..], &[0, 0, 1, 0]].concat();
    let bytes = format!("\0{share}\0{service}\0");
    message_1(0x75, 0, 1, &block(&words, bytes.as_bytes()))
}

fn connected(service: &str) -> Vec<u8> {
    let words = [&NONE[..], &[1, 0]].concat();
    message_1(
        0x75,
        0x80,
        1,
        &block(&words, format!("{service}\0NTFS\0").as_bytes()),
    )
}

fn create(name: &str) -> Vec<u8> {
    let mut words = [&NONE[..], &[0]].concat();
    words.extend((name.len() as u16).to_le_bytes());
    words.extend([0; 28]);
    words.extend([1, 0, 0, 0]);
    words.extend([0; 9]);
    message_1(0xa2, 0, 2, &block(&words, name.as_bytes()))
}

/// The handle is 0x4001.
fn created(size: u64) -> Vec<u8> {
    let mut words = [&NONE[..], &[0, 1, 0x40, 1, 0, 0, 0]].concat();
    words.extend([0; 44]);
    words.extend(size.to_le_bytes());
    words.extend([0; 5]);
    message_1(0xa2, 0x80, 2, &block(&words, b""))
}

/// A write, with the command behind it; its data begins at offset 64.
fn write_words(further: [u8; 4], length: u16, data: u16) -> Vec<u8> {
    let mut words = further.to_vec();
    words.extend([1, 0x40]);
    words.extend([0; 14]);
    words.extend(length.to_le_bytes());
    words.extend(data.to_le_bytes());
    words.extend([0; 4]);
    words
}

#[test]
fn dialects_shares_and_files_are_told() {
    let dialects = b"\x02LANMAN1.0\0\x02NT LM 0.12\0";
    let write = block(
        &write_words(NONE, 5, 64),
        b"\0hello", // a byte of padding
    );
    let feeds: &[Feed<'_>] = &[
        (ToServer, &message_1(0x72, 0, 0, &block(b"", dialects))),
        (ToClient, &message_1(0x72, 0x80, 0, &block(&[1, 0], b""))),
        (ToServer, &connect("\\\\srv\\PUBLIC", "A:")),
        (ToClient, &connected("A:")),
        (ToServer, &create("\\eicar")),
        (ToClient, &created(0)),
        (ToServer, &message_1(0x2f, 0, 3, &write)),
        (
            ToServer,
            &message_1(0x04, 0, 4, &block(&[1, 0x40, 0, 0, 0, 0], b"")),
        ),
    ];
    let found = whole(&SMB, feeds);
    let events = found.events();
    assert!(
        events[0].contains(
            "dialect=NT LM 0.12 command=SMB1_COMMAND_NEGOTIATE_PROTOCOL status=STATUS_SUCCESS"
        ),
        "{}",
        events[0]
    );
    assert!(events[0].contains("client_dialects=[ LANMAN1.0 NT LM 0.12 ]"));
    assert!(events[1].contains("share=\\\\\\\\srv\\\\PUBLIC service={ request=A: response=A: ]"));
    assert!(events[2].contains("filename=\\\\eicar disposition=FILE_OPEN"));
    assert!(events[2].contains("fuid=4001"));
    assert_eq!(
        found.with("file "),
        ["3> `\\\\eicar` 5 bytes complete: hello"]
    );
    check_pieces(&SMB, feeds);
}

#[test]
fn commands_behind_one_another_are_all_carried_out() {
    // Write, and close behind it.
    let data = b"\0in one message";
    let at = 32 + 1 + 28 + 2;
    let behind = (at + data.len()) as u16;
    let [low, high] = behind.to_le_bytes();
    let write = block(&write_words([0x04, 0, low, high], 14, at as u16 + 1), data);
    let close = block(&[1, 0x40, 0, 0, 0, 0], b"");
    let both = message_1(0x2f, 0, 3, &[write, close].concat());
    let feeds: &[Feed<'_>] = &[
        (ToServer, &create("\\a")),
        (ToClient, &created(0)),
        (ToServer, &both),
    ];
    let found = whole(&SMB, feeds);
    assert_eq!(
        found.with("file "),
        ["1> `\\\\a` 14 bytes complete: in one message"]
    );
    check_pieces(&SMB, feeds);
}

#[test]
fn calls_by_transaction_are_told() {
    let call = remote_call(15, b"stub");
    let mut words = vec![0; 18];
    words.extend([0, 0, 0, 0]);
    words.extend((call.len() as u16).to_le_bytes());
    words.extend((32 + 1 + 32 + 2 + 8u16).to_le_bytes());
    words.extend([2, 0, 0x26, 0, 1, 0x40]);
    let request = message_1(
        0x25,
        0,
        7,
        &block(&words, &[b"\\PIPE\\\0\0".as_slice(), &call].concat()),
    );
    let answer = remote_answer(b"out");
    let mut words = vec![0; 12];
    words.extend((answer.len() as u16).to_le_bytes());
    words.extend((32 + 1 + 20 + 2u16).to_le_bytes());
    words.extend([0; 4]);
    let response = message_1(0x25, 0x80, 7, &block(&words, &answer));
    let feeds: &[Feed<'_>] = &[
        (ToServer, &connect("\\\\srv\\IPC$", "IPC")),
        (ToClient, &connected("IPC")),
        (ToServer, &create("\\svcctl")),
        (ToClient, &created(0)),
        (ToServer, &request),
        (ToClient, &response),
    ];
    let found = whole(&SMB, feeds);
    assert_eq!(found.buffer("smb.named_pipe"), ["\\\\\\\\srv\\\\IPC$"]);
    let event = found.events()[2];
    assert!(event.contains("command=SMB1_COMMAND_TRANS status=STATUS_SUCCESS"));
    assert!(event.contains("opnum=15"), "{event}");
    assert_eq!(found.buffer("dcerpc.stub_data")[0], "stub");
    check_pieces(&SMB, feeds);
}

/// Parameters of a message that carries `data` as a part of a transaction.
fn part(total: usize, before: usize, data: &[u8], words_before: usize) -> Vec<u8> {
    let words_len = words_before + 8;
    let mut words = vec![0; words_before];
    words[2..4].copy_from_slice(&(total as u16).to_le_bytes());
    words.extend((data.len() as u16).to_le_bytes());
    words.extend((32 + 1 + words_len as u16 + 2).to_le_bytes());
    words.extend((before as u16).to_le_bytes());
    words.extend([0; 2]);
    block(&words, data)
}

#[test]
fn transactions_in_several_messages_are_joined() {
    let call = remote_call(15, b"a longer stub");
    let (front, back) = call.split_at(20);
    let mut words = vec![0; 18];
    words.splice(2..4, (call.len() as u16).to_le_bytes());
    words.extend([0; 4]);
    words.extend((front.len() as u16).to_le_bytes());
    words.extend((32 + 1 + 32 + 2 + 8u16).to_le_bytes());
    words.extend([2, 0, 0x26, 0, 1, 0x40]);
    let first = block(&words, &[b"\\PIPE\\\0\0".as_slice(), front].concat());
    let second = part(call.len(), front.len(), back, 10);
    let answer = remote_answer(b"out and more");
    let (early, late) = answer.split_at(9);
    let feeds: &[Feed<'_>] = &[
        (ToServer, &connect("\\\\srv\\IPC$", "IPC")),
        (ToClient, &connected("IPC")),
        (ToServer, &create("\\svcctl")),
        (ToClient, &created(0)),
        (ToServer, &message_1(0x25, 0, 7, &first)),
        (ToClient, &message_1(0x25, 0x80, 7, &block(&[], &[]))),
        (ToServer, &message_1(0x26, 0, 7, &second)),
        (
            ToClient,
            &message_1(0x25, 0x80, 7, &part(answer.len(), 0, early, 12)),
        ),
        (
            ToClient,
            &message_1(0x25, 0x80, 7, &part(answer.len(), 9, late, 12)),
        ),
    ];
    let found = whole(&SMB, feeds);
    let stubs = found.buffer("dcerpc.stub_data");
    assert_eq!(stubs[0], "a longer stub");
    assert!(stubs[1].ends_with("out and more"), "{stubs:?}");
    assert_eq!(found.anomalies(), [] as [&str; 0]);
    check_pieces(&SMB, feeds);
}
