//! Joins an engine to the flows it listens to: everybody who runs rules over a tracker does it by an [`Inspector`], so that
//! what the sensor does is also what its tests and the fuzzer do.

use super::{Alert, Engine, EngineState, Ruleset};
use event::Event;
use flow::{Conversation, Digests, File, FilePhase, Moment, Observer, PacketContext, StreamWindow};
use std::sync::Arc;
use wire::frame::Frame;
use wire::protocol::{Direction, Transaction};

/// Who hears of flows and of what the rules found in them. Nothing but the alerts has to be listened to.
pub trait Audience {
    /// A new flow; its first packet follows.
    fn flow_begins(&mut self, _flow: &mut Conversation<EngineState>, _moment: Moment) {}

    /// A packet about which the rules are asked next.
    fn packet(
        &mut self,
        _flow: Option<&mut Conversation<EngineState>>,
        _context: &PacketContext<'_, '_>,
    ) {
    }

    /// A file begins or ends; the rules over it have been asked.
    fn file(
        &mut self,
        _flow: &mut Conversation<EngineState>,
        _file: &File,
        _phase: FilePhase,
        _moment: Moment,
    ) {
    }

    /// Bytes of a file that follow those that are kept of it.
    fn file_rest(&mut self, _flow: &mut Conversation<EngineState>, _file: &File, _bytes: &[u8]) {}

    /// The digests that it wants of files beside those that the rules ask for.
    fn digests(&self) -> Digests {
        Digests::default()
    }

    /// A fact for the log, with what the rules add to it.
    fn event(&mut self, _event: Event) {}

    /// A flow ends; the rules are asked next about what is left of it.
    fn flow_ends(&mut self, _flow: &mut Conversation<EngineState>, _moment: Moment) {}

    /// All rules have been asked about a packet or the end of a flow, and this is what they found, possibly nothing.
    /// What is not taken out comes again.
    fn judged(&mut self, flow: Option<&mut Conversation<EngineState>>, alerts: &mut Vec<Alert>);
}

/// An engine that listens to a tracker's flows, and who is told what it finds.
pub struct Inspector<A> {
    /// Runs the rules.
    pub engine: Engine,
    /// Hears of flows and alerts.
    pub audience: A,
    /// Empty between two packets; kept for its room.
    alerts: Vec<Alert>,
}

impl<A: Audience> Inspector<A> {
    /// Runs rules that all workers share.
    pub fn new(rules: Arc<Ruleset>, audience: A) -> Self {
        Self {
            engine: Engine::new(rules),
            audience,
            alerts: Vec::new(),
        }
    }
}

impl<A: Audience> Observer<EngineState> for Inspector<A> {
    fn flow_begins(&mut self, flow: &mut Conversation<EngineState>, moment: Moment) {
        self.audience.flow_begins(flow, moment);
    }

    fn packet(
        &mut self,
        mut flow: Option<&mut Conversation<EngineState>>,
        context: &PacketContext<'_, '_>,
    ) {
        self.audience.packet(flow.as_deref_mut(), context);
        self.engine
            .packet(flow.as_deref_mut(), context, &mut self.alerts);
        self.audience.judged(flow, &mut self.alerts);
    }

    fn digests(&self) -> Digests {
        self.engine.digests().or(self.audience.digests())
    }

    fn stream(&mut self, flow: &mut Conversation<EngineState>, window: &StreamWindow<'_>) {
        self.engine.stream(flow, window);
    }

    fn side_complete(
        &mut self,
        flow: &mut Conversation<EngineState>,
        transaction: &dyn Transaction,
        direction: Direction,
        moment: Moment,
    ) {
        self.engine
            .side_complete(flow, transaction, direction, moment);
    }

    fn frame(&mut self, flow: &mut Conversation<EngineState>, frame: &Frame<'_>, moment: Moment) {
        self.engine.frame(flow, frame, moment);
    }

    fn file(
        &mut self,
        flow: &mut Conversation<EngineState>,
        file: &File,
        phase: FilePhase,
        transaction: Option<&dyn Transaction>,
        moment: Moment,
    ) {
        self.engine.file(flow, file, phase, transaction, moment);
        self.audience.file(flow, file, phase, moment);
    }

    fn file_rest(&mut self, flow: &mut Conversation<EngineState>, file: &File, bytes: &[u8]) {
        self.audience.file_rest(flow, file, bytes);
    }

    fn anomaly(
        &mut self,
        flow: Option<&mut Conversation<EngineState>>,
        layer: &'static str,
        name: &'static str,
        direction: Direction,
        moment: Moment,
    ) {
        self.engine.anomaly(flow, layer, name, direction, moment);
    }

    fn transaction_anomaly(
        &mut self,
        flow: &mut Conversation<EngineState>,
        layer: &'static str,
        name: &'static str,
        transaction_id: u64,
        _: Direction,
        _: Moment,
    ) {
        self.engine
            .transaction_anomaly(flow, layer, name, transaction_id);
    }

    fn adorn(&mut self, flow: &mut Conversation<EngineState>, event: &mut Event) -> bool {
        self.engine.adorn(flow, event)
    }

    fn held_bytes(&self, state: &EngineState) -> usize {
        state.held_bytes()
    }

    fn event(&mut self, event: Event) {
        self.audience.event(event);
    }

    fn flow_ends(&mut self, flow: &mut Conversation<EngineState>, moment: Moment) {
        self.audience.flow_ends(flow, moment);
        self.engine.flow_ends(flow, moment, &mut self.alerts);
        self.audience.judged(Some(flow), &mut self.alerts);
    }
}
