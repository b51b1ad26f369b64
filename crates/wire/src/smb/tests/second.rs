use super::super::fields::SMB;
use super::build::*;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::testing::{Feed, check_pieces, whole};

const COMMON: &str = "status=STATUS_SUCCESS status_code=0x0 session_id=9 tree_id=5";

#[test]
fn a_file_that_is_written_is_told() {
    let sent = [
        connect_2(5, "\\\\srv\\data"),
        create_2(6, 5, "a.txt"),
        write_2(7, 5, 0, b"hello "),
        write_2(8, 5, 6, b"world"),
        close_2(9, 5),
    ]
    .concat();
    let received = [connected_2(5, 1), created_2(6, 5, 0)].concat();
    let (first, rest) = sent.split_at(connect_2(5, "\\\\srv\\data").len());
    let (create, writes) = rest.split_at(create_2(6, 5, "a.txt").len());
    let (connected, created) = received.split_at(connected_2(5, 1).len());
    let feeds: &[Feed<'_>] = &[
        (ToServer, first),
        (ToClient, connected),
        (ToServer, create),
        (ToClient, created),
        (ToServer, writes),
    ];
    let found = whole(&SMB, feeds);
    let events = found.events();
    assert_eq!(
        events[0],
        format!(
            "smb 0: id=1 dialect=unknown command=SMB2_COMMAND_TREE_CONNECT {COMMON} \
             share=\\\\\\\\srv\\\\data share_type=FILE"
        )
    );
    assert!(events[1].contains("filename=a.txt disposition=FILE_CREATE access=normal"));
    assert!(events[1].contains("created=1577836800"));
    assert!(events[2].contains(
        "command=SMB2_COMMAND_WRITE session_id=9 tree_id=5 filename=a.txt share=\\\\\\\\srv\\\\data"
    ));
    assert_eq!(found.files[&0], b"hello world");
    assert_eq!(
        found.with("file "),
        ["2> `a.txt` 11 bytes complete: hello world"]
    );
    assert_eq!(found.buffer("file.data"), ["hello world"]);
    assert_eq!(found.buffer("smb.share"), ["\\\\\\\\srv\\\\data"]);
    check_pieces(&SMB, feeds);
}

#[test]
fn answers_out_of_order_are_brought_into_order() {
    let requests = [
        read_2(10, 5, handle(1), 0, 4),
        read_2(11, 5, handle(1), 4, 4),
        read_2(12, 5, handle(1), 8, 4),
    ]
    .concat();
    let answers = [
        data_2(12, 5, b"3333"),
        data_2(11, 5, b"2222"),
        data_2(10, 5, b"1111"),
    ]
    .concat();
    let feeds: &[Feed<'_>] = &[(ToServer, &requests), (ToClient, &answers)];
    let found = whole(&SMB, feeds);
    assert_eq!(found.files[&0], b"111122223333");
    assert_eq!(found.with("file "), ["0< `` 12 bytes cut: 111122223333"]);
    check_pieces(&SMB, feeds);
}

#[test]
fn bytes_written_twice_are_told_once() {
    let sent = [
        write_2(7, 5, 0, b"abc"),
        write_2(8, 5, 1, b"bcd"),
        close_2(9, 5),
    ]
    .concat();
    let found = whole(&SMB, &[(ToServer, &sent)]);
    assert_eq!(found.anomalies(), ["file_overlap"]);
    assert_eq!(found.files[&0], b"abcd");
}

#[test]
fn calls_over_a_pipe_are_told() {
    const TRANSCEIVE: u32 = 0x0011_c017;
    let (bind, answer) = (remote_bind(), remote_answer(b"out"));
    let feeds: &[Feed<'_>] = &[
        (ToServer, &connect_2(5, "\\\\srv\\IPC$")),
        (ToClient, &connected_2(5, 2)),
        (ToServer, &create_2(6, 5, "svcctl")),
        (ToClient, &created_2(6, 5, 0)),
        (ToServer, &write_2(7, 5, 0, &bind)),
        (
            ToServer,
            &control_2(8, 5, TRANSCEIVE, false, &remote_call(12, b"in")),
        ),
        (ToClient, &control_2(8, 5, TRANSCEIVE, true, &answer)),
    ];
    let found = whole(&SMB, feeds);
    assert_eq!(found.buffer("smb.named_pipe"), ["\\\\\\\\srv\\\\IPC$"]);
    assert_eq!(found.buffer("smb.share"), [] as [&str; 0]);
    assert_eq!(found.buffer("dcerpc.opnum"), ["\\x00\\x0c", "\\x00\\x0c"]);
    assert_eq!(found.buffer("dcerpc.stub_data").len(), 2);
    let event = found.events()[2];
    assert!(event.contains("command=SMB2_COMMAND_IOCTL"), "{event}");
    assert!(event.contains(
        "dcerpc={ request=REQUEST response=RESPONSE opnum=12 req={ frag_cnt=1 stub_data_size=2 ]"
    ));
    assert!(event.contains("uuid=367abb81-9844-35f1-ad32-98f038001003 version=2.0"));
    check_pieces(&SMB, feeds);
}

#[test]
fn requests_in_one_message_belong_together() {
    let create = create_body("note");
    let padded = (64 + create.len()).next_multiple_of(8);
    let mut first = message_2(5, 0, 0, padded as u32, 20, 5, &create);
    first.resize(padded, 0);
    let write = write_body([0xff; 16], 0, b"text----");
    let second = message_2(9, 4, 0, (64 + write.len()) as u32, 21, 5, &write);
    let third = message_2(6, 4, 0, 0, 22, 5, &close_body([0xff; 16]));
    let bytes = frame(&[first, second, third].concat());
    let feeds: &[Feed<'_>] = &[(ToServer, &bytes)];
    let found = whole(&SMB, feeds);
    assert_eq!(
        found.with("file "),
        ["1> `note` 8 bytes complete: text----"]
    );
    check_pieces(&SMB, feeds);
}

#[test]
fn an_interim_answer_is_not_the_answer() {
    let wait = control_2(8, 5, 0x0006_0194, false, b"");
    let pending = response_2(11, 8, 5, 0x0103, &[9, 0, 0, 0, 0, 0, 0, 0]);
    let failed = response_2(11, 8, 5, 0xc000_0225, &[9, 0, 0, 0, 0, 0, 0, 0]);
    let found = whole(
        &SMB,
        &[(ToServer, &wait), (ToClient, &pending), (ToClient, &failed)],
    );
    assert_eq!(found.with("side "), ["0>", "0<"]);
    assert!(found.events()[0].contains("status=STATUS_NOT_FOUND status_code=0xc0000225"));
    assert!(found.events()[0].contains("function=FSCTL_DFS_GET_REFERRALS"));
    assert_eq!(found.buffer("smb.version"), ["2", "2"]);
}
