//! `hinomi replay` as a user runs it.

mod common;

use common::{capture, plan, replay, run};
use drill::Attack;
use std::collections::BTreeSet;

fn without_order(mut lines: Vec<serde_json::Value>) -> Vec<String> {
    lines.iter_mut().for_each(|line| {
        line.as_object_mut().unwrap().remove("pcap_filename");
    });
    lines.iter().map(ToString::to_string).collect()
}

#[test]
fn every_staged_attack_is_found_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(&Attack::ALL);
    let path = folder.path().join("all.pcap");
    capture(&plan, &path);
    let (_, incidents) = replay(folder.path(), &[], &[&path]);
    let named: BTreeSet<&str> = incidents
        .iter()
        .flat_map(|incident| incident["communications"].as_array().unwrap())
        .map(|name| name.as_str().unwrap())
        .collect();
    let staged: BTreeSet<&str> = plan
        .truths()
        .iter()
        .flat_map(|truth| truth.communications.clone())
        .collect();
    let missing: Vec<_> = staged.difference(&named).collect();
    assert!(
        missing.is_empty(),
        "staged but not named: {missing:?}; named: {named:?}"
    );
}

#[test]
fn attacks_staged_alone_are_one_story_each() {
    let folder = tempfile::tempdir().unwrap();
    for attack in [
        Attack::Lure,
        Attack::WebShell,
        Attack::Mining,
        Attack::PingTunnel,
        Attack::PlayedDesktop,
        Attack::SharedScan,
    ] {
        let plan = plan(&[attack]);
        let truths = plan.truths();
        let path = folder.path().join(format!("{attack}.pcap"));
        capture(&plan, &path);
        let (_, incidents) = replay(folder.path(), &[], &[&path]);
        let loud = incidents
            .iter()
            .filter(|incident| incident["severity"] != "low");
        let loud: Vec<_> = loud.collect();
        assert_eq!(loud.len(), 1, "{attack}: {loud:#?}");
        let named = loud[0]["communications"].as_array().unwrap();
        for wanted in &truths[0].communications {
            assert!(named.iter().any(|name| name == wanted), "{attack}");
        }
        let about = loud[0].to_string();
        let victim = truths[0].victim.to_string();
        assert!(about.contains(&victim), "{attack}: not about {victim}");
    }
}

#[test]
fn an_office_without_attacks_is_quiet() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.pcap");
    capture(&plan(&[]), &path);
    let (events, incidents) = replay(folder.path(), &[], &[&path]);
    assert!(events.len() > 100);
    let loud: Vec<_> = incidents
        .iter()
        .filter(|incident| incident["severity"] != "low")
        .collect();
    assert!(loud.is_empty(), "{loud:#?}");
}

#[test]
fn the_number_of_workers_does_not_show() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.pcap");
    capture(&plan(&Attack::ALL), &path);
    let results: Vec<_> = ["1", "2", "4"]
        .iter()
        .map(|workers| {
            let (events, incidents) = replay(folder.path(), &["--workers", workers], &[&path]);
            (without_order(events), without_order(incidents))
        })
        .collect();
    assert!(!results[0].1.is_empty());
    for other in &results[1..] {
        assert!(results[0].0 == other.0, "events differ");
        assert!(results[0].1 == other.1, "incidents differ");
    }
}

#[test]
fn wrong_usage_and_bad_input_have_their_own_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a capture").unwrap();
    let cases = [
        (vec!["replay"], 2, "required"),
        (vec!["replay", "--workers", "0", "x.pcap"], 2, "0"),
        (vec!["replay", "--memory", "1TiBs", "x.pcap"], 2, "1GiB"),
        (vec!["replay", "--memory", "1MiB", "x.pcap"], 2, "16MiB"),
        (
            vec!["replay", "--home-net", "10.0.0.0/99", "x.pcap"],
            2,
            "not an address range",
        ),
        (
            vec!["replay", "/nowhere.pcap"],
            1,
            "cannot open /nowhere.pcap",
        ),
        (
            vec!["replay", "--rules", "/nowhere.rules", "x.pcap"],
            1,
            "cannot read /nowhere.rules",
        ),
        (
            vec!["replay", text.to_str().unwrap()],
            1,
            "is not a capture",
        ),
        (
            vec![
                "sensor",
                "--capture",
                "x.pcap",
                "--data",
                folder.path().to_str().unwrap(),
            ],
            1,
            "not enrolled yet",
        ),
        (
            vec!["watch", "-i", "nosuch0"],
            1,
            "no network interface named nosuch0",
        ),
    ];
    for (arguments, code, words) in cases {
        let done = run(&arguments);
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
}

