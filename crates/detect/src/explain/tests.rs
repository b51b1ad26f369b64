use super::{Part, condition_of, sayings};
use crate::rule::parse_rule;
use crate::signature::{Failure, NearMiss};

const RULE: &str = r#"alert http $HOME_NET any -> any any (msg:"m"; flow:established,to_server; flowbits:isset,seen; http.uri; content:"/gate.php"; nocase; content:"id="; distance:0; pcre:"/id=\d+/R"; bsize:<100; http.host; content:"example"; startswith; threshold:type limit, track by_src, count 1, seconds 60; sid:1; rev:1;)"#;

fn rule() -> crate::rule::Rule {
    parse_rule(RULE.as_bytes()).unwrap().rule
}

#[test]
fn every_option_is_said_in_both_languages() {
    let rule = rule();
    let found = sayings(&rule);
    let english: Vec<&str> = found.iter().map(|saying| &*saying.words.en).collect();
    assert_eq!(
        english,
        [
            "the flow speaks http, from $HOME_NET any to any any",
            "the connection is established, on the way to the server",
            "another rule has set the mark seen before",
            "the HTTP URI, normalised contains \"/gate.php\", in any case",
            "the HTTP URI, normalised contains \"id=\", after the match before",
            "the HTTP URI, normalised matches the expression /id=\\d+/, from the match before on",
            "the length of the HTTP URI, normalised is less than 100",
            "the HTTP host contains \"example\", at the very start",
            "only the first 1 matches in 60 s alert, for each source",
        ]
    );
    assert!(found.iter().all(|saying| !saying.words.ja.is_empty()));
    assert_eq!(
        found.last().map(|saying| saying.part),
        Some(Part::Consequence)
    );
}

#[test]
fn a_failure_is_about_the_option_that_the_engine_asked() {
    let rule = rule();
    let step = |chain, step| {
        let near = NearMiss {
            chain,
            step,
            ..NearMiss::default()
        };
        condition_of(&rule, &Failure::Bytes(near))
    };
    // The size of a buffer is asked first.
    assert_eq!(step(0, 0), Some(5));
    assert_eq!(step(0, 1), Some(2));
    assert_eq!(step(0, 3), Some(4));
    assert_eq!(step(1, 0), Some(6));
    assert_eq!(condition_of(&rule, &Failure::Memory(0)), Some(1));
    assert_eq!(condition_of(&rule, &Failure::Flow), Some(0));
    assert_eq!(condition_of(&rule, &Failure::Ends), None);
}
