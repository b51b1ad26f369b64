//! Conversations made of packets, and what rules say of them: the whole way from frame to verdict.

use detect::rule::{Collection, Variables};
use detect::signature::{
    Alert, Audience, EngineState, Inspector, Ruleset, Settings, Thresholds, Verdict,
};
use event::{Event, Timestamp};
use flow::{Conversation, Frame, Tracker};
use std::sync::Arc;
use wire::packet::LinkType;

const CLIENT: [u8; 4] = [10, 0, 0, 1];
const SERVER: [u8; 4] = [203, 0, 113, 5];
const FIN: u8 = 1;
const SYN: u8 = 2;
const PSH: u8 = 8;
const ACK: u8 = 16;

/// Packets between one client and one server. Times are 10 ms apart.
pub struct Talk {
    frames: Vec<(i64, Vec<u8>)>,
    millis: i64,
    ports: (u16, u16),
    sequence: (u32, u32),
    pub ttl: u8,
    /// Stands before every packet; none: captures of IP alone.
    pub ethernet: Option<[u8; 14]>,
}

impl Talk {
    pub fn new(client_port: u16, server_port: u16) -> Self {
        Self {
            frames: Vec::new(),
            millis: 0,
            ports: (client_port, server_port),
            sequence: (1_000, 5_000),
            ttl: 64,
            ethernet: None,
        }
    }

    /// A TCP connection after its handshake.
    pub fn tcp(client_port: u16, server_port: u16) -> Self {
        let mut talk = Self::new(client_port, server_port);
        talk.segment(true, SYN, b"");
        talk.segment(false, SYN | ACK, b"");
        talk.segment(true, ACK, b"");
        talk
    }

    pub fn wait_seconds(&mut self, seconds: i64) -> &mut Self {
        self.millis += seconds * 1000;
        self
    }

    /// Bytes from the client, acknowledged.
    pub fn ask(&mut self, bytes: &[u8]) -> &mut Self {
        self.segment(true, PSH | ACK, bytes);
        self.segment(false, ACK, b"")
    }

    /// Bytes from the server, acknowledged.
    pub fn answer(&mut self, bytes: &[u8]) -> &mut Self {
        self.segment(false, PSH | ACK, bytes);
        self.segment(true, ACK, b"")
    }

    pub fn close(&mut self) -> &mut Self {
        self.segment(true, FIN | ACK, b"");
        self.segment(false, FIN | ACK, b"");
        self.segment(true, ACK, b"")
    }

    pub fn datagram(&mut self, from_client: bool, bytes: &[u8]) -> &mut Self {
        let (source, dest) = self.port_order(from_client);
        let mut udp = Vec::new();
        udp.extend(source.to_be_bytes());
        udp.extend(dest.to_be_bytes());
        udp.extend((bytes.len() as u16 + 8).to_be_bytes());
        udp.extend([0, 0]);
        udp.extend(bytes);
        self.ip(from_client, 17, &udp)
    }

    pub fn echo_request(&mut self, bytes: &[u8]) -> &mut Self {
        let mut icmp = vec![8, 0, 0, 0, 0, 7, 0, 1];
        icmp.extend(bytes);
        self.ip(true, 1, &icmp)
    }

    pub fn segment(&mut self, from_client: bool, flags: u8, bytes: &[u8]) -> &mut Self {
        let (source, dest) = self.port_order(from_client);
        let (client, server) = self.sequence;
        let (sequence, acknowledged) = if from_client {
            (client, server)
        } else {
            (server, client)
        };
        let mut tcp = Vec::new();
        tcp.extend(source.to_be_bytes());
        tcp.extend(dest.to_be_bytes());
        tcp.extend(sequence.to_be_bytes());
        tcp.extend(acknowledged.to_be_bytes());
        tcp.extend([0x50, flags, 0x20, 0, 0, 0, 0, 0]);
        tcp.extend(bytes);
        let used = bytes.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        if from_client {
            self.sequence.0 += used;
        } else {
            self.sequence.1 += used;
        }
        self.ip(from_client, 6, &tcp)
    }

    fn port_order(&self, from_client: bool) -> (u16, u16) {
        if from_client {
            self.ports
        } else {
            (self.ports.1, self.ports.0)
        }
    }

    pub fn ip(&mut self, from_client: bool, protocol: u8, payload: &[u8]) -> &mut Self {
        let (source, dest) = if from_client {
            (CLIENT, SERVER)
        } else {
            (SERVER, CLIENT)
        };
        let mut frame = vec![0x45, 0];
        frame.extend((payload.len() as u16 + 20).to_be_bytes());
        frame.extend([0x12, 0x34, 0x40, 0, self.ttl, protocol, 0, 0]);
        frame.extend(source);
        frame.extend(dest);
        frame.extend(payload);
        self.frames.push((self.millis, frame));
        self.millis += 10;
        self
    }

    /// What the rules say: sids in the order told.
    pub fn sids(&self, rules: &str) -> Vec<u32> {
        self.events(rules)
            .iter()
            .filter_map(|event| event.number("alert.signature_id"))
            .map(|sid| sid as u32)
            .collect()
    }

    /// The alerts as events.
    pub fn events(&self, rules: &str) -> Vec<Event> {
        let watcher = Watcher {
            thresholds: Thresholds::new(),
            told: Vec::new(),
        };
        let mut inspector = Inspector::new(Arc::new(ruleset(rules)), watcher);
        let settings = flow::Settings {
            ignore_checksums: true,
            ..flow::Settings::default()
        };
        let mut tracker = Tracker::new(settings);
        let start = Timestamp::new(1_700_000_000, 0);
        let mut now = start;
        for (number, (millis, bytes)) in (1..).zip(&self.frames) {
            now = start.plus_nanos(millis * 1_000_000);
            let (link, bytes) = match &self.ethernet {
                Some(header) => (LinkType::Ethernet, [&header[..], bytes].concat()),
                None => (LinkType::RawIp, bytes.clone()),
            };
            let frame = Frame {
                time: now,
                number,
                link,
                bytes: &bytes,
                original_len: bytes.len() as u32,
                checksums_ready: false,
            };
            tracker.packet(&frame, &mut inspector);
        }
        tracker.finish(now, self.frames.len() as u64, &mut inspector);
        inspector.audience.told
    }
}

/// Compiles rules that must all run.
pub fn ruleset(text: &str) -> Ruleset {
    let mut collection = Collection::default();
    collection.read("test", text.as_bytes());
    assert!(collection.problems.is_empty(), "{:?}", collection.problems);
    let rules = collection.rules.iter().map(|placed| &placed.rule);
    let (ruleset, refused) = Ruleset::compile(rules, &Variables::default(), &Settings::default());
    assert!(refused.is_empty(), "{refused:?}");
    ruleset
}

struct Watcher {
    thresholds: Thresholds,
    told: Vec<Event>,
}

impl Audience for Watcher {
    fn judged(&mut self, _: Option<&mut Conversation<EngineState>>, alerts: &mut Vec<Alert>) {
        for alert in alerts.drain(..) {
            if self.thresholds.decide(&alert) == Verdict::Alert {
                let mut event = alert.event();
                alert.tell_payload(&mut event);
                self.told.push(event);
            }
        }
    }
}
