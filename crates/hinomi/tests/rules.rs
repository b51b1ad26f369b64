//! `hinomi rules` as a user runs it.

mod common;

use common::run;
use serde_json::Value;
use std::path::Path;

const RULES: &str = r#"alert tcp any any -> any any (msg:"slow"; pcre:"/a+b/"; sid:1;)
alert tcp any any -> any 80 (msg:"never"; flowbits:isset,nobody; content:"secret"; sid:2;)
alert tcp any any -> any any (msg:"broken"; content:"abcd"; depth:x; sid:3;)
alert udp any any -> any 9 (msg:"flags"; flags:S; content:"abcd"; sid:4;)
alert tcp any any -> any 80 (msg:"fine"; content:"long enough"; sid:5;)
alert tcp any any -> any 80 (msg:"copy of fine"; content:"long enough"; sid:6;)
alert tcp any any -> any 80 \
    (msg:"two lines"; dsize:<10; dsize:>20; content:"abcd"; sid:7;)
alert tcp any any -> any 80 (msg:"older"; content:"long enough to be"; sid:5; rev:0;)
#alert tcp any any -> any 80 (msg:"off"; content:"abcd"; sid:8;)
"#;

/// Class, line, sid of everything found.
fn found(all: &Value) -> Vec<(String, u64, u64)> {
    let problems = all["problems"].as_array().unwrap();
    problems
        .iter()
        .map(|problem| {
            (
                problem["class"].as_str().unwrap().to_owned(),
                problem["line"].as_u64().unwrap(),
                problem["sid"].as_u64().unwrap_or(0),
            )
        })
        .collect()
}

#[test]
fn check_names_every_problem_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("local.rules");
    std::fs::write(&path, RULES).unwrap();
    let file = path.to_str().unwrap();
    let output = run(&["rules", "check", "--json", file]);
    assert_eq!(output.status.code(), Some(1));
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = [
        ("slow", 1, 1),
        ("useless", 2, 2),
        ("contradiction", 3, 3),
        ("useless", 4, 4),
        ("useless", 6, 6),
        ("useless", 8, 7),
        ("duplicate", 9, 5),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|(class, line, sid)| ((*class).to_owned(), *line, *sid))
        .collect();
    assert_eq!(found(&all), expected, "{all:#}");
    assert_eq!(all["rules"], 6);
    assert_eq!(all["runs"], 6);
    assert_eq!(all["commented_out"], 1);
    assert_eq!(all["summary"]["useless"], 4);

    let text = String::from_utf8(run(&["rules", "check", file]).stdout).unwrap();
    let first = text.lines().next().unwrap();
    assert!(
        first.contains("local.rules:1:43: warning[slow]: sid 1: `pcre`"),
        "{first}"
    );
}

#[test]
fn warnings_fail_only_where_that_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("local.rules");
    std::fs::write(&path, RULES.lines().next().unwrap()).unwrap();
    let file = path.to_str().unwrap();
    assert_eq!(run(&["rules", "check", file]).status.code(), Some(0));
    let strict = run(&["rules", "check", "--strict", file]);
    assert_eq!(strict.status.code(), Some(1));
    let missing = run(&["rules", "check", "nowhere.rules"]);
    assert_eq!(missing.status.code(), Some(1));
    assert_eq!(run(&["rules", "check"]).status.code(), Some(2));
}

/// A datagram from 10.0.0.1:1000 to 10.0.0.2:2000 with this payload, as a capture.
fn datagram(path: &Path, payload: &[u8]) {
    let length = u16::try_from(payload.len()).unwrap();
    let mut ip = vec![0x45, 0];
    ip.extend((28 + length).to_be_bytes());
    ip.extend([0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    ip.extend(1000_u16.to_be_bytes());
    ip.extend(2000_u16.to_be_bytes());
    ip.extend((8 + length).to_be_bytes());
    ip.extend([0, 0]);
    ip.extend(payload);
    let mut file = Vec::new();
    file.extend(0xa1b2_c3d4_u32.to_le_bytes());
    file.extend([2, 0, 4, 0]);
    file.extend([0; 8]);
    file.extend(65_535_u32.to_le_bytes());
    // Raw IP.
    file.extend(101_u32.to_le_bytes());
    file.extend(1_700_000_000_u32.to_le_bytes());
    file.extend(0_u32.to_le_bytes());
    let size = u32::try_from(ip.len()).unwrap();
    file.extend(size.to_le_bytes());
    file.extend(size.to_le_bytes());
    file.extend(&ip);
    std::fs::write(path, file).unwrap();
}

#[test]
fn explain_says_what_failed_and_shows_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (rules, capture) = (folder.path().join("r.rules"), folder.path().join("c.pcap"));
    std::fs::write(
        &rules,
        r#"alert udp any any -> any 2000 (msg:"near"; content:"hello"; depth:5; content:"world"; distance:1; within:5; sid:1;)
alert udp any any -> any 2000 (msg:"hit"; content:"hello"; sid:2;)
alert udp any any -> any 53 (msg:"elsewhere"; content:"hello"; sid:3;)
alert http any any -> any any (msg:"no such protocol"; http.uri; content:"/a"; sid:4;)
"#,
    )
    .unwrap();
    datagram(&capture, b"hello there");
    let explain = |sid: &str, language: &str| {
        let rules = rules.to_str().unwrap();
        let capture = capture.to_str().unwrap();
        let output = run(&[
            "rules",
            "explain",
            sid,
            "--rules",
            rules,
            "--language",
            language,
            "--ignore-checksums",
            capture,
        ]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let near = explain("1", "en");
    for expected in [
        "1. UDP traffic, from any any to any 2000",
        "2. the payload contains \"hello\", within the first 5 bytes",
        "It did not match.",
        "UDP 10.0.0.1:1000 -> 10.0.0.2:2000, packet 1",
        "first condition that does not hold: 3. the payload contains \"world\"",
        "5  20 74 68 65 72 65",
    ] {
        assert!(near.contains(expected), "{expected}\n{near}");
    }
    assert!(explain("1", "ja").contains("成り立たなかった最初の条件: 3. ペイロード"));
    assert!(explain("2", "en").contains("It matched. times matched: 1; alerts: 1"));
    assert!(explain("3", "en").contains("1. the header (other addresses or ports)"));
    assert!(explain("4", "en").contains("never occurred in this capture"));
}

#[test]
fn a_sid_that_is_not_there_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("r.rules");
    std::fs::write(&rules, RULES).unwrap();
    let rules = rules.to_str().unwrap();
    let output = run(&["rules", "explain", "99", "--rules", rules]);
    assert_eq!(output.status.code(), Some(1));
    let broken = run(&["rules", "explain", "3", "--rules", rules]);
    let said = String::from_utf8(broken.stderr).unwrap();
    assert!(said.contains("cannot be read"), "{said}");
}
