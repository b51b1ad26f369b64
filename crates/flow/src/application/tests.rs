//! Protocols found and followed, with the real protocols of the registry.

use super::*;
use crate::anomaly::Anomalies;
use crate::conversation::{Conversation, Counters, File, FilePhase};
use crate::files::Files;
use crate::observer::{Moment, PacketContext, StreamWindow};
use crate::statistics::Statistics;
use Direction::{ToClient, ToServer};
use event::{Endpoint, Event, Timestamp, Transport};
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr};
use wire::packet::VlanTags;
use wire::protocol::Transaction;

#[derive(Default)]
struct Heard {
    events: Vec<Event>,
    told: Vec<String>,
}

impl Observer<()> for Heard {
    fn flow_begins(&mut self, _: &mut Conversation<()>, _: Moment) {}
    fn packet(&mut self, _: Option<&mut Conversation<()>>, _: &PacketContext<'_, '_>) {}
    fn stream(&mut self, _: &mut Conversation<()>, _: &StreamWindow<'_>) {}
    fn side_complete(
        &mut self,
        _: &mut Conversation<()>,
        transaction: &dyn Transaction,
        direction: Direction,
        _: Moment,
    ) {
        self.told
            .push(format!("side {} {direction:?}", transaction.id()));
    }
    fn file(
        &mut self,
        _: &mut Conversation<()>,
        file: &File,
        phase: FilePhase,
        transaction: Option<&dyn Transaction>,
        _: Moment,
    ) {
        let carried = transaction.map(Transaction::id);
        self.told
            .push(format!("file {} {phase:?} {carried:?}", file.id));
    }
    fn anomaly(
        &mut self,
        _: Option<&mut Conversation<()>>,
        layer: &'static str,
        name: &'static str,
        _: Direction,
        _: Moment,
    ) {
        self.told.push(format!("{layer} {name}"));
    }
    fn event(&mut self, event: Event) {
        self.events.push(event);
    }
    fn flow_ends(&mut self, _: &mut Conversation<()>, _: Moment) {}
}

struct Bench {
    application: Application,
    conversation: Conversation<()>,
    files: Files,
    anomalies: Anomalies,
    expected: crate::expected::Expectations,
    statistics: Statistics,
    heard: Heard,
}

impl Bench {
    fn new(carrier: Carrier, port: u16) -> Self {
        let transport = match carrier {
            Carrier::Stream => Transport::Tcp,
            Carrier::Datagram => Transport::Udp,
        };
        let end = |last, port| Endpoint::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)), port);
        Self {
            application: Application::new(carrier),
            conversation: Conversation {
                id: 1,
                client: end(1, 40000),
                server: end(2, port),
                transport,
                vlan: VlanTags::default(),
                macs: (None, None),
                start: Timestamp::default(),
                last: Timestamp::default(),
                to_server: Counters::default(),
                to_client: Counters::default(),
                tcp: None,
                app_proto: None,
                app_proto_disagreeing: None,
                app_proto_original: None,
                sealed: false,
                alerted: false,
                state: (),
            },
            files: Files::default(),
            anomalies: Anomalies::default(),
            expected: crate::expected::Expectations::default(),
            statistics: Statistics::default(),
            heard: Heard::default(),
        }
    }

    fn with(&mut self, act: impl FnOnce(&mut Application, &mut Listener<'_, (), Heard>)) {
        let mut listener = Listener {
            conversation: &mut self.conversation,
            files: &mut self.files,
            anomalies: &mut self.anomalies,
            expected: &mut self.expected,
            statistics: &mut self.statistics,
            observer: &mut self.heard,
            moment: Moment {
                time: Timestamp::default(),
                packet_number: 1,
            },
            change: None,
        };
        act(&mut self.application, &mut listener);
    }

    fn feed(&mut self, direction: Direction, bytes: &[u8]) {
        self.with(|application, listener| application.feed(direction, bytes, listener));
    }

    fn finish(&mut self) {
        for direction in [ToServer, ToClient] {
            self.with(|application, listener| application.finish(direction, listener));
        }
    }

    fn kinds(&self) -> Vec<&str> {
        self.heard
            .events
            .iter()
            .map(|event| event.kind.as_ref())
            .collect()
    }
}

const REQUEST: &[u8] = b"GET /setup.exe HTTP/1.1\r\nHost: files.example\r\n\r\n";
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc";

#[test]
fn http_is_found_on_any_port_in_pieces_of_any_size() {
    for size in [1, 2, 3, 7, 1000] {
        let mut bench = Bench::new(Carrier::Stream, 4711);
        for piece in REQUEST.chunks(size) {
            bench.feed(ToServer, piece);
        }
        for piece in ANSWER.chunks(size) {
            bench.feed(ToClient, piece);
        }
        bench.finish();
        assert_eq!(bench.conversation.app_proto, Some("http"), "{size}");
        assert_eq!(bench.kinds(), ["http", "fileinfo"], "{size}");
        let file = &bench.heard.events[1];
        assert_eq!(file.text("fileinfo.filename"), Some("/setup.exe"));
        assert_eq!(file.text("fileinfo.state"), Some("CLOSED"));
        assert_eq!(
            file.text("fileinfo.sha256"),
            Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        );
        assert_eq!(file.text("http.hostname"), Some("files.example"));
        assert_eq!(file.number("http.status"), Some(200));
        // The sender of the file is the event's source.
        assert_eq!(file.source, Some(bench.conversation.server));
        assert_eq!(
            bench.heard.told,
            [
                "side 0 ToServer",
                "side 0 ToClient",
                "file 0 Begun Some(0)",
                "file 0 Complete Some(0)"
            ],
            "{size}"
        );
    }
}

