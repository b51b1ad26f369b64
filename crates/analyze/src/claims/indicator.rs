//! From an indicator hit to a detection: what lists say of the entry, else the list's name, says what it is.

use crate::behaviour::dns::asker;
use crate::{FlowFact, IndicatorHit, IndicatorKind};
use event::{Communication, Detection, Detector, Purpose, Record, Severity, Side, Stage};

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
    let (subject, peer) = asker(&hit.event)?;
    let mut claim = claim_of(hit);
    // An address on a list that calls here attacks, or looks around; a program within is called by nobody from outside.
    if hit.side == Some(Side::Client) {
        claim = Claim {
            communication: Some(Communication::ReconAccess),
            stage: Stage::Reconnaissance,
            severity: Severity::Low,
            confidence: claim.confidence.min(0.4),
        };
    }
    claim.confidence = weighed(hit, claim.confidence);
    // Whoever scans from there is not asked by calling it.
    if hit.side == Some(Side::Server) && claim.communication == Some(Communication::ReconAccess) {
        claim.confidence = claim.confidence.min(0.3);
    }
    // Every program with the same library and settings has the same fingerprint: a list that does not say whose malware it
    // is may as well describe browsers.
    let is_anybodys =
        hit.kind == IndicatorKind::Ja3 && hit.facts.purpose.is_none() && hit.facts.family.is_none();
    if hit.facts.warning_list.is_some() || is_anybodys {
        claim.confidence = claim.confidence.min(BRAKED_CONFIDENCE_MAX);
        claim.severity = claim.severity.min(Severity::Low);
    }
    let value = crate::inventory::shortened(&hit.value);
    Some(Detection {
        time: hit.time,
        detector: Detector::Indicator,
        id: value.clone(),
        name: format!("{} ({})", value, crate::inventory::shortened(&hit.list)),
        communication: claim.communication,
        stage: claim.stage,
        severity: claim.severity,
        confidence: claim.confidence.clamp(0.05, 0.95),
        technique: hit.facts.technique.iter().cloned().collect(),
        reasons: super::indicator_words::reasons(hit),
        subject,
        peer,
        peer_name: name_in(&hit.event.body),
        event: hit.event.to_record(),
    })
}

/// So sure is a hit at most that a warning list names: weak evidence, which never speaks by itself.
const BRAKED_CONFIDENCE_MAX: f32 = 0.2;

/// What is claimed before anything is weighed.
#[derive(Clone, Copy)]
struct Claim {
    communication: Option<Communication>,
    stage: Stage,
    severity: Severity,
    confidence: f32,
}

/// By what the entry is used for, else by the list's name, else by its kind.
fn claim_of(hit: &IndicatorHit) -> Claim {
    if let Some(purpose) = hit.facts.purpose {
        return claim_for(purpose, hit.kind);
    }
    if let Some(&(_, communication, stage, severity, confidence)) = row_of(&hit.list) {
        return Claim {
            communication,
            stage,
            severity,
            confidence,
        };
    }
    if hit.kind == IndicatorKind::FileHash {
        claim_for(Purpose::Malware, hit.kind)
    } else {
        Claim {
            severity: Severity::Medium,
            confidence: 0.5,
            ..claim_for(Purpose::CommandAndControl, hit.kind)
        }
    }
}

