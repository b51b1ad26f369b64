//! Sigma rules as a user runs them.

mod common;

use common::{capture, plan, replay, run};
use drill::Attack;
use serde_json::Value;

/// Traits of what the drill stages, as rules of the form that SigmaHQ publishes.
const RULES: &str = "title: Implant posts by bare HTTP
id: 20000000-0000-0000-0000-000000000001
name: posts
status: test
author: Jane Doe
license: DRL 1.1
level: low
tags: [attack.command-and-control, attack.t1071.001]
logsource: {category: proxy}
detection:
  selection: {cs-method: POST}
  condition: selection
---
title: Many posts to one host
id: 20000000-0000-0000-0000-000000000002
author: Jane Doe
license: DRL 1.1
level: high
tags: [attack.command-and-control, attack.t1071.001]
correlation:
  type: event_count
  rules: [posts]
  group-by: [c-ip, dst_ip]
  timespan: 10m
  condition: {gte: 3}
---
title: Broken
logsource: {category: proxy}
detection:
  selection: {cs-method|nothing: POST}
  condition: selection
---
title: A program starts
logsource: {category: process_creation, product: windows}
detection:
  selection: {Image: x}
  condition: selection
";

#[test]
fn a_rule_over_staged_traffic_becomes_an_incident() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("beacon.pcap");
    capture(&plan(&[Attack::HttpBeacon]), &path);
    let rules = folder.path().join("rules.yml");
    std::fs::write(&rules, RULES).unwrap();
    let sigma = ["--sigma", rules.to_str().unwrap(), "--no-own-rules"];
    let results: Vec<(Vec<Value>, Vec<Value>)> = ["1", "3"]
        .iter()
        .map(|workers| {
            let mut options = sigma.to_vec();
            options.extend(["--workers", workers]);
            replay(folder.path(), &options, &[&path])
        })
        .collect();
    let (events, incidents) = &results[0];
    let matches: Vec<&Value> = events
        .iter()
        .filter(|event| event["event_type"] == "sigma")
        .collect();
    assert!(!matches.is_empty());
    for found in &matches {
        assert_eq!(found["sigma"]["title"], "Many posts to one host");
        assert_eq!(found["sigma"]["author"], "Jane Doe");
        assert_eq!(found["sigma"]["license"], "DRL 1.1");
        assert!(found["sigma"]["correlation"]["value"].as_f64().unwrap() >= 3.0);
        assert!(found["http"].is_object());
    }
    let text = serde_json::to_string(incidents).unwrap();
    assert!(
        text.contains("sigma:20000000-0000-0000-0000-000000000002"),
        "{text}"
    );
    assert!(
        text.contains("Jane Doe") && text.contains("DRL 1.1"),
        "{text}"
    );
    assert!(
        incidents
            .iter()
            .any(|incident| incident["severity"] == "high")
    );
    let without_order =
        |lines: &[Value]| -> Vec<String> { lines.iter().map(Value::to_string).collect() };
    assert!(
        without_order(&results[0].0) == without_order(&results[1].0),
        "events differ"
    );
    assert!(
        without_order(&results[0].1) == without_order(&results[1].1),
        "incidents differ"
    );
}

#[test]
fn check_says_what_each_rule_looks_at_and_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("below")).unwrap();
    let file = folder.path().join("below/rules.yml");
    std::fs::write(&file, RULES).unwrap();
    let root = folder.path().to_str().unwrap();
    let done = run(&["sigma", "check", root]);
    assert_eq!(done.status.code(), Some(1));
    let said = String::from_utf8_lossy(&done.stdout);
    for words in [
        "rules.yml:30: error[modifier]: Broken: there is no modifier \"nothing\"",
        "rules.yml:1: note[looks]: Implant posts by bare HTTP: looks at http",
        "note[looks]: Many posts to one host: looks at http",
        "note[other-log]: A program starts: for logs of process_creation/windows/*",
        "rules loaded: 3; refused: 1",
    ] {
        assert!(said.contains(words), "{words} in\n{said}");
    }
    let done = run(&["sigma", "check", "--language", "ja", root]);
    let said = String::from_utf8_lossy(&done.stdout);
    for words in [
        "という修飾子はありません",
        "イベント http を見ます",
        "取り込み用に保持",
        "読み込んだルール: 3",
    ] {
        assert!(said.contains(words), "{words} in\n{said}");
    }
    let done = run(&["sigma", "check", "--json", root]);
    let all: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(
        (&all["rules"], &all["looks"], &all["other_logs"]),
        (&3.into(), &2.into(), &1.into())
    );
    assert_eq!(all["problems"][0]["line"], 30);
    let done = run(&["sigma", "check", "/nowhere"]);
    assert_eq!(done.status.code(), Some(1));
}
