//! When rules are asked: what Suricata asks once, we ask once.

use super::check;
use super::talk::Talk;

#[test]
fn rules_over_addresses_and_one_port_are_asked_once_per_direction() {
    let mut talk = Talk::new(40_000, 7_777);
    for _ in 0..3 {
        talk.datagram(true, b"ask");
        talk.datagram(false, b"answer");
    }
    for (rule, wanted) in [
        ("alert udp any any -> any any (sid:1;)", 2),
        ("alert udp any any -> any 7777 (sid:1;)", 1),
        ("alert udp any 7777 -> any any (sid:1;)", 1),
        ("alert udp any 40000 -> any 7777 (sid:1;)", 3),
        ("alert udp any any -> any 7777 (dsize:3; sid:1;)", 3),
    ] {
        assert_eq!(talk.sids(rule).len(), wanted, "{rule}");
    }
}

#[test]
fn the_packet_that_completes_a_handshake_is_not_of_the_connection_yet() {
    let talk = Talk::tcp(40_000, 80);
    check(
        &talk,
        &[
            "alert tcp any any -> any 80 (flags:A; flow:not_established;)",
            "not alert tcp any any -> any 80 (flags:A; flow:established;)",
        ],
    );
}

#[test]
fn data_of_the_packet_that_completes_a_handshake_is() {
    let mut talk = Talk::new(40_000, 80);
    talk.segment(true, 2, b"");
    talk.segment(false, 18, b"");
    talk.ask(b"GET /secret HTTP/1.1\r\nHost: example.test\r\n\r\n");
    check(
        &talk,
        &[
            "alert http any any -> any any (flow:established,to_server; http.uri; content:\"/secret\";)",
            "alert tcp any any -> any 80 (flow:established; content:\"secret\";)",
        ],
    );
}

#[test]
fn dns_is_asked_where_suricata_sees_it() {
    let query =
        b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x04test\x00\x00\x01\x00\x01";
    for (port, foreign, own) in [(53, 1, 1), (443, 0, 1)] {
        let mut talk = Talk::new(40_000, port);
        talk.datagram(true, query);
        let asks = |sid: u32| {
            let rule = format!(
                "alert dns any any -> any any (dns.query; content:\"example\"; sid:{sid};)"
            );
            talk.sids(&rule).len()
        };
        assert_eq!((asks(1), asks(9_000_001)), (foreign, own), "port {port}");
    }
}

#[test]
fn events_of_a_question_with_its_answer_are_told_with_both() {
    let mut talk = Talk::tcp(40_000, 80);
    talk.ask(b"GET / HTTP/1.1\r\n\r\n")
        .answer(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    for (flow, times) in [("", 2), ("flow:to_server; ", 1)] {
        let rule = format!(
            "alert http any any -> any any ({flow}app-layer-event:http.missing_host_header; sid:1;)"
        );
        assert_eq!(talk.sids(&rule).len(), times, "{rule}");
    }
}

#[test]
fn what_is_encrypted_counts_as_sent() {
    let mut talk = Talk::tcp(40_000, 80);
    for _ in 0..4 {
        talk.ask(&[0; 500]).answer(&[1; 500]);
    }
    check(
        &talk,
        &[
            "alert tcp any any -> any 80 (flags:A; dsize:0; stream_size:client,>,1900; threshold:type limit, track by_rule, count 1, seconds 60;)",
            "not alert tcp any any -> any 80 (flags:A; dsize:0; stream_size:client,>,2100;)",
        ],
    );
}
