//! Rules and events by hand, and the rules of SigmaHQ where they are at hand.

mod conformance_tests;
mod correlations;
mod documented_tests;
mod hostile;
mod modifiers;
mod sources;

use super::engine::{SigmaMatch, SigmaState};
use super::{SigmaCollection, SigmaPlaceholders, SigmaRules};
use crate::HomeNet;
use event::{Endpoint, Event, FlowRef, Record, Timestamp, Transport};

const INSIDE: &str = "192.168.1.5";
const OUTSIDE: &str = "203.0.113.9";

/// The rules of one text; there must be no problem.
fn rules(text: &str) -> SigmaRules {
    let rules = read(text);
    let problems: Vec<_> = rules
        .problems()
        .iter()
        .map(|problem| problem.message.en.clone())
        .collect();
    assert!(problems.is_empty(), "{problems:?} in\n{text}");
    rules
}

fn read(text: &str) -> SigmaRules {
    let mut placeholders = SigmaPlaceholders::new();
    placeholders.insert(
        "admins".to_owned(),
        vec!["root".to_owned(), "boss".to_owned()],
    );
    let mut collection = SigmaCollection::new(placeholders);
    collection.read("test.yml", text.as_bytes(), None);
    collection.finish()
}

/// The first problem of a text: line, class and message.
fn problem(text: &str) -> (u32, &'static str, String) {
    let rules = read(text);
    let problem = rules.problems().first().expect("a problem");
    (
        problem.line,
        problem.class.name(),
        problem.message.en.to_string(),
    )
}

/// A rule over events of ours with this detection.
fn over(kind: &str, detection: &str) -> String {
    let detection: String = detection
        .lines()
        .map(|line| format!("  {line}\n"))
        .collect();
    format!(
        "title: t\nid: one\nlogsource: {{product: hinomi, service: {kind}}}\ndetection:\n{detection}"
    )
}

/// An event from inside to outside with a body given as JSON, so many seconds after the start.
fn event(kind: &'static str, seconds: i64, body: &str) -> Event {
    between(kind, seconds, body, INSIDE, OUTSIDE)
}

fn between(kind: &'static str, seconds: i64, body: &str, from: &str, to: &str) -> Event {
    let mut event = Event::new(Timestamp::new(1_000_000 + seconds, 0), kind);
    event.source = Some(Endpoint::new(from.parse().unwrap(), 50_000));
    event.dest = Some(Endpoint::new(to.parse().unwrap(), 80));
    event.transport = Some(Transport::Tcp);
    event.flow = Some(FlowRef { id: 7 });
    event.body = serde_json::from_str::<Record>(body).unwrap();
    event
}

/// Everything that matches, event by event.
fn matches(rules: &SigmaRules, events: &[Event]) -> Vec<SigmaMatch> {
    let mut state = SigmaState::default();
    let home = HomeNet::default();
    let found = events
        .iter()
        .flat_map(|event| rules.event(&mut state, event, &home));
    found.collect()
}

fn titles(rules: &SigmaRules, events: &[Event]) -> Vec<String> {
    matches(rules, events)
        .iter()
        .map(|found| found.about.title.clone())
        .collect()
}
