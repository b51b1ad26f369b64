//! Words a person understands: title, summary and actions of an incident.

use crate::correlate::Assessment;
use event::{Action, EvidenceLine, Host, Text, Timestamp};

/// What an explanation is made from.
pub(crate) struct Facts<'a> {
    pub assessment: &'a Assessment,
    pub host: &'a Host,
    pub peers: &'a [String],
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    pub count: u64,
    pub evidence: &'a [EvidenceLine],
    pub utc_offset_minutes: i32,
}

/// The words of an incident.
pub(crate) struct Told {
    pub title: Text,
    pub summary: Text,
    pub actions: Vec<Action>,
}

/// Explains an incident.
pub(crate) fn explain(facts: &Facts<'_>) -> Told {
    let name = facts.assessment.main.map_or_else(
        || Text::new("不審な通信", "Suspicious communication"),
        event::Communication::name,
    );
    let host = facts
        .host
        .name
        .clone()
        .unwrap_or_else(|| facts.host.ip.to_string());
    let title = Text::new(
        format!("{host}: {}", name.ja),
        format!("{host}: {}", name.en),
    );
    Told {
        summary: title.clone(),
        title,
        actions: Vec::new(),
    }
}
