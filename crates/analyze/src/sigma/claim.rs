//! From a match to a detection: what the rule's tags and level claim, and in which words.

use super::engine::{Counted, SigmaMatch};
use super::rule::{About, Level};
use crate::HomeNet;
use crate::limits::{NAME_BYTES_MAX, TECHNIQUES_MAX};
use event::{
    Communication, Detection, Detector, Endpoint, Event, Record, Severity, Stage, Text, Value,
};

/// What rules without licence most likely stand under, since nearly all are from there.
const LICENCE_OPEN: &str = "not stated in the rule; rules of SigmaHQ: DRL 1.1";
const LICENCE_OPEN_JA: &str = "ルールに記載なし。SigmaHQ のルールなら DRL 1.1";
/// Correlations and groups in words are not longer than anybody would read.
const GROUP_SHOWN_MAX: usize = 4;

type Claimed = (Option<Communication>, Stage);

/// What techniques say, more exactly than tactics; the first that a rule has counts. A prefix covers sub-techniques.
const TECHNIQUES: &[(&str, Claimed)] = &[
    ("t1486", (Some(Communication::Ransomware), Stage::Impact)),
    ("t1490", (Some(Communication::Ransomware), Stage::Impact)),
    (
        "t1090.003",
        (Some(Communication::Tor), Stage::CommandAndControl),
    ),
    (
        "t1189",
        (Some(Communication::ExploitSite), Stage::Exploitation),
    ),
    (
        "t1203",
        (Some(Communication::ExploitSite), Stage::Exploitation),
    ),
    ("t1190", (None, Stage::Exploitation)),
    (
        "t1210",
        (Some(Communication::LateralMovement), Stage::LateralMovement),
    ),
    (
        "t1021",
        (Some(Communication::LateralMovement), Stage::LateralMovement),
    ),
    (
        "t1570",
        (Some(Communication::LateralMovement), Stage::LateralMovement),
    ),
    (
        "t1003",
        (Some(Communication::LateralMovement), Stage::LateralMovement),
    ),
    (
        "t1187",
        (Some(Communication::LateralMovement), Stage::LateralMovement),
    ),
    (
        "t1558",
        (Some(Communication::LateralMovement), Stage::LateralMovement),
    ),
    (
        "t1207",
        (Some(Communication::LateralMovement), Stage::LateralMovement),
    ),
    (
        "t1053",
        (Some(Communication::LateralMovement), Stage::LateralMovement),
    ),
    (
        "t1569",
        (Some(Communication::LateralMovement), Stage::LateralMovement),
    ),
    (
        "t1105",
        (Some(Communication::MalwareDownload), Stage::Delivery),
    ),
    ("t1566", (None, Stage::Delivery)),
    (
        "t1204",
        (Some(Communication::MalwareDownload), Stage::Delivery),
    ),
    (
        "t1496",
        (
            Some(Communication::CommandAndControl),
            Stage::CommandAndControl,
        ),
    ),
    (
        "t1595",
        (Some(Communication::ReconAccess), Stage::Reconnaissance),
    ),
    (
        "t1046",
        (Some(Communication::ReconAccess), Stage::Reconnaissance),
    ),
];

/// What tactics say.
const TACTICS: &[(&[&str], Claimed)] = &[
    (&["impact"], (None, Stage::Impact)),
    (
        &["exfiltration"],
        (Some(Communication::CommandAndControl), Stage::Impact),
    ),
    (
        &["command-and-control", "c2"],
        (
            Some(Communication::CommandAndControl),
            Stage::CommandAndControl,
        ),
    ),
    (
        &["lateral-movement"],
        (Some(Communication::LateralMovement), Stage::LateralMovement),
    ),
    (&["credential-access"], (None, Stage::LateralMovement)),
    (
        &["execution", "initial-access"],
        (None, Stage::Exploitation),
    ),
    (
        &[
            "persistence",
            "privilege-escalation",
            "defense-evasion",
            "stealth",
            "defense-impairment",
        ],
        (None, Stage::Installation),
    ),
    (&["collection"], (None, Stage::Impact)),
    (
        &["discovery", "reconnaissance", "resource-development"],
        (Some(Communication::ReconAccess), Stage::Reconnaissance),
    ),
];

