use super::super::content::{DETECTORS, FAMILIES, GLOSSARY, KINDS, PAGES, TECHNIQUES};
use super::{Knowledge, Question, read};
use event::{Communication, Gateway, Text};
use std::collections::{BTreeMap, BTreeSet};

const SLOTS: [&str; 12] = [
    "host", "peer", "site", "time", "count", "chain", "family", "others", "link", "detector",
    "percent", "number",
];
/// Longest sentence: characters in Japanese, words in English.
const JAPANESE_MAX: usize = 90;
const ENGLISH_MAX: usize = 34;
/// Longest run of katakana; longer ones cannot be read at a glance.
const KATAKANA_MAX: usize = 12;

fn base() -> Knowledge {
    read().unwrap_or_else(|error| panic!("{error}"))
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> BTreeSet<&'a str> {
    text.split(open)
        .skip(1)
        .filter_map(|part| part.split_once(close))
        .map(|(inner, _)| inner)
        .collect()
}

/// Keys of the glossary that a text marks.
fn marks(text: &str) -> BTreeSet<&str> {
    between(text, "[[", "]]")
        .into_iter()
        .map(|mark| mark.split_once('|').map_or(mark, |(key, _)| key))
        .collect()
}

/// The text as it is shown, slots left open.
fn shown(base: &Knowledge, text: &Text, japanese: bool) -> String {
    let words = if japanese { &text.ja } else { &text.en };
    let mut shown = words.to_string();
    for mark in between(words, "[[", "]]") {
        let word = match mark.split_once('|') {
            Some((_, word)) => word.to_owned(),
            None => {
                let name = &base.glossary[mark].name;
                (if japanese { &name.ja } else { &name.en }).to_string()
            }
        };
        shown = shown.replace(&format!("[[{mark}]]"), &word);
    }
    shown
}

/// Every text of the base, with the place where it stands.
fn every_text(base: &Knowledge) -> Vec<(String, Text)> {
    let mut all = Vec::new();
    let mut add = |place: String, text: &Text| all.push((place, text.clone()));
    for (name, page) in &base.pages {
        for (part, text) in [
            ("title", &page.title),
            ("summary", &page.summary),
            ("meaning", &page.meaning),
            ("course", &page.course),
            ("tell", &page.tell),
        ] {
            add(format!("{name}.{part}"), text);
        }
    }
    for (key, action) in &base.actions {
        for gateway in Gateway::ALL {
            add(
                format!("action {key} {}", gateway.key()),
                &action.text(gateway),
            );
        }
    }
    for (what, entries) in [
        ("glossary", &base.glossary),
        ("technique", &base.techniques),
        ("detector", &base.detectors),
    ] {
        for (key, entry) in entries {
            add(format!("{what} {key}"), &entry.text);
        }
    }
    for (key, family) in &base.families {
        add(format!("family {key} what"), &family.what);
        add(format!("family {key} course"), &family.course);
        add(format!("family {key} care"), &family.care);
    }
    for (key, kind) in &base.kinds {
        add(format!("kind {key}"), &kind.meaning);
    }
    let frame = &base.frame;
    let said = frame.preserve.iter().chain(&frame.ask);
    for (key, text) in said.chain(&frame.reasons) {
        add(format!("frame {key}"), text);
    }
    for (question, answers) in &frame.checked {
        add(format!("seen {question:?}"), &answers.seen);
        add(format!("not seen {question:?}"), &answers.not_seen);
    }
    for (link, text) in &frame.link {
        add(format!("link {link:?}"), text);
    }
    for text in [
        &frame.others,
        &frame.chain,
        &frame.infected,
        &frame.attempt,
        &frame.family,
        &frame.checked_limits,
    ] {
        add("frame".to_owned(), text);
    }
    all
}

#[test]
fn every_text_has_both_languages_with_the_same_slots_and_known_words() {
    let base = base();
    for (place, text) in every_text(&base) {
        assert!(!text.ja.is_empty() && !text.en.is_empty(), "{place}");
        assert!(text.en.is_ascii(), "{place}: English with Japanese in it");
        assert!(!text.ja.is_ascii(), "{place}: Japanese without any");
        let slots = between(&text.ja, "{", "}");
        assert_eq!(slots, between(&text.en, "{", "}"), "{place}");
        for slot in slots {
            assert!(SLOTS.contains(&slot), "{place}: slot {slot}");
        }
        for key in marks(&text.ja).union(&marks(&text.en)) {
            assert!(base.glossary.contains_key(*key), "{place}: word {key}");
        }
    }
    for entries in [&base.glossary, &base.techniques, &base.detectors] {
        for (key, entry) in entries {
            assert!(
                !entry.name.ja.is_empty() && entry.name.en.is_ascii(),
                "{key}"
            );
            assert!(
                !entry.name.ja.contains("[[") && !entry.name.en.contains("[["),
                "{key}"
            );
        }
    }
}

