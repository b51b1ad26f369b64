#![no_main]
//! A file of Sigma rules, and what they do with events.

use analyze::{Brain, Settings, SigmaCollection, SigmaPlaceholders};
use event::{Endpoint, Event, Language, Record, Timestamp};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// Bodies of events of the kinds that rules ask for most.
const EVENTS: [(&str, &str); 5] = [
    ("http", r#"{"a":"b","http":{"hostname":"x.example","url":"/a?b=c","http_method":"GET","status":200}}"#),
    ("dns", r#"{"dns":{"type":"request","flags":"100","queries":[{"rrname":"x.example","rrtype":"A"}]}}"#),
    ("tls", r#"{"tls":{"sni":"x.example","subject":"CN=x","serial":"01:02"}}"#),
    ("flow", r#"{"flow":{"pkts_toserver":1,"pkts_toclient":1,"bytes_toserver":9}}"#),
    ("smb", r#"{"smb":{"command":"SMB2_COMMAND_CREATE","tree_id":1,"filename":"a","share":"b"}}"#),
];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut placeholders = SigmaPlaceholders::new();
    placeholders.insert("a".to_owned(), vec!["b".to_owned(), "c".to_owned()]);
    let mut collection = SigmaCollection::new(placeholders);
    collection.read("fuzz.yml", data, Some("DRL 1.1"));
    let rules = collection.finish();
    for problem in rules.problems() {
        assert!(!problem.in_language(Language::Ja).is_empty());
    }
    let mut brain = Brain::new(Settings::default());
    brain.set_sigma(Some(Arc::new(rules)));
    let address = |last| IpAddr::V4(Ipv4Addr::new(192, 168, 0, last));
    for round in 0..4 {
        for (kind, body) in EVENTS {
            let Ok(body) = serde_json::from_str::<Record>(body) else {
                return;
            };
            let mut event = Event::new(Timestamp::new(round, 0), kind);
            event.source = Some(Endpoint::new(address(1), 50_000));
            event.dest = Some(Endpoint::new(address(2), 80));
            event.body = body;
            brain.event(&event);
        }
    }
    assert!(brain.take_sigma().len() <= 20 * 64);
    let state = brain.snapshot().expect("a snapshot");
    Brain::restore(Settings::default(), &state).expect("the snapshot is taken up again");
});
