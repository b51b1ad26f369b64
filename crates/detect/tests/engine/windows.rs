//! Rules over remote procedure calls, Kerberos and LDAP.

use super::check;
use super::talk::Talk;

/// A message of the connection-oriented protocol, low byte first.
fn remote(kind: u8, call: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(16 + body.len()).unwrap().to_le_bytes();
    let head = [5, 0, kind, 3, 0x10, 0, 0, 0, length[0], length[1], 0, 0];
    [&head[..], &[call, 0, 0, 0], body].concat()
}

/// An offer of 367abb81-9844-35f1-ad32-98f038001003, version 2.0, as context 0.
fn bind() -> Vec<u8> {
    let mut body = vec![0xb8, 0x10, 0xb8, 0x10, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0];
    body.extend([0x81, 0xbb, 0x7a, 0x36, 0x44, 0x98, 0xf1, 0x35]);
    body.extend([0xad, 0x32, 0x98, 0xf0, 0x38, 0, 0x10, 0x03, 2, 0, 0, 0]);
    body.extend([0; 20]);
    remote(11, 1, &body)
}

#[test]
fn remote_calls_match_by_interface_operation_and_data() {
    let mut talk = Talk::tcp(40_000, 49_152);
    talk.ask(&bind());
    let mut accepted = vec![0xb8, 0x10, 0xb8, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0];
    accepted.extend([0; 24]);
    talk.answer(&remote(12, 1, &accepted));
    talk.ask(&remote(0, 2, b"\0\0\0\0\0\0\x0c\0run me"));
    talk.answer(&remote(2, 2, b"\0\0\0\0\0\0\0\0done"));
    check(
        &talk,
        &[
            "alert dcerpc any any -> any any (flow:to_server; dcerpc.iface:367abb81-9844-35f1-ad32-98f038001003;)",
            "alert tcp any any -> any any (flow:to_server; dce_iface:367abb81-9844-35f1-ad32-98f038001003,=2;)",
            "not alert tcp any any -> any any (dce_iface:367abb81-9844-35f1-ad32-98f038001003,>2,any_frag;)",
            "not alert tcp any any -> any any (dce_iface:e1af8308-5d1f-11c9-91a4-08002b14a0fa;)",
            "alert dcerpc any any -> any any (flow:to_server; dcerpc.opnum:3,10-12;)",
            "not alert dcerpc any any -> any any (dcerpc.opnum:0-11,13;)",
            "alert dcerpc any any -> any any (flow:to_server; dcerpc.opnum:12; dcerpc.stub_data; content:\"run me\"; bsize:6;)",
            "alert dcerpc any any -> any any (flow:to_client; dcerpc.stub_data; content:\"done\"; offset:8; endswith;)",
            "not alert smb any any -> any any (dcerpc.opnum:12;)",
            "alert dcerpc any any -> any any (flow:established,to_server; content:\"run me\";)",
        ],
    );
}

#[test]
fn kerberos_and_directories_match_by_their_fields() {
    // AS-REQ of `ann` in `R` for `krbtgt/R`.
    let request = b"\x6a\x43\x30\x41\xa1\x03\x02\x01\x05\xa2\x03\x02\x01\x0a\xa4\x35\x30\x33\xa0\x07\x03\x05\0\0\0\0\0\
        \xa1\x10\x30\x0e\xa0\x03\x02\x01\x01\xa1\x07\x30\x05\x1b\x03ann\xa2\x03\x1b\x01R\
        \xa3\x11\x30\x0f\xa0\x03\x02\x01\x01\xa1\x08\x30\x06\x1b\x04host";
    let mut talk = Talk::new(40_000, 88);
    talk.datagram(true, request);
    check(
        &talk,
        &[
            "alert krb5 any any -> any any (krb5_msg_type:10;)",
            "not alert krb5 any any -> any any (krb5_msg_type:12;)",
            "alert krb5 any any -> any any (krb5.cname; content:\"ann\"; bsize:3;)",
            "alert krb5 any any -> any any (krb5_sname; content:\"host\";)",
            "not alert krb5 any any -> any any (krb5_err_code:24;)",
        ],
    );
    let mut talk = Talk::tcp(40_000, 389);
    talk.ask(b"\x30\x11\x02\x01\x01\x60\x0c\x02\x01\x03\x04\x05CN=me\x80\0");
    talk.answer(b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x31\x04\0\x04\0");
    check(
        &talk,
        &[
            "alert ldap any any -> any any (ldap.request.operation:bind_request;)",
            "alert ldap any any -> any any (ldap.request.dn; content:\"CN=me\";)",
            "alert ldap any any -> any any (ldap.responses.result_code:invalid_credentials;)",
            "alert ldap any any -> any any (ldap.responses.operation:bind_response,0; ldap.responses.count:1;)",
            "not alert ldap any any -> any any (ldap.responses.result_code:success;)",
        ],
    );
}

#[test]
fn numbers_of_remote_calls_have_the_order_of_their_message() {
    let body = b"\0\0\0\0\0\0\0\x0c\x01\x02rest";
    let mut high = remote(0, 2, body);
    high[4] = 0;
    high[8..10].reverse();
    high[12..16].reverse();
    for (call, number) in [(high, 0x0102), (remote(0, 2, body), 0x0201)] {
        let mut talk = Talk::tcp(40_000, 49_152);
        talk.ask(&bind());
        talk.ask(&call);
        check(
            &talk,
            &[&format!(
                "alert dcerpc any any -> any any (dcerpc.stub_data; byte_test:2,=,{number},0,dce;)"
            )],
        );
    }
}
