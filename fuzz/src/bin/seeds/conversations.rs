//! Takes down what flows say, as steps for the targets of parsers, segments and events.

use crate::store::Store;
use event::Event;
use flow::{Conversation, File, FilePhase, Moment, Observer, PacketContext, StreamWindow};
use hinomi_fuzz::{conversation, traffic};
use std::io;
use wire::packet::TransportHeader;
use wire::protocol::{Direction, Transaction};

/// Bytes of a conversation that are taken down.
const CONVERSATION_BYTES_MAX: usize = 9_000;

/// What one flow said.
#[derive(Default)]
pub struct Steps {
    parser: Vec<u8>,
    traffic: Vec<u8>,
    first: Vec<u8>,
}

/// All conversations and events so far.
#[derive(Default)]
pub struct Listener {
    conversations: Vec<(&'static str, Steps)>,
    events: Vec<String>,
}

impl Listener {
    /// Writes them as seeds; conversations of different lengths first.
    pub fn store(mut self, store: &mut Store) -> io::Result<()> {
        let mut shapes = std::collections::HashSet::new();
        self.conversations
            .sort_by_key(|(target, steps)| !shapes.insert((*target, steps.parser.len() / 32)));
        for (target, steps) in &self.conversations {
            store.seed(target, &steps.parser)?;
            store.seed("probe", &steps.first)?;
            store.seed("segments", &[&[0][..], &steps.traffic].concat())?;
            store.seed("engine", &steps.traffic)?;
        }
        for lines in self.events.chunks(12).step_by(self.events.len() / 720 + 1) {
            let text = lines.join("\n");
            store.seed("brain", text.as_bytes())?;
            let list = "192.168.10.0/24\n198.51.100.1:443\nexample\nhttp://example.com/a\n\0";
            store.seed("indicators", format!("{list}{text}").as_bytes())?;
        }
        Ok(())
    }
}

/// Target of a protocol's parser, and its flow in `traffic`.
fn target(app_proto: Option<&str>, is_tcp: bool) -> Option<(&'static str, u8)> {
    Some(match (app_proto?, is_tcp) {
        ("http", _) => ("http", 0),
        ("http2" | "doh2", _) => ("http2", 0),
        ("websocket", _) => ("websocket", 0),
        ("quic", _) => ("quic", 4),
        ("tls", _) => ("tls", 1),
        ("ssh", _) => ("ssh", 2),
        ("dns", true) => ("dns_tcp", 3),
        ("dns", false) => ("dns_udp", 4),
        ("mdns", _) => ("mdns", 5),
        ("llmnr", _) => ("llmnr", 5),
        ("nbns", _) => ("nbns", 6),
        ("dhcp", _) => ("dhcp", 7),
        _ => return None,
    })
}

fn take(steps: &mut Steps, place: u8, direction: Direction, bytes: &[u8]) {
    if steps.parser.len() + bytes.len() > CONVERSATION_BYTES_MAX {
        return;
    }
    if steps.parser.is_empty() {
        steps.first = bytes.to_vec();
        traffic::write_step(&mut steps.traffic, traffic::Kind::Open, place, false, &[]);
    }
    let to_client = direction == Direction::ToClient;
    conversation::write_step(&mut steps.parser, direction, 7, bytes);
    traffic::write_step(
        &mut steps.traffic,
        traffic::Kind::Next,
        place,
        to_client,
        bytes,
    );
}

impl Observer<Steps> for Listener {
    fn flow_begins(&mut self, _: &mut Conversation<Steps>, _: Moment) {}

    fn packet(&mut self, flow: Option<&mut Conversation<Steps>>, context: &PacketContext<'_, '_>) {
        if let (Some(flow), TransportHeader::Udp(_)) = (flow, &context.packet.transport)
            && let Some((_, place)) = target(flow.app_proto, false)
        {
            take(
                &mut flow.state,
                place,
                context.direction,
                context.packet.payload,
            );
        }
    }

    fn stream(&mut self, flow: &mut Conversation<Steps>, window: &StreamWindow<'_>) {
        let bytes = &window.bytes[window.bytes.len() - window.fresh..];
        if let Some((_, place)) = target(flow.app_proto, true)
            && !bytes.is_empty()
        {
            take(&mut flow.state, place, window.direction, bytes);
        }
    }

    fn side_complete(
        &mut self,
        _: &mut Conversation<Steps>,
        _: &dyn Transaction,
        _: Direction,
        _: Moment,
    ) {
    }

    fn file(
        &mut self,
        _: &mut Conversation<Steps>,
        _: &File,
        _: FilePhase,
        _: Option<&dyn Transaction>,
        _: Moment,
    ) {
    }

    fn anomaly(
        &mut self,
        _: Option<&mut Conversation<Steps>>,
        _: &'static str,
        _: &'static str,
        _: Direction,
        _: Moment,
    ) {
    }

    fn event(&mut self, event: Event) {
        self.events
            .push(serde_json::to_string(&event).expect("events are plain values"));
    }

    fn flow_ends(&mut self, flow: &mut Conversation<Steps>, _: Moment) {
        if let Some((target, _)) = target(flow.app_proto, flow.tcp.is_some()) {
            let steps = std::mem::take(&mut flow.state);
            self.conversations.push((target, steps));
        }
    }
}