/// The event that tells of a match: the event that it rests on, with what the rule says of itself.
pub(crate) fn event(found: &SigmaMatch, event: &Event) -> Event {
    let about = &found.about;
    let mut sigma = Record::new();
    sigma.push("title", about.title.clone());
    for (name, value) in [
        ("id", &about.id),
        ("author", &about.author),
        ("license", &about.licence),
        ("status", &about.status),
    ] {
        if let Some(value) = value {
            sigma.push(name, value.clone());
        }
    }
    if about.licence.is_none() {
        sigma.push("license", LICENCE_OPEN);
    }
    sigma.push("level", about.level.name());
    let tags = about.tags.iter().map(|tag| Value::text(tag)).collect();
    sigma.push("tags", Value::List(tags));
    sigma.push("rule_file", format!("{}:{}", about.file, about.line));
    sigma.push("matched_event", Value::Text(event.kind.clone()));
    if let Some(counted) = &found.counted {
        sigma.push("correlation", correlation(counted));
    }
    let mut body = Record::new();
    body.push("sigma", sigma);
    for (name, value) in event.body.iter().filter(|(name, _)| *name != "sigma") {
        body.push(name.to_owned(), value.clone());
    }
    Event {
        kind: "sigma".into(),
        body,
        ..event.clone()
    }
}

fn correlation(counted: &Counted) -> Record {
    let mut record = Record::new();
    record.push("type", counted.kind);
    record.push("value", counted.value);
    record.push("matches", counted.matches as u64);
    record.push("first", counted.first.eve());
    let mut group = Record::new();
    for (name, value) in &counted.group {
        group.set(name.clone(), value.clone());
    }
    record.push("group", group);
    record
}

/// What a match of an event claims, resting on the event that tells of it; None where no address is known.
pub(crate) fn detection(
    found: &SigmaMatch,
    event: &Event,
    told: &Event,
    home: &HomeNet,
) -> Option<Detection> {
    let about = &found.about;
    let (subject, peer) = sides(event, home)?;
    let (communication, stage) = claimed(about, event, home);
    let (severity, confidence) = weight(about, found.counted.is_some());
    let claim = &about.claim;
    let mut reasons = vec![named(about)];
    reasons.extend(found.counted.as_ref().map(in_words));
    Some(Detection {
        time: event.time,
        detector: Detector::Signature,
        id: format!("sigma:{}", about.key()),
        name: format!("Sigma: {}", about.title),
        communication: claim.communication.or(communication),
        stage: claim.stage.unwrap_or(stage),
        severity: claim.severity.unwrap_or(severity),
        confidence: claim.confidence.unwrap_or(confidence).clamp(0.05, 0.95),
        technique: techniques(about)
            .map(str::to_ascii_uppercase)
            .take(TECHNIQUES_MAX)
            .collect(),
        reasons,
        subject,
        peer,
        peer_name: peer_name(event),
        event: told.to_record(),
    })
}

/// The customer's machine, and the other end; of two, the one that asks.
fn sides(event: &Event, home: &HomeNet) -> Option<(Endpoint, Option<Endpoint>)> {
    let (Some(client), server) = (event.source, event.dest) else {
        return event.dest.map(|server| (server, None));
    };
    match server {
        Some(server) if home.contains(server.ip) && !home.contains(client.ip) => {
            Some((server, Some(client)))
        }
        _ => Some((client, server)),
    }
}

fn techniques(about: &About) -> impl Iterator<Item = &str> {
    let tags = about
        .tags
        .iter()
        .filter_map(|tag| tag.strip_prefix("attack."));
    tags.filter(|tag| tag.starts_with('t') && tag.as_bytes().get(1).is_some_and(u8::is_ascii_digit))
}

