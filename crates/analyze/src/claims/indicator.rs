//! From an indicator hit to a detection: the list's name says what the entries are.

use crate::{IndicatorHit, IndicatorKind};
use event::{Communication, Detection, Detector, Record, Severity, Stage, Text};

/// Words in a list's name, and what its entries claim.
pub(super) type ListRow = (
    &'static [&'static str],
    Option<Communication>,
    Stage,
    Severity,
    f32,
);

/// What lists of a kind speak for, found by words in their names; the first row that fits.
const LISTS: &[ListRow] = &[
    (
        &["ransom"],
        Some(Communication::Ransomware),
        Stage::Impact,
        Severity::High,
        0.75,
    ),
    (
        &["tor", "onion"],
        Some(Communication::Tor),
        Stage::CommandAndControl,
        Severity::Medium,
        0.6,
    ),
    (
        &[
            "c2",
            "cnc",
            "botnet",
            "feodo",
            "threatfox",
            "sslbl",
            "rat",
            "beacon",
            "sinkhole",
            "ja3",
        ],
        Some(Communication::CommandAndControl),
        Stage::CommandAndControl,
        Severity::High,
        0.7,
    ),
    (
        &[
            "urlhaus", "download", "payload", "malware", "hash", "dropper",
        ],
        Some(Communication::MalwareDownload),
        Stage::Delivery,
        Severity::High,
        0.65,
    ),
    (
        &["exploit", "kit"],
        Some(Communication::ExploitSite),
        Stage::Exploitation,
        Severity::High,
        0.6,
    ),
    (
        &["tds", "redirect"],
        Some(Communication::RedirectorSite),
        Stage::Delivery,
        Severity::Medium,
        0.55,
    ),
    (
        &["malvert"],
        Some(Communication::MalvertisingSite),
        Stage::Delivery,
        Severity::Medium,
        0.55,
    ),
    (&["phish"], None, Stage::Delivery, Severity::Medium, 0.6),
    (
        &[
            "scan",
            "ipsum",
            "bruteforce",
            "attackers",
            "blocklist",
            "dshield",
        ],
        Some(Communication::ReconAccess),
        Stage::Reconnaissance,
        Severity::Low,
        0.5,
    ),
];

/// What a hit claims.
pub(crate) fn from_indicator(hit: &IndicatorHit) -> Option<Detection> {
    let subject = hit.event.source?;
    let row = row_of(&hit.list);
    let (communication, stage, severity, confidence) = match row {
        Some(&(_, communication, stage, severity, confidence)) => {
            (communication, stage, severity, confidence)
        }
        None if hit.kind == IndicatorKind::FileHash => (
            Some(Communication::MalwareDownload),
            Stage::Delivery,
            Severity::High,
            0.8,
        ),
        None => (
            Some(Communication::CommandAndControl),
            Stage::CommandAndControl,
            Severity::Medium,
            0.5,
        ),
    };
    // A list of addresses ages fastest and hits shared hosting; a JA3 is shared by many programs.
    let confidence = match hit.kind {
        IndicatorKind::Address => confidence - 0.1,
        IndicatorKind::Ja3 => confidence - 0.35,
        IndicatorKind::Domain => confidence,
        IndicatorKind::Url => confidence + 0.05,
        IndicatorKind::FileHash => confidence + 0.1,
    };
    let value = crate::inventory::shortened(&hit.value);
    Some(Detection {
        time: hit.time,
        detector: Detector::Indicator,
        id: value.clone(),
        name: format!("{} ({})", value, crate::inventory::shortened(&hit.list)),
        communication,
        stage,
        severity,
        confidence: confidence.clamp(0.05, 0.95),
        technique: Vec::new(),
        reasons: vec![Text::new(
            format!(
                "脅威情報リスト「{}」に載っている「{value}」と一致しました",
                hit.list
            ),
            format!("matches {value:?} on the threat list {:?}", hit.list),
        )],
        subject,
        peer: hit.event.dest,
        peer_name: name_in(&hit.event.body),
        event: hit.event.to_record(),
    })
}

/// The first row that has a word in the name.
pub(super) fn row_of(name: &str) -> Option<&'static ListRow> {
    let name = name.to_ascii_lowercase();
    let words: Vec<&str> = name
        .split(|character: char| !character.is_ascii_alphanumeric())
        .collect();
    LISTS.iter().find(|(names, ..)| {
        names.iter().any(|name| {
            words
                .iter()
                .any(|word| word == name || name.len() > 3 && word.contains(name))
        })
    })
}

/// The name of the other end, from the body of an event.
pub(super) fn name_in(body: &Record) -> Option<String> {
    ["http.hostname", "tls.sni", "dns.rrname", "quic.sni"]
        .iter()
        .find_map(|path| body.text(path))
        .map(crate::inventory::shortened)
}
