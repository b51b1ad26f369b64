use super::Builder;
use crate::entry::parse;
use crate::facts::Facts;
use crate::index::key;
use event::{Purpose, Timestamp};
use std::sync::Arc;

fn facts(purpose: Option<Purpose>, until: Option<i64>) -> Facts {
    Facts {
        purpose,
        valid_until: until.map(|seconds| Timestamp::new(seconds, 0)),
        ..Facts::default()
    }
}

#[test]
fn the_best_source_speaks_and_the_others_are_named() {
    let mut builder = Builder::default();
    let entry = parse("evil.example").unwrap();
    let c2 = Some(Purpose::CommandAndControl);
    for (list, facts) in [
        ("one", facts(None, None)),
        ("two", facts(c2, Some(100))),
        ("three", facts(None, None)),
        ("two", facts(c2, Some(200))),
    ] {
        builder.add(&Arc::from(list), &entry, &facts);
    }
    let (indicators, repeated) = builder.finish();
    assert_eq!(repeated, 3);
    let find = |now| {
        let found = indicators.find(key::of(&entry).unwrap(), Timestamp::new(now, 0));
        let found = found.unwrap();
        (found.list.to_string(), found.others.len())
    };
    assert_eq!(find(199), ("two".to_owned(), 2));
    assert_eq!(find(200), ("one".to_owned(), 1), "expired");
}

#[test]
fn wider_networks_speak_when_narrower_ones_have_expired() {
    let mut builder = Builder::default();
    for (text, until) in [("203.0.113.0/24", Some(10)), ("203.0.0.0/16", None)] {
        builder.add(&Arc::from(text), &parse(text).unwrap(), &facts(None, until));
    }
    let (indicators, _) = builder.finish();
    let bits = crate::entry::bits_of("203.0.113.9".parse().unwrap());
    let find = |now| {
        indicators
            .find_network(bits, Timestamp::new(now, 0))
            .unwrap()
            .0
    };
    assert_eq!((find(9), find(10)), (96 + 24, 96 + 16));
}

#[test]
fn lists_are_carried_over_whole() {
    let mut builder = Builder::default();
    for (list, text) in [
        ("a", "evil.example"),
        ("a", "203.0.113.0/24"),
        ("b", "bad.example"),
    ] {
        builder.add(&Arc::from(list), &parse(text).unwrap(), &facts(None, None));
    }
    let (before, _) = builder.finish();
    let mut builder = Builder::default();
    assert_eq!(builder.carry_over(&before, &Arc::from("a")), 2);
    let (after, _) = builder.finish();
    assert_eq!(after.len(), 2);
    assert!(
        after
            .match_domain("www.evil.example", "", Timestamp::default())
            .is_some()
    );
    assert!(
        after
            .match_domain("bad.example", "", Timestamp::default())
            .is_none()
    );
}
