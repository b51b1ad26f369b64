//! Watches flows, reads everything it is told, and holds the tracker to its contract.

use crate::reading;
use event::{Event, Record};
use flow::{Conversation, File, FilePhase, Moment, Observer, PacketContext, StreamWindow};
use wire::protocol::{Direction, Transaction};

/// What was shown of each direction of a flow.
#[derive(Default)]
pub struct Shown([Side; 2]);

#[derive(Default)]
struct Side {
    /// Position behind the last byte shown.
    end: u64,
    /// Copies of bytes differ: they may be shown again.
    has_copies: bool,
}

impl Shown {
    fn side(&mut self, direction: Direction) -> &mut Side {
        &mut self.0[usize::from(direction == Direction::ToClient)]
    }
}

/// Counts calls; keeps events where they are wanted.
#[derive(Default)]
pub struct Watcher {
    /// Flows that have begun and not ended.
    pub flows: u64,
    /// Events, where `keep` is set.
    pub events: Vec<Event>,
    /// Whether events are kept.
    pub keep: bool,
}

impl Observer<Shown> for Watcher {
    fn flow_begins(&mut self, _: &mut Conversation<Shown>, _: Moment) {
        self.flows += 1;
    }

    fn packet(&mut self, flow: Option<&mut Conversation<Shown>>, _: &PacketContext<'_, '_>) {
        if let Some(flow) = flow {
            assert!(flow.to_server.packets + flow.to_client.packets > 0);
        }
    }

    fn stream(&mut self, flow: &mut Conversation<Shown>, window: &StreamWindow<'_>) {
        assert!(window.fresh <= window.bytes.len());
        assert!(window.ends || window.fresh > 0);
        let side = flow.state.side(window.direction);
        let kept = (window.bytes.len() - window.fresh) as u64;
        let begins = window.offset + kept;
        if window.fresh > 0 {
            assert!(
                begins >= side.end || side.has_copies,
                "bytes before {} shown again at {begins}",
                side.end
            );
            side.end = side.end.max(begins + window.fresh as u64);
        }
    }

    fn side_complete(
        &mut self,
        _: &mut Conversation<Shown>,
        transaction: &dyn Transaction,
        direction: Direction,
        _: Moment,
    ) {
        reading::side(transaction, direction);
        reading::event(transaction);
    }

    fn file(
        &mut self,
        _: &mut Conversation<Shown>,
        file: &File,
        phase: FilePhase,
        transaction: Option<&dyn Transaction>,
        _: Moment,
    ) {
        if phase == FilePhase::Complete && !file.gaps {
            assert!(file.hashes.is_some(), "a whole file without digests");
        }
        if let Some(transaction) = transaction {
            reading::event(transaction);
        }
    }

    fn anomaly(
        &mut self,
        flow: Option<&mut Conversation<Shown>>,
        layer: &'static str,
        name: &'static str,
        direction: Direction,
        _: Moment,
    ) {
        assert!(!layer.is_empty() && !name.is_empty());
        if let Some(flow) = flow {
            flow.state.side(direction).has_copies |= name == "reassembly_overlap_different_data";
        }
    }

    fn event(&mut self, event: Event) {
        let text = serde_json::to_string(&event).expect("events are plain values");
        let read: Record = serde_json::from_str(&text).expect("events can be read again");
        std::hint::black_box(read);
        if self.keep {
            self.events.push(event);
        }
    }

    fn flow_ends(&mut self, _: &mut Conversation<Shown>, _: Moment) {
        assert!(self.flows > 0, "a flow ends that has not begun");
        self.flows -= 1;
    }
}
