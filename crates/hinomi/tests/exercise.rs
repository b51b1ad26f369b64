//! `hinomi drill rules` against `hinomi replay`: what is made to satisfy a rule does, what is made to miss it does not.
//! The conversations are made from the rule tree alone, so this is a test of the engine as much as of the exerciser.

mod common;

use common::{lines, replay, run};
use std::collections::HashSet;

type Alerts = HashSet<(u64, String, String)>;

#[test]
fn hits_speak_and_near_misses_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/exercise.rules");
    let course = folder.path().join("course");
    let done = run(&[
        "drill",
        "rules",
        "--rules",
        rules,
        "--out",
        course.to_str().unwrap(),
    ]);
    assert!(done.status.success());
    let (events, _) = replay(
        folder.path(),
        &["--rules", rules],
        &[&course.join("exercise.pcap")],
    );
    let text = |event: &serde_json::Value, key: &str| event[key].as_str().unwrap().to_owned();
    let mut alerts = Alerts::new();
    for event in events.iter().filter(|event| event["event_type"] == "alert") {
        let sid = event["alert"]["signature_id"].as_u64().unwrap();
        let (source, target) = (text(event, "src_ip"), text(event, "dest_ip"));
        alerts.insert((sid, source.clone(), target.clone()));
        alerts.insert((sid, target, source));
    }
    let mut wrong = Vec::new();
    let plan = lines(&course.join("plan.jsonl"));
    for row in &plan {
        let sid = row["sid"].as_u64().unwrap();
        if row.get("reason").is_some() {
            wrong.push(format!("{row}"));
            continue;
        }
        let speaks = alerts.contains(&(sid, text(row, "client"), text(row, "server")));
        if speaks != (row["kind"] == "hit") {
            wrong.push(format!("{row}: an alert: {speaks}"));
        }
    }
    assert!(plan.len() > 40);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
