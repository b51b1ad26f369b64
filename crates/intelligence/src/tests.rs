//! Lists in, hits out.

use super::{Hit, HoldReason, IndicatorKind, Indicators, LoadReport, Loader, Reason};
use event::{Endpoint, Event, Purpose, Record, Timestamp};
use proptest::prelude::*;
use std::io::Write;

fn read(text: &str) -> (Indicators, LoadReport) {
    Loader::default().read("test", text.as_bytes())
}

fn event(kind: &'static str, body: &str) -> Event {
    let mut event = Event::new(Timestamp::default(), kind);
    event.body = serde_json::from_str::<Record>(body).unwrap();
    event
}

fn found(hits: &[Hit]) -> Vec<(&'static str, &str, &'static str)> {
    hits.iter()
        .map(|hit| (hit.kind.name(), hit.value.as_str(), hit.place))
        .collect()
}

#[test]
fn reads_the_usual_lists() {
    let (indicators, report) = read(
        "# comment\n; another\n\n203.0.113.7\n198.51.100.0/24\t10\n192.0.2.1:8080 # note\nevil.example\n*.bad.test\n\
         hxxp://evil[.]example2.org/gate.php?x=1\nhttp://203.0.113.9\n900150983cd24fb0d6963f7d28e17f72,\"tool\"\n\
         t13d1516h2_8daaf6152771_b186095e22b6\nnot an indicator!\ncom\nco.jp\n10.0.0.1\n/path/only\n",
    );
    let skipped = [Reason::Reserved, Reason::TooBroad, Reason::NotUnderstood];
    assert_eq!(
        skipped.map(|reason| report.skipped_for(reason)),
        [1, 3, 1],
        "{report:?}"
    );
    assert_eq!(report.entries, 9, "{report:?}");
    assert_eq!(indicators.len(), 9);
}

#[test]
fn a_header_names_the_column() {
    let (indicators, report) = read(
        "fingerprint, ipaddr, port\n0008D9640FE4947F73E355F67E20C2D290BBC72C, 203.0.113.5, 444\n",
    );
    assert_eq!(report.entries, 1);
    let end = Endpoint::new("203.0.113.5".parse().unwrap(), 9);
    let hit = indicators
        .match_endpoint(end, "dest_ip", Timestamp::default())
        .unwrap();
    assert_eq!(
        hit.facts.note.as_deref(),
        Some("0008D9640FE4947F73E355F67E20C2D290BBC72C, 444")
    );
}

#[test]
fn events_of_every_kind_hit() {
    let (indicators, _) = read(
        "203.0.113.0/24\n192.0.2.1:8080\nevil.example\nhttp://files.test/a/b.exe\n900150983cd24fb0d6963f7d28e17f72\n\
         t13d1516h2_8daaf6152771_b186095e22b6\na9993e364706816aba3e25717850c26c9cd0d89d\n",
    );
    let check = |kind, body: &str, wanted: &[(&str, &str, &str)]| {
        let hits = indicators.match_event(&event(kind, body));
        assert_eq!(found(&hits), wanted, "{body}");
    };
    let name = [("domain", "evil.example", "dns.queries.rrname")];
    check(
        "dns",
        r#"{"dns":{"queries":[{"rrname":"a.b.Evil.example"}]}}"#,
        &name,
    );
    check(
        "dns",
        r#"{"dns":{"queries":[{"rrname":"notevil.example"}]}}"#,
        &[],
    );
    let address = [("address", "203.0.113.0/24", "dns.answers.rdata")];
    check(
        "dns",
        r#"{"dns":{"answers":[{"rrname":"x.test","rdata":"203.0.113.9"}]}}"#,
        &address,
    );
    let url = [("url", "files.test/a/b.exe", "http.url")];
    check(
        "http",
        r#"{"http":{"hostname":"Files.test","url":"/a/b.exe?id=3"}}"#,
        &url,
    );
    check(
        "tls",
        r#"{"tls":{"sni":"evil.example"}}"#,
        &[("domain", "evil.example", "tls.sni")],
    );
    let ja3 = [("ja3", "900150983cd24fb0d6963f7d28e17f72", "tls.ja3.hash")];
    check(
        "tls",
        r#"{"tls":{"ja3":{"hash":"900150983cd24fb0d6963f7d28e17f72"}}}"#,
        &ja3,
    );
    let ja4 = [("ja4", "t13d1516h2_8daaf6152771_b186095e22b6", "tls.ja4")];
    check(
        "tls",
        r#"{"tls":{"ja4":"t13d1516h2_8daaf6152771_b186095e22b6"}}"#,
        &ja4,
    );
    let certificate = [(
        "certificate",
        "a9993e364706816aba3e25717850c26c9cd0d89d",
        "tls.fingerprint",
    )];
    check(
        "tls",
        r#"{"tls":{"fingerprint":"a9:99:3e:36:47:06:81:6a:ba:3e:25:71:78:50:c2:6c:9c:d0:d8:9d"}}"#,
        &certificate,
    );
    let file = [(
        "file_hash",
        "900150983cd24fb0d6963f7d28e17f72",
        "fileinfo.md5",
    )];
    check(
        "fileinfo",
        r#"{"fileinfo":{"md5":"900150983cd24fb0d6963f7d28e17f72"}}"#,
        &file,
    );
}

