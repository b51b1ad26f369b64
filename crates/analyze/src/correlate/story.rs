//! One story under way: the evidence about one host, or about several that one attack goes over.

use super::UTC_OFFSET_MINUTES;
use super::assess::{Assessment, BELIEVED, WEAK, Weight, assess};
use super::line::{Line, carried, evidence_line};
use super::link::{Link, Traces, attacks_others};
use crate::{HomeNet, Settings, explain, fnv, limits};
use event::{Detection, Detector, EvidenceLine, Host, Incident, Severity, Status, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Evidence about one host, or several, and what has been told of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Story {
    pub id: String,
    pub host: IpAddr,
    /// Hosts whose stories became part of this one, and why.
    joined: Vec<(IpAddr, Link)>,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// 0 until something was believed.
    pub revision: u64,
    lines: Vec<Line>,
    /// Lines that gave way to others.
    left_out: u64,
    peers: Vec<String>,
    /// Bytes of JSON of the events that are carried along.
    event_bytes: usize,
}

impl Story {
    pub fn new(host: IpAddr, first: &Detection) -> Self {
        Self {
            id: incident_id(host, first),
            host,
            joined: Vec::new(),
            first_seen: first.time,
            last_seen: first.time,
            revision: 0,
            lines: Vec::new(),
            left_out: 0,
            peers: Vec::new(),
            event_bytes: 0,
        }
    }

    /// Adds a detection; true when that is news, false when only a count went up a little.
    pub fn add(&mut self, detection: &Detection, host: IpAddr, home: &HomeNet) -> bool {
        self.first_seen = self.first_seen.min(detection.time);
        self.last_seen = self.last_seen.max(detection.time);
        let peer = peer_of(detection, host);
        let new_peer = peer
            .as_ref()
            .is_some_and(|peer| !self.peers.contains(peer) && self.peers.len() < limits::PEERS_MAX);
        if new_peer && let Some(peer) = &peer {
            self.peers.push(peer.clone());
        }
        let known = self
            .lines
            .iter_mut()
            .find(|line| line.host == host && line.is_same(detection));
        if let Some(line) = known {
            let freed = line.event_bytes;
            let surer = line.grow(detection, peer, self.event_bytes);
            line.traces.add(detection, host, home);
            let (count, bytes) = (line.evidence.count, line.event_bytes);
            self.event_bytes = self.event_bytes.saturating_sub(freed).saturating_add(bytes);
            return surer || new_peer || count.is_power_of_two();
        }
        self.make_room();
        let mut evidence = evidence_line(detection);
        evidence.host = (host != self.host).then_some(host);
        let room = limits::STORY_EVENT_BYTES_MAX.saturating_sub(self.event_bytes);
        let (event, bytes) = carried(&detection.event, room);
        evidence.event = event;
        self.event_bytes = self.event_bytes.saturating_add(bytes);
        let mut traces = Traces::default();
        traces.add(detection, host, home);
        self.lines.push(Line {
            host,
            evidence,
            severity: detection.severity,
            peer,
            also: Vec::new(),
            traces,
            last: detection.time,
            event_bytes: bytes,
        });
        true
    }

    /// Whether the same has been seen before, of the same other end.
    pub fn knows(&self, detection: &Detection, host: IpAddr) -> bool {
        let peer = peer_of(detection, host);
        self.lines
            .iter()
            .any(|line| line.is_same(detection) && line.is_about(peer.as_ref()))
    }

    /// Whether another host's story may become part of this one.
    pub fn has_room(&self) -> bool {
        self.joined.len() < limits::STORY_HOSTS_MAX
    }

    /// The hosts beside the one that it began with.
    pub fn others(&self) -> Vec<IpAddr> {
        self.joined.iter().map(|(host, _)| *host).collect()
    }

    /// Why another story is part of this one, if it is.
    pub fn link_to(&self, other: &Self) -> Option<Link> {
        let attacked = self.lines.iter().any(|line| {
            attacks_others(line.evidence.stage, line.evidence.communication)
                && line.evidence.confidence >= WEAK
                && line.traces.inside.contains(&other.host)
        });
        if attacked {
            return Some(Link::Spread);
        }
        let telling = |line: &&Line| line.evidence.confidence >= BELIEVED;
        let mut links = Vec::new();
        for theirs in other.lines.iter().filter(telling) {
            for ours in self.lines.iter().filter(telling) {
                let of = ours.evidence.communication;
                if of == theirs.evidence.communication {
                    let stage = ours.evidence.stage;
                    links.extend(ours.traces.shared_with(&theirs.traces, of, stage));
                }
            }
        }
        links.into_iter().min()
    }

    /// Takes another story in, line by line.
    pub fn take_in(&mut self, other: Self, link: Link) {
        self.joined.push((other.host, link));
        self.first_seen = self.first_seen.min(other.first_seen);
        self.last_seen = self.last_seen.max(other.last_seen);
        for peer in other.peers {
            if !self.peers.contains(&peer) && self.peers.len() < limits::PEERS_MAX {
                self.peers.push(peer);
            }
        }
        for mut line in other.lines {
            self.make_room();
            let room = limits::STORY_EVENT_BYTES_MAX.saturating_sub(self.event_bytes);
            let (event, bytes) = carried(&line.evidence.event, room);
            line.evidence.event = event;
            line.evidence.host = Some(line.host);
            line.event_bytes = bytes;
            self.event_bytes = self.event_bytes.saturating_add(bytes);
            self.lines.push(line);
        }
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
                source: line.source(),
            })
            .collect();
        assess(&weights)
    }

    /// The story as the customer reads it.
    pub fn incident(
        &self,
        assessment: &Assessment,
        describe: &dyn Fn(IpAddr) -> Host,
        status: Status,
        settings: &Settings,
    ) -> Incident {
        let host = describe(self.host);
        let others = self.others().into_iter().map(describe).collect::<Vec<_>>();
        let mut detections: Vec<EvidenceLine> = self.lines.iter().map(Line::told).collect();
        detections.sort_by_key(|line| line.time);
        let facts = explain::Facts {
            assessment,
            host: &host,
            others: &others,
            link: self.joined.first().map(|(_, link)| *link),
            strongest: self
                .lines
                .get(assessment.sureness.strongest)
                .map(|line| &line.evidence),
            peers: &self.peers_by_weight(assessment),
            first_seen: self.first_seen,
            count: self.lines.iter().map(|line| line.evidence.count).sum(),
            evidence: &detections,
            site: settings.site.as_deref(),
            gateway: settings.gateway,
            utc_offset_minutes: UTC_OFFSET_MINUTES,
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
            advice: told.advice,
            suppressed_by: Vec::new(),
            host,
            others,
        }
    }

    /// Repetition raises, time lowers what has not yet been believed.
    fn weight(&self, line: &Line, now: Timestamp, weak_half_life_s: u64) -> f32 {
        let alone = line.evidence.confidence.clamp(0.0, 0.99);
        let repeated = if line.severity >= Severity::Medium && alone >= WEAK {
            let doublings = (line.times() as f32).log2().min(3.0);
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
            let gone = self.lines.remove(at);
            self.event_bytes = self.event_bytes.saturating_sub(gone.event_bytes);
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

/// The same for the same story in every replay: FNV-1a, twice, over host and first detection.
fn incident_id(host: IpAddr, first: &Detection) -> String {
    let kind = match first.detector {
        Detector::Signature => "signature",
        Detector::Indicator => "indicator",
        Detector::Scan => "scan",
        Detector::Behaviour => "behaviour",
    };
    let text = format!("{host}|{}|{kind}|{}", first.time.micros(), first.id);
    format!(
        "{:016x}{:08x}",
        fnv::hash(text.bytes()),
        fnv::from(0x9e37_79b9_7f4a_7c15, text.bytes()) >> 32
    )
}
