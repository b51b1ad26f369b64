use super::fields::{LLMNR, MDNS, TCP, UDP};
use crate::limits::DNS_NAME_BYTES_MAX;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{check_pieces, split, whole};
use proptest::prelude::*;

/// Labels of a dotted name.
fn name(dotted: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in dotted.split('.').filter(|label| !label.is_empty()) {
        bytes.push(u8::try_from(label.len()).unwrap());
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

fn header(id: u16, flags: u16, counts: [u16; 4]) -> Vec<u8> {
    let mut bytes = [id, flags].map(u16::to_be_bytes).concat();
    bytes.extend(counts.map(u16::to_be_bytes).concat());
    bytes
}

fn question(id: u16, flags: u16, dotted: &str, kind: u16) -> Vec<u8> {
    let mut bytes = header(id, flags, [1, 0, 0, 0]);
    bytes.extend(name(dotted));
    bytes.extend(kind.to_be_bytes());
    bytes.extend([0, 1]);
    bytes
}

/// An answer whose records are named by a pointer to the question.
fn answer(dotted: &str, records: &[(u16, &[u8])]) -> Vec<u8> {
    let mut bytes = question(7, 0x8180, dotted, 1);
    bytes[7] = u8::try_from(records.len()).unwrap();
    for (kind, data) in records {
        bytes.extend([0xc0, 0x0c]);
        bytes.extend(kind.to_be_bytes());
        bytes.extend([0, 1, 0, 0, 1, 0x2c]);
        bytes.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(data);
    }
    bytes
}

fn framed(message: &[u8]) -> Vec<u8> {
    let mut bytes = u16::try_from(message.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend_from_slice(message);
    bytes
}

#[test]
fn a_question_and_its_answer_are_two_transactions() {
    let found = whole(
        &UDP,
        &[
            (ToServer, &question(7, 0x0100, "www.example.org", 1)),
            (
                ToClient,
                &answer(
                    "www.example.org",
                    &[(1, &[192, 0, 2, 1]), (1, &[192, 0, 2, 2])],
                ),
            ),
        ],
    );
    assert_eq!(
        found.events(),
        [
            "dns 0: version=3 type=request tx_id=0 id=7 flags=100 rd=true opcode=0 rcode=NOERROR \
             queries=[ { rrname=www.example.org rrtype=A ] ]",
            "dns 1: version=3 type=response tx_id=1 id=7 flags=8180 qr=true rd=true ra=true \
             opcode=0 rcode=NOERROR queries=[ { rrname=www.example.org rrtype=A ] ] \
             answers=[ { rrname=www.example.org rrtype=A ttl=300 rdata=192.0.2.1 ] \
             { rrname=www.example.org rrtype=A ttl=300 rdata=192.0.2.2 ] ] \
             grouped={ A=[ 192.0.2.1 192.0.2.2 ] ]",
        ]
    );
    assert_eq!(found.buffer("dns.query"), ["www.example.org"]);
    assert_eq!(found.buffer("dns.queries.rrname").len(), 2);
    assert_eq!(found.buffer("dns.answers.rrname").len(), 2);
    assert!(found.anomalies().is_empty());
}

#[test]
fn every_kind_of_record_is_written() {
    let soa = [name("ns.example"), name("root.example"), vec![0; 20]].concat();
    let service = [&[0, 1, 0, 2, 0, 80][..], &name("host.example")].concat();
    let exchange = [&[0, 10][..], &name("mail.example")].concat();
    let binding = [&[0, 1][..], &name("svc.example")].concat();
    let cases: &[(u16, &[u8], &str)] = &[
        (
            28,
            &[0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            "rdata=2001:0db8:0000:0000:0000:0000:0000:0001",
        ),
        (5, &name("other.example"), "rdata=other.example"),
        (12, &name("other.example"), "rdata=other.example"),
        (15, &exchange, "rdata=mail.example"),
        (
            6,
            &soa,
            "soa={ mname=ns.example rname=root.example serial=0 refresh=0 retry=0 expire=0 minimum=0 ]",
        ),
        (
            33,
            &service,
            "srv={ priority=1 weight=2 port=80 name=host.example ]",
        ),
        (
            16,
            b"\x03abc\x02de",
            "rdata=abc ] { rrname=a.example rrtype=TXT ttl=300 rdata=de ]",
        ),
        (
            44,
            &[1, 2, 0xab, 0xcd],
            "sshfp={ fingerprint=ab:cd algo=1 type=2 ]",
        ),
        (65, &binding, "rdata=1 svc.example."),
        (10, b"tunnel", "rdata=tunnel"),
        (1, &[1, 2], "ttl=300 ]"),
        (4711, b"x", "rrtype=4711 ttl=300 ]"),
    ];
    for (kind, data, expected) in cases {
        let found = whole(&UDP, &[(ToClient, &answer("a.example", &[(*kind, data)]))]);
        let event = found.events()[0];
        assert!(event.contains(expected), "{expected} is not in {event}");
    }
}

#[test]
fn names_in_data_are_seen_by_rules() {
    let found = whole(
        &UDP,
        &[(ToClient, &answer("a.example", &[(5, &name("b.example"))]))],
    );
    assert_eq!(
        found.buffer("dns.response.rrname"),
        ["a.example", "a.example", "b.example"]
    );
}

#[test]
fn odd_messages_are_told_with_their_anomaly() {
    let mut looped = question(1, 0x0100, "", 1);
    looped.splice(12..13, [0xc0, 0x0c]);
    let mut cut = answer("a.example", &[(1, &[1, 2, 3, 4])]);
    cut.truncate(cut.len() - 2);
    let long = vec!["x".repeat(63); 20].join(".");
    let cases: &[(Vec<u8>, &[&str])] = &[
        (question(1, 0x0140, "a.b", 1), &["z_flag_set"]),
        (question(1, 0x4800, "a.b", 1), &["invalid_opcode"]),
        (question(1, 0x8100, "a.b", 1), &["not_a_request"]),
        (looped, &["infinite_loop"]),
        (cut, &["malformed_data", "not_a_request"]),
        (question(1, 0x0100, &long, 1), &["name_too_long"]),
        (vec![0; 5], &["malformed_data"]),
    ];
    for (bytes, expected) in cases {
        assert_eq!(whole(&UDP, &[(ToServer, bytes)]).anomalies(), *expected);
    }
    let found = whole(&UDP, &[(ToServer, &question(1, 0x0100, &long, 1))]);
    assert!(found.buffer("dns.query")[0].len() <= DNS_NAME_BYTES_MAX);
}

#[test]
fn pointers_may_lead_forward() {
    let mut bytes = header(1, 0x0100, [2, 0, 0, 0]);
    bytes.extend([0xc0, 18, 0, 1, 0, 1]);
    bytes.extend(name("a.example"));
    bytes.extend([0, 1, 0, 1]);
    let found = whole(&UDP, &[(ToServer, &bytes)]);
    assert_eq!(found.buffer("dns.query"), ["a.example", "a.example"]);
}

#[test]
fn a_stream_may_be_cut_anywhere() {
    let asked = [
        framed(&question(1, 0x0100, "a.example", 1)),
        framed(&question(2, 0x0100, "b.example", 28)),
    ]
    .concat();
    let told = framed(&answer("a.example", &[(1, &[1, 2, 3, 4])]));
    check_pieces(&TCP, &[(ToServer, &asked), (ToClient, &told)]);
    assert_eq!(whole(&TCP, &[(ToServer, &asked)]).events().len(), 2);
}

#[test]
fn after_a_gap_a_stream_goes_on_at_a_message() {
    let message = framed(&question(1, 0x0100, "a.example", 1));
    let mut parser = (TCP.parser)();
    let mut found = crate::testing::Recorder::default();
    parser.feed(ToServer, &message[..10], &mut found);
    parser.gap(ToServer, 100, &mut found);
    parser.feed(ToServer, &[0xff; 30], &mut found);
    parser.feed(ToServer, &message, &mut found);
    assert_eq!(found.events().len(), 1);
}

#[test]
fn protocols_of_one_form_are_told_apart() {
    let mdns = question(0, 0, "printer._ipp._tcp.local", 12);
    let cast = question(77, 0, "_googlecast._tcp.local", 12);
    let llmnr = question(77, 0, "wpad", 1);
    let dns = question(77, 0x0100, "www.example.org", 1);
    let netbios = question(77, 0x0110, "FHEPFCELEHFCEPFFFACACACACACACABL", 32);
    let probes = [UDP.probe, MDNS.probe, LLMNR.probe];
    let cases = [
        (&mdns, [Probe::No, Probe::Yes, Probe::No]),
        (&cast, [Probe::Unsure, Probe::Unsure, Probe::No]),
        (&llmnr, [Probe::Unsure, Probe::Unsure, Probe::Unsure]),
        (&dns, [Probe::Yes, Probe::Unsure, Probe::No]),
        (&netbios, [Probe::No, Probe::No, Probe::No]),
    ];
    for (bytes, expected) in cases {
        assert_eq!(probes.map(|probe| probe(ToServer, bytes)), expected);
    }
    assert_eq!((TCP.probe)(ToServer, &framed(&dns)), Probe::Yes);
    assert_eq!((TCP.probe)(ToServer, &framed(&dns)[..20]), Probe::Unsure);
}

#[test]
fn other_protocols_are_not_dns() {
    let others: &[&[u8]] = &[
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        &[0; 64],
        &[0xff; 64],
    ];
    for bytes in others {
        assert_eq!((UDP.probe)(ToServer, bytes), Probe::No, "{bytes:?}");
        assert_eq!((TCP.probe)(ToServer, bytes), Probe::No, "{bytes:?}");
    }
}

#[test]
fn multicast_events_name_data_by_type() {
    let mut bytes = header(0, 0x8400, [0, 1, 0, 0]);
    bytes.extend(name("_http._tcp.local"));
    bytes.extend([0, 12, 0x80, 1, 0, 0, 0, 10, 0, 2, 0xc0, 12]);
    let found = whole(&MDNS, &[(ToServer, &bytes)]);
    assert_eq!(
        found.events(),
        ["mdns 0: type=response id=0 answers=[ { rrname=_http._tcp.local ptr=_http._tcp.local ] ]"]
    );
    assert!(found.anomalies().is_empty());
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..600), piece in 1usize..50) {
        split(&UDP, &[(ToServer, &bytes)], usize::MAX);
        split(&MDNS, &[(ToServer, &bytes)], usize::MAX);
        split(&TCP, &[(ToServer, &bytes), (ToClient, &bytes)], piece);
    }

    #[test]
    fn random_bytes_are_not_dns(bytes in proptest::collection::vec(any::<u8>(), 20..200)) {
        prop_assert_ne!((UDP.probe)(ToServer, &bytes), Probe::Yes);
    }

    #[test]
    fn broken_messages_are_survived(at in 0usize..60, value: u8) {
        let mut bytes = answer("www.example.org", &[(5, &name("x.example")), (16, b"\x03abc")]);
        let at = at % bytes.len();
        bytes[at] = value;
        whole(&UDP, &[(ToClient, &bytes)]);
    }
}
