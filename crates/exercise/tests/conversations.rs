//! What is made for a rule, looked at as bytes. Whether engines agree with it is a test of the whole program.

use exercise::{Exercise, Kind, Rules};

fn made(rule: &str, kind: Kind) -> Exercise {
    let rules = Rules::read(rule.as_bytes());
    assert_eq!(rules.problems().collect::<Vec<_>>(), Vec::<String>::new());
    rules.exerciser().exercise(0, kind, 300, 0).unwrap()
}

fn says(exercise: &Exercise, text: &[u8]) -> bool {
    exercise
        .packets
        .iter()
        .any(|packet| packet.bytes.windows(text.len()).any(|part| part == text))
}

/// A rule, what its hit says, and what its near miss must not say.
const CASES: &[(&str, &[u8], &[u8])] = &[
    (
        r#"alert http $HOME_NET any -> $EXTERNAL_NET any (msg:"a"; flow:established,to_server; http.uri; content:"/gate.php"; sid:2;)"#,
        b"GET /gate.php",
        b"/gate.php",
    ),
    (
        r#"alert http $HOME_NET any -> $EXTERNAL_NET any (msg:"a"; flow:established,to_server; http.uri; pcre:"/^\/(\d)\1[x-z]{2}$/"; content:"/77yz"; sid:2;)"#,
        b"GET /77yz HTTP",
        // The expression leaves no byte of the content to change: the ends are others.
        b"\0never\0",
    ),
    (
        r#"alert http $HOME_NET any -> $EXTERNAL_NET any (msg:"a"; flow:established,to_server; http.header_names; content:"|0d 0a|Accept|0d 0a|Host|0d 0a 0d 0a|"; sid:1;)"#,
        b"Accept: */*\r\nHost: ",
        b"Accept: */*\r\nHost: ",
    ),
    (
        r#"alert dns $HOME_NET any -> any any (msg:"a"; dns.query; dotprefix; content:".bad.example"; endswith; sid:1;)"#,
        b"\x03bad\x07example\0",
        b"\x03bad\x07example\0",
    ),
    (
        r#"alert tls $HOME_NET any -> any any (msg:"a"; tls.sni; content:"c2.example"; bsize:10; sid:2;)"#,
        b"\0\x0ac2.example",
        b"\0\x0ac2.example",
    ),
    (
        r#"alert tcp any any -> any any (msg:"a"; flow:established,to_server; content:"AB"; depth:2; content:"CD"; distance:3; within:2; sid:4;)"#,
        b"AB",
        b"ABaaaCD",
    ),
];

#[test]
fn hits_say_what_the_rule_looks_for_and_near_misses_do_not() {
    for (rule, said, unsaid) in CASES {
        assert!(says(&made(rule, Kind::Hit), said), "{rule}");
        let miss = made(rule, Kind::NearMiss);
        assert!(miss.broken.is_some());
        assert!(!says(&miss, unsaid), "{rule}: {:?}", miss.broken);
    }
}

#[test]
fn ends_are_where_the_header_wants_them() {
    let rule = r#"alert tcp $EXTERNAL_NET [7000:7010] -> $HOME_NET any (msg:"a"; flow:established,to_client; content:"x"; sid:1;)"#;
    let hit = made(rule, Kind::Hit);
    assert!((7000..=7010).contains(&hit.server.port()));
    assert!(hit.client.ip().to_string().starts_with("10."));
    let listed = r#"alert ip [198.51.100.7] any -> $HOME_NET any (msg:"a"; sid:1;)"#;
    assert_eq!(
        made(listed, Kind::Hit).client.ip().to_string(),
        "198.51.100.7"
    );
    let miss = made(listed, Kind::NearMiss);
    assert_eq!(miss.broken.as_deref(), Some("the server is another"));
    assert!(!miss.server.ip().to_string().starts_with("10."));
}

#[test]
fn what_must_come_first_comes_first() {
    let rules = Rules::read(
        br#"alert tcp any any -> any any (msg:"a"; flow:established,to_client; flowbits:isset,x; content:"second"; sid:1;)
alert tcp any any -> any any (msg:"b"; flow:established,to_server; content:"first"; flowbits:set,x; sid:2;)"#,
    );
    let mut exerciser = rules.exerciser();
    let hit = exerciser.exercise(0, Kind::Hit, 300, 0).unwrap();
    let at = |text: &[u8]| {
        hit.packets
            .iter()
            .position(|packet| packet.bytes.windows(text.len()).any(|part| part == text))
    };
    assert!(at(b"first").is_some());
    assert!(at(b"first") < at(b"second"));
}

#[test]
fn what_cannot_be_made_is_refused_with_its_reason() {
    let rules = Rules::read(
        br#"alert tls any any -> any any (msg:"a"; ja3.hash; content:"e7d705a3286e19ea42f587b344ee6865"; sid:1;)
alert http any any -> any any (msg:"b"; flow:to_server; http.host; content:"ab"; startswith; content:"cd"; startswith; sid:2;)
alert tcp any any -> any any (msg:"c"; flow:to_server; flowbits:isset,nobody; content:"x"; sid:3;)"#,
    );
    let mut exerciser = rules.exerciser();
    for (index, reason) in ["ja3.hash", "http.host", "nobody"].into_iter().enumerate() {
        let refused = exerciser.exercise(index, Kind::Hit, 300, 0).unwrap_err();
        assert!(refused.contains(reason), "{refused}");
    }
}
