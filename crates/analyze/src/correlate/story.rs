//! One story under way: the evidence about one host.

use super::assess::{Assessment, WEAK, Weight, assess};
use crate::{explain, limits};
use event::{
    Detection, Detector, EvidenceLine, Host, Incident, Record, Severity, Status, Timestamp, Value,
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Evidence about one host, and what has been told of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Story {
    pub id: String,
    pub host: IpAddr,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// 0 until something was believed.
    pub revision: u64,
    lines: Vec<Line>,
    /// Lines that gave way to others.
    left_out: u64,
    peers: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Line {
    evidence: EvidenceLine,
    severity: Severity,
    peer: Option<String>,
    last: Timestamp,
}

impl Story {
    pub fn new(host: IpAddr, first: &Detection) -> Self {
        Self {
            id: incident_id(host, first),
            host,
            first_seen: first.time,
            last_seen: first.time,
            revision: 0,
            lines: Vec::new(),
            left_out: 0,
            peers: Vec::new(),
        }
    }

    /// Adds a detection; true when that is news, false when only a count went up a little.
    pub fn add(&mut self, detection: &Detection, host: IpAddr) -> bool {
        self.first_seen = self.first_seen.min(detection.time);
        self.last_seen = self.last_seen.max(detection.time);
        let peer = peer_of(detection, host);
        let new_peer = peer
            .as_ref()
            .is_some_and(|peer| !self.peers.contains(peer) && self.peers.len() < limits::PEERS_MAX);
        if new_peer && let Some(peer) = &peer {
            self.peers.push(peer.clone());
        }
        let known = self.lines.iter_mut().find(|line| {
            line.evidence.detector == detection.detector
                && line.evidence.id == detection.id
                && line.evidence.communication == detection.communication
        });
        if let Some(line) = known {
            line.last = line.last.max(detection.time);
            line.evidence.count = line.evidence.count.saturating_add(1);
            let surer = detection.confidence > line.evidence.confidence + 0.01
                || detection.severity > line.severity;
            if surer {
                line.evidence.confidence = line.evidence.confidence.max(detection.confidence);
                line.severity = line.severity.max(detection.severity);
                line.evidence.reasons = kept_reasons(detection);
            }
            return surer || new_peer || line.evidence.count.is_power_of_two();
        }
        self.make_room();
        self.lines.push(Line {
            evidence: evidence_line(detection),
            severity: detection.severity,
            peer,
            last: detection.time,
        });
        true
    }

    /// Judges the story at a moment.
    pub fn assess(&self, now: Timestamp, weak_half_life_s: u64) -> Option<Assessment> {
        let weights: Vec<Weight> = self
            .lines
            .iter()
            .map(|line| Weight {
                communication: line.evidence.communication,
                stage: line.evidence.stage,
                severity: line.severity,
                confidence: self.weight(line, now, weak_half_life_s),
            })
            .collect();
        assess(&weights)
    }

    /// The story as the customer reads it.
    pub fn incident(
        &self,
        assessment: &Assessment,
        host: Host,
        status: Status,
        utc_offset_minutes: i32,
    ) -> Incident {
        let mut detections: Vec<EvidenceLine> = self
            .lines
            .iter()
            .map(|line| line.evidence.clone())
            .collect();
        detections.sort_by_key(|line| line.time);
        let facts = explain::Facts {
            assessment,
            host: &host,
            peers: &self.peers_by_weight(assessment),
            first_seen: self.first_seen,
            count: self.lines.iter().map(|line| line.evidence.count).sum(),
            evidence: &detections,
            utc_offset_minutes,
        };
        let told = explain::explain(&facts);
        Incident {
            incident_id: self.id.clone(),
            revision: self.revision,
            status,
            class: assessment.class,
            communications: assessment.communications.clone(),
            stages: assessment.stages.clone(),
            severity: assessment.severity,
            confidence: (assessment.confidence * 1000.0).round() / 1000.0,
            peers: self.peers_by_weight(assessment),
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            detections,
            title: told.title,
            summary: told.summary,
            actions: told.actions,
            host,
        }
    }

    /// Repetition raises, time lowers what has not yet been believed.
    fn weight(&self, line: &Line, now: Timestamp, weak_half_life_s: u64) -> f32 {
        let alone = line.evidence.confidence.clamp(0.0, 0.99);
        let repeated = if line.severity >= Severity::Medium && alone >= WEAK {
            let doublings = (line.evidence.count as f32).log2().min(3.0);
            1.0 - (1.0 - alone).powf(1.0 + 0.3 * doublings)
        } else {
            alone
        };
        if self.revision > 0 {
            return repeated;
        }
        let age_s = now.since(line.last) as f32 / 1e9;
        repeated * 0.5f32.powf(age_s / weak_half_life_s.max(1) as f32)
    }

    /// Peers of the main communication first.
    fn peers_by_weight(&self, assessment: &Assessment) -> Vec<String> {
        let mut ordered: Vec<String> = Vec::new();
        let main = self
            .lines
            .iter()
            .filter(|line| line.evidence.communication == assessment.main);
        for peer in main
            .filter_map(|line| line.peer.as_ref())
            .chain(&self.peers)
        {
            if !ordered.contains(peer) {
                ordered.push(peer.clone());
            }
        }
        ordered
    }

    /// At the bound, the least telling line goes.
    fn make_room(&mut self) {
        if self.lines.len() < limits::LINES_MAX {
            return;
        }
        let least = self
            .lines
            .iter()
            .enumerate()
            .min_by(|(_, a), (_, b)| {
                let rank = |line: &Line| (line.severity, line.evidence.confidence, line.last);
                rank(a)
                    .partial_cmp(&rank(b))
                    .unwrap_or(std::cmp::Ordering::Equal)
            })
            .map(|(at, _)| at);
        if let Some(at) = least {
            self.lines.remove(at);
            self.left_out = self.left_out.saturating_add(1);
        }
    }
}

/// The other end of a detection as seen from the host: its name where known.
fn peer_of(detection: &Detection, host: IpAddr) -> Option<String> {
    let about_peer = detection.subject.ip == host;
    if about_peer && let Some(name) = &detection.peer_name {
        return Some(crate::inventory::shortened(name));
    }
    let other = if about_peer {
        detection.peer?.ip
    } else {
        detection.subject.ip
    };
    Some(other.to_string())
}

fn kept_reasons(detection: &Detection) -> Vec<event::Text> {
    let mut reasons = detection.reasons.clone();
    reasons.truncate(limits::REASONS_MAX);
    reasons
}

fn evidence_line(detection: &Detection) -> EvidenceLine {
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
        event: outline(&detection.event),
    }
}

/// The event itself, or only its plain top-level values when it is too large to carry along.
fn outline(event: &Record) -> Record {
    let size = serde_json::to_vec(event).map_or(0, |json| json.len());
    if size <= limits::EVIDENCE_BYTES_MAX {
        return event.clone();
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
    short
}

/// The same for the same story in every replay: FNV-1a, twice, over host and first detection.
fn incident_id(host: IpAddr, first: &Detection) -> String {
    let kind = match first.detector {
        Detector::Signature => "signature",
        Detector::Indicator => "indicator",
        Detector::Scan => "scan",
        Detector::Behaviour => "behaviour",
    };
    let text = format!("{host}|{}|{kind}|{}", first.time.micros(), first.id);
    let hash = |seed: u64| {
        text.bytes().fold(seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    };
    format!(
        "{:016x}{:08x}",
        hash(0xcbf2_9ce4_8422_2325),
        hash(0x9e37_79b9_7f4a_7c15) >> 32
    )
}
