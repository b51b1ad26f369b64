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
fn check_speaks_japanese() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("local.rules");
    std::fs::write(&path, RULES).unwrap();
    let file = path.to_str().unwrap();
    let output = run(&["rules", "check", "--language", "ja", "--json", file]);
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    let is_ascii = |problem: &Value| problem["reason"].as_str().unwrap().is_ascii();
    let english: Vec<&Value> = all["problems"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|problem| is_ascii(problem))
        .collect();
    assert_eq!(english, [&Value::Null; 0], "{all:#}");
    let output = run(&["rules", "check", "--language", "ja", file]);
    let text = String::from_utf8(output.stdout).unwrap();
    for expected in [
        "local.rules:1:43: warning[slow]: sid 1: `pcre` と一緒に使う",
        "local.rules:3:67: error",
        "`x` は数でも",
        "読み込んだルール: 6; 実行できるルール: 6; コメントアウト: 1",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
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
    let mut udp = 1000_u16.to_be_bytes().to_vec();
    udp.extend(2000_u16.to_be_bytes());
    udp.extend((8 + length).to_be_bytes());
    udp.extend([0, 0]);
    udp.extend(payload);
    raw_capture(path, &[ip(true, 17, &udp)]);
}

/// A connection from 10.0.0.1:1000 to 10.0.0.2:2000 in which the client says this; all checksums are wrong.
fn connection(path: &Path, payload: &[u8]) {
    let segment = |of_client: bool, numbers: (u32, u32), flags: u8, payload: &[u8]| {
        let (from, to) = if of_client {
            (1000, 2000)
        } else {
            (2000, 1000)
        };
        let mut tcp = u16::to_be_bytes(from).to_vec();
        tcp.extend(u16::to_be_bytes(to));
        tcp.extend(numbers.0.to_be_bytes());
        tcp.extend(numbers.1.to_be_bytes());
        tcp.extend([0x50, flags, 0x20, 0, 0xba, 0xad, 0, 0]);
        tcp.extend(payload);
        ip(of_client, 6, &tcp)
    };
    let packets = [
        segment(true, (7, 0), 0x02, b""),
        segment(false, (90, 8), 0x12, b""),
        segment(true, (8, 91), 0x10, b""),
        segment(true, (8, 91), 0x18, payload),
        segment(false, (91, 8 + payload.len() as u32), 0x10, b""),
    ];
    raw_capture(path, &packets);
}

fn ip(of_client: bool, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut ip = vec![0x45, 0];
    let length = u16::try_from(20 + payload.len()).unwrap();
    ip.extend(length.to_be_bytes());
    ip.extend([0, 1, 0, 0, 64, protocol, 0, 0]);
    let (client, server) = ([10, 0, 0, 1], [10, 0, 0, 2]);
    let (from, to) = if of_client {
        (client, server)
    } else {
        (server, client)
    };
    ip.extend(from);
    ip.extend(to);
    ip.extend(payload);
    ip
}

/// Writes packets as a capture.
fn raw_capture(path: &Path, packets: &[Vec<u8>]) {
    let mut file = Vec::new();
    file.extend(0xa1b2_c3d4_u32.to_le_bytes());
    file.extend([2, 0, 4, 0]);
    file.extend([0; 8]);
    file.extend(65_535_u32.to_le_bytes());
    // Raw IP.
    file.extend(101_u32.to_le_bytes());
    for packet in packets {
        file.extend(1_700_000_000_u32.to_le_bytes());
        file.extend(0_u32.to_le_bytes());
        let size = u32::try_from(packet.len()).unwrap();
        file.extend(size.to_le_bytes());
        file.extend(size.to_le_bytes());
        file.extend(packet);
    }
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
fn explain_says_that_wrong_checksums_hide_what_a_rule_looks_for() {
    let folder = tempfile::tempdir().unwrap();
    let (rules, capture) = (folder.path().join("r.rules"), folder.path().join("c.pcap"));
    let rule =
        r#"alert http any any -> any any (msg:"hidden"; http.uri; content:"/secret"; sid:1;)"#;
    std::fs::write(&rules, rule).unwrap();
    connection(&capture, b"GET /secret HTTP/1.1\r\nHost: a.example\r\n\r\n");
    let explain = |extra: &[&str]| {
        let (rules, capture) = (rules.to_str().unwrap(), capture.to_str().unwrap());
        let mut arguments = vec!["rules", "explain", "1", "--rules", rules, capture];
        arguments.extend(extra);
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let hidden = explain(&[]);
    for expected in ["because their checksum is wrong: 5", "--ignore-checksums"] {
        assert!(hidden.contains(expected), "{expected}\n{hidden}");
    }
    let japanese = explain(&["--language", "ja"]);
    assert!(japanese.contains("TCP セグメント: 5"), "{japanese}");
    let seen = explain(&["--ignore-checksums"]);
    assert!(seen.contains("It matched."), "{seen}");
    assert!(!seen.contains("checksum is wrong"), "{seen}");
}

/// The operating system's reason stands once in what a user reads.
#[test]
fn a_file_that_is_not_there_is_named_with_one_reason() {
    let output = run(&["replay", "--rules", "/nowhere/a.rules", "/nowhere/b.pcap"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        said,
        "hinomi: cannot read /nowhere/a.rules: No such file or directory (os error 2)\n"
    );
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
