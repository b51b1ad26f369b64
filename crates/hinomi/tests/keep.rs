//! Files and packets that are kept: YARA rules, the file store, evidence.

mod common;

use common::{capture, lines, plan, replay, run};
use drill::Attack;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const YARA: &str = r#"rule Program : dropper
{
    meta:
        description = "a program for Windows"
        score = 80
    strings:
        $mz = "MZ"
    condition:
        $mz at 0
}
rule Broken { condition: nobody_defined_this }
rule Helper { strings: $a = "no file holds this" condition: $a }
"#;

struct Staged {
    folder: tempfile::TempDir,
    capture: PathBuf,
}

fn staged(attacks: &[Attack]) -> Staged {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("staged.pcap");
    capture(&plan(attacks), &path);
    fs::write(folder.path().join("one.yar"), YARA).unwrap();
    Staged {
        capture: path,
        folder,
    }
}

impl Staged {
    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn events(&self, extra: &[&str]) -> Vec<Value> {
        replay(self.folder.path(), extra, &[&self.capture]).0
    }
}

fn of_kind<'a>(events: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    events
        .iter()
        .filter(move |event| event["event_type"] == kind)
}

fn text<'a>(event: &'a Value, object: &str, name: &str) -> &'a str {
    event[object][name].as_str().unwrap_or("")
}

/// Names of the files in a store.
fn stored(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for part in fs::read_dir(folder).unwrap().flatten() {
        for file in fs::read_dir(part.path()).unwrap().flatten() {
            names.insert(file.file_name().into_string().unwrap());
        }
    }
    names
}

#[test]
fn yara_rules_find_programs_and_what_they_find_is_kept() {
    let staged = staged(&[Attack::MalwareDownload]);
    let (rules, store) = (staged.path("one.yar"), staged.path("store"));
    let options = ["--yara", &rules, "--store-files", &store];
    let out = staged.path("out");
    let mut arguments = vec!["replay", "--out", &out];
    arguments.extend(options);
    let capture = staged.capture.display().to_string();
    arguments.push(&capture);
    let done = run(&arguments);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    assert!(
        said.contains("YARA rules: 2 loaded from 1 file, 1 not"),
        "{said}"
    );
    assert!(said.contains("one.yar:11:"), "{said}");

    let events = lines(&Path::new(&out).join("events.jsonl"));
    let matches: Vec<&Value> = of_kind(&events, "yara").collect();
    assert!(!matches.is_empty());
    let mut wanted = BTreeSet::new();
    for event in &matches {
        assert_eq!(event["yara"]["rule"], "Program");
        assert_eq!(event["yara"]["namespace"], "one");
        assert_eq!(event["yara"]["tags"][0], "dropper");
        assert_eq!(event["yara"]["meta"]["score"], 80);
        assert_eq!(event["yara"]["strings"][0]["identifier"], "$mz");
        assert_eq!(event["yara"]["strings"][0]["offset"], 0);
        assert_eq!(event["yara"]["complete"], true);
        assert_eq!(event["fileinfo"]["stored"], true);
        assert_eq!(event["app_proto"], "http");
        assert!(event["flow_id"].is_u64() && event["src_ip"].is_string());
        wanted.insert(text(event, "fileinfo", "sha256").to_owned());
    }
    let kept: BTreeSet<String> = of_kind(&events, "fileinfo")
        .filter(|event| event["fileinfo"]["stored"] == true)
        .map(|event| text(event, "fileinfo", "sha256").to_owned())
        .collect();
    assert_eq!(kept, wanted, "nothing else is kept");
    assert_eq!(stored(Path::new(&store)), wanted);
    let incidents = lines(&Path::new(&out).join("incidents.jsonl"));
    assert!(
        incidents
            .iter()
            .any(|incident| incident.to_string().contains("yara:Program")),
        "the match is part of a story"
    );
    let stats = of_kind(&events, "stats").next().unwrap();
    assert_eq!(stats["stats"]["file_store"]["yara_matches"], matches.len());
}

#[test]
fn every_file_is_kept_once_by_its_digest_where_that_is_wished() {
    let staged = staged(&[Attack::MalwareDownload, Attack::LateralMovement]);
    let store = staged.path("store");
    let events = staged.events(&["--store-files", &store, "--store-all"]);
    let mut wanted = BTreeSet::new();
    let mut protocols = BTreeSet::new();
    for event in of_kind(&events, "fileinfo") {
        if event["fileinfo"]["stored"] == true {
            wanted.insert(text(event, "fileinfo", "sha256").to_owned());
            protocols.insert(event["app_proto"].as_str().unwrap());
        }
    }
    assert!(
        protocols.contains("http") && protocols.contains("smb"),
        "{protocols:?}"
    );
    assert_eq!(stored(Path::new(&store)), wanted);
    // Again: everything is there already.
    let events = staged.events(&["--store-files", &store, "--store-all"]);
    let stats = of_kind(&events, "stats").next().unwrap();
    assert_eq!(stats["stats"]["file_store"]["stored"], 0);
    assert_eq!(stored(Path::new(&store)), wanted);
    // A small budget holds.
    let small = staged.path("small");
    staged.events(&[
        "--store-files",
        &small,
        "--store-all",
        "--store-budget",
        "64KiB",
    ]);
    let bytes: u64 = fs::read_dir(&small)
        .unwrap()
        .flatten()
        .flat_map(|part| fs::read_dir(part.path()).unwrap().flatten())
        .map(|file| file.metadata().unwrap().len())
        .sum();
    assert!(bytes <= 64 << 10, "{bytes}");
}