fn claim_for(purpose: Purpose, kind: IndicatorKind) -> Claim {
    use Communication as C;
    let is_file = matches!(kind, IndicatorKind::FileHash | IndicatorKind::Url);
    let commanded = Stage::CommandAndControl;
    let (communication, stage, severity, confidence) = match purpose {
        Purpose::CommandAndControl | Purpose::Sinkhole if !is_file => {
            (Some(C::CommandAndControl), commanded, Severity::High, 0.7)
        }
        Purpose::Ransomware if !is_file => (Some(C::Ransomware), commanded, Severity::High, 0.7),
        Purpose::Ransomware => (Some(C::Ransomware), Stage::Delivery, Severity::High, 0.75),
        Purpose::CommandAndControl | Purpose::Sinkhole | Purpose::Malware => {
            let confidence = if kind == IndicatorKind::FileHash {
                0.8
            } else {
                0.65
            };
            (
                Some(C::MalwareDownload),
                Stage::Delivery,
                Severity::High,
                confidence,
            )
        }
        Purpose::ExploitSite => (
            Some(C::ExploitSite),
            Stage::Exploitation,
            Severity::High,
            0.6,
        ),
        Purpose::Redirector => (
            Some(C::RedirectorSite),
            Stage::Delivery,
            Severity::Medium,
            0.55,
        ),
        Purpose::Malvertising => (
            Some(C::MalvertisingSite),
            Stage::Delivery,
            Severity::Medium,
            0.55,
        ),
        Purpose::CompromisedSite => (
            Some(C::CompromisedSite),
            Stage::Delivery,
            Severity::Medium,
            0.55,
        ),
        Purpose::Phishing => (None, Stage::Delivery, Severity::Medium, 0.6),
        Purpose::Tor => (Some(C::Tor), commanded, Severity::Medium, 0.6),
        Purpose::Mining => (Some(C::CommandAndControl), commanded, Severity::Medium, 0.6),
        Purpose::Scanner => (
            Some(C::ReconAccess),
            Stage::Reconnaissance,
            Severity::Low,
            0.5,
        ),
        Purpose::AnonymousProxy => (None, commanded, Severity::Low, 0.35),
        Purpose::Suspicious => (None, commanded, Severity::Low, 0.2),
    };
    Claim {
        communication,
        stage,
        severity,
        confidence,
    }
}

/// What a hit weighs: by its kind, by whether anything was exchanged, by what its sources say.
fn weighed(hit: &IndicatorHit, confidence: f32) -> f32 {
    // A list of addresses ages fastest and hits shared hosting; a JA3 is shared by many programs.
    let mut confidence = match hit.kind {
        IndicatorKind::Address => confidence - 0.1,
        IndicatorKind::Ja3 => confidence - 0.35,
        IndicatorKind::Domain => confidence,
        IndicatorKind::Url => confidence + 0.05,
        IndicatorKind::FileHash => confidence + 0.1,
    };
    match exchange(hit) {
        Exchange::Nothing => confidence -= 0.15,
        Exchange::Data => confidence += 0.1,
        Exchange::Unknown => {}
    }
    // A source that is unsure says so; most say nothing.
    if let Some(sure) = hit.facts.confidence {
        let sure = f32::from(sure);
        confidence *= if sure < 70.0 {
            0.5 + 0.5 * sure / 70.0
        } else {
            1.0
        };
    }
    // Addresses change hands within months.
    let seen = hit.facts.last_seen.or(hit.facts.first_seen);
    if let (IndicatorKind::Address, Some(seen)) = (hit.kind, seen)
        && hit.time.since(seen) > ADDRESS_OLD_NS
    {
        confidence *= 0.7;
    }
    let agreeing = hit.facts.other_lists.len().min(2);
    confidence + 0.05 * agreeing as f32
}

/// Two years.
const ADDRESS_OLD_NS: u64 = 2 * 365 * 86_400 * 1_000_000_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Exchange {
    /// Nobody answered.
    Nothing,
    Data,
    Unknown,
}

