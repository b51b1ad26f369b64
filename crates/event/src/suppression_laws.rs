//! A suppression never hides more than it says: held against detections before the sensor counts equal ones as one.

use crate::{
    Communication, Detector, EvidenceLine, Host, Incident, Record, RuleName, Severity, Stage,
    Status, Suppression, SuppressionScope, Text, ThreatClass, Timestamp, covers, suppressed_by,
};
use proptest::prelude::*;
use std::net::IpAddr;

/// What one detector says of one event.
#[derive(Clone, Debug)]
struct Seen {
    host: usize,
    rule: usize,
    address: usize,
    name: Option<usize>,
    /// Whether the other end began the conversation; then it has no name.
    is_called: bool,
}

const HOSTS: [&str; 2] = ["10.0.0.1", "10.0.0.2"];
const ADDRESSES: [&str; 3] = ["192.0.2.1", "192.0.2.2", "10.0.0.2"];
const NAMES: [&str; 2] = ["Update.Example.com.", "other.example"];
const RULES: [(Detector, &str); 3] = [
    (Detector::Signature, "1:1"),
    (Detector::Signature, "1:2"),
    (Detector::Behaviour, "1:1"),
];

impl Seen {
    fn host(&self) -> IpAddr {
        HOSTS[self.host].parse().unwrap()
    }

    fn name(&self) -> Option<&'static str> {
        self.name
            .filter(|_| !self.is_called)
            .map(|name| NAMES[name])
    }

    /// As the sensor names it.
    fn peer(&self) -> String {
        self.name().unwrap_or(ADDRESSES[self.address]).to_owned()
    }

    fn event(&self) -> Record {
        let (mut src, mut dest) = (HOSTS[self.host], ADDRESSES[self.address]);
        if self.is_called {
            std::mem::swap(&mut src, &mut dest);
        }
        let mut event = Record::new();
        event.push("src_ip", src);
        event.push("dest_ip", dest);
        if let Some(name) = self.name() {
            let mut http = Record::new();
            http.push("hostname", name);
            event.push("http", http);
        }
        event
    }

    /// What the scope says, word by word.
    fn is_within(&self, scope: &SuppressionScope) -> bool {
        let same = |one: &str, other: &str| {
            one.trim_end_matches('.')
                .eq_ignore_ascii_case(other.trim_end_matches('.'))
        };
        let (detector, id) = RULES[self.rule];
        scope.host.is_none_or(|host| host == self.host())
            && (scope.rules.is_empty()
                || scope
                    .rules
                    .iter()
                    .any(|rule| rule.detector == detector && rule.id == id))
            && scope.peer.as_deref().is_none_or(|peer| {
                same(peer, ADDRESSES[self.address])
                    || self.name().is_some_and(|name| same(peer, name))
            })
    }
}

const LAST_SEEN: Timestamp = Timestamp::new(1_790_000_000, 0);

/// An incident with one line: a beacon.
fn pattern() -> Incident {
    let ip = HOSTS[0].parse().unwrap();
    let mut event = Record::new();
    event.push("src_ip", HOSTS[0]);
    event.push("dest_ip", ADDRESSES[0]);
    let line = EvidenceLine {
        time: LAST_SEEN,
        detector: Detector::Behaviour,
        id: "beacon".into(),
        name: "beacon".into(),
        technique: Vec::new(),
        reasons: Vec::new(),
        communication: None,
        stage: Stage::CommandAndControl,
        confidence: 0.8,
        count: 1,
        host: None,
        event,
    };
    Incident {
        incident_id: "1".into(),
        revision: 1,
        status: Status::Open,
        class: ThreatClass::Suspicious,
        communications: vec![Communication::Tor],
        stages: vec![Stage::CommandAndControl],
        severity: Severity::Medium,
        confidence: 0.8,
        host: Host {
            ip,
            mac: None,
            name: None,
        },
        others: Vec::new(),
        peers: vec![ADDRESSES[0].into()],
        first_seen: LAST_SEEN,
        last_seen: LAST_SEEN,
        detections: vec![line],
        title: Text::default(),
        summary: Text::default(),
        actions: Vec::new(),
        advice: None,
        suppressed_by: Vec::new(),
    }
}

/// As the sensor's correlator does it: equal claims about a host are one line that shows the first event.
fn incident(seen: &[Seen]) -> Incident {
    let mut incident = pattern();
    let pattern = incident.detections[0].clone();
    incident.host.ip = seen[0].host();
    incident.peers = Vec::new();
    let mut lines: Vec<(usize, usize, EvidenceLine)> = Vec::new();
    for one in seen {
        if !incident.peers.contains(&one.peer()) {
            incident.peers.push(one.peer());
        }
        let known = lines
            .iter_mut()
            .find(|(host, rule, _)| (*host, *rule) == (one.host, one.rule));
        if let Some((.., line)) = known {
            line.count += 1;
            continue;
        }
        let (detector, id) = RULES[one.rule];
        let line = EvidenceLine {
            detector,
            id: id.to_owned(),
            count: 1,
            host: Some(one.host()).filter(|host| *host != incident.host.ip),
            event: one.event(),
            ..pattern.clone()
        };
        lines.push((one.host, one.rule, line));
    }
    incident.detections = lines.into_iter().map(|(.., line)| line).collect();
    incident
}

