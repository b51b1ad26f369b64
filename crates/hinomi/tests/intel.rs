//! `hinomi intel`, and lists of indicators in a replay, as a user runs them.

mod common;

use common::{capture, plan, replay, run};
use serde_json::Value;
use std::path::Path;

/// A name that the office of the drill looks up, so that there is something to find: taken from its own events.
fn a_name(events: &[Value]) -> String {
    events
        .iter()
        .filter(|event| event["event_type"] == "tls")
        .find_map(|event| event["tls"]["sni"].as_str())
        .expect("the office opens web pages")
        .to_owned()
}

fn bundle(name: &str, more: &str) -> String {
    format!(
        r#"{{"type":"bundle","objects":[{{"type":"malware","id":"malware--1","name":"Some Rat","malware_types":["remote-access-trojan"]}},
        {{"type":"relationship","id":"r--1","relationship_type":"indicates","source_ref":"indicator--1","target_ref":"malware--1"}},
        {{"type":"indicator","id":"indicator--1","name":"C2 of spring","confidence":90,"pattern":"[domain-name:value = '{name}']"{more}}}]}}"#
    )
}

fn indicators(events: &[Value]) -> Vec<&Value> {
    let found = events
        .iter()
        .filter(|event| event["event_type"] == "indicator");
    found.map(|event| &event["indicator"]).collect()
}

#[test]
fn what_a_bundle_knows_is_shown_with_event_and_incident() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.pcap");
    capture(&plan(&[]), &path);
    let (events, quiet) = replay(folder.path(), &[], &[&path]);
    let name = a_name(&events);
    let write = |file: &str, text: &str| {
        let file = folder.path().join(file);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let list = write("partner.json", &bundle(&name, ""));
    let (events, incidents) = replay(folder.path(), &["--indicators", &list], &[&path]);
    let found = indicators(&events);
    let first = found.first().expect("the name is seen");
    assert_eq!(first["list"], "partner");
    assert_eq!(first["malware_family"], "Some Rat");
    assert_eq!(first["purpose"], "command_and_control");
    assert_eq!(first["confidence"], 90);
    assert!(incidents.len() > quiet.len());
    let told = incidents.iter().map(Value::to_string).collect::<String>();
    for part in ["Some Rat", "command_and_control", "C2 of spring"] {
        assert!(told.contains(part), "{part}");
    }

    let expired = write(
        "old.json",
        &bundle(&name, ",\"valid_until\":\"2001-01-01T00:00:00Z\""),
    );
    let (events, _) = replay(folder.path(), &["--indicators", &expired], &[&path]);
    assert!(
        indicators(&events).is_empty(),
        "expired entries do not fire"
    );

    let warning = write(
        "warning.json",
        &format!(r#"{{"name":"Popular here","type":"string","list":["{name}"]}}"#),
    );
    let both = ["--indicators", &list, "--indicators", &warning];
    let (events, incidents) = replay(folder.path(), &both, &[&path]);
    assert_eq!(indicators(&events)[0]["warning_list"], "Popular here");
    assert_eq!(
        incidents.len(),
        quiet.len(),
        "a braked name makes no incident"
    );
}

fn check(arguments: &[&str]) -> (Option<i32>, String) {
    let done = run(&[&["intel", "check"], arguments].concat());
    (done.status.code(), String::from_utf8(done.stdout).unwrap())
}

fn path(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn checks_say_what_is_left_out_and_held_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let fine = path(folder.path(), "fine.txt", "evil.example\n10.0.0.1\n???\n");
    let (code, text) = check(&[&fine]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("fine.txt:2: note[reserved-address]"),
        "{text}"
    );
    assert!(text.contains("fine.txt:3: note[not-understood]"), "{text}");
    let (_, text) = check(&["--language", "ja", &fine]);
    assert!(text.contains("使われる項目: 1"), "{text}");
    let (_, text) = check(&["--json", &fine]);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&report["entries"], &report["left_out"]["reserved-address"]),
        (&1.into(), &1.into())
    );

    let popular = path(
        folder.path(),
        "popular.txt",
        "google.com\nmicrosoft.com\nyahoo.co.jp\nevil.example\n",
    );
    let (code, text) = check(&["--language", "ja", &popular]);
    assert_eq!(code, Some(1));
    assert!(
        text.contains("error[held]") && text.contains("保留しました"),
        "{text}"
    );
    let (code, text) = check(&[&path(folder.path(), "broken.json", "{\"objects\": [")]);
    assert_eq!(code, Some(1));
    assert!(text.contains("error[unreadable]"), "{text}");
}

#[test]
fn fetching_needs_a_configuration_that_makes_sense() {
    let folder = tempfile::tempdir().unwrap();
    let config = path(
        folder.path(),
        "feeds.toml",
        "folder = \"x\"\n[[feed]]\nname = \"../x\"\nkind = \"list\"\nurl = \"https://a.example/\"\n",
    );
    let done = run(&["intel", "fetch", "--config", &config]);
    assert_eq!(done.status.code(), Some(1));
    let text = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(text.contains("feed name"), "{text}");
}
