//! From a signature alert to a detection.

use super::by_key;
use super::vocabulary::vocabulary;
use crate::{HomeNet, SignatureAlert};
use event::{Communication, Detection, Detector, Endpoint, Severity, Stage, Text};

/// Generator of decoder and stream anomalies that some rule sets alert on.
const PREFIX_ENGINE: &str = "SURICATA ";

struct Claim {
    communication: Option<Communication>,
    stage: Stage,
    severity: Severity,
    confidence: f32,
}

/// What an alert claims; None for what is no sign of an attack (engine events).
pub(crate) fn from_alert(alert: &SignatureAlert, home: &HomeNet) -> Option<Detection> {
    if alert.msg.starts_with(PREFIX_ENGINE) || alert.classtype == "not-suspicious" {
        return None;
    }
    let claim = own_claim(alert).or_else(|| table_claim(alert, home))?;
    let (subject, peer) = sides(alert, home);
    Some(Detection {
        time: alert.time,
        detector: Detector::Signature,
        id: format!("{}:{}", alert.gid, alert.sid),
        name: alert.msg.clone(),
        communication: claim.communication,
        stage: claim.stage,
        severity: claim.severity,
        confidence: claim.confidence.clamp(0.05, 0.95),
        technique: alert
            .metas("mitre_technique_id")
            .map(str::to_owned)
            .collect(),
        reasons: vec![reason(alert)],
        subject,
        peer: Some(peer),
        peer_name: alert.peer_name.clone(),
        event: alert.event.clone(),
    })
}

/// Our own rules say themselves what they claim.
fn own_claim(alert: &SignatureAlert) -> Option<Claim> {
    let stage = by_key(&Stage::ALL, Stage::key, alert.meta("stage")?)?;
    Some(Claim {
        communication: alert
            .meta("communication")
            .and_then(|key| by_key(&Communication::ALL, Communication::key, key)),
        stage,
        severity: by_key(&Severity::ALL, Severity::key, alert.meta("severity")?)?,
        confidence: alert.meta("confidence")?.parse().ok()?,
    })
}

fn table_claim(alert: &SignatureAlert, home: &HomeNet) -> Option<Claim> {
    let table = vocabulary();
    let category = category(&alert.msg);
    let by_category = category.and_then(|name| table.category(name));
    let row = by_category.or_else(|| table.classtype(&alert.classtype))?;
    let mut claim = Claim {
        communication: row.communication,
        stage: row.stage,
        severity: row.severity,
        confidence: row.confidence,
    };
    let message = alert.msg.to_ascii_lowercase();
    let mut confidence_given = false;
    if let Some(words) = category.and_then(|name| table.words(name, &message)) {
        claim.communication = words.communication;
        claim.stage = words.stage;
        claim.severity = words.severity.unwrap_or(claim.severity);
        if let Some(confidence) = words.confidence {
            claim.confidence = confidence;
            confidence_given = true;
        }
    }
    // Ransomware that reports to its master has not yet done its worst.
    if claim.communication == Some(Communication::Ransomware)
        && ["checkin", "check-in", "cnc", "c2", "beacon"]
            .iter()
            .any(|word| message.contains(word))
    {
        claim.stage = Stage::CommandAndControl;
    }
    if !confidence_given {
        weigh(alert, &message, row.informational, &mut claim);
    }
    place(alert, home, category, &mut claim);
    Some(claim)
}

/// What the rule says of itself: severity, confidence, classtype, and words of doubt.
fn weigh(alert: &SignatureAlert, message: &str, informational: Option<f32>, claim: &mut Claim) {
    if matches!(
        alert.classtype.as_str(),
        "command-and-control" | "domain-c2" | "exploit-kit"
    ) {
        claim.confidence += 0.1;
    }
    match alert.meta("signature_severity") {
        Some("Critical") => claim.confidence += 0.1,
        Some("Minor") => claim.confidence -= 0.1,
        Some("Informational") => {
            claim.confidence = informational.unwrap_or(0.15).min(claim.confidence);
        }
        _ => {}
    }
    match alert.meta("confidence") {
        Some("High") => claim.confidence += 0.1,
        Some("Low") => claim.confidence -= 0.2,
        _ => {}
    }
    if ["possible", "suspicious", "likely", "generic"]
        .iter()
        .any(|word| message.contains(word))
    {
        claim.confidence -= 0.05;
    }
    // A false alarm rate that the authors admit.
    if alert.meta("performance_impact") == Some("Significant") {
        claim.confidence -= 0.05;
    }
}

/// Where it happened changes what it means.
fn place(alert: &SignatureAlert, home: &HomeNet, category: Option<&str>, claim: &mut Claim) {
    let inside = |end: Endpoint| home.contains(end.ip);
    let (client, server) = (inside(alert.client), inside(alert.server));
    let attack_on_service = claim.communication.is_none()
        && claim.stage == Stage::Exploitation
        && claim.severity >= Severity::Medium;
    if client == server {
        let web = matches!(category, Some("WEB_SERVER" | "WEB_SPECIFIC_APPS"));
        if attack_on_service && !web {
            claim.communication = Some(Communication::LateralMovement);
            claim.stage = Stage::LateralMovement;
        }
        return;
    }
    if server && !client {
        // From outside: the internet knocks all day. An attempt, until something answers it.
        match claim.communication {
            Some(Communication::ReconAccess) => claim.severity = Severity::Low,
            Some(Communication::Tor) => {
                claim.severity = Severity::Low;
                claim.confidence = claim.confidence.min(0.2);
            }
            _ => {}
        }
    }
    // A bad reputation means more when our machine calls than when it is called.
    if client && category.is_some_and(|name| matches!(name, "DROP" | "CINS" | "3CORES" | "BOTCC")) {
        claim.communication = Some(Communication::CommandAndControl);
        claim.stage = Stage::CommandAndControl;
        claim.severity = Severity::Medium;
        claim.confidence = 0.3;
    }
}

/// The affected machine and the other end: the customer's one; where both or neither are, the
/// client, which is the one that visits, calls home or attacks its neighbours.
fn sides(alert: &SignatureAlert, home: &HomeNet) -> (Endpoint, Endpoint) {
    if home.contains(alert.server.ip) && !home.contains(alert.client.ip) {
        (alert.server, alert.client)
    } else {
        (alert.client, alert.server)
    }
}

/// The category in a msg: the word after the author's, e.g. `MALWARE` in `ET MALWARE ...`.
fn category(message: &str) -> Option<&str> {
    let mut words = message.split(' ');
    let author = words.next()?;
    matches!(author, "ET" | "ETPRO" | "GPL").then(|| words.next())?
}

fn reason(alert: &SignatureAlert) -> Text {
    let family = alert
        .meta("malware_family")
        .map(|family| family.replace('_', " "));
    match family {
        Some(family) => Text::new(
            format!(
                "シグネチャ「{}」（マルウェア: {family}）と一致しました",
                alert.msg
            ),
            format!(
                "matches the signature {:?} (malware family {family})",
                alert.msg
            ),
        ),
        None => Text::new(
            format!("シグネチャ「{}」と一致しました", alert.msg),
            format!("matches the signature {:?}", alert.msg),
        ),
    }
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
