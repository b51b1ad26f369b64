//! From a match of a YARA rule to a detection: a file came, or went, that somebody knows to be bad.

use super::by_key;
use super::indicator::{name_in, row_of};
use crate::{HomeNet, YaraHit};
use event::{Communication, Detection, Detector, Endpoint, Severity, Stage, Text};

/// Words by which a rule says that its match is no sign of an attack by itself.
const HARMLESS: &[&str] = &[
    "info",
    "test",
    "packer",
    "packed",
    "compiler",
    "suspicious",
    "hunting",
];

/// What a match claims.
pub(crate) fn from_yara(hit: &YaraHit, home: &HomeNet) -> Option<Detection> {
    let (subject, peer) = sides(hit, home)?;
    let mut communication = Some(Communication::MalwareDownload);
    let mut stage = Stage::Delivery;
    let mut severity = Severity::High;
    if let Some(&(_, named, at, how_bad, _)) = row_of(&words(hit))
        && named.is_some()
    {
        // A file that carries an implant has not called home yet; what it is for is said by the severity.
        severity = how_bad.max(Severity::Medium);
        if named == Some(Communication::Ransomware) {
            communication = named;
            stage = at;
        }
    }
    if hit.is_put && peer.is_some_and(|peer| home.contains(peer.ip)) {
        communication = Some(Communication::LateralMovement);
        stage = Stage::LateralMovement;
    }
    let own = |name| hit.meta(name);
    let communication = own("communication")
        .and_then(|key| by_key(&Communication::ALL, Communication::key, key))
        .or(communication);
    let stage = own("stage")
        .and_then(|key| by_key(&Stage::ALL, Stage::key, key))
        .unwrap_or(stage);
    let severity = own("severity")
        .and_then(|key| by_key(&Severity::ALL, Severity::key, key))
        .unwrap_or(severity);
    let sha256 = hit.event.text("fileinfo.sha256").unwrap_or("");
    let file = hit.event.text("fileinfo.filename").unwrap_or("");
    let rule = crate::inventory::shortened(&hit.rule);
    Some(Detection {
        time: hit.time,
        detector: Detector::Signature,
        id: format!("yara:{rule}"),
        name: format!("YARA {rule}"),
        communication,
        stage,
        severity,
        confidence: confidence(hit),
        technique: hit
            .meta("mitre_attack")
            .map(str::to_owned)
            .into_iter()
            .collect(),
        reasons: vec![Text::new(
            format!(
                "ファイル「{file}」（SHA-256: {sha256}）が YARA ルール「{rule}」と一致しました"
            ),
            format!("the file {file:?} (SHA-256 {sha256}) matches the YARA rule {rule}"),
        )],
        subject,
        peer,
        peer_name: name_in(&hit.event.body),
        event: hit.event.to_record(),
    })
}

/// The machine that the file reached, or left, and the other end: the customer's one; of two, who fetched it or put it.
fn sides(hit: &YaraHit, home: &HomeNet) -> Option<(Endpoint, Option<Endpoint>)> {
    let (sender, receiver) = (hit.event.source?, hit.event.dest?);
    let is_sender = match (home.contains(sender.ip), home.contains(receiver.ip)) {
        (true, true) | (false, false) => hit.is_put,
        (sends, _) => sends,
    };
    Some(if is_sender {
        (sender, Some(receiver))
    } else {
        (receiver, Some(sender))
    })
}

/// The rule's own `confidence` (0 to 1) or `score` (0 to 100), else by what it calls itself.
fn confidence(hit: &YaraHit) -> f32 {
    let number = |name| hit.meta(name).and_then(|text| text.parse::<f32>().ok());
    let given = number("confidence").or_else(|| Some(number("score")? / 100.0 * 0.9));
    let words = words(hit).to_ascii_lowercase();
    let harmless = words
        .split(|character: char| !character.is_ascii_alphanumeric())
        .any(|word| HARMLESS.contains(&word));
    let usual = if harmless { 0.3 } else { 0.75 };
    given
        .filter(|given| given.is_finite())
        .unwrap_or(usual)
        .clamp(0.05, 0.95)
}

/// Name and tags; `Win_Ransom_Locky` is three words.
fn words(hit: &YaraHit) -> String {
    let mut text = hit.rule.clone();
    for tag in &hit.tags {
        text.push(' ');
        text.push_str(tag);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::{Event, Record, Timestamp};

    fn hit(rule: &str, meta: &[(&str, &str)], from: &str, to: &str) -> YaraHit {
        let mut event = Event::new(Timestamp::new(1, 0), "yara");
        event.source = Some(Endpoint::new(from.parse().unwrap(), 80));
        event.dest = Some(Endpoint::new(to.parse().unwrap(), 40000));
        let mut file = Record::new();
        file.push("filename", "a.exe");
        event.body.push("fileinfo", file);
        YaraHit {
            time: event.time,
            rule: rule.to_owned(),
            file: "rules".to_owned(),
            tags: Vec::new(),
            meta: meta
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            is_put: false,
            event,
        }
    }

    #[test]
    fn what_a_match_claims() {
        let home = HomeNet::default();
        let (inside, other, outside) = ("192.168.1.5", "192.168.1.9", "203.0.113.7");
        let claim = |rule, meta: &[(&str, &str)], from, to| {
            let found = from_yara(&hit(rule, meta, from, to), &home).unwrap();
            let key = found.communication.map_or("none", Communication::key);
            (
                key,
                found.subject.ip.to_string(),
                found.severity,
                (found.confidence * 100.0).round(),
            )
        };
        let high = Severity::High;
        let plain = claim("Dropper_X", &[], outside, inside);
        assert_eq!(plain, ("malware_download", inside.to_owned(), high, 75.0));
        let upload = claim("Dropper_X", &[("score", "50")], inside, outside);
        assert_eq!(upload, ("malware_download", inside.to_owned(), high, 45.0));
        let ransom = claim("Win_Ransom_Locky", &[], outside, inside);
        assert_eq!(ransom.0, "ransomware");
        let fetched = claim("Dropper_X", &[("severity", "critical")], inside, other);
        let critical = Severity::Critical;
        assert_eq!(
            fetched,
            ("malware_download", other.to_owned(), critical, 75.0)
        );
        let mut put = hit("Dropper_X", &[], inside, other);
        put.is_put = true;
        let put = from_yara(&put, &home).unwrap();
        assert_eq!(put.communication, Some(Communication::LateralMovement));
        assert_eq!(put.subject.ip.to_string(), inside);
        assert_eq!(claim("UPX_packed_info", &[], outside, inside).3, 30.0);
    }
}
