//! Runs signatures over flows, as a sensor does.

use detect::signature::{Alert, Engine, EngineState, Ruleset, Thresholds};
use event::{Event, Record};
use flow::{Conversation, File, FilePhase, Moment, Observer, PacketContext, StreamWindow};
use std::sync::Arc;
use wire::protocol::{Direction, Transaction};

/// One worker's listener.
pub struct Guard {
    engine: Engine,
    thresholds: Thresholds,
    alerts: Vec<Alert>,
}

impl Guard {
    /// Over these rules.
    pub fn new(rules: Arc<Ruleset>) -> Self {
        Self {
            engine: Engine::new(rules),
            thresholds: Thresholds::new(),
            alerts: Vec::new(),
        }
    }

    fn tell(&mut self) {
        for alert in self.alerts.drain(..) {
            self.thresholds.decide(&alert);
            let text = serde_json::to_string(&alert.event()).expect("alerts are plain values");
            let read: Record = serde_json::from_str(&text).expect("alerts can be read again");
            std::hint::black_box(read);
            std::hint::black_box(alert.target());
        }
    }
}

impl Observer<EngineState> for Guard {
    fn flow_begins(&mut self, _: &mut Conversation<EngineState>, _: Moment) {}

    fn packet(
        &mut self,
        flow: Option<&mut Conversation<EngineState>>,
        context: &PacketContext<'_, '_>,
    ) {
        self.engine.packet(flow, context, &mut self.alerts);
        self.tell();
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

    fn file(
        &mut self,
        flow: &mut Conversation<EngineState>,
        file: &File,
        phase: FilePhase,
        transaction: Option<&dyn Transaction>,
        moment: Moment,
    ) {
        self.engine.file(flow, file, phase, transaction, moment);
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

    fn event(&mut self, _: Event) {}

    fn flow_ends(&mut self, flow: &mut Conversation<EngineState>, moment: Moment) {
        self.engine.flow_ends(flow, moment, &mut self.alerts);
        self.tell();
    }
}
