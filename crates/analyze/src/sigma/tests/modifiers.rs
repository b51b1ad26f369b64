//! Each modifier, value and shape of a detection.

use super::{event, over, problem, rules, titles};

/// Whether a selection matches an `http` event with this body.
fn holds(selection: &str, body: &str) -> bool {
    let selection: String = selection
        .lines()
        .map(|line| format!("\n  {line}"))
        .collect();
    let text = over("http", &format!("s:{selection}\ncondition: s"));
    !titles(&rules(&text), &[event("http", 0, body)]).is_empty()
}

#[test]
fn values_and_modifiers() {
    for (selection, body, expected) in [
        ("a: x", r#"{"a":"X"}"#, true),
        ("a: x", r#"{"a":"xy"}"#, false),
        ("a: x*", r#"{"a":"xy"}"#, true),
        ("a: [x, y]", r#"{"a":"y"}"#, true),
        ("a: x\nb: y", r#"{"a":"x","b":"y"}"#, true),
        ("a: x\nb: y", r#"{"a":"x"}"#, false),
        ("- a: x\n- b: y", r#"{"b":"y"}"#, true),
        ("a: 443", r#"{"a":443}"#, true),
        ("a: 443", r#"{"a":"443"}"#, true),
        ("a: true", r#"{"a":true}"#, true),
        ("a.b: x", r#"{"a":{"b":"x"}}"#, true),
        ("a.b: x", r#"{"a":[{"b":"z"},{"b":"x"}]}"#, true),
        ("a: x", r#"{"a":["z","x"]}"#, true),
        ("a: null", "{}", true),
        ("a: null", r#"{"a":"x"}"#, false),
        ("a: ''", "{}", true),
        ("a: ''", r#"{"a":""}"#, true),
        ("a: ''", r#"{"a":"x"}"#, false),
        ("a|contains: ell", r#"{"a":"Hello"}"#, true),
        ("a|startswith: hel", r#"{"a":"Hello"}"#, true),
        ("a|startswith: ell", r#"{"a":"Hello"}"#, false),
        ("a|endswith: LLO", r#"{"a":"Hello"}"#, true),
        ("a|contains: h?l", r#"{"a":"xHello"}"#, true),
        ("a|contains: [p, q, r, s, ell]", r#"{"a":"Hello"}"#, true),
        ("a|contains: [p, q, r, s, t]", r#"{"a":"Hello"}"#, false),
        ("a|contains|all: [he, lo]", r#"{"a":"Hello"}"#, true),
        ("a|contains|all: [he, xx]", r#"{"a":"Hello"}"#, false),
        ("a|all|contains: [he, lo]", r#"{"a":"Hello"}"#, true),
        ("a|cased: hello", r#"{"a":"Hello"}"#, false),
        ("a|contains|cased: ello", r#"{"a":"Hello"}"#, true),
        ("a|neq: x", r#"{"a":"y"}"#, true),
        ("a|neq: x", r#"{"a":"x"}"#, false),
        ("a|contains|neq: [x, z]", r#"{"a":"axe"}"#, false),
        (r"a|re: ^H[aeiou]l+o$", r#"{"a":"Hello"}"#, true),
        (r"a|re: ^h", r#"{"a":"Hello"}"#, false),
        (r"a|re|i: ^h", r#"{"a":"Hello"}"#, true),
        (r"a|re|m: ^b$", r#"{"a":"a\nb\nc"}"#, true),
        (r"a|re: ^b$", r#"{"a":"a\nb\nc"}"#, false),
        (r"a|re|s: a.b", r#"{"a":"a\nb"}"#, true),
        (r"a|re|i|s: A.B", r#"{"a":"a\nb"}"#, true),
        (r"a|re: a.b", r#"{"a":"a\nb"}"#, false),
        ("a|cidr: 10.0.0.0/8", r#"{"a":"10.9.9.9"}"#, true),
        (
            "a|cidr: [10.0.0.0/8, 'fe80::/10']",
            r#"{"a":"fe80::1"}"#,
            true,
        ),
        ("a|cidr: 10.0.0.0/8", r#"{"a":"11.9.9.9"}"#, false),
        ("a|gt: 5", r#"{"a":6}"#, true),
        ("a|gt: 5", r#"{"a":5}"#, false),
        ("a|gte: 5", r#"{"a":5}"#, true),
        ("a|lt: 5", r#"{"a":-1}"#, true),
        ("a|lte: 5.5", r#"{"a":5.5}"#, true),
        ("a|lt: 5", r#"{"a":"none"}"#, false),
        ("a|exists: true", r#"{"a":"x"}"#, true),
        ("a|exists: false", r#"{"a":"x"}"#, false),
        ("a|exists: false", "{}", true),
        ("a|fieldref: b", r#"{"a":"X","b":"x"}"#, true),
        ("a|fieldref: b", r#"{"a":"X"}"#, false),
        ("a|fieldref|startswith: b", r#"{"a":"xyz","b":"xy"}"#, true),
        ("a|fieldref|contains: b", r#"{"a":"xyz","b":"w"}"#, false),
        ("a|expand: user_%admins%", r#"{"a":"user_boss"}"#, true),
        (
            "a|expand|contains: '%admins%'",
            r#"{"a":"my root here"}"#,
            true,
        ),
        ("a|expand: '%admins%'", r#"{"a":"joe"}"#, false),
        ("a|base64: foo", r#"{"a":"Zm9v"}"#, true),
        (
            "a|base64offset|contains: http://",
            r#"{"a":"xxaHR0cDovLyxx"}"#,
            true,
        ),
        (
            "a|base64offset|contains: http://",
            r#"{"a":"eGh0dHA6Ly94"}"#,
            true,
        ),
        (
            "a|base64offset|contains: http://",
            r#"{"a":"nothing"}"#,
            false,
        ),
        (
            "a|wide|base64offset|contains: ping",
            r#"{"a":"cABpAG4AZwA="}"#,
            true,
        ),
        (
            "a|utf16le|base64offset|contains: ping",
            r#"{"a":"cABpAG4AZwA="}"#,
            true,
        ),
        (
            "a|utf16be|base64offset|contains: ping",
            r#"{"a":"AHAAaQBuAGc="}"#,
            true,
        ),
        (
            "a|utf16|base64|startswith: ping",
            r#"{"a":"//5wAGkAbgBnAA=="}"#,
            true,
        ),
        ("a|wide|contains: ab", "{\"a\":\"xa\\u0000b\\u0000\"}", true),
        ("a|windash|contains: ' -f '", r#"{"a":"cmd /f x"}"#, true),
        (
            "a|windash|contains: ' -f '",
            "{\"a\":\"cmd \u{2013}f x\"}",
            true,
        ),
        (
            "a|windash|contains|all: [' -f ', ' -g ']",
            r#"{"a":"cmd /f /g x"}"#,
            true,
        ),
        (
            "a|windash|contains|all: [' -f ', ' -g ']",
            r#"{"a":"cmd /f /f x"}"#,
            false,
        ),
        ("a|minute: 5", r#"{"a":"2024-01-02T03:05:00Z"}"#, true),
        ("a|hour: 3", r#"{"a":"2024-01-02T03:05:00Z"}"#, true),
        ("a|day: 3", r#"{"a":"2024-01-02T03:05:00Z"}"#, false),
        ("a|month: 1", r#"{"a":"2024-01-02T03:05:00Z"}"#, true),
        ("a|year: 2024", r#"{"a":"2024-01-02T03:05:00Z"}"#, true),
        ("a|week: 1", r#"{"a":"2024-01-02T03:05:00Z"}"#, true),
        ("- needle", r#"{"a":{"b":"hay needle hay"}}"#, true),
        ("- needle\n- pin", r#"{"a":{"b":["hay","a Pin"]}}"#, true),
        ("- needle", r#"{"a":"hay"}"#, false),
        ("'|all': [hay, needle]", r#"{"a":"hay","b":"needle"}"#, true),
        ("'|all': [hay, needle]", r#"{"a":"hay"}"#, false),
        ("needle", r#"{"a":"needle"}"#, true),
    ] {
        assert_eq!(holds(selection, body), expected, "{selection} on {body}");
    }
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    for (selection, line, class) in [
        ("s:\n  a|nothing: x", 6, "modifier"),
        ("s:\n  a|not: x", 6, "modifier"),
        ("s:\n  a|re|contains: x", 6, "modifier"),
        ("s:\n  a|i: x", 6, "modifier"),
        ("s:\n  a|startswith|endswith: x", 6, "modifier"),
        ("s:\n  a|re: '(x'", 6, "modifier"),
        ("s:\n  a|re: '(?=x)y'", 6, "modifier"),
        ("s:\n  a|re: '(x)\\1'", 6, "modifier"),
        ("s:\n  a|re: 'x{1000}{1000}{1000}'", 6, "limit"),
        (
            "s:\n  a|cidr:\n  - 10.0.0.0/8\n  - 10.0.0.0/99",
            8,
            "modifier",
        ),
        ("s:\n  a|gt: many", 6, "modifier"),
        ("s:\n  a|exists: perhaps", 6, "modifier"),
        ("s:\n  a|base64: x*y", 6, "modifier"),
        ("s:\n  a|expand: '%nobody%'", 6, "modifier"),
        ("s:\n  a: {b: c}", 6, "shape"),
        ("s: {}", 5, "shape"),
        ("s: []", 5, "shape"),
        ("s:\n  a: x\n  a: y", 7, "yaml"),
    ] {
        let text = over("http", &format!("{selection}\ncondition: s"));
        let (found_line, found_class, message) = problem(&text);
        assert_eq!(
            (found_line, found_class),
            (line, class),
            "{message} for\n{text}"
        );
    }
    for (text, line, class) in [
        (
            "title: t\nlogsource: {category: proxy}\ndetection:\n  s: {a: x}\n",
            4,
            "shape",
        ),
        (
            "title: t\nlogsource: {category: proxy}\ndetection:\n  s: {a: x}\n  condition: nobody\n",
            5,
            "condition",
        ),
        (
            "title: t\ndetection:\n  s: {a: x}\n  condition: s\n",
            1,
            "shape",
        ),
        (
            "title: t\nlogsource: {}\ndetection:\n  s: {a: x}\n  condition: s\n",
            2,
            "shape",
        ),
        ("title: t\nlogsource: {category: proxy}\n", 1, "shape"),
        (
            "logsource: {category: proxy}\ndetection:\n  s: {a: x}\n  condition: s\n",
            1,
            "shape",
        ),
        (
            "title: t\nlevel: dreadful\nlogsource: {category: proxy}\ndetection:\n  s: {a: x}\n  condition: s\n",
            2,
            "shape",
        ),
        ("action: global\ntitle: t\n", 1, "shape"),
        ("- a\n- b\n", 1, "shape"),
        ("title: [t\n", 2, "yaml"),
        ("title: \"t\n", 1, "yaml"),
    ] {
        let (found_line, found_class, message) = problem(text);
        assert_eq!(
            (found_line, found_class),
            (line, class),
            "{message} for\n{text}"
        );
    }
}

#[test]
fn one_bad_document_costs_itself_only() {
    let good = over("http", "s: {a: x}\ncondition: s");
    let bad = over("http", "s: {a: x}\ncondition: t").replace("id: one", "id: two");
    let text = format!("{bad}---\n{good}---\n{good}");
    let rules = super::read(&text);
    assert_eq!(rules.len(), 1);
    let classes: Vec<_> = rules
        .problems()
        .iter()
        .map(|problem| problem.class.name())
        .collect();
    assert_eq!(classes, ["condition", "duplicate"]);
    let japanese = rules.problems()[1].in_language(event::Language::Ja);
    assert!(
        japanese.starts_with("test.yml:") && japanese.contains("同じ id"),
        "{japanese}"
    );
}

#[test]
fn filters_are_added_to_rules() {
    let rule = over("http", "s: {a: x}\ncondition: s");
    let filter = "title: f\nid: f\nlogsource: {product: hinomi, service: http}\nfilter:\n  rules: [one]\n  quiet: {b|fieldref: a, c: y}\n  condition: not quiet\n";
    let rules = rules(&format!("{rule}---\n{filter}"));
    assert_eq!((rules.len(), rules.filters()), (1, 1));
    let found = |body| titles(&rules, &[event("http", 0, body)]).len();
    assert_eq!(found(r#"{"a":"x"}"#), 1);
    assert_eq!(found(r#"{"a":"x","b":"x","c":"y"}"#), 0);
    assert_eq!(found(r#"{"a":"x","b":"z","c":"y"}"#), 1);
    let (_, class, _) = problem(&filter.replace("[one]", "[nobody]"));
    assert_eq!(class, "correlation");
}