#[test]
fn a_damaged_capture_is_analysed_up_to_the_damage() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.pcap");
    capture(&plan(&[Attack::OutsideScan]), &whole);
    let bytes = std::fs::read(&whole).unwrap();
    let cut = folder.path().join("cut.pcap");
    std::fs::write(&cut, &bytes[..bytes.len() - 7]).unwrap();
    let out = folder.path().join("out");
    let done = run(&[
        "replay",
        "--out",
        out.to_str().unwrap(),
        cut.to_str().unwrap(),
    ]);
    assert_eq!(done.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&done.stderr).contains("the file ends early"));
    assert!(!common::lines(&out.join("events.jsonl")).is_empty());
}

#[test]
fn rules_know_what_lists_say_of_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("download.pcap");
    capture(&plan(&[Attack::MalwareDownload]), &path);
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let categories = write("categories.txt", "1,Office,our own\n2,CnC,masters\n");
    let scores = write("scores.list", "192.168.0.0/16,1,90\nnonsense\n");
    let rules = write(
        "lists.rules",
        "alert http any any -> any any (msg:\"office\"; iprep:src,Office,>,80; http.method; content:\"GET\"; sid:1;)\n\
         alert http any any -> any any (msg:\"too low\"; iprep:src,Office,>,95; sid:2;)\n\
         alert tcp any any -> any any (msg:\"unlisted\"; iprep:dst,Office,isnotset; sid:3;)\n\
         alert tcp any any -> any any (msg:\"no such list\"; iprep:any,Nobody,>,1; sid:4;)\n\
         alert tcp any any -> any any (msg:\"no database\"; geoip:dst,JP; sid:5;)\n",
    );
    let out = folder.path().join("out");
    let done = run(&[
        "replay",
        "--rules",
        &rules,
        "--reputation-categories",
        &categories,
        "--reputation",
        &scores,
        "--alert-payload",
        "--out",
        out.to_str().unwrap(),
        path.to_str().unwrap(),
    ]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    for words in ["scores.list:2:1", "for want of iprep", "for want of geoip"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let sids: BTreeSet<u64> = common::lines(&out.join("events.jsonl"))
        .iter()
        .filter(|event| event["event_type"] == "alert")
        .filter_map(|event| event["alert"]["signature_id"].as_u64())
        .collect();
    assert_eq!(sids, BTreeSet::from([1, 3]));
}

#[test]
fn data_sets_that_rules_change_are_kept_from_one_run_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("download.pcap");
    capture(&plan(&[Attack::MalwareDownload]), &path);
    let rules = folder.path().join("set.rules");
    std::fs::write(
        &rules,
        "alert http any any -> any any (msg:\"new host\"; http.host; dataset:set,hosts,type string,state hosts.lst; sid:1;)\n",
    )
    .unwrap();
    let sets = folder.path().join("sets");
    let alerts = || {
        let options = [
            "--rules",
            rules.to_str().unwrap(),
            "--datasets",
            sets.to_str().unwrap(),
        ];
        let (events, _) = replay(folder.path(), &options, &[&path]);
        let of_rule = |event: &&serde_json::Value| event["alert"]["signature_id"] == 1;
        events.iter().filter(of_rule).count()
    };
    let first = alerts();
    assert!(first > 0);
    let kept = std::fs::read_to_string(sets.join("hosts.lst")).unwrap();
    assert_eq!(kept.lines().count(), first);
    assert_eq!(alerts(), 0, "every host was seen before");
}
