//! One line of evidence: what one detector says of one host, however often, and of which other ends.

use super::link::Traces;
use crate::fnv;
use crate::limits;
use event::{Detection, Detector, EvidenceLine, Record, Severity, Text, Timestamp, Value};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What one detector says of one host, however often.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Line {
    pub host: IpAddr,
    pub evidence: EvidenceLine,
    pub severity: Severity,
    pub peer: Option<String>,
    /// Other ends of which the same was seen.
    pub also: Vec<String>,
    pub traces: Traces,
    pub last: Timestamp,
    /// Of the event's JSON.
    pub event_bytes: usize,
}

impl Line {
    /// The same was seen again: true when that makes it surer. What is told is what makes it surest.
    pub fn grow(
        &mut self,
        detection: &Detection,
        peer: Option<String>,
        event_bytes: usize,
    ) -> bool {
        self.last = self.last.max(detection.time);
        self.evidence.count = self.evidence.count.saturating_add(1);
        let severity = self.severity.max(detection.severity);
        let surer =
            detection.confidence > self.evidence.confidence + 0.01 || severity > self.severity;
        let is_other = peer != self.peer;
        let mut further = peer;
        if surer {
            self.evidence.confidence = self.evidence.confidence.max(detection.confidence);
            self.severity = severity;
            self.evidence.reasons = kept_reasons(detection);
            if is_other {
                std::mem::swap(&mut self.peer, &mut further);
                self.also.retain(|one| Some(one) != self.peer.as_ref());
                self.evidence.name.clone_from(&detection.name);
                let others = event_bytes.saturating_sub(self.event_bytes);
                let room = limits::STORY_EVENT_BYTES_MAX.saturating_sub(others);
                (self.evidence.event, self.event_bytes) = carried(&detection.event, room);
            }
        }
        if let Some(other) = further.filter(|_| is_other)
            && !self.also.contains(&other)
            && self.also.len() < limits::ALSO_MAX
        {
            self.also.push(other);
        }
        surer
    }

    /// Whether it is about this other end.
    pub fn is_about(&self, peer: Option<&String>) -> bool {
        self.peer.as_ref() == peer || peer.is_some_and(|peer| self.also.contains(peer))
    }

    /// How often what is independent was seen. A model of behaviour has counted what repeats itself already: for it only
    /// another other end is news.
    pub fn times(&self) -> u64 {
        match self.evidence.detector {
            Detector::Behaviour => 1 + self.also.len() as u64,
            _ => self.evidence.count,
        }
    }

    /// The line as it is told: a model of behaviour names each other end.
    pub fn told(&self) -> EvidenceLine {
        let mut line = self.evidence.clone();
        if line.detector == Detector::Behaviour && !self.also.is_empty() {
            let others = self.also.join(", ");
            line.reasons.push(Text::new(
                format!("同じことが次の相手についても見られました：{others}"),
                format!("the same was seen of {others}"),
            ));
        }
        line
    }

    /// Whether a detection says the same again.
    pub fn is_same(&self, detection: &Detection) -> bool {
        self.evidence.detector == detection.detector
            && self.evidence.id == detection.id
            && self.evidence.communication == detection.communication
    }

    /// The same kind of detector about the same other end is one source.
    pub fn source(&self) -> u64 {
        let kind = self.evidence.detector as u8;
        let peer = self.peer.as_deref().unwrap_or_default();
        fnv::hash(std::iter::once(kind).chain(peer.bytes()))
    }
}

fn kept_reasons(detection: &Detection) -> Vec<Text> {
    let mut reasons = detection.reasons.clone();
    reasons.truncate(limits::REASONS_MAX);
    reasons
}

pub(super) fn evidence_line(detection: &Detection) -> EvidenceLine {
    let mut technique = detection.technique.clone();
    technique.truncate(limits::TECHNIQUES_MAX);
    EvidenceLine {
        time: detection.time,
        detector: detection.detector,
        id: detection.id.clone(),
        name: detection.name.clone(),
        technique,
        reasons: kept_reasons(detection),
        communication: detection.communication,
        stage: detection.stage,
        confidence: detection.confidence,
        count: 1,
        host: None,
        event: Record::new(),
    }
}

/// The event itself, or only its plain top-level values when it is too large to carry along; and how large that is.
pub(super) fn carried(event: &Record, room: usize) -> (Record, usize) {
    let size = |event: &Record| serde_json::to_vec(event).map_or(0, |json| json.len());
    let whole = size(event);
    if whole <= limits::EVIDENCE_BYTES_MAX.min(room) {
        return (event.clone(), whole);
    }
    let mut short = Record::new();
    for (name, value) in event.iter() {
        let small = match value {
            Value::Text(text) => text.len() <= limits::NAME_BYTES_MAX,
            Value::List(_) | Value::Record(_) => false,
            _ => true,
        };
        if small {
            short.push(name.to_owned(), value.clone());
        }
    }
    let bytes = size(&short);
    (short, bytes)
}
