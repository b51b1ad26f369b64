//! Every word of the tables is read, printed and read again.

use super::{aliases, buffers, numbers, words};
use crate::rule::ast::Rule;
use crate::rule::parse_rule;

fn assert_round_trip(options: &str) -> Rule {
    let text = format!("alert ip any any -> any any ({options}; sid:1;)");
    let rule = parse_rule(text.as_bytes())
        .unwrap_or_else(|fault| panic!("{fault}: {text}"))
        .rule;
    let printed = rule.to_string();
    assert_eq!(
        parse_rule(printed.as_bytes()).map(|again| again.rule),
        Ok(rule.clone()),
        "{printed}"
    );
    rule
}

#[test]
fn every_buffer_is_selected_by_its_name() {
    for buffer in buffers::BUFFERS {
        let parameter = if buffer.parameter { ":pdu" } else { "" };
        let rule = assert_round_trip(&format!(
            "{}{parameter}; content:\"a\"; {0}{parameter}; content:\"b\"",
            buffer.name
        ));
        assert_eq!(rule.buffers[1].name, buffer.name);
        assert_eq!(
            rule.buffers.len(),
            if buffer.multiple { 3 } else { 2 },
            "{}",
            buffer.name
        );
    }
}

#[test]
fn every_older_modifier_means_a_buffer() {
    for (modifier, buffer) in buffers::MODIFIERS {
        let rule = assert_round_trip(&format!("content:\"a\"; {modifier}"));
        assert_eq!(rule.buffers[rule.options[0].buffer].name, *buffer);
    }
    for (letter, buffer) in buffers::PCRE_BUFFERS {
        let rule = assert_round_trip(&format!("pcre:\"/a/{}\"", char::from(*letter)));
        assert_eq!(rule.buffers[rule.options[0].buffer].name, *buffer);
    }
    for (keyword, buffer) in buffers::CONTENT_KEYWORDS {
        let rule = assert_round_trip(&format!("{keyword}:!\"a\""));
        assert_eq!(rule.buffers[rule.options[0].buffer].name, *buffer);
    }
}

#[test]
fn every_number_takes_every_comparison() {
    for number in numbers::NUMBERS
        .iter()
        .filter(|number| number.style != numbers::Style::Date)
    {
        for test in [
            "1", "!1", "=1", "<3", "<=1", ">1", ">=1", "1-5", "1<>5", "!1-5", "0x1", "&0x3=0x2",
            "&3!=0",
        ] {
            assert_round_trip(&format!("{}:{test}", number.name));
        }
        for (name, _) in number.names {
            assert_round_trip(&format!("{}:{name}", number.name));
        }
        for word in number.before {
            assert_round_trip(&format!("{}:{word},1", number.name));
        }
        for word in number.after {
            assert_round_trip(&format!("{}:1,{word}", number.name));
        }
        if number.style == numbers::Style::Indexed {
            for index in [
                "any",
                "all",
                "all_or_absent",
                "or_absent",
                "0",
                "-1",
                "nb>3",
                "oob_or 2",
            ] {
                assert_round_trip(&format!("{}:1,{index}", number.name));
            }
        }
    }
}

#[test]
fn every_date_form_is_read() {
    for (date, seconds) in [
        ("1970", 0),
        ("2000-03", 951_868_800),
        ("2024-02-29", 1_709_164_800),
        ("2024-02-29T12:30:15", 1_709_209_815),
        ("2038-01-19 03:14:08", 2_147_483_648),
    ] {
        let rule = assert_round_trip(&format!("tls.cert_notafter:>{date}"));
        let wanted = crate::rule::ast::Comparison::Greater(seconds);
        assert!(
            matches!(&rule.options[0].keyword, crate::rule::ast::Keyword::Number(n) if n.comparison == wanted),
            "{date}"
        );
    }
}

#[test]
fn every_word_flag_and_transform_is_read() {
    for keyword in words::WORDS {
        let known = if keyword.words.is_empty() {
            &["Some"]
        } else {
            keyword.words
        };
        for word in known {
            assert_round_trip(&format!("{}:{word}", keyword.name));
        }
    }
    for (flag, _) in words::FLAGS {
        assert_round_trip(flag);
    }
    for transform in words::TRANSFORMS {
        let rule = assert_round_trip(&format!("http.uri; {transform}; content:\"a\""));
        assert_eq!(rule.buffers[1].transforms.len(), 1);
    }
}

#[test]
fn every_alias_and_pair_has_a_target() {
    for (alias, target) in aliases::ALIASES {
        assert!(super::form(target).is_some(), "{alias} -> {target}");
        assert!(super::form(alias).is_some(), "{alias}");
    }
    let pairs = buffers::MODIFIERS.iter().chain(buffers::CONTENT_KEYWORDS);
    for buffer in pairs
        .map(|(_, buffer)| buffer)
        .chain(buffers::PCRE_BUFFERS.iter().map(|(_, buffer)| buffer))
    {
        assert!(super::buffer(buffer).is_some(), "{buffer}");
    }
}

#[test]
fn near_words_are_suggested_and_far_ones_are_not() {
    assert_eq!(super::nearest_keyword("contend"), Some("content"));
    assert_eq!(super::nearest_keyword("http.ur"), Some("http.uri"));
    assert_eq!(super::nearest_keyword("qqqqqqqq"), None);
    let distances = [
        ("", ""),
        ("", "ab"),
        ("ab", "ba"),
        ("kitten", "sitting"),
        ("flow", "flaw"),
        ("abc", "abc"),
    ]
    .map(|(left, right)| super::edits(left.as_bytes(), right.as_bytes()));
    assert_eq!(distances, [0, 2, 1, 3, 1, 0]);
    assert_eq!(super::nearest_keyword(&"a".repeat(10_000)), None);
}