#[test]
fn a_rule_keeps_what_it_names() {
    let staged = staged(&[Attack::MalwareDownload]);
    let (store, rules) = (staged.path("store"), staged.path("keep.rules"));
    fs::write(
        &rules,
        "alert http any any -> any any (msg:\"program\"; file_data; content:\"MZ\"; startswith; filestore; noalert; sid:1;)\n\
         alert http any any -> any any (msg:\"by type\"; filemagic:\"PE32\"; filestore; sid:2;)\n",
    )
    .unwrap();
    let events = staged.events(&["--store-files", &store, "--rules", &rules]);
    let kept: Vec<&Value> = of_kind(&events, "fileinfo")
        .filter(|event| event["fileinfo"]["stored"] == true)
        .collect();
    assert!(!kept.is_empty());
    for event in &kept {
        assert!(
            text(event, "fileinfo", "magic").starts_with("PE32"),
            "{event}"
        );
        assert!(event["fileinfo"]["file_id"].as_u64() > Some(0));
    }
    let all = of_kind(&events, "fileinfo").count();
    assert!(kept.len() < all, "{} of {all}", kept.len());
}

#[test]
fn the_packets_behind_what_is_found_are_kept_whatever_the_number_of_workers() {
    let staged = staged(&[Attack::MalwareDownload, Attack::HttpBeacon, Attack::Tor]);
    let mut folders = Vec::new();
    let mut told = Vec::new();
    for workers in ["1", "3"] {
        let folder = staged.path(workers);
        let events = staged.events(&["--evidence", &folder, "--workers", workers]);
        told.push(events);
        folders.push(PathBuf::from(folder));
    }
    assert!(told[0] == told[1], "events differ");
    let named: BTreeSet<String> = told[0]
        .iter()
        .filter_map(|event| Some(event["capture_file"].as_str()?.to_owned()))
        .collect();
    assert!(!named.is_empty());
    let names = |folder: &Path| -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        entries
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect()
    };
    assert!(named.is_subset(&names(&folders[0])));
    assert_eq!(names(&folders[0]), names(&folders[1]));
    for name in names(&folders[0]) {
        let [one, other] = [0, 1].map(|at: usize| fs::read(folders[at].join(&name)).unwrap());
        assert!(one == other, "{name} differs");
    }
    // A capture of evidence gives the alert again.
    let event = told[0]
        .iter()
        .find(|event| event["capture_file"].is_string() && event["alert"].is_object())
        .unwrap();
    let again = folders[0].join(event["capture_file"].as_str().unwrap());
    let (events, _) = replay(staged.folder.path(), &[], &[&again]);
    let sid = &event["alert"]["signature_id"];
    assert!(
        events
            .iter()
            .any(|event| &event["alert"]["signature_id"] == sid),
        "{sid} is not found again"
    );
    let flow = &event["flow_id"];
    assert!(
        events
            .iter()
            .all(|event| event["flow_id"].is_null() || &event["flow_id"] == flow)
    );
}

#[test]
fn rules_know_files_by_their_digests() {
    let staged = staged(&[Attack::MalwareDownload]);
    let digests = [("md5", 32), ("sha1", 40), ("sha256", 64)];
    let list = |digest: &str, known: &str| {
        let path = staged.folder.path().join(format!("{digest}.list"));
        fs::write(path, format!("# known\n{known}\n")).unwrap();
    };
    let mut rules = String::new();
    for (sid, (digest, length)) in digests.iter().enumerate() {
        list(digest, &"0".repeat(*length));
        rules += &format!(
            "alert http any any -> any any (msg:\"{digest}\"; file{digest}:{digest}.list; sid:{};)\n",
            sid + 1
        );
    }
    let path = staged.path("digests.rules");
    fs::write(&path, rules).unwrap();
    let whole =
        |event: &&Value| event["fileinfo"]["state"] == "CLOSED" && event["app_proto"] == "http";
    let plain = staged.events(&[]);
    let file = of_kind(&plain, "fileinfo").find(whole).unwrap();
    assert!(file["fileinfo"]["md5"].is_null(), "nobody asked for it");
    let events = staged.events(&["--rules", &path]);
    assert_eq!(of_kind(&events, "alert").count(), 0);
    let file = of_kind(&events, "fileinfo").find(whole).unwrap();
    for (digest, _) in digests {
        list(digest, text(file, "fileinfo", digest));
    }
    let events = staged.events(&["--rules", &path]);
    for sid in 1..=3 {
        let alert = of_kind(&events, "alert").find(|event| event["alert"]["signature_id"] == sid);
        let alert = alert.unwrap_or_else(|| panic!("no alert of {sid}"));
        let found = &alert["files"][0]["sha256"];
        assert_eq!(found, &file["fileinfo"]["sha256"]);
    }
}