#[test]
fn flows_hit_by_address_and_port() {
    let (indicators, _) = read("192.0.2.1:8080\n203.0.113.0/24\n2001:db8::/32\n");
    let hit = |ip: &str, port| {
        let mut flow = Event::new(Timestamp::default(), "flow");
        flow.source = Some(Endpoint::new("10.0.0.1".parse().unwrap(), 50_000));
        flow.dest = Some(Endpoint::new(ip.parse().unwrap(), port));
        indicators
            .match_event(&flow)
            .into_iter()
            .map(|hit| (hit.kind, hit.value))
            .next()
    };
    assert_eq!(
        hit("192.0.2.1", 8080),
        Some((IndicatorKind::Address, "192.0.2.1:8080".to_owned()))
    );
    assert_eq!(hit("192.0.2.1", 80), None);
    assert_eq!(
        hit("203.0.113.200", 1),
        Some((IndicatorKind::Address, "203.0.113.0/24".to_owned()))
    );
    assert_eq!(
        hit("2001:db8::1", 1),
        Some((IndicatorKind::Address, "2001:db8::/32".to_owned()))
    );
}

#[test]
fn a_file_that_is_not_there_is_reported() {
    let (indicators, report) = super::load(["/nonexistent/list.txt"]);
    assert!(indicators.is_empty());
    assert_eq!(report.unreadable.len(), 1);
}

/// A domain's hit at a time.
fn hit_at(indicators: &Indicators, name: &str, seconds: i64) -> Option<Hit> {
    indicators.match_domain(name, "tls.sni", Timestamp::new(seconds, 0))
}

fn hit(indicators: &Indicators, name: &str) -> Hit {
    hit_at(indicators, name, 1_700_000_000).unwrap_or_else(|| panic!("{name} does not hit"))
}

#[test]
fn columns_say_what_is_known() {
    let (indicators, report) = read(
        "# Export\n# \"first_seen_utc\",\"ioc_id\",\"ioc_value\",\"ioc_type\",\"threat_type\",\"malware_printable\",\"confidence_level\",\"valid_until\"\n\
         \"2026-08-22 03:00:29\", \"77\", \"evil.example\", \"domain\", \"botnet_cc\", \"Some, Rat\", \"75\", \"2030-01-01\"\n",
    );
    assert_eq!(
        (report.entries, report.skipped_total()),
        (1, 0),
        "{report:?}"
    );
    let facts = hit(&indicators, "a.evil.example").facts;
    assert_eq!(facts.purpose, Some(Purpose::CommandAndControl));
    assert_eq!(facts.family.as_deref(), Some("Some, Rat"));
    assert_eq!(facts.confidence, Some(75));
    assert_eq!(
        facts.first_seen.unwrap().rfc3339(),
        "2026-08-22T00:00:00.000000Z"
    );
    let end = Timestamp::parse("2030-01-01T00:00:00Z").unwrap().seconds();
    assert!(hit_at(&indicators, "evil.example", end - 1).is_some());
    assert!(
        hit_at(&indicators, "evil.example", end).is_none(),
        "expired"
    );
}

#[test]
fn without_header_the_column_is_found() {
    let (indicators, report) = read("1;x;evil.example\n2;y;bad.example\n3;z;worse.example\n");
    assert_eq!(report.entries, 3, "{report:?}");
    assert_eq!(
        hit(&indicators, "bad.example").facts.note.as_deref(),
        Some("2, y")
    );
}

#[test]
fn every_digest_of_a_file_is_taken() {
    let (md5, sha1) = ("a".repeat(32), "b".repeat(40));
    let (_, report) = read(&format!(
        "md5, sha1, name\n{md5}, {sha1}, x.exe\n{md5}, , y.exe\n"
    ));
    assert_eq!(
        (report.entries, report.repeated, report.skipped_total()),
        (2, 1, 0)
    );
}