fn seen() -> impl Strategy<Value = Seen> {
    (
        0..2_usize,
        0..3_usize,
        0..3_usize,
        prop::option::of(0..2_usize),
        any::<bool>(),
    )
        .prop_map(|(host, rule, address, name, is_called)| Seen {
            host,
            rule,
            address,
            name,
            is_called,
        })
        .prop_filter("nobody talks to himself", |one| {
            HOSTS[one.host] != ADDRESSES[one.address]
        })
}

fn scope() -> impl Strategy<Value = SuppressionScope> {
    let peers: Vec<&str> = ADDRESSES.into_iter().chain(NAMES).collect();
    (
        prop::option::of(0..2_usize),
        prop::collection::vec(0..3_usize, 0..3),
        prop::option::of(prop::sample::select(peers)),
    )
        .prop_map(|(host, rules, peer)| SuppressionScope {
            host: host.map(|host| HOSTS[host].parse().unwrap()),
            rules: rules
                .into_iter()
                .map(|rule| RuleName {
                    detector: RULES[rule].0,
                    id: RULES[rule].1.to_owned(),
                })
                .collect(),
            peer: peer.map(str::to_owned),
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nothing_is_hidden_that_no_scope_names(
        seen in prop::collection::vec(seen(), 1..6),
        scopes in prop::collection::vec(scope(), 1..3),
    ) {
        let scopes: Vec<&SuppressionScope> = scopes.iter().collect();
        let cover = covers(&scopes, &incident(&seen));
        if cover.is_whole {
            for one in &seen {
                prop_assert!(scopes.iter().any(|scope| one.is_within(scope)), "{one:?}");
            }
        }
    }

    /// What a sensor marks is what the scopes cover that hold at the incident's time, by each of those named.
    #[test]
    fn what_is_over_suppresses_nothing(
        seen in prop::collection::vec(seen(), 1..6),
        scopes in prop::collection::vec((scope(), -2..3_i64), 1..4),
    ) {
        let story = incident(&seen);
        let suppressions: Vec<Suppression> = scopes
            .iter()
            .map(|(scope, seconds)| Suppression {
                id: String::new(),
                scope: scope.clone(),
                expires_at: LAST_SEEN.plus_nanos(seconds * 1_000_000_000),
            })
            .collect();
        let by = suppressed_by(&suppressions, &story);
        let named: Vec<&SuppressionScope> = by.iter().map(|place| &scopes[*place].0).collect();
        prop_assert!(by.iter().all(|place| scopes[*place].1 > 0));
        prop_assert_eq!(!by.is_empty(), covers(&named, &story).is_whole);
        for one in seen.iter().filter(|_| !by.is_empty()) {
            prop_assert!(named.iter().any(|scope| one.is_within(scope)), "{:?}", one);
        }
        let all: Vec<&SuppressionScope> = scopes.iter().filter(|(_, seconds)| *seconds > 0).map(|(scope, _)| scope).collect();
        prop_assert_eq!(!by.is_empty(), covers(&all, &story).is_whole);
    }

    #[test]
    fn one_detection_beside_is_enough_to_be_told(seen in prop::collection::vec(seen(), 1..5), scope in scope()) {
        let mut story = incident(&seen);
        let mut beside = story.detections[0].clone();
        beside.id = "1:999".to_owned();
        story.detections.push(beside);
        let named = SuppressionScope {
            rules: RULES.iter().map(|(detector, id)| RuleName { detector: *detector, id: (*id).to_owned() }).collect(),
            ..scope
        };
        prop_assert!(!covers(&[&named], &story).is_whole);
    }

    #[test]
    fn what_is_said_word_by_word_is_hidden(one in seen()) {
        let (detector, id) = RULES[one.rule];
        let scope = SuppressionScope {
            host: Some(one.host()),
            rules: vec![RuleName { detector, id: id.to_owned() }],
            peer: Some(one.peer()),
        };
        prop_assert!(covers(&[&scope], &incident(&[one.clone(), one])).is_whole);
    }
}

#[test]
fn what_may_have_been_left_out_is_not_hidden() {
    let rule = RuleName {
        detector: Detector::Behaviour,
        id: "beacon".to_owned(),
    };
    let scope = SuppressionScope {
        host: None,
        rules: vec![rule],
        peer: None,
    };
    let mut story = pattern();
    assert!(covers(&[&scope], &story).is_whole);
    let line = story.detections[0].clone();
    story.detections = vec![line; 100];
    assert!(!covers(&[&scope], &story).is_whole);
    story.detections.clear();
    assert!(!covers(&[&scope], &story).is_whole);
    let boundless = SuppressionScope {
        host: None,
        rules: Vec::new(),
        peer: None,
    };
    assert!(!covers(&[&boundless], &pattern()).is_whole);
}
