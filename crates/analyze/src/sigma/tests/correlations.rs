//! Every type of correlation.

use super::{event, matches, problem, read, rules, titles};
use crate::HomeNet;
use crate::sigma::SigmaRules;
use crate::sigma::SigmaState;
use event::Event;

const BASE: &str = "title: a
name: base_a
logsource: {product: hinomi, service: http}
detection:
  s: {what: a}
  condition: s
---
title: b
id: 00000000-0000-0000-0000-00000000000B
logsource: {product: hinomi, service: http}
detection:
  s: {what: b}
  condition: s
---
title: c
name: base_c
logsource: {product: hinomi, service: dns}
detection:
  s: {what: c}
  condition: s
";

fn with(correlation: &str) -> String {
    let body: String = correlation
        .lines()
        .map(|line| format!("  {line}\n"))
        .collect();
    format!("{BASE}---\ntitle: joined\nid: joined\ncorrelation:\n{body}")
}

/// Events from `second what who value`, one a line.
fn events(script: &str) -> Vec<Event> {
    let lines = script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let seconds = words.next().unwrap().parse().unwrap();
            let what = words.next().unwrap();
            let who = words.next().unwrap_or("x");
            let value = words.next().unwrap_or("0");
            let kind = if what == "c" { "dns" } else { "http" };
            let names = if what == "c" {
                ("client", "amount")
            } else {
                ("who", "value")
            };
            let (who_name, value_name) = names;
            event(
                kind,
                seconds,
                &format!(r#"{{"what":"{what}","{who_name}":"{who}","{value_name}":"{value}"}}"#),
            )
        })
        .collect()
}

/// At which events the correlation speaks.
fn seconds(rules: &SigmaRules, script: &str) -> Vec<i64> {
    let mut state = SigmaState::default();
    let home = HomeNet::default();
    let mut found = Vec::new();
    for event in events(script) {
        for one in rules.event(&mut state, &event, &home) {
            if one.counted.is_none() {
                continue;
            }
            assert_eq!(one.about.title, "joined");
            found.push(event.time.seconds() - 1_000_000);
        }
    }
    found
}

#[test]
fn every_type_speaks_when_it_should() {
    let ab =
        "rules: [base_a, 00000000-0000-0000-0000-00000000000b]\ngroup-by: [who]\ntimespan: 10s\n";
    for (correlation, script, expected) in [
        (
            "type: event_count\nrules: [base_a]\ngroup-by: [who]\ntimespan: 10s\ncondition: {gte: 3}".to_owned(),
            "0 a x\n1 a y\n2 a x\n3 b x\n11 a x\n12 a x\n13 a x\n30 a x",
            vec![12],
        ),
        (
            "type: event_count\nrules: base_a\ntimespan: 1m\ncondition: {gt: 1, lte: 2}".to_owned(),
            "0 a x\n1 a y\n2 a x\n3 a x",
            vec![1, 3],
        ),
        (
            "type: value_count\nrules: [base_a]\ngroup-by: [who]\ntimespan: 1h\ncondition: {field: value, gte: 3}".to_owned(),
            "0 a x 1\n1 a x 1\n2 a x 2\n3 a y 3\n4 a x 3",
            vec![4],
        ),
        (
            format!("type: temporal\n{ab}"),
            "0 b x\n5 a y\n9 a x\n20 a x\n40 b x",
            vec![9],
        ),
        (
            format!("type: temporal_ordered\n{ab}"),
            "0 b x\n5 a x\n9 b x\n20 a x\n40 b x",
            vec![9],
        ),
        (
            format!("type: temporal\n{ab}condition: base_a and not 00000000-0000-0000-0000-00000000000b"),
            "0 b x\n5 a x\n20 a x",
            vec![20],
        ),
        (
            format!("type: temporal\n{ab}condition: {{gte: 1}}"),
            "0 b x\n",
            vec![0],
        ),
        (
            "type: value_sum\nrules: [base_a]\ngroup-by: [who]\ntimespan: 1d\ncondition: {field: value, gt: 100}".to_owned(),
            "0 a x 60\n1 a y 60\n2 a x none\n3 a x 41",
            vec![3],
        ),
        (
            "type: value_avg\nrules: [base_a]\ntimespan: 1m\ncondition: {field: value, gte: 10}".to_owned(),
            "0 a x 4\n1 a x 6\n2 a x 20",
            vec![2],
        ),
        (
            "type: value_median\nrules: [base_a]\ntimespan: 1m\ncondition: {field: value, gte: 10}".to_owned(),
            "0 a x 4\n1 a x 6\n2 a x 20\n3 a x 30",
            vec![3],
        ),
        (
            "type: value_percentile\nrules: [base_a]\ntimespan: 1m\ncondition: {field: value, gte: 90, percentile: 95}".to_owned(),
            "0 a x 4\n1 a x 6\n2 a x 100",
            vec![2],
        ),
        (
            "type: temporal\nrules: [base_a, base_c]\ngroup-by: [person]\ntimespan: 1m\naliases:\n  person:\n    base_a: who\n    base_c: client".to_owned(),
            "0 a x\n1 c y\n2 c x",
            vec![2],
        ),
    ] {
        let rules = rules(&with(&correlation));
        assert_eq!(seconds(&rules, script), expected, "{correlation}");
    }
}