#[test]
fn trails_say_by_their_file_what_they_are() {
    let text = "# Copyright (c) Maltrail developers\n\n# Reference: https://report.example/1\n# Reference: x\nevil.example\n\nbad.example:8080\n";
    for (name, purpose, family, actor) in [
        (
            "maltrail/static/malware/some_rat",
            Purpose::CommandAndControl,
            Some("some rat"),
            None,
        ),
        (
            "maltrail/static/malware/apt_bear-2",
            Purpose::CommandAndControl,
            None,
            Some("bear"),
        ),
        (
            "maltrail/static/malware/x_ransomware",
            Purpose::Ransomware,
            Some("x ransomware"),
            None,
        ),
        (
            "maltrail/static/malicious/black_tds",
            Purpose::Redirector,
            Some("black tds"),
            None,
        ),
        (
            "maltrail/static/malicious/ek_kit",
            Purpose::ExploitSite,
            Some("kit"),
            None,
        ),
        ("maltrail/static/suspicious/onion", Purpose::Tor, None, None),
        (
            "maltrail/static/suspicious/parking_site",
            Purpose::Suspicious,
            None,
            None,
        ),
    ] {
        let (indicators, report) = Loader::default().read(name, text.as_bytes());
        assert_eq!(report.entries, 2, "{report:?}");
        let facts = hit(&indicators, "evil.example").facts;
        let found = (
            facts.purpose,
            facts.family.as_deref(),
            facts.actor.as_deref(),
        );
        assert_eq!(found, (Some(purpose), family, actor), "{name}");
        assert_eq!(facts.note.as_deref(), Some("https://report.example/1"));
        assert!(hit_at(&indicators, "bad.example", 0).is_some());
    }
}

const BUNDLE: &str = r#"{"type":"bundle","id":"bundle--1","objects":[
 {"type":"malware","id":"malware--1","name":"Poison","malware_types":["remote-access-trojan"]},
 {"type":"threat-actor","id":"threat-actor--1","name":"Some Bear"},
 {"type":"attack-pattern","id":"attack-pattern--1","name":"Web","external_references":[{"source_name":"mitre-attack","external_id":"T1071.001"}]},
 {"type":"relationship","id":"r--1","relationship_type":"indicates","source_ref":"indicator--1","target_ref":"malware--1"},
 {"type":"relationship","id":"r--2","relationship_type":"uses","source_ref":"threat-actor--1","target_ref":"malware--1"},
 {"type":"relationship","id":"r--3","relationship_type":"uses","source_ref":"malware--1","target_ref":"attack-pattern--1"},
 {"type":"indicator","id":"indicator--1","modified":"2020-01-01T00:00:00Z","pattern":"[domain-name:value = 'old.example']","pattern_type":"stix"},
 {"type":"indicator","id":"indicator--1","modified":"2021-01-01T00:00:00Z","pattern":"[domain-name:value = 'evil.example']","pattern_type":"stix",
  "name":"C2 of Poison","confidence":80,"valid_from":"2020-05-01T00:00:00Z","valid_until":"2030-01-01T00:00:00Z","indicator_types":["malicious-activity"]},
 {"type":"indicator","id":"indicator--2","pattern":"[domain-name:value = 'gone.example']","revoked":true},
 {"type":"indicator","id":"indicator--3","pattern":"alert tcp any any","pattern_type":"snort"},
 {"type":"indicator","id":"indicator--4","pattern":"[domain-name:value = ]"},
 {"type":"indicator","id":"indicator--5","pattern":"[email-addr:value = 'a@b.example']"},
 {"type":"indicator","id":"indicator--6","pattern":5},
 {"type":"indicator","id":"indicator--7","labels":["ransomware"],"pattern":"[file:hashes.'SHA-256' = 'ef537f25c895bfa782526529a9b63d97aa631564d5d789c2b765448c8635fb6c']"}
]}"#;

#[test]
fn bundles_tell_who_and_what() {
    let (indicators, report) = read(BUNDLE);
    assert_eq!(report.entries, 2, "{report:?}");
    let reasons: Vec<(Reason, usize)> = report.skipped.clone().into_iter().collect();
    let wanted = [
        (Reason::TakenBack, 1),
        (Reason::OtherKind, 1),
        (Reason::OtherLanguage, 1),
        (Reason::BadPattern, 1),
        (Reason::BadObject, 1),
    ];
    assert_eq!(reasons, wanted, "{report:?}");
    let facts = hit(&indicators, "evil.example").facts;
    assert_eq!(facts.purpose, Some(Purpose::CommandAndControl));
    assert_eq!(facts.family.as_deref(), Some("Poison"));
    assert_eq!(facts.actor.as_deref(), Some("Some Bear"));
    assert_eq!(facts.technique.as_deref(), Some("T1071.001"));
    assert_eq!(facts.confidence, Some(80));
    assert_eq!(facts.note.as_deref(), Some("C2 of Poison"));
    assert!(hit_at(&indicators, "old.example", 0).is_none());
    assert!(hit_at(&indicators, "evil.example", 2_000_000_000).is_none());
}