#[test]
fn a_file_cut_off_is_told_as_truncated() {
    let mut bench = Bench::new(Carrier::Stream, 80);
    bench.feed(ToServer, REQUEST);
    bench.feed(ToClient, &ANSWER[..ANSWER.len() - 1]);
    bench.finish();
    let file = bench
        .heard
        .events
        .iter()
        .find(|event| event.kind == "fileinfo")
        .unwrap();
    assert_eq!(file.text("fileinfo.state"), Some("TRUNCATED"));
    assert_eq!(file.text("fileinfo.md5"), None);
}

#[test]
fn bytes_that_nothing_fits_are_failed_and_forgotten() {
    let mut bench = Bench::new(Carrier::Stream, 4711);
    for _ in 0..10_000 {
        bench.feed(ToServer, b"\x00\xff\x13\x37\x00\xff\x13\x37");
        bench.feed(ToClient, b"\x00\xfe\x13\x37");
        assert!(bench.application.memory() < 4 * 4096);
    }
    assert_eq!(bench.conversation.app_proto, Some("failed"));
    assert!(bench.application.is_done());
    assert_eq!(bench.application.memory(), 0);
}

#[test]
fn one_direction_is_enough_to_know_the_protocol() {
    let mut bench = Bench::new(Carrier::Stream, 80);
    bench.feed(ToClient, ANSWER);
    bench.finish();
    assert_eq!(bench.conversation.app_proto, Some("http"));
}

#[test]
fn a_side_that_speaks_something_else_is_told() {
    let mut bench = Bench::new(Carrier::Stream, 80);
    bench.feed(ToServer, REQUEST);
    bench.feed(ToClient, b"\x00\x01\x02\x03 nothing known");
    let expected = "applayer applayer_detect_protocol_only_one_direction";
    assert!(bench.heard.told.iter().any(|told| told == expected));
    assert_eq!(
        bench.heard.events[0].text("anomaly.event"),
        Some("APPLAYER_DETECT_PROTOCOL_ONLY_ONE_DIRECTION")
    );
}

#[test]
fn after_connect_the_tunnel_speaks_for_itself() {
    let mut bench = Bench::new(Carrier::Stream, 3128);
    bench.feed(
        ToServer,
        b"CONNECT inner.example:80 HTTP/1.1\r\nHost: inner.example:80\r\n\r\n",
    );
    bench.feed(ToClient, b"HTTP/1.1 200 Connection established\r\n\r\n");
    bench.feed(ToServer, REQUEST);
    bench.feed(ToClient, ANSWER);
    bench.finish();
    let urls: Vec<_> = bench
        .heard
        .events
        .iter()
        .filter_map(|event| event.text("http.url"))
        .collect();
    assert!(urls.contains(&"inner.example:80"), "{urls:?}");
    assert!(urls.contains(&"/setup.exe"), "{urls:?}");
    assert_eq!(bench.application.original, Some("http"));
}

#[test]
fn datagrams_are_looked_at_until_one_fits() {
    let query =
        b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01";
    let mut bench = Bench::new(Carrier::Datagram, 53);
    bench.feed(ToServer, b"\x00");
    assert_eq!(bench.conversation.app_proto, Some("failed"));
    bench.feed(ToServer, query);
    assert_eq!(bench.conversation.app_proto, Some("dns"));
}

proptest! {
    #[test]
    fn no_bytes_are_too_strange(
        pieces in prop::collection::vec((any::<bool>(), 0usize..6, prop::collection::vec(any::<u8>(), 0..300)), 1..20),
        carrier: bool,
    ) {
        let starts: [&[u8]; 6] = [b"", REQUEST, ANSWER, b"\x16\x03\x01\x00\x50\x01", b"SSH-2.0-x\r\n", b"\x00\x20"];
        let carrier = if carrier { Carrier::Stream } else { Carrier::Datagram };
        let mut bench = Bench::new(carrier, 80);
        for (to_server, start, mut bytes) in pieces {
            let direction = if to_server { ToServer } else { ToClient };
            bytes.splice(0..0, starts[start].iter().copied());
            bench.feed(direction, &bytes);
        }
        bench.finish();
        // Whatever sides and files begin, files end.
        let begun = bench.heard.told.iter().filter(|told| told.contains("Begun")).count();
        let ended = bench.heard.told.iter().filter(|told| told.contains("Complete") || told.contains("Truncated")).count();
        prop_assert_eq!(begun, ended);
    }
}
