//! Patterns of STIX, by example.

use super::entries_of;
use crate::report::Reason;
use proptest::prelude::*;

#[test]
fn patterns_become_entries() {
    let cases: &[(&str, &[&str], Option<Reason>)] = &[
        (
            "[ipv4-addr:value = '198.51.100.1']",
            &["198.51.100.1"],
            None,
        ),
        (
            "[ipv4-addr:value = '198.51.100.0/24']",
            &["198.51.100.0/24"],
            None,
        ),
        (
            "[ipv4-addr:value ISSUBSET '198.51.100.0/24']",
            &["198.51.100.0/24"],
            None,
        ),
        (
            "[domain-name:value = 'a.example' OR domain-name:value = 'b.example']",
            &["a.example", "b.example"],
            None,
        ),
        (
            "[domain-name:value IN ('a.example', 'b.example')]",
            &["a.example", "b.example"],
            None,
        ),
        (
            "[domain-name:value = 'a.example'] OR [ipv6-addr:value = '2001:db8::1']",
            &["a.example", "2001:db8::1"],
            None,
        ),
        (
            "[url:value = 'http://a.example/x?y=\\'z\\'']",
            &["http://a.example/x?y='z'"],
            None,
        ),
        (
            "[file:hashes.md5 = '900150983cd24fb0d6963f7d28e17f72' AND file:name = 'x.exe']",
            &["900150983cd24fb0d6963f7d28e17f72"],
            None,
        ),
        (
            "[file:hashes.'SHA-1' = 'a9993e364706816aba3e25717850c26c9cd0d89d' AND file:hashes.MD5 = '900150983cd24fb0d6963f7d28e17f72']",
            &["a9993e364706816aba3e25717850c26c9cd0d89d"],
            None,
        ),
        (
            "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.1' AND network-traffic:dst_port = 8080]",
            &["198.51.100.1:8080"],
            None,
        ),
        (
            "[domain-name:value LIKE '%.evil.example']",
            &["evil.example"],
            None,
        ),
        (
            "[domain-name:value = 'a.example' AND domain-name:resolves_to_refs[*].value = '198.51.100.1']",
            &["a.example"],
            None,
        ),
        (
            "[(ipv4-addr:value = '198.51.100.1' OR ipv4-addr:value = '198.51.100.2') AND network-traffic:dst_port = 80]",
            &["198.51.100.1:80", "198.51.100.2:80"],
            None,
        ),
        (
            "[domain-name:value = 'a.example'] AND [file:hashes.md5 = '900150983cd24fb0d6963f7d28e17f72']",
            &[],
            Some(Reason::SeveralAtOnce),
        ),
        (
            "[domain-name:value = 'a.example'] FOLLOWEDBY [domain-name:value = 'b.example']",
            &[],
            Some(Reason::SeveralAtOnce),
        ),
        (
            "[domain-name:value = 'a.example'] REPEATS 5 TIMES WITHIN 60 SECONDS",
            &[],
            Some(Reason::SeveralAtOnce),
        ),
        (
            "[domain-name:value = 'a.example'] START t'2020-01-01T00:00:00Z' STOP t'2020-02-01T00:00:00Z'",
            &[],
            Some(Reason::SeveralAtOnce),
        ),
        (
            "[domain-name:value = 'a.example' AND file:name = 'x.exe']",
            &[],
            Some(Reason::SeveralAtOnce),
        ),
        (
            "[ipv4-addr:value != '198.51.100.1']",
            &[],
            Some(Reason::SeveralAtOnce),
        ),
        (
            "[domain-name:value MATCHES '^a']",
            &[],
            Some(Reason::SeveralAtOnce),
        ),
        (
            "[email-addr:value = 'a@b.example']",
            &[],
            Some(Reason::OtherKind),
        ),
        ("[file:name = 'x.exe']", &[], Some(Reason::OtherKind)),
        (
            "[file:name = 'x.exe' OR domain-name:value = 'a.example']",
            &["a.example"],
            Some(Reason::OtherKind),
        ),
    ];
    for (pattern, entries, left_out) in cases {
        let found = entries_of(pattern).unwrap_or_else(|fault| panic!("{pattern}: {fault}"));
        assert_eq!(found.entries, *entries, "{pattern}");
        assert_eq!(found.left_out, *left_out, "{pattern}");
    }
}

#[test]
fn bad_patterns_say_what_is_wrong() {
    let deep = format!("[{}a:b = 'c'{}]", "(".repeat(100), ")".repeat(100));
    let one = "(a:b = 'c' OR a:b = 'd')";
    let wide = format!("[{}]", vec![one; 40].join(" AND "));
    for (pattern, wanted) in [
        ("", "expected an observation"),
        ("[]", "expected a comparison"),
        ("[domain-name:value = ]", "expected a constant"),
        ("[domain-name:value = 'x'", "expected AND, OR or a closing"),
        ("[domain-name:value = 'x]", "a quotation mark is missing"),
        ("[domain-name:value ~ 'x']", "unexpected '~'"),
        ("[domain-name: = 'x']", "a path is missing"),
        ("[domain-name:value = 'x'] nonsense", "expected the end"),
        (&deep, "too many brackets"),
        (&wide, "too many alternatives"),
    ] {
        let fault = entries_of(pattern).unwrap_err().to_string();
        assert!(fault.contains(wanted), "{pattern}: {fault}");
    }
}

proptest! {
    #[test]
    fn any_pattern_is_survived(
        words in proptest::collection::vec(prop_oneof![
            Just("["), Just("]"), Just("("), Just(")"), Just("AND"), Just("OR"), Just("NOT"), Just("="), Just("IN"),
            Just("'x.example'"), Just("domain-name:value"), Just("FOLLOWEDBY"), Just(","), Just("REPEATS"), Just("5"),
        ], 0..60),
        text in "(?s).{0,80}",
    ) {
        let _ = entries_of(&words.join(" "));
        let _ = entries_of(&text);
    }
}