const EVENT: &str = r#"{"Event":{"info":"Some campaign","Tag":[{"name":"misp-galaxy:threat-actor=\"Some Bear\""},{"name":"tlp:green"}],
 "Galaxy":[{"type":"mitre-attack-pattern","GalaxyCluster":[{"value":"Web Protocols - T1071.001"}]}],
 "Attribute":[
  {"uuid":"1","type":"domain","category":"Network activity","value":"evil.example","to_ids":true,"timestamp":"1600000000","comment":"first stage"},
  {"uuid":"2","type":"ip-dst|port","category":"Network activity","value":"203.0.113.9|8080","to_ids":true},
  {"uuid":"3","type":"ip-src","category":"Network activity","value":"203.0.113.10","to_ids":true},
  {"uuid":"4","type":"domain","category":"Network activity","value":"quiet.example","to_ids":false},
  {"uuid":"5","type":"comment","category":"Other","value":"x","to_ids":false},
  {"uuid":"6","type":"domain","value":"deleted.example","to_ids":true,"deleted":true},
  {"uuid":"7","type":"domain","value":7,"to_ids":true}],
 "Object":[{"name":"file","Attribute":[{"type":"malware-sample","category":"Payload delivery","value":"x.exe|900150983cd24fb0d6963f7d28e17f72","to_ids":true}]}]}}"#;

#[test]
fn misp_events_are_read() {
    for text in [
        EVENT.to_owned(),
        format!("{{\"response\":[{EVENT}]}}"),
        format!("[{EVENT}]"),
    ] {
        let (indicators, report) = read(&text);
        assert_eq!(
            (report.entries, report.skipped_total()),
            (4, 4),
            "{report:?}"
        );
        let facts = hit(&indicators, "evil.example").facts;
        assert_eq!(facts.purpose, Some(Purpose::CommandAndControl));
        assert_eq!(facts.actor.as_deref(), Some("Some Bear"));
        assert_eq!(facts.technique.as_deref(), Some("T1071.001"));
        assert_eq!(facts.note.as_deref(), Some("first stage (Some campaign)"));
        let end = |port| Endpoint::new("203.0.113.9".parse().unwrap(), port);
        let at = |port| indicators.match_endpoint(end(port), "dest_ip", Timestamp::default());
        assert!(at(8080).is_some() && at(80).is_none());
    }
}

#[test]
fn feeds_of_digests_hit_by_value() {
    let digest = |value: &str| match crate::format::hashed(value) {
        crate::entry::Parsed::Hashed(text) => text,
        other => panic!("{other:?}"),
    };
    let event = "57c4445b-c548-4654-af0b-4be3950d210f";
    let (indicators, report) = read(&format!(
        "{},{event}\n{},{event}\n",
        digest("evil.example"),
        digest("203.0.113.9")
    ));
    assert_eq!(report.each[0].format.name(), "MISP hashes");
    let found = hit(&indicators, "www.evil.example").facts.note;
    assert_eq!(
        found.as_deref(),
        Some(format!("MISP event {event}").as_str())
    );
    let end = Endpoint::new("203.0.113.9".parse().unwrap(), 1);
    assert!(
        indicators
            .match_endpoint(end, "", Timestamp::default())
            .is_some()
    );
    assert!(hit_at(&indicators, "good.example", 0).is_none());
}

fn many(extra: &str) -> String {
    let lines: String = (0..200)
        .map(|number| format!("bad{number}.example\n"))
        .collect();
    lines + extra
}

