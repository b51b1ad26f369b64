//! What a person sees of the rule language: messages for wrong rules, one form for right ones, files and duplicates.

use detect::rule::{Collection, ProblemKind};
use event::Language;

const WRONG: &str = include_str!("rules/wrong.rules");
const RIGHT: &str = include_str!("rules/right.rules");

fn read(text: &str) -> Collection {
    let mut collection = Collection::default();
    collection.read("local.rules", text.as_bytes());
    collection
}

#[test]
fn every_wrong_rule_gets_its_message() {
    let collection = read(WRONG);
    let kept: Vec<String> = collection
        .rules
        .iter()
        .map(|rule| rule.rule.to_string())
        .collect();
    assert_eq!(kept, Vec::<String>::new());
    assert_eq!(collection.problems.len(), 91);
    let messages: Vec<String> = collection
        .problems
        .iter()
        .map(ToString::to_string)
        .collect();
    insta::assert_snapshot!(messages.join("\n\n"));
}

#[test]
fn every_wrong_rule_gets_its_message_in_japanese() {
    let collection = read(WRONG);
    let messages: Vec<String> = collection
        .problems
        .into_iter()
        .map(|problem| {
            let japanese = problem.clone().in_language(Language::Ja);
            assert_ne!(problem.message, japanese.message, "no Japanese form");
            assert!(
                !japanese.message.contains("expected"),
                "{}",
                japanese.message
            );
            format!("{}: {}", problem.line, japanese.message)
        })
        .collect();
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn every_right_rule_becomes_one_form() {
    let collection = read(RIGHT);
    let problems: Vec<String> = collection
        .problems
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(problems.join("\n"), "");
    let printed: Vec<String> = collection
        .rules
        .iter()
        .map(|placed| placed.rule.to_string())
        .collect();
    let again = read(&printed.join("\n"));
    for (first, second) in collection.rules.iter().zip(&again.rules) {
        assert_eq!(first.rule, second.rule);
    }
    assert_eq!(collection.rules.len(), again.rules.len());
    insta::assert_snapshot!(printed.join("\n"));
}

#[test]
fn the_newest_revision_wins_and_is_reported() {
    let rule = |revision: u32, message: &str| {
        format!("alert ip any any -> any any (msg:\"{message}\"; sid:7; rev:{revision};)\n")
    };
    let collection = read(
        &[
            rule(2, "two"),
            rule(3, "three"),
            rule(1, "one"),
            rule(3, "late"),
        ]
        .concat(),
    );
    let messages: Vec<&str> = collection
        .rules
        .iter()
        .map(|placed| placed.rule.meta.message.as_str())
        .collect();
    assert_eq!(messages, ["three"]);
    let lines: Vec<(u32, u32)> = collection
        .duplicates
        .iter()
        .map(|duplicate| (duplicate.kept.0.line, duplicate.dropped.0.line))
        .collect();
    assert_eq!(lines, [(2, 1), (2, 3), (2, 4)]);
}

#[test]
fn comments_blank_lines_and_odd_line_ends_are_passed_over() {
    let text = "\u{feff}# note\r\n\r\n#alert ip any any -> any any (sid:1;)\r\n \
                alert ip any any -> any any (\\\r\n  sid:2;)\r\n# alert me\n";
    let collection = read(text);
    assert_eq!(collection.rules.len(), 1);
    assert_eq!(collection.rules[0].place.line, 4);
    assert_eq!(collection.disabled_count, 1);
    assert!(collection.problems.is_empty());
}

#[test]
fn latin_1_and_utf_8_texts_are_both_read() {
    let mut collection = Collection::default();
    collection.read(
        "a",
        b"alert ip any any -> any any (msg:\"caf\xe9\"; content:\"caf\xe9\"; sid:1;)\n",
    );
    collection.read(
        "b",
        "alert ip any any -> any any (msg:\"火の見\"; sid:2;)".as_bytes(),
    );
    let messages: Vec<&str> = collection
        .rules
        .iter()
        .map(|placed| placed.rule.meta.message.as_str())
        .collect();
    assert_eq!(messages, ["café", "火の見"]);
    assert_eq!(collection.file_count, 2);
}

#[test]
fn unmet_requirements_are_no_mistakes() {
    let collection =
        read("alert ip any any -> any any (requires: version >= 99; not-a-keyword:1; sid:1;)\n");
    assert!(collection.rules.is_empty() && collection.problems.is_empty());
    assert_eq!(collection.unmet[0].kind, ProblemKind::RequirementUnmet);
    assert_eq!(collection.unmet[0].sid, Some(1));
}

#[test]
fn folders_and_missing_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let rule = |sid: u32| format!("alert ip any any -> any any (sid:{sid};)\n");
    for (name, sid) in [("b.rules", 2), ("a.rules", 1), ("c.txt", 3)] {
        std::fs::write(folder.path().join(name), rule(sid)).expect("written");
    }
    let collection = Collection::load([folder.path(), &folder.path().join("missing.rules")]);
    let sids: Vec<u32> = collection
        .rules
        .iter()
        .map(|placed| placed.rule.meta.sid)
        .collect();
    assert_eq!(sids, [1, 2]);
    assert_eq!(collection.problems.len(), 1);
    assert_eq!(collection.problems[0].kind, ProblemKind::File);
}

#[test]
fn a_very_long_rule_is_refused_and_the_next_one_read() {
    let long = format!(
        "alert ip any any -> any any (msg:\"{}\"; sid:1;)\n",
        "a".repeat(100_000)
    );
    let collection = read(&format!("{long}alert ip any any -> any any (sid:2;)\n"));
    assert_eq!(collection.problems[0].kind, ProblemKind::Limit);
    assert!(collection.problems[0].source.len() < 250);
    assert_eq!(collection.rules[0].rule.meta.sid, 2);
}
