//! Runs the rules over what a worker's flows tell.

mod ask;
mod buffers;
mod echo;
mod file;
mod frame;
mod headers;
mod lists;
mod metadata;
mod packet;
mod queue;
mod scene;
mod shown;
mod stream;
mod transaction;
mod watch;

use super::Alert;
use super::compile::Ruleset;
use super::inspect::notes::{Mark, Notes};
use super::state::EngineState;
use crate::limits::EVENTS_PER_PACKET_MAX;
use buffers::Buffers;
use flow::{Conversation, Digests, Moment};
use lists::SharedLists;
use queue::{Found, Queued};
use std::sync::Arc;
use wire::protocol::Direction;

/// Counters since the engine was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Rules asked in full, because their pattern or nothing but a full look could decide.
    pub asked: u64,
    /// Rules that matched.
    pub matched: u64,
    /// Alerts dropped because a packet had too many.
    pub dropped: u64,
}

/// One worker's engine. Tell it what the flows tell, in their order; alerts come out with the packet during
/// which they arose. They are candidates: [`super::Thresholds`] decides which are told.
pub struct Engine {
    rules: Arc<Ruleset>,
    scratch: matcher::Scratch,
    /// Matches of the packet in work.
    queue: Vec<Queued>,
    /// Rules whose transaction or file part matched and whose packet part is still to be looked at.
    pending: Vec<Pending>,
    /// Events of the packet in work, as `layer.name`.
    events: Vec<String>,
    /// Events of transactions that are not complete on their side yet.
    of_transactions: Vec<TransactionEvent>,
    buffers: Buffers,
    /// The last stream window shown, for rules over both a transaction and the stream that carries it.
    window: LastWindow,
    /// The stretch of a stream that was scanned during the packet in work, where it was one only.
    shown: Option<Shown>,
    /// Rules over segments whose pattern occurs in it.
    of_segment: Vec<u32>,
    /// Rules over streams whose pattern occurs in a segment looked at by itself.
    of_stream: Vec<u32>,
    selected: Vec<u32>,
    lists: SharedLists,
    notes: Notes,
    /// What expressions took down of the packet in work.
    packet_variables: Vec<(Arc<str>, Vec<u8>)>,
    statistics: Statistics,
    /// Time of the transaction that was shown last, in seconds since 1970.
    seconds: u64,
}

#[derive(Default)]
struct LastWindow {
    flow: u64,
    direction: Option<Direction>,
    bytes: Vec<u8>,
}

/// Which bytes were scanned: those that a packet brought to a direction of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shown {
    flow: u64,
    direction: Direction,
    packet_number: u64,
}

impl Shown {
    fn of(flow: Option<&Conversation<EngineState>>, direction: Direction, moment: Moment) -> Self {
        Self {
            flow: flow.map_or(0, |flow| flow.id),
            direction,
            packet_number: moment.packet_number,
        }
    }
}

struct Pending {
    rule: u32,
    direction: Direction,
    found: Found,
    marks: Vec<Mark>,
}

/// An event that was told of a transaction.
struct TransactionEvent {
    flow: u64,
    transaction: u64,
    name: String,
}

impl Engine {
    /// An engine over rules that all workers share.
    pub fn new(rules: Arc<Ruleset>) -> Self {
        Self {
            rules,
            scratch: matcher::Scratch::new(),
            queue: Vec::new(),
            pending: Vec::new(),
            events: Vec::new(),
            of_transactions: Vec::new(),
            buffers: Buffers::default(),
            window: LastWindow::default(),
            shown: None,
            of_segment: Vec::new(),
            of_stream: Vec::new(),
            selected: Vec::new(),
            lists: SharedLists::default(),
            notes: Notes::default(),
            packet_variables: Vec::new(),
            statistics: Statistics::default(),
            seconds: 0,
        }
    }

    /// Goes on with other rules. What flows remember of the old ones is still to be put right, with a
    /// [`Translation`](super::Translation).
    pub fn replace_rules(&mut self, rules: Arc<Ruleset>) {
        let statistics = self.statistics;
        *self = Self::new(rules);
        self.statistics = statistics;
    }

    /// The digests of files that rules compare with.
    pub fn digests(&self) -> Digests {
        self.rules.digests
    }

    /// Counters so far.
    pub const fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// Something is wrong with the packet in work or its flow: `layer` is `decoder`, `stream`, `applayer` or a
    /// protocol's name.
    pub fn anomaly(
        &mut self,
        flow: Option<&mut Conversation<EngineState>>,
        layer: &'static str,
        name: &'static str,
        _direction: Direction,
        _moment: Moment,
    ) {
        let nobody_asks = self.rules.groups.events.is_empty() && !self.rules.groups.mixed_events;
        if nobody_asks || self.events.len() >= EVENTS_PER_PACKET_MAX {
            return;
        }
        let full = format!("{layer}.{name}");
        if let Some(flow) = flow
            && !matches!(layer, "decoder" | "stream")
        {
            flow.state.memory().note_event(&full);
        }
        if !self.events.contains(&full) {
            self.events.push(full);
        }
    }

    /// The same for something wrong within a transaction: rules see it together with the transaction.
    pub fn transaction_anomaly(
        &mut self,
        flow: &mut Conversation<EngineState>,
        layer: &'static str,
        name: &'static str,
        transaction: u64,
    ) {
        if self.rules.groups.events.is_empty() && !self.rules.groups.mixed_events {
            return;
        }
        let name = format!("{layer}.{name}");
        flow.state.memory().note_event(&name);
        if echo::is_two_sided(layer) {
            flow.state.memory().note_echo(&name);
        }
        if self.of_transactions.len() < EVENTS_PER_PACKET_MAX {
            self.of_transactions.push(TransactionEvent {
                flow: flow.id,
                transaction,
                name,
            });
        }
    }

    /// A flow ends: what matched since its last packet comes out now.
    pub fn flow_ends(
        &mut self,
        flow: &mut Conversation<EngineState>,
        moment: Moment,
        out: &mut Vec<Alert>,
    ) {
        self.settle_transaction_events();
        if self.queue.is_empty() && self.events.is_empty() && self.pending.is_empty() {
            return;
        }
        let mut state = std::mem::take(&mut flow.state);
        self.ask_without_packet(flow, state.memory(), moment);
        self.ask_pending_without_packet(flow, state.memory(), moment);
        self.events.clear();
        let first = out.len();
        self.flush(Some(state.memory()), out);
        for alert in out.iter_mut().skip(first) {
            alert.at_flow_end = true;
        }
        flow.alerted |= !out.is_empty();
        flow.state = state;
    }
}