#[test]
fn lists_that_cannot_be_right_are_held() {
    let cases = [
        (
            "google.com\nmicrosoft.com\nyahoo.co.jp\n",
            HoldReason::Popular,
        ),
        (&"10.1.2.3\n192.168.1.1\n".repeat(8), HoldReason::Reserved),
        ("0.0.0.0/1\n128.0.0.0/1\n", HoldReason::Wide),
        ("52.0.0.0/8\n54.0.0.0/8\n", HoldReason::Wide),
    ];
    let (before, report) = read(&many("older.example\n"));
    assert_eq!((report.entries, report.held.len()), (201, 0));
    for (extra, reason) in cases {
        let (indicators, report) = read(&many(extra));
        assert_eq!(report.held.len(), 1, "{extra}");
        let held = &report.held[0];
        assert_eq!((held.reason, held.kept), (reason, None), "{extra}");
        assert!(indicators.is_empty());
        let loader = Loader {
            before: Some(&before),
            ..Loader::default()
        };
        let (indicators, report) = loader.read("test", many(extra).as_bytes());
        assert_eq!(report.held[0].kept, Some(201));
        assert!(hit_at(&indicators, "older.example", 0).is_some());
        let text = report.held[0].text();
        for language in [event::Language::Ja, event::Language::En] {
            assert!(text.in_language(language).contains("201"), "{text:?}");
        }
        let trusting = Loader {
            trusting: true,
            ..Loader::default()
        };
        assert!(trusting.read("test", many(extra).as_bytes()).0.len() >= 200);
    }
    let loader = |before| Loader {
        before: Some(before),
        ..Loader::default()
    };
    let (indicators, report) = loader(&before).read("test", b"# nothing today\n");
    assert_eq!(report.held[0].reason, HoldReason::Emptied);
    assert_eq!(indicators.len(), 201);

    // A short list may become empty, but not something else.
    let (few, _) = read("older.example\n");
    let (indicators, report) = loader(&few).read("test", b"# nothing today\n");
    assert_eq!((indicators.len(), report.held.len()), (0, 0));
    let (indicators, report) = loader(&few).read("test", b"<html>gateway timeout</html>\n");
    assert_eq!(report.held[0].reason, HoldReason::Emptied);
    assert_eq!(indicators.len(), 1);
}

#[test]
fn a_single_name_that_everybody_uses_is_braked() {
    let (indicators, report) = read(&many("google.com\n"));
    assert_eq!((report.held.len(), report.braked), (0, 1));
    let facts = hit(&indicators, "www.google.com").facts;
    assert!(facts.brake.is_some());
    assert!(hit(&indicators, "bad1.example").facts.brake.is_none());
}

/// An archive with one member (POSIX.1-2017, ustar).
fn tar(members: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, text) in members {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", text.len()).as_bytes());
        header[156] = b'0';
        header[257..263].copy_from_slice(b"ustar\0");
        archive.extend(header);
        archive.extend(text.as_bytes());
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

#[test]
fn folders_archives_and_packed_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let pack = |bytes: &[u8]| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    };
    write("plain.txt", b"one.example\n");
    write("packed.csv.gz", &pack(b"domain,tags\ntwo.example,c2\n"));
    write("bundle.json", BUNDLE.as_bytes());
    write("README.md", b"three.example");
    write(".hidden.txt", b"four.example");
    write("broken.json", b"{\"objects\": [");
    let warning = r#"{"name":"Popular here","type":"hostname","list":["one.example"],"matching_attributes":["domain"]}"#;
    write("warning.json", warning.as_bytes());
    let members = [
        (
            "trails/static/malware/x.txt",
            "# Maltrail developers\nfive.example\n",
        ),
        ("trails/LICENSE", "six.example\n"),
    ];
    write("trails.tar.gz", &pack(&tar(&members)));
    let (indicators, report) = super::load([folder.path()]);
    assert_eq!(report.entries, 5, "{report:?}");
    assert_eq!(report.unreadable.len(), 1, "{report:?}");
    assert!(report.unreadable[0].1.contains("not valid JSON"));
    assert_eq!((report.other_files, report.warnings), (2, 1));
    assert_eq!(
        hit(&indicators, "one.example").facts.brake.as_deref(),
        Some("Popular here")
    );
    assert_eq!(&*hit(&indicators, "two.example").list, "packed");
    assert_eq!(
        &*hit(&indicators, "five.example").list,
        "trails/static/malware/x"
    );
}

#[test]
fn damaged_archives_are_told() {
    let archive = tar(&[("a.txt", "one.example\n")]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tar");
    std::fs::write(&path, &archive[..520]).unwrap();
    let (_, report) = super::load([&path]);
    assert!(report.unreadable[0].1.contains("ends within"), "{report:?}");
}

proptest! {
    #[test]
    fn any_list_is_survived(text in "(?s).{0,300}") {
        let (indicators, _) = read(&text);
        let _ = read(&format!("{{\"objects\":[{text}]}}"));
        let _ = indicators.match_event(&event("tls", r#"{"tls":{"sni":"evil.example"}}"#));
    }
}
