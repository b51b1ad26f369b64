//! What rules remember across transactions and flows, and what they take down for their alerts.

use crate::talk::Talk;
use event::Value;

const ONE: &[u8] = b"GET /a HTTP/1.1\r\nHost: one.example\r\nUser-Agent: Tester/1.5\r\n\r\n";
const TWO: &[u8] = b"GET /b HTTP/1.1\r\nHost: two.example\r\nUser-Agent: Tester/1.5\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd";

/// Three requests, the third to the host of the first.
fn browse() -> Talk {
    let mut talk = Talk::tcp(40_000, 80);
    for request in [ONE, TWO, ONE] {
        talk.ask(request).answer(ANSWER);
    }
    talk.close();
    talk
}

#[test]
fn data_sets_are_filled_by_rules() {
    let set = "alert http any any -> any any (http.host; dataset:set,hosts,type string; sid:1;)";
    assert_eq!(browse().sids(set), [1, 1]);
    let ask = "alert http any any -> any any (http.host; dataset:isset,hosts; http.uri; content:\"/a\"; sid:2;)";
    assert_eq!(browse().sids(&format!("{set}\n{ask}")), [1, 2, 1, 2]);
    let never = "alert http any any -> any any (http.host; dataset:isnotset,hosts; sid:3;)";
    assert_eq!(browse().sids(&format!("{set}\n{never}")), [1, 1]);
    let take = "alert http any any -> any any (http.host; dataset:unset,hosts; http.uri; content:\"/b\"; sid:4;)";
    assert_eq!(browse().sids(&format!("{set}\n{take}")), [1, 1, 4]);
}

#[test]
fn groups_of_expressions_are_told() {
    let rules = "alert http any any -> any any (http.user_agent; pcre:\"/^(?P<alert_tool>[A-Z][a-z]+)/\"; http.uri; content:\"/b\"; sid:1;)\n\
        alert http any any -> any any (http.user_agent; pcre:\"/^([A-Z])[a-z]+\\/(\\d)\\.(\\d)/,alert:letter, flow:major, pkt:minor\"; http.uri; content:\"/b\"; sid:2;)";
    let events = browse().events(rules);
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].text("alert.context.tool"), Some("Tester"));
    assert_eq!(events[1].text("alert.context.letter"), Some("T"));
    let told = |path: &str, name: &str| {
        let variables = events[0].body.at(path).map_or(&[][..], Value::as_list);
        let values = variables
            .iter()
            .filter_map(|one| one.as_record()?.text(name));
        values.collect::<Vec<_>>()
    };
    assert_eq!(told("metadata.flowvars", "major"), ["1"]);
    assert_eq!(told("metadata.pktvars", "minor"), ["5"]);
}

#[test]
fn entropy_is_measured_and_told() {
    let events = browse().events(
        "alert http any any -> any any (http.host; entropy: value > 2; http.uri; content:\"/b\"; sid:1;)",
    );
    assert_eq!(events.len(), 1);
    let record = events[0].to_record();
    let shown = format!("{record:?}");
    assert!(shown.contains("http_host"), "{shown}");
}

#[test]
fn bits_of_a_transaction_end_with_it() {
    let set =
        "alert http any any -> any any (http.uri; content:\"/a\"; xbits:set,seen,track tx; sid:1;)";
    let ask = "alert http any any -> any any (http.stat_code; content:\"200\"; xbits:isset,seen,track tx; sid:2;)";
    assert_eq!(browse().sids(&format!("{set}\n{ask}")), [1, 2, 1, 2]);
}

#[test]
fn frames_are_looked_into() {
    let rules = "alert http any any -> any any (frame:request; content:\"GET /b\"; startswith; sid:1;)\n\
        alert http any any -> any any (flow:to_client; frame:http.response; content:\"OK|0d 0a|\"; sid:2;)\n\
        alert http any any -> any any (flow:to_server; frame:response; content:\"OK\"; sid:3;)";
    let events = browse().events(rules);
    let sids: Vec<_> = events
        .iter()
        .filter_map(|event| event.number("alert.signature_id"))
        .collect();
    assert_eq!(sids, [2, 1, 2, 2]);
    assert_eq!(events[1].text("frame.type"), Some("request"));
    assert_eq!(events[1].text("frame.direction"), Some("toserver"));
}

#[test]
fn events_of_a_transaction_come_with_it() {
    let mut talk = Talk::new(40_000, 53);
    // A question with opcode 9, for `a.`
    talk.datagram(
        true,
        b"\x00\x07\x48\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01",
    );
    let events =
        talk.events("alert dns any any -> any any (app-layer-event:dns.invalid_opcode; sid:1;)");
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].number("dns.opcode"), Some(9));
    assert_eq!(events[0].tx_id, Some(0));
}

#[test]
fn remote_calls_and_odd_encodings_are_seen() {
    let mut talk = Talk::new(40_000, 111);
    let call = [
        0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0x86, 0xa0, 0, 0, 0, 2, 0, 0, 0, 3,
    ];
    talk.datagram(true, &call);
    let sids = talk.sids(
        "alert udp any any -> any any (rpc:100000,2,3; sid:1;)\n\
         alert udp any any -> any any (rpc:100000,*,*; sid:2;)\n\
         alert udp any any -> any any (rpc:100000,3,*; sid:3;)",
    );
    assert_eq!(sids, [1, 2]);
    let mut talk = Talk::new(40_000, 161);
    talk.datagram(true, &[0x30, 0x82, 0x10, 0x00, 2, 1, 5]);
    assert_eq!(
        talk.sids("alert udp any any -> any any (asn1:oversize_length 1000; sid:4;)"),
        [4]
    );
}

#[test]
fn rules_that_no_pattern_selects_hear_of_bits_that_the_same_bytes_set() {
    let set = |content: &str| {
        format!("alert tcp any any -> any any ({content} flowbits:set,seen; noalert; sid:1;)")
    };
    let ask = "alert tcp any any -> any any (flowbits:isset,seen; content:\"b\"; sid:2;)\n\
               alert tcp any any -> any any (flowbits:isset,never; content:\"b\"; sid:3;)\n\
               alert tcp-pkt any any -> any any (flowbits:isset,seen; flags:PA; dsize:4; sid:4;)\n\
               alert tcp-pkt any any -> any any (flowbits:isset,seen; flags:S; sid:5;)";
    for content in ["content:\"abcd\";", "content:\"a\";"] {
        let mut talk = Talk::tcp(40_000, 4_444);
        talk.ask(b"abcd").close();
        let mut sids = talk.sids(&format!("{}\n{ask}", set(content)));
        sids.sort_unstable();
        assert_eq!(sids, [2, 4], "{content}");
    }
}
