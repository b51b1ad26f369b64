//! The shape of a behaviour model: events in, detections out, bounded memory between.

use crate::{FlowFact, HomeNet};
use event::{
    Communication, Detection, Detector, Endpoint, Event, Record, Severity, Stage, Text, Timestamp,
};

/// What every model may know beside its own memory.
pub(crate) struct Context<'a> {
    pub home: &'a HomeNet,
}

/// A behaviour model. Each is one small file that answers to the events it knows.
pub(crate) trait Model {
    /// Looks at an event.
    fn event(&mut self, _context: &Context<'_>, _event: &Event, _out: &mut Vec<Detection>) {}
    /// Looks at a fact about a flow.
    fn flow(&mut self, _context: &Context<'_>, _fact: &FlowFact, _out: &mut Vec<Detection>) {}
}

/// The parts of a claim that a model decides; the rest comes from the event.
pub(crate) struct Verdict {
    pub id: &'static str,
    pub name: String,
    pub communication: Option<Communication>,
    pub stage: Stage,
    pub severity: Severity,
    pub confidence: f32,
    pub technique: &'static [&'static str],
    pub reasons: Vec<Text>,
}

impl Verdict {
    /// The detection, about `subject`, resting on `event`.
    pub fn about(
        self,
        time: Timestamp,
        subject: Endpoint,
        peer: Option<Endpoint>,
        peer_name: Option<String>,
        event: Record,
    ) -> Detection {
        Detection {
            time,
            detector: Detector::Behaviour,
            id: self.id.to_owned(),
            name: self.name,
            communication: self.communication,
            stage: self.stage,
            severity: self.severity,
            confidence: self.confidence,
            technique: self.technique.iter().map(|&id| id.to_owned()).collect(),
            reasons: self.reasons,
            subject,
            peer,
            peer_name,
            event,
        }
    }

    /// The detection about the client of an event.
    pub fn about_client(self, event: &Event, peer_name: Option<String>) -> Option<Detection> {
        let subject = event.source?;
        Some(self.about(
            event.time,
            subject,
            event.dest,
            peer_name,
            event.to_record(),
        ))
    }
}

/// A sum of small signs: what does not speak by itself stays so weak that repetition does not make it speak.
pub(crate) fn settled(sum: f32, most: f32) -> f32 {
    if sum < SPEAKS {
        sum.min(WEAK_MOST)
    } else {
        sum.min(most)
    }
}

const SPEAKS: f32 = 0.5;
const WEAK_MOST: f32 = 0.38;
