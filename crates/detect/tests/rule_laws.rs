//! Laws of the rule language: reading never panics, printing and reading again changes nothing, sets are sets.

use std::net::IpAddr;

use detect::rule::{AddressSet, PortSet, Resolver, VariableError, Variables, parse_rule};
use proptest::prelude::*;

/// Options that fit any protocol, each to be combined with the others.
fn options() -> Vec<&'static str> {
    let rules = include_str!("rules/right.rules");
    rules
        .lines()
        .filter_map(|line| line.split_once('(')?.1.strip_suffix(";)"))
        .flat_map(|inside| inside.split("; "))
        .filter(|option| !option.starts_with("sid:"))
        .collect()
}

fn rule_text() -> impl Strategy<Value = String> {
    let header = prop::sample::select(vec![
        "alert ip any any -> any any",
        "drop tcp $HOME_NET !80 <> [192.0.2.0/24,!192.0.2.1] [1:5,7]",
        "pass http any any => any any",
        "alert tls !$HOME_NET any -> 2001:db8::1 :99",
    ]);
    let picked = prop::collection::vec(prop::sample::select(options()), 1..12);
    (header, picked, any::<u32>()).prop_map(|(header, picked, sid)| {
        let sid = sid.max(1);
        format!("{header} ({}; sid:{sid};)", picked.join("; "))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse_rule(&bytes);
    }

    #[test]
    fn any_options_are_read_without_panic(inside in "[ -~]{0,120}") {
        let _ = parse_rule(format!("alert tcp any any -> any any ({inside}; sid:1;)").as_bytes());
        let _ = parse_rule(format!("alert {inside} (sid:1;)").as_bytes());
    }

    #[test]
    fn a_damaged_rule_is_read_or_refused_within_its_text(
        text in rule_text(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..8),
    ) {
        let mut bytes = text.into_bytes();
        for (place, byte, kind) in damage {
            let at = place.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => { bytes.remove(at); }
            }
        }
        match parse_rule(&bytes) {
            Ok(parsed) => {
                let printed = parsed.rule.to_string();
                let again = parse_rule(printed.as_bytes());
                prop_assert_eq!(again.map(|again| again.rule), Ok(parsed.rule), "{}", printed);
            }
            Err(fault) => {
                prop_assert!(fault.span.start <= fault.span.end && fault.span.end <= bytes.len().max(1), "{:?}", fault);
                prop_assert!(!fault.message.is_empty());
            }
        }
    }

    #[test]
    fn printing_and_reading_again_changes_nothing(text in rule_text()) {
        if let Ok(parsed) = parse_rule(text.as_bytes()) {
            let printed = parsed.rule.to_string();
            let again = parse_rule(printed.as_bytes());
            prop_assert_eq!(again.map(|again| again.rule), Ok(parsed.rule), "{}", printed);
        }
    }

    #[test]
    fn any_content_survives_printing(bytes in prop::collection::vec(any::<u8>(), 1..40), message in "[^\r\n]{0,30}") {
        let hexadecimal: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let message = message.replace('\\', "\\\\").replace('"', "\\\"").replace(';', "\\;");
        let text = format!("alert ip any any -> any any (msg:\"{message}\"; content:\"|{}|\"; sid:1;)", hexadecimal.join(" "));
        let parsed = parse_rule(text.as_bytes()).expect("a right rule");
        let again = parse_rule(parsed.rule.to_string().as_bytes()).expect("a printed rule");
        prop_assert_eq!(again.rule, parsed.rule);
    }

    #[test]
    fn sets_of_ports_follow_their_members(
        ranges in prop::collection::vec((any::<u16>(), any::<u16>()), 0..8),
        others in prop::collection::vec((any::<u16>(), any::<u16>()), 0..8),
        probe in any::<u16>(),
    ) {
        let within = |ranges: &[(u16, u16)]| ranges.iter().any(|(first, last)| (*first..=*last).contains(&probe));
        let (left, right) = (PortSet::of(ranges.clone()), PortSet::of(others.clone()));
        prop_assert_eq!(left.contains(probe), within(&ranges));
        prop_assert_eq!(left.complement().contains(probe), !within(&ranges));
        prop_assert_eq!(left.union(&right).contains(probe), within(&ranges) || within(&others));
        prop_assert_eq!(left.without(&right).contains(probe), within(&ranges) && !within(&others));
        prop_assert_eq!(left.complement().complement(), left.clone());
        for pair in left.ranges().windows(2) {
            prop_assert!(u32::from(pair[0].1) + 1 < u32::from(pair[1].0));
        }
    }

    #[test]
    fn a_network_holds_what_shares_its_prefix(address in any::<u32>(), bits in 0..=32_u8, probe in any::<u32>()) {
        let set = AddressSet::network(IpAddr::V4(address.into()), bits);
        let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
        prop_assert_eq!(set.contains(IpAddr::V4(probe.into())), address & mask == probe & mask);
        prop_assert!(set.contains(IpAddr::V4(address.into())) && set.v6.is_empty());
    }
}

/// Addresses of `expression`, as the source of a rule.
fn resolve(variables: &Variables, expression: &str) -> Result<AddressSet, VariableError> {
    let text = format!("alert ip {expression} any -> any any (sid:1;)");
    let rule = parse_rule(text.as_bytes()).expect("a right rule").rule;
    Resolver::new(variables)
        .addresses(&rule.source.addresses)
        .map(|set| (*set).clone())
}