#[test]
fn correlations_join_correlations() {
    let chain =
        "type: event_count\nrules: [base_a]\ngroup-by: [who]\ntimespan: 10s\ncondition: {gte: 2}";
    let above = "---
title: above
correlation:
  type: value_count
  rules: joined
  timespan: 1h
  condition: {field: who, gte: 2}
";
    let rules = rules(&format!("{}{above}", with(chain)));
    // Before what it joins in the file, too.
    let script = "0 a x\n1 a x\n2 a y\n3 a x\n4 a x\n5 a y";
    let found = matches(&rules, &events(script));
    let titles: Vec<_> = found
        .iter()
        .map(|found| found.about.title.as_str())
        .collect();
    assert_eq!(titles, ["above"]);
    let counted = found[0].counted.as_ref().unwrap();
    assert_eq!((counted.value, counted.matches), (2.0, 3));
    assert_eq!(counted.members, ["joined"]);
}

#[test]
fn rules_below_a_correlation_speak_only_when_it_says_so() {
    let quiet = "type: event_count\nrules: [base_a]\ntimespan: 10s\ncondition: {gte: 2}";
    let script = "0 a\n1 b\n2 a";
    assert_eq!(
        titles(&rules(&with(quiet)), &events(script)),
        ["b", "joined"]
    );
    let loud = format!("{quiet}\ngenerate: true");
    assert_eq!(
        titles(&rules(&with(&loud)), &events(script)),
        ["a", "b", "a", "joined"]
    );
}

#[test]
fn what_is_remembered_survives_a_restart_and_new_rules() {
    let count =
        "type: event_count\nrules: [base_a]\ngroup-by: [who]\ntimespan: 10s\ncondition: {gte: 3}";
    let events = events("0 a x\n1 a x\n2 a x");
    let home = HomeNet::default();
    let before = rules(&with(count));
    let mut state = SigmaState::default();
    assert!(before.event(&mut state, &events[0], &home).is_empty());
    assert!(before.event(&mut state, &events[1], &home).is_empty());
    let text = serde_json::to_string(&state).unwrap();
    let mut state: SigmaState = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&state).unwrap(), text);
    // Other rules before it move it to another place.
    let more = with(count).replace("title: joined\n", "title: first\ncorrelation: {type: event_count, rules: base_a, timespan: 1s, condition: {gte: 9}}\n---\ntitle: joined\n");
    let after = rules(&more);
    assert_eq!(after.event(&mut state, &events[2], &home).len(), 1);
}

#[test]
fn memory_has_an_end() {
    use crate::sigma::limits;
    let rules = rules(&with(
        "type: value_count\nrules: [base_a]\ngroup-by: [who]\ntimespan: 30d\ncondition: {field: value, gte: 9999}",
    ));
    let mut state = SigmaState::default();
    let home = HomeNet::default();
    for number in 0..limits::GROUPS_MAX + 500 {
        let body = format!(r#"{{"what":"a","who":"{number}","value":"{number}"}}"#);
        rules.event(&mut state, &event("http", 0, &body), &home);
    }
    let body = r#"{"what":"a","who":"one","value":"same"}"#;
    for number in 0..limits::ENTRIES_MAX + 500 {
        rules.event(&mut state, &event("http", number as i64, body), &home);
    }
    let text = serde_json::to_string(&state).unwrap();
    assert!(text.len() < 8 << 20, "{}", text.len());
}

#[test]
fn what_cannot_be_joined_is_named() {
    for (correlation, class) in [
        (
            "type: event_count\nrules: [nobody]\ntimespan: 10s\ncondition: {gte: 3}",
            "correlation",
        ),
        (
            "type: event_count\nrules: [joined]\ntimespan: 10s\ncondition: {gte: 3}",
            "correlation",
        ),
        ("type: event_count\nrules: [base_a]\ntimespan: 10s", "shape"),
        (
            "type: event_count\nrules: [base_a]\ncondition: {gte: 3}",
            "shape",
        ),
        (
            "type: event_count\nrules: [base_a]\ntimespan: 10x\ncondition: {gte: 3}",
            "shape",
        ),
        (
            "type: event_count\nrules: [base_a]\ntimespan: 99999999d\ncondition: {gte: 3}",
            "shape",
        ),
        (
            "type: event_count\nrules: [base_a]\ntimespan: 10s\ncondition: {gte: 1000000}",
            "limit",
        ),
        (
            "type: event_count\nrules: [base_a]\ntimespan: 10s\ncondition: {about: 3}",
            "shape",
        ),
        (
            "type: event_count\nrules: [base_a]\ntimespan: 10s\ncondition: {gte: many}",
            "shape",
        ),
        (
            "type: event_count\nrules: [base_a]\ntimespan: 10s\ncondition: base_a",
            "shape",
        ),
        (
            "type: event_count\nrules: []\ntimespan: 10s\ncondition: {gte: 3}",
            "shape",
        ),
        (
            "type: value_count\nrules: [base_a]\ntimespan: 10s\ncondition: {gte: 3}",
            "shape",
        ),
        (
            "type: value_percentile\nrules: [base_a]\ntimespan: 10s\ncondition: {gte: 3, field: value, percentile: 101}",
            "shape",
        ),
        (
            "type: sometimes\nrules: [base_a]\ntimespan: 10s\ncondition: {gte: 3}",
            "shape",
        ),
        (
            "type: event_count\nrules: [base_a]\ntimespan: 10s\ncondition: {gte: 3}\naliases: [x]",
            "shape",
        ),
    ] {
        let (_, found, message) = problem(&with(correlation));
        assert_eq!(found, class, "{correlation}: {message}");
    }
    // The rules that it names go on without it.
    let rules = read(&with(
        "type: event_count\nrules: [base_a, nobody]\ntimespan: 10s\ncondition: {gte: 1}",
    ));
    assert_eq!(titles(&rules, &events("0 a")), ["a"]);
}