fn claimed(about: &About, event: &Event, home: &HomeNet) -> Claimed {
    let by_technique = TECHNIQUES.iter().find(|(prefix, _)| {
        techniques(about).any(|technique| {
            let rest = technique.strip_prefix(prefix);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    });
    let has = |tactic: &str| {
        let mut tags = about
            .tags
            .iter()
            .filter_map(|tag| tag.strip_prefix("attack."));
        tags.any(|tag| tag.replace('_', "-") == tactic)
    };
    let by_tactic = || {
        TACTICS
            .iter()
            .find(|(names, _)| names.iter().any(|name| has(name)))
    };
    let found = by_technique.map(|(_, claimed)| *claimed);
    let (communication, stage) = found
        .or_else(|| by_tactic().map(|(_, claimed)| *claimed))
        .unwrap_or((None, Stage::Reconnaissance));
    let ours = |end: Option<Endpoint>| end.is_some_and(|end| home.contains(end.ip));
    let is_within = ours(event.source) && ours(event.dest);
    match (communication, stage) {
        // What attacks a service, or a password, of a machine beside it, spreads.
        (None, Stage::Exploitation | Stage::LateralMovement)
            if is_within && event.kind != "dns" =>
        {
            (Some(Communication::LateralMovement), Stage::LateralMovement)
        }
        // What comes from outside to our service does not spread yet; it tries to get in.
        (Some(Communication::LateralMovement), _) if !ours(event.source) => {
            (None, Stage::Exploitation)
        }
        claimed => claimed,
    }
}

/// The level is how bad it would be; how sure it is depends on what the rule says of its own state.
fn weight(about: &About, is_correlation: bool) -> (Severity, f32) {
    let (severity, mut confidence): (_, f32) = match about.level {
        Level::Informational => (Severity::Low, 0.1),
        Level::Low => (Severity::Low, 0.25),
        Level::Medium => (Severity::Medium, 0.38),
        Level::High => (Severity::High, 0.6),
        Level::Critical => (Severity::Critical, 0.75),
    };
    match about.status.as_deref() {
        Some("experimental") => confidence -= 0.08,
        Some("deprecated" | "unsupported") => confidence -= 0.15,
        _ => {}
    }
    if is_correlation {
        confidence += 0.05;
    }
    // Written for those who go through matches by hand.
    if about
        .tags
        .iter()
        .any(|tag| tag == "detection.threat-hunting")
    {
        confidence = confidence.min(0.3);
    }
    (severity, confidence)
}

fn named(about: &About) -> Text {
    let title = &about.title;
    let id = about.id.as_deref().unwrap_or("-");
    let author = about.author.as_deref();
    let (author_ja, author_en) = (author.unwrap_or("記載なし"), author.unwrap_or("not stated"));
    let licence = about.licence.as_deref();
    let (licence_ja, licence_en) = (
        licence.unwrap_or(LICENCE_OPEN_JA),
        licence.unwrap_or(LICENCE_OPEN),
    );
    Text::new(
        format!(
            "Sigma ルール「{title}」と一致しました（作者: {author_ja}、ライセンス: {licence_ja}、ID: {id}）"
        ),
        format!(
            "matches the Sigma rule {title:?} (author: {author_en}; licence: {licence_en}; id {id})"
        ),
    )
}

fn in_words(counted: &Counted) -> Text {
    let group: Vec<String> = counted
        .group
        .iter()
        .take(GROUP_SHOWN_MAX)
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    let group = group.join(", ");
    let members = counted.members.iter().take(GROUP_SHOWN_MAX);
    let (ja, en): (Vec<_>, Vec<_>) = members
        .map(|title| (format!("「{title}」"), format!("{title:?}")))
        .unzip();
    let (ja, en) = (ja.join(""), en.join(", "));
    let (since, matches) = (counted.first.rfc3339(), counted.matches);
    let value = (counted.value * 100.0).round() / 100.0;
    let of_ja = if group.is_empty() {
        String::new()
    } else {
        format!("（{group}）")
    };
    let of_en = if group.is_empty() {
        String::new()
    } else {
        format!(" for {group}")
    };
    let limit = counted.limit;
    Text::new(
        format!(
            "{since} から、{ja}との一致が {matches} 件ありました{of_ja}。{} の値は {value}（基準 {limit}）です",
            counted.kind
        ),
        format!(
            "since {since} {en} matched {matches} times{of_en}; {} is {value} (limit {limit})",
            counted.kind
        ),
    )
}

/// The other end by name.
fn peer_name(event: &Event) -> Option<String> {
    let text = ["http.hostname", "tls.sni", "quic.sni"]
        .iter()
        .find_map(|path| event.text(path));
    let queries = || {
        event
            .body
            .at("dns.queries")?
            .as_list()
            .first()?
            .as_record()?
            .text("rrname")
    };
    let mut name = text.or_else(queries)?.to_owned();
    while name.len() > NAME_BYTES_MAX {
        name.pop();
    }
    Some(name)
}