/// Whether the listed end was not only called but answered with more than the beginning of a conversation.
fn exchange(hit: &IndicatorHit) -> Exchange {
    let kind = hit.event.kind.as_ref();
    if hit.answered || matches!(kind, "http" | "tls" | "quic" | "fileinfo") {
        return Exchange::Data;
    }
    let Some(flow) = FlowFact::from_event(&hit.event) else {
        return Exchange::Unknown;
    };
    // Headers of IPv6 and TCP with options, and the frame's.
    const HEADER_BYTES: u64 = 94;
    let has_data = |bytes: u64, packets: u64| bytes > packets.saturating_mul(HEADER_BYTES);
    if flow.packets_to_client == 0 {
        Exchange::Nothing
    } else if flow.packets_to_client >= 3 && has_data(flow.bytes_to_client, flow.packets_to_client)
    {
        Exchange::Data
    } else {
        Exchange::Unknown
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IndicatorFacts;
    use event::{Endpoint, Event, Timestamp, Transport};

    fn flow(answered: u64) -> Event {
        let mut event = Event::new(Timestamp::new(1_700_000_000, 0), "flow");
        event.source = Some(Endpoint::new("192.168.1.5".parse().unwrap(), 50_000));
        event.dest = Some(Endpoint::new("203.0.113.7".parse().unwrap(), 443));
        event.transport = Some(Transport::Tcp);
        let mut flow = Record::new();
        flow.push("pkts_toclient", answered);
        flow.push("bytes_toclient", answered * 400);
        event.body.push("flow", flow);
        event
    }

    fn hit(kind: IndicatorKind, event: Event, facts: IndicatorFacts) -> IndicatorHit {
        IndicatorHit {
            time: event.time,
            kind,
            value: "203.0.113.7".to_owned(),
            list: "feed".to_owned(),
            side: (event.kind == "flow").then_some(Side::Server),
            facts,
            answered: false,
            event,
        }
    }

    fn facts(purpose: Purpose) -> IndicatorFacts {
        IndicatorFacts {
            purpose: Some(purpose),
            ..IndicatorFacts::default()
        }
    }

    #[test]
    fn data_with_a_known_master_speaks_and_a_call_that_nobody_answers_does_not() {
        let claim = |answered, facts| {
            let found = from_indicator(&hit(IndicatorKind::Address, flow(answered), facts));
            found.unwrap().confidence
        };
        let c2 = facts(Purpose::CommandAndControl);
        assert!(claim(10, c2.clone()) >= 0.65);
        assert!(claim(0, c2.clone()) < 0.5);
        let unsure = IndicatorFacts {
            confidence: Some(20),
            ..c2.clone()
        };
        assert!(claim(10, unsure) < 0.5);
        let old = IndicatorFacts {
            last_seen: Some(Timestamp::new(1_500_000_000, 0)),
            ..c2
        };
        assert!(claim(10, old) < 0.5);
    }

    #[test]
    fn what_a_warning_list_names_stays_weak() {
        for purpose in Purpose::ALL {
            let facts = IndicatorFacts {
                warning_list: Some("popular".to_owned()),
                other_lists: vec!["a".to_owned(), "b".to_owned()],
                confidence: Some(100),
                ..facts(purpose)
            };
            let found = from_indicator(&hit(IndicatorKind::Domain, flow(10), facts)).unwrap();
            assert!(found.confidence <= BRAKED_CONFIDENCE_MAX, "{purpose:?}");
            assert!(found.severity <= Severity::Low, "{purpose:?}");
        }
    }

    #[test]
    fn lists_name_the_communication() {
        for (purpose, wanted) in [
            (Purpose::Tor, Some(Communication::Tor)),
            (Purpose::Mining, Some(Communication::CommandAndControl)),
            (Purpose::Scanner, Some(Communication::ReconAccess)),
            (Purpose::Ransomware, Some(Communication::Ransomware)),
            (Purpose::Redirector, Some(Communication::RedirectorSite)),
            (Purpose::Phishing, None),
        ] {
            let found = from_indicator(&hit(IndicatorKind::Domain, flow(10), facts(purpose)));
            assert_eq!(found.unwrap().communication, wanted, "{purpose:?}");
        }
    }

    #[test]
    fn a_listed_address_that_calls_here_is_no_master() {
        let mut hit = hit(
            IndicatorKind::Address,
            flow(10),
            facts(Purpose::CommandAndControl),
        );
        hit.side = Some(Side::Client);
        let found = from_indicator(&hit).unwrap();
        assert_eq!(found.communication, Some(Communication::ReconAccess));
        assert_eq!(found.severity, Severity::Low);
    }

    #[test]
    fn an_answer_of_dns_speaks_of_the_one_who_asked() {
        let mut event = flow(0);
        event.kind = "dns".into();
        let mut dns = Record::new();
        dns.push("type", "response");
        event.body.push("dns", dns);
        std::mem::swap(&mut event.source, &mut event.dest);
        let hit = hit(
            IndicatorKind::Domain,
            event,
            facts(Purpose::CommandAndControl),
        );
        let found = from_indicator(&hit).unwrap();
        assert_eq!(found.subject.ip.to_string(), "192.168.1.5");
        assert_eq!(found.peer.map(|peer| peer.port), Some(443));
    }
}
