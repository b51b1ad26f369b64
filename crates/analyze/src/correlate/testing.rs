//! Claims for tests.

use event::{
    Communication, Detection, Detector, Endpoint, Record, Severity, Stage, Text, Timestamp,
};

/// A claim of severity high by a behaviour model.
pub(crate) fn claim(
    second: i64,
    id: &str,
    subject: &str,
    peer: &str,
    communication: Option<Communication>,
    stage: Stage,
    confidence: f32,
) -> Detection {
    let mut event = Record::new();
    event.push("event_type", "flow");
    Detection {
        time: Timestamp::new(second, 0),
        detector: Detector::Behaviour,
        id: id.to_owned(),
        name: id.to_owned(),
        communication,
        stage,
        severity: Severity::High,
        confidence,
        technique: Vec::new(),
        reasons: vec![Text::new("理由", "reason")],
        subject: Endpoint::new(subject.parse().unwrap(), 1),
        peer: Some(Endpoint::new(peer.parse().unwrap(), 2)),
        peer_name: None,
        event,
    }
}