#[test]
fn negation_and_groups_mean_what_they_say() {
    let variables = Variables::default();
    for (expression, inside, outside) in [
        ("$HOME_NET", "10.1.2.3", "8.8.8.8"),
        ("$EXTERNAL_NET", "8.8.8.8", "10.1.2.3"),
        ("$EXTERNAL_NET", "2001:db8::1", "192.168.0.1"),
        ("!$EXTERNAL_NET", "172.16.0.1", "172.32.0.1"),
        ("[!192.0.2.1,192.0.2.0/24]", "192.0.2.2", "192.0.2.1"),
        (
            "[192.0.2.0/24,![192.0.2.8/29,192.0.2.1]]",
            "192.0.2.7",
            "192.0.2.15",
        ),
        ("[!192.0.2.1,!2001:db8::/32]", "2001:db9::", "2001:db8::9"),
        ("![192.0.2.0/24,!192.0.2.1]", "192.0.2.1", "192.0.2.2"),
        ("[any,!10.0.0.0/8]", "11.0.0.0", "10.255.255.255"),
        ("0.0.0.0/0", "255.255.255.255", "::"),
        ("::/0", "ffff::", "0.0.0.0"),
        ("192.0.2.5-192.0.2.9", "192.0.2.9", "192.0.2.10"),
    ] {
        let set = resolve(&variables, expression).expect(expression);
        assert!(
            set.contains(inside.parse().expect("an address")),
            "{inside} in {expression}"
        );
        assert!(
            !set.contains(outside.parse().expect("an address")),
            "{outside} not in {expression}"
        );
    }
}

#[test]
fn variables_that_cannot_be_resolved_say_why() {
    let mut variables = Variables::default();
    for (name, value) in [
        ("A", "[$B,10.0.0.0/8]"),
        ("B", "!$C"),
        ("C", "$A"),
        ("NONE", "[10.0.0.0/8,!10.0.0.0/8]"),
    ] {
        variables.set(name, value).expect(name);
    }
    let message = |expression: &str| {
        resolve(&variables, expression)
            .expect_err(expression)
            .to_string()
    };
    assert_eq!(
        message("$A"),
        "the variables $A -> $B -> $C -> $A need each other in a circle"
    );
    assert_eq!(
        message("$NOWHERE"),
        "the variable $NOWHERE is not set; set it with --var NOWHERE=VALUE"
    );
    assert_eq!(message("$NONE"), "`$NONE` leaves nothing");
    variables
        .set("HOME_NET", "10.0.0.0/8, 192.0.2.1")
        .expect("a list without brackets");
    assert!(resolve(&variables, "$HOME_NET").is_ok_and(|set| set.v4.ranges().len() == 2));
    variables.set("HOME_NET", "any").expect("any");
    let message = resolve(&variables, "$EXTERNAL_NET")
        .expect_err("nothing is external")
        .to_string();
    assert_eq!(
        message,
        "`$EXTERNAL_NET` leaves nothing; with HOME_NET=any, set EXTERNAL_NET=any as well"
    );
    let wrong = variables
        .set("HOME_NET", "10.0.0.0/8,")
        .expect_err("a stray comma")
        .to_string();
    assert!(
        wrong.starts_with("the value of HOME_NET: expected"),
        "{wrong}"
    );
}

#[test]
fn variables_that_multiply_are_bounded() {
    let mut variables = Variables::default();
    variables.set("V0", "10.0.0.0/8").expect("a network");
    for level in 1..16 {
        let before = format!("$V{}", level - 1);
        variables
            .set(
                &format!("V{level}"),
                &format!("[{}]", vec![before; 20].join(",")),
            )
            .expect("a group");
    }
    assert_eq!(
        resolve(&variables, "$V15").err(),
        Some(VariableError::TooComplex)
    );
    assert!(resolve(&variables, "$V3").is_ok());
}

/// Rules as long as the reader allows, each hard on one part of it. The test is that they end, and soon.
#[test]
fn hostile_rules_end_soon() {
    let rule = |inside: &str, count: usize| {
        format!(
            "alert ip any any -> any any ({} sid:1;)",
            inside.repeat(count)
        )
    };
    let header = |addresses: String| format!("alert ip {addresses} any -> any any (sid:1;)");
    let texts = [
        rule("content:\"a\"; fast_pattern; ", 1990),
        rule("content:\"a\"; http_uri; ", 1990),
        rule("http.uri; bsize:9; content:\"a\"; ", 660),
        rule("byte_extract:1,0,n; ", 1990),
        rule("dns.query; content:\"a\"; ", 990),
        rule("flowbits:isset,a|b|c; ", 1990),
        rule("x; ", 1990),
        rule("\\", 65_000),
        rule("content:\"|", 6_000),
        rule("metadata:,,,,,,,,,,,,,,,,,,,,,,,,,,; ", 1700),
        format!(
            "alert ip any any -> any any (content:\"|{}|\"; sid:1;)",
            "00 ".repeat(21_000)
        ),
        format!(
            "alert ip any any -> any any (pcre:\"/{}/\"; sid:1;)",
            "(".repeat(60_000)
        ),
        format!(
            "alert ip any any -> any any (pcre:\"{}\"; sid:1;)",
            "/".repeat(60_000)
        ),
        header("[".repeat(60_000)),
        header(format!(
            "{}1.1.1.1{}",
            "[".repeat(30_000),
            "]".repeat(30_000)
        )),
        header("!".repeat(60_000)),
        header(format!("[{}]", vec!["1.1.1.1"; 7_900].join(","))),
        header(format!("[{}]", vec!["![$A]"; 9_000].join(","))),
    ];
    for text in texts {
        if let Ok(parsed) = parse_rule(text.as_bytes()) {
            let again = parse_rule(parsed.rule.to_string().as_bytes());
            assert!(again.is_err() || again.is_ok_and(|again| again.rule == parsed.rule));
        }
    }
}
