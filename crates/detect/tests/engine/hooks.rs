//! Rules that name a point of the conversation, how far an action reaches, headers below IP, several frames.

use super::check;
use super::talk::Talk;

fn browse() -> Talk {
    let mut talk = Talk::tcp(40_000, 80);
    talk.ask(b"GET /secret HTTP/1.1\r\nHost: example.test\r\n\r\n");
    talk.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    talk.ask(b"GET /other HTTP/1.1\r\nHost: example.test\r\n\r\n");
    talk.answer(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        .close();
    talk
}

#[test]
fn hooks_ask_once_for_each_side_of_a_transaction() {
    let talk = browse();
    for (rule, wanted) in [
        ("alert http1:request_line any any -> any any (sid:1;)", 2),
        ("alert http1:request_started any any -> any 80 (sid:1;)", 2),
        (
            "alert http1:response_complete any 80 -> any any (sid:1;)",
            2,
        ),
        ("alert http1:request_complete any 80 -> any any (sid:1;)", 0),
        (
            "alert http1:request_headers any any -> any any (http.uri; content:\"secret\"; sid:1;)",
            1,
        ),
        (
            "alert http1:response_line any any -> any any (http.stat_code; content:\"404\"; sid:1;)",
            1,
        ),
        ("alert dns:request_complete any any -> any any (sid:1;)", 0),
        // A packet hook is about packets: five of the handshake and its like, and those with data.
        ("alert tcp:flow_start any any -> any any (sid:1;)", 2),
        ("alert tcp:flow_start any any -> any 80 (sid:1;)", 1),
        ("alert tcp:all any any -> any any (flags:S; sid:1;)", 1),
    ] {
        assert_eq!(talk.sids(rule).len(), wanted, "{rule}");
    }
}

#[test]
fn a_pass_reaches_as_far_as_it_says() {
    let talk = browse();
    let alert = "alert http any any -> any any (http.method; content:\"GET\"; sid:2;)\n";
    let pass = |action: &str| {
        format!("{action} http any any -> any any (http.uri; content:\"secret\"; sid:1;)\n{alert}")
    };
    assert_eq!(talk.sids(&pass("pass")), Vec::<u32>::new());
    assert_eq!(talk.sids(&pass("pass:flow")), Vec::<u32>::new());
    assert_eq!(talk.sids(&pass("pass:packet")), [2]);
}

#[test]
fn headers_below_and_beside_ip() {
    let mut talk = Talk::new(40_000, 4_789);
    talk.ethernet = Some([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]);
    let mut vxlan = vec![8, 0, 0, 0, 0, 0, 77, 0];
    vxlan.extend([0; 14]);
    talk.datagram(true, &vxlan);
    check(
        &talk,
        &[
            "alert ether any any -> any any (ether.hdr; content:\"|02 00 00 00 00 01|\"; startswith;)",
            "alert udp any any -> any any (ether.hdr; content:\"|08 00|\"; offset:12; depth:2; bsize:14;)",
            "not alert ether any any -> any any (ether.hdr; content:\"|08 06|\"; offset:12;)",
            "alert udp any any -> any any (vxlan_vni:77;)",
            "not alert udp any any -> any any (vxlan_vni:>77;)",
            "alert udp any any -> any any (vxlan_vni:77; nfq_set_mark:0x8/0xffffffff;)",
            "not alert igmp any any -> any any (msg:\"x\";)",
            "not alert udp any any -> any any (flow.elephant:either;)",
        ],
    );
    let mut talk = Talk::new(0, 0);
    talk.ip(true, 2, &[0x16, 0, 0x09, 0x04, 224, 0, 0, 251]);
    check(
        &talk,
        &[
            "alert igmp any any -> any any (msg:\"x\";)",
            "alert igmp any any -> any any (igmp.type:0x16;)",
            "not alert igmp any any -> any any (igmp.type:0x11;)",
            "alert ip any any -> any any (igmp.hdr; content:\"|e0 00 00 fb|\"; offset:4;)",
            "not alert ether any any -> any any (msg:\"x\";)",
        ],
    );
}

#[test]
fn rules_over_several_frames_want_all_of_them() {
    let talk = browse();
    check(
        &talk,
        &[
            "alert http any any -> any any (frame:request; content:\"GET /secret\"; http.uri; content:\"secret\";)",
            "not alert http any any -> any any (frame:request; content:\"GET /secret\"; http.uri; content:\"other\";)",
            "alert http any any -> any any (frame:request; content:\"/secret\"; http.method; content:\"GET\";)",
        ],
    );
    let mut talk = Talk::new(40_000, 1_883);
    talk.datagram(true, b"x");
    assert_eq!(
        talk.sids("alert mqtt any any -> any any (frame:header; content:\"a\"; frame:data; content:\"b\"; sid:1;)"),
        Vec::<u32>::new()
    );
}

#[test]
fn what_expressions_took_down_is_asked_for() {
    let talk = browse();
    let taken = "alert http any any -> any any (http.uri; pcre:\"/^\\/(?P<flow_page>[a-z]+)/\"; noalert; sid:1;)\n";
    let asks = |value: &str| {
        format!(
            "{taken}alert http any any -> any any (http.stat_code; content:\"200\"; flowvar:page,\"{value}\"; sid:2;)"
        )
    };
    assert_eq!(talk.sids(&asks("secret")), [2]);
    assert_eq!(talk.sids(&asks("absent")), Vec::<u32>::new());
}

#[test]
fn requests_of_modbus_match_by_unit_address_and_value() {
    let mut talk = Talk::tcp(40_000, 502);
    // Reads three registers from 108 on (counted from 1), then writes 513 and 514 to 20 and 21.
    talk.ask(b"\0\x01\0\0\0\x06\x11\x03\0\x6b\0\x03")
        .answer(b"\0\x01\0\0\0\x09\x11\x03\x06\x02\x2b\0\0\0\x64")
        .ask(b"\0\x02\0\0\0\x0b\x11\x10\0\x13\0\x02\x04\x02\x01\x02\x02")
        .answer(b"\0\x02\0\0\0\x06\x11\x10\0\x13\0\x02");
    check(
        &talk,
        &[
            "alert modbus any any -> any any (modbus:unit 17, function 3;)",
            "not alert modbus any any -> any any (modbus:unit 18;)",
            "not alert modbus any any -> any any (modbus:unit <17, function 3;)",
            "alert modbus any any -> any any (modbus:access read holding, address 110;)",
            "not alert modbus any any -> any any (modbus:access read holding, address 111;)",
            "not alert modbus any any -> any any (modbus:access write holding, address 110;)",
            "alert modbus any any -> any any (modbus:access write holding, address 21, value 514;)",
            "not alert modbus any any -> any any (modbus:access write holding, address 21, value 513;)",
            "alert modbus any any -> any any (modbus:access write holding, address 19<>22, value >513;)",
            "alert modbus any any -> any any (flow:to_client; frame:pdu; content:\"|02 2b|\"; offset:9;)",
        ],
    );
}

#[test]
fn messages_of_windows_are_frames() {
    let mut message = b"\0\0\0\x66\xfeSMB\x40\0".to_vec();
    message.extend([0; 58]);
    message.extend(b"\x24\0\x01\0\x01\0\0\0");
    message.extend([0; 28]);
    message.extend([0x02, 0x02]);
    let mut talk = Talk::tcp(40_000, 445);
    talk.ask(&message);
    check(
        &talk,
        &[
            "alert smb any any -> any any (frame:smb2.pdu; content:\"|fe|SMB\"; startswith; bsize:102;)",
            "alert smb any any -> any any (frame:smb2.hdr; content:\"|fe|SMB\"; startswith; bsize:64;)",
            "alert smb any any -> any any (frame:smb.smb2.data; content:\"|24 00 01|\"; startswith; bsize:38;)",
            "alert smb any any -> any any (frame:nbss.hdr; content:\"|66|\"; offset:3; bsize:4;)",
            "alert smb any any -> any any (frame:nbss.pdu; content:\"|fe|SMB\"; offset:4; depth:4;)",
            "alert smb any any -> any any (frame:smb2.hdr; content:\"SMB\"; frame:smb2.data; content:\"|02 02|\";)",
            "not alert smb any any -> any any (frame:smb2.hdr; content:\"SMB\"; frame:smb2.data; content:\"|03 03|\";)",
            "not alert smb any any -> any any (frame:smb1.hdr; content:\"SMB\";)",
        ],
    );
}