#[test]
fn sentences_are_short_and_can_be_read() {
    let base = base();
    let mut long = Vec::new();
    for (place, text) in every_text(&base) {
        for sentence in shown(&base, &text, true).split('。') {
            if sentence.chars().count() > JAPANESE_MAX {
                long.push(format!("{place}: {sentence}"));
            }
            let mut run = 0;
            for character in sentence.chars() {
                let katakana = matches!(character, 'ァ'..='ヺ' | 'ー');
                run = if katakana { run + 1 } else { 0 };
                if run > KATAKANA_MAX {
                    long.push(format!("{place}: katakana in {sentence}"));
                    break;
                }
            }
        }
        for sentence in shown(&base, &text, false).split_inclusive(['.', '?', '!']) {
            if sentence.split_whitespace().count() > ENGLISH_MAX {
                long.push(format!("{place}: {sentence}"));
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn every_communication_has_a_page_and_every_page_its_parts() {
    let base = base();
    for communication in Communication::ALL {
        assert!(base.pages.contains_key(communication.key()));
    }
    for (name, page) in &base.pages {
        assert!(page.checked.len() >= 2, "{name}");
        assert!(base.frame.preserve.contains_key(&page.preserve), "{name}");
        assert!(base.frame.ask.contains_key(&page.ask), "{name}");
        assert!(page.actions.len() >= 4, "{name}");
        let mut last = None;
        for key in &page.actions {
            let when = base.actions.get(key).map(|action| action.when);
            assert!(when.is_some(), "{name}: {key}");
            assert!(when >= last, "{name}: {key} is out of order");
            last = when;
        }
    }
    for question in Question::ALL {
        assert!(base.frame.checked.contains_key(&question), "{question:?}");
    }
}

#[test]
fn families_are_told_apart_and_every_action_and_word_is_used() {
    let base = base();
    let mut owners = BTreeMap::new();
    let mut actions: BTreeSet<&String> =
        base.pages.values().flat_map(|page| &page.actions).collect();
    for (key, family) in &base.families {
        let kind = base.kinds.get(&family.kind);
        assert!(kind.is_some(), "{key}: {}", family.kind);
        actions.extend(kind.iter().flat_map(|kind| &kind.actions));
        actions.extend(&family.actions);
        for alias in &family.aliases {
            assert_eq!(*alias, alias.to_lowercase(), "{key}");
            let other = owners.insert(alias, key);
            assert_eq!(other, None, "{alias} stands for {key}, too");
        }
    }
    for key in &actions {
        assert!(base.actions.contains_key(*key), "action {key}");
    }
    for key in base.actions.keys() {
        assert!(actions.contains(key), "nothing asks for {key}");
    }
    let texts = every_text(&base);
    let used: BTreeSet<&str> = texts
        .iter()
        .flat_map(|(_, text)| marks(&text.ja).into_iter().chain(marks(&text.en)))
        .collect();
    for key in base.glossary.keys() {
        assert!(used.contains(key.as_str()), "no text uses {key}");
    }
}

/// A key that stands in two files would be lost in silence.
#[test]
fn no_key_stands_twice() {
    for files in [
        &TECHNIQUES[..],
        &FAMILIES[..],
        &[GLOSSARY],
        &[DETECTORS],
        &[KINDS],
    ] {
        let mut keys = BTreeSet::new();
        for line in files.iter().flat_map(|file| file.lines()) {
            if line.starts_with('[') {
                assert!(keys.insert(line), "{line}");
            }
        }
    }
    assert_eq!(PAGES.len(), Communication::ALL.len() + 3);
}

/// What stands between two marks in every file of a kind below a folder, up to the tests of each file.
fn found_in(folder: &str, ending: &str, open: &str, close: &[char]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !name.ends_with(ending) || name.ends_with("tests.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            let parts = text.split(open).skip(1);
            found.extend(parts.filter_map(|part| Some(part.split(close).next()?.to_owned())));
        }
    }
    found
}

/// Whoever adds a detector says in `content/knowledge/detectors.toml` what it looks at.
#[test]
fn every_detector_has_a_page() {
    let base = base();
    for folder in ["src/behaviour", "src/scan", "src/correlate"] {
        for id in found_in(folder, ".rs", " id: \"", &['"']) {
            assert!(base.detectors.contains_key(&id), "no page for {id}");
        }
    }
    for id in ["signature", "indicator", "yara", "sigma"] {
        assert!(base.detectors.contains_key(id), "{id}");
    }
}

/// Whoever names a technique says in `content/knowledge/techniques/` what it is.
#[test]
fn every_technique_that_we_name_has_a_page() {
    let base = base();
    let mut ids = found_in(
        "../../content/signatures",
        ".rules",
        "mitre_technique_id ",
        &[',', ';'],
    );
    for folder in ["src/behaviour", "src/scan", "src/correlate"] {
        let quoted = found_in(folder, ".rs", "\"T1", &['"']);
        ids.extend(quoted.into_iter().map(|rest| format!("T1{rest}")));
    }
    assert!(ids.len() > 20, "{ids:?}");
    for id in ids {
        assert!(base.technique(&id).is_some(), "no page for {id}");
    }
}
