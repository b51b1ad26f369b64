use super::split::pieces;
use super::*;
use proptest::prelude::*;

fn loaded(texts: &[(&str, &str)]) -> (Yara, LoadReport, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in texts {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let paths = [folder.path().to_owned()];
    let (yara, report) = Yara::load(&paths, Duration::from_secs(60));
    (yara, report, folder)
}

const RULES: &str = r#"import "pe"
// a comment with { and "
private rule Helper { strings: $h = "helper" condition: $h }
rule Dropper : trojan dropper
{
    meta:
        author = "somebody"
        score = 75
        sure = true
    strings:
        $a = "evil \" { string" // }
        $hex = { 4D 5A [2-4] ( 90 | 91 ) /* } */ }
        $re = /ab\/c[0-9]{2}/ nocase
    condition:
        any of them or pe.number_of_sections == 99
}
rule Named { condition: filename == "note.txt" and extension == ".txt" }
rule Uses { condition: Helper and filesize < 1MB }
"#;

#[test]
fn matches_tell_rule_tags_meta_and_places() {
    let (yara, report, _folder) = loaded(&[("one.yar", RULES), ("notes.md", "rule")]);
    assert_eq!(report.problems, []);
    assert_eq!((report.loaded, report.files), (4, 1));
    let scan = yara.scan(b"xx evil \" { string AB/C42 helper", "note.txt");
    assert!(!scan.timed_out);
    let names: Vec<&str> = scan.matches.iter().map(|m| m.rule.as_str()).collect();
    assert_eq!(names, ["Dropper", "Named", "Uses"]);
    let dropper = &scan.matches[0];
    assert_eq!(dropper.file, "one");
    assert_eq!(dropper.tags, ["trojan", "dropper"]);
    assert_eq!(
        dropper.meta,
        [
            ("author".to_owned(), MetaValue::Text("somebody".to_owned())),
            ("score".to_owned(), MetaValue::Number(75)),
            ("sure".to_owned(), MetaValue::Truth(true)),
        ]
    );
    let places: Vec<(&str, u64, u64)> = dropper
        .places
        .iter()
        .map(|place| (place.string.as_str(), place.offset, place.length))
        .collect();
    assert_eq!(places, [("$a", 3, 15), ("$re", 19, 6)]);
    assert_eq!(dropper.places[1].bytes, b"AB/C42");
    assert_eq!(yara.scan(b"", "").matches, []);
}

#[test]
fn a_bad_rule_costs_itself_only() {
    let bad = "rule Good { condition: true }\n\
        rule Bad {\n  condition: nothing_of_this_name }\n\
        rule Open { strings: $a = \"x\" condition: $a\n\
        rule After { condition: true }\n\
        include \"/etc/passwd\"\n\
        import \"nosuch\"\n\
        rule Good { condition: false }\n\
        rule Last { condition: true }\n\
        }";
    let (yara, report, _folder) = loaded(&[
        ("bad.yara", bad),
        ("fine.yar", "rule Good { condition: true }"),
    ]);
    let lines: Vec<u32> = report.problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [3, 4, 6, 7, 8, 10], "{:#?}", report.problems);
    assert!(
        report
            .problems
            .iter()
            .all(|problem| !problem.message.is_empty())
    );
    assert_eq!(report.loaded, 4);
    let scan = yara.scan(b"anything", "x");
    let names: Vec<(&str, &str)> = scan
        .matches
        .iter()
        .map(|found| (found.file.as_str(), found.rule.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            ("bad", "Good"),
            ("bad", "After"),
            ("bad", "Last"),
            ("fine", "Good")
        ]
    );
}

#[test]
fn a_file_that_cannot_be_read_is_a_problem() {
    let (_, report) = Yara::load(&["/nowhere/x.yar".into()], Duration::from_secs(1));
    assert_eq!(report.problems.len(), 1);
    assert!(report.problems[0].message.contains("cannot read"));
}

proptest! {
    #[test]
    fn pieces_lie_in_the_text_in_order(text in "[rulepivate{}\"/*\\\\ \n$a=]{0,200}") {
        let mut from = 0;
        for piece in pieces(&text) {
            prop_assert!(!piece.text.is_empty());
            let at = from + text[from..].find(piece.text).unwrap();
            prop_assert!(piece.line >= 1 && piece.line <= 1 + text.matches('\n').count());
            from = at + piece.text.len();
        }
    }

    #[test]
    fn no_text_is_too_strange(text in ".{0,300}") {
        for piece in pieces(&text) {
            prop_assert!(!piece.text.is_empty());
        }
    }
}

/// So many rules as collections have them: texts in several forms, bytes with gaps, now and then an expression.
fn many_rules(count: usize) -> String {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut chance = move |of: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % of
    };
    let mut text = String::new();
    for number in 0..count {
        let mut word = |length: usize| -> String {
            let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./ ";
            (0..length)
                .map(|_| char::from(letters[chance(letters.len() as u64) as usize]))
                .collect()
        };
        let (nocase, wide) = (word(12), word(20));
        let bytes: Vec<String> = word(11).bytes().map(|byte| format!("{byte:02X}")).collect();
        let (first, last) = (bytes[..6].join(" "), bytes[6..].join(" "));
        let expression = if number % 5 == 0 {
            format!("$d = /x{number}_[0-9]{{2,8}}(x|y|z)+[a-f]{{3}}/")
        } else {
            String::new()
        };
        text.push_str(&format!(
            "rule R{number} : t {{ meta: score = {number} strings: $a = \"{nocase}\" nocase $b = \"{wide}\" wide ascii \
             $c = {{ {first} ?? [2-6] {last} }} {expression} condition: filesize < 20MB and any of them }}\n"
        ));
    }
    text
}

#[test]
fn a_large_collection_is_loaded_and_asked() {
    let rules = many_rules(500);
    let (yara, report, _folder) = loaded(&[("many.yar", &rules)]);
    assert_eq!(report.problems, []);
    assert_eq!(report.loaded, 500);
    let mut file = vec![b'.'; 64 << 10];
    file.extend(b"x250_123yyabc");
    let scan = yara.scan(&file, "a.bin");
    let names: Vec<&str> = scan
        .matches
        .iter()
        .map(|found| found.rule.as_str())
        .collect();
    assert_eq!((names, scan.timed_out), (vec!["R250"], false));
}

/// A rule that would be asked for hours ends when its time is over, and says so; what was found before is told.
#[test]
fn the_time_of_a_scan_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let rules = "rule Quick { condition: filesize > 0 }\n\
                 rule Endless { condition: for any i in (0..filesize) : \
                 ( for any j in (0..filesize) : ( uint8(i) + uint8(j) == 999 ) ) }";
    std::fs::write(folder.path().join("bad.yar"), rules).unwrap();
    let (yara, _) = Yara::load(&[folder.path().to_owned()], Duration::from_millis(50));
    let scan = yara.scan(&vec![b'a'; 1 << 20], "a.bin");
    assert!(scan.timed_out);
    assert_eq!(scan.matches.len(), 1);
}
