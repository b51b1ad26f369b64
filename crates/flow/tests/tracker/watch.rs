//! A tracker with somebody who takes everything down.

use event::{Event, Timestamp};
use flow::{
    Conversation, File, FilePhase, Frame, Moment, Observer, PacketContext, Settings, StreamWindow,
    Tracker,
};
use serde_json::Value;
use wire::packet::LinkType;
use wire::protocol::{Direction, Transaction};

#[derive(Default)]
pub struct Notes {
    pub events: Vec<Value>,
    /// `begin`, `packet`, `stream`, `side`, `file`, `anomaly`, `end`, in the order told.
    pub calls: Vec<String>,
    pub to_server: Vec<u8>,
    pub to_client: Vec<u8>,
    pub reassembled: Vec<Vec<u8>>,
}

impl Observer<u32> for Notes {
    fn flow_begins(&mut self, flow: &mut Conversation<u32>, _: Moment) {
        flow.state = 7;
        self.calls.push("begin".to_owned());
    }

    fn packet(&mut self, flow: Option<&mut Conversation<u32>>, context: &PacketContext<'_, '_>) {
        assert!(flow.is_none_or(|flow| flow.state == 7));
        if context.reassembled {
            self.reassembled.push(context.packet.payload.to_vec());
        }
        self.calls.push("packet".to_owned());
    }

    fn stream(&mut self, _: &mut Conversation<u32>, window: &StreamWindow<'_>) {
        let fresh = &window.bytes[window.bytes.len() - window.fresh..];
        match window.direction {
            Direction::ToServer => self.to_server.extend(fresh),
            Direction::ToClient => self.to_client.extend(fresh),
        }
        self.calls.push("stream".to_owned());
    }

    fn side_complete(
        &mut self,
        _: &mut Conversation<u32>,
        _: &dyn Transaction,
        _: Direction,
        _: Moment,
    ) {
        self.calls.push("side".to_owned());
    }

    fn file(
        &mut self,
        _: &mut Conversation<u32>,
        _: &File,
        phase: FilePhase,
        transaction: Option<&dyn Transaction>,
        _: Moment,
    ) {
        self.calls
            .push(format!("file {phase:?} {}", transaction.is_some()));
    }

    fn anomaly(
        &mut self,
        _: Option<&mut Conversation<u32>>,
        layer: &'static str,
        name: &'static str,
        _: Direction,
        _: Moment,
    ) {
        self.calls.push(format!("{layer} {name}"));
    }

    fn event(&mut self, event: Event) {
        self.events.push(serde_json::to_value(&event).unwrap());
    }

    fn flow_ends(&mut self, _: &mut Conversation<u32>, _: Moment) {
        self.calls.push("end".to_owned());
    }
}

pub struct Watch {
    pub tracker: Tracker<u32>,
    pub notes: Notes,
    pub number: u64,
    /// Milliseconds since the epoch.
    pub now: i64,
}

impl Watch {
    pub fn new(settings: Settings) -> Self {
        Self {
            tracker: Tracker::new(settings),
            notes: Notes::default(),
            number: 0,
            now: 1_000_000_000,
        }
    }

    /// A frame, a millisecond after the one before.
    pub fn see(&mut self, bytes: &[u8]) {
        self.number += 1;
        self.now += 1;
        let frame = Frame {
            time: Timestamp::from_nanos(self.now * 1_000_000),
            number: self.number,
            link: LinkType::Ethernet,
            bytes,
            original_len: bytes.len() as u32,
            checksums_ready: true,
        };
        self.tracker.packet(&frame, &mut self.notes);
    }

    /// Seconds pass, each with its tick.
    pub fn wait(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.now = (self.now / 1000 + 1) * 1000;
            let now = Timestamp::from_nanos(self.now * 1_000_000);
            self.tracker.tick(now, self.number, &mut self.notes);
        }
    }

    pub fn finish(&mut self) {
        let now = Timestamp::from_nanos(self.now * 1_000_000);
        self.tracker.finish(now, self.number, &mut self.notes);
    }

    pub fn events(&self, kind: &str) -> Vec<&Value> {
        let is_kind = |event: &&Value| event["event_type"] == kind;
        self.notes.events.iter().filter(is_kind).collect()
    }
}
