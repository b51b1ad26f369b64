//! Every text in both languages, none missing, none unused.

use super::{Localized as _, TEXTS_EN, TEXTS_JA, language_of};
use axum::http::HeaderMap;
use event::{Language, Severity};
use std::collections::BTreeSet;
use std::path::Path;

/// Names in double quotes that begin with `portal.` in our sources and templates.
fn named_in(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            named_in(&path, names);
            continue;
        }
        if path.to_string_lossy().ends_with("tests.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for piece in text.split('"') {
            let is_key = piece.starts_with("portal.")
                && piece.split('.').count() == 3
                && piece
                    .chars()
                    .all(|one| one.is_ascii_alphanumeric() || ".-_".contains(one));
            if is_key {
                names.insert(piece.to_owned());
            }
        }
    }
}

#[test]
fn every_text_is_there_in_both_languages_and_used() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut used = BTreeSet::new();
    named_in(&root.join("src"), &mut used);
    named_in(&root.join("templates"), &mut used);
    used.extend(crate::Code::ALL.map(|code| format!("portal.error.{}", code.key())));
    used.extend(Severity::ALL.map(|one| format!("portal.severity.{}", one.key())));
    let handlings = crate::incidents::Handling::ALL;
    used.extend(handlings.map(|one| format!("portal.handling.{}", one.key())));
    used.extend(crate::audit::Act::all().map(|one| format!("portal.act.{}", one.key())));
    for kind in crate::fleet::AlarmKind::ALL.map(|kind| kind.key()) {
        used.extend([
            format!("portal.alarm.{kind}"),
            format!("portal.alarm.{kind}_advice"),
        ]);
    }
    for texts in [&TEXTS_JA, &TEXTS_EN] {
        let known: BTreeSet<String> = texts.keys().cloned().collect();
        let missing: Vec<_> = used.difference(&known).collect();
        let unused: Vec<_> = known.difference(&used).collect();
        assert!(
            missing.is_empty() && unused.is_empty(),
            "missing {missing:?}, unused {unused:?}"
        );
        assert!(texts.values().all(|text| !text.trim().is_empty()));
    }
}

#[test]
fn values_are_put_in_once() {
    let said = Language::En.say_with(
        "portal.mail.subject",
        &[("severity", "{{title}}"), ("title", "{{")],
    );
    assert_eq!(said, "[Hinomi] {{title}}: {{");
}

#[test]
fn the_language_is_the_best_that_we_speak() {
    for (accepted, expected) in [
        ("", Language::Ja),
        ("de", Language::Ja),
        ("en", Language::En),
        ("EN-us", Language::En),
        ("ja-JP,ja;q=0.9,en;q=0.8", Language::Ja),
        ("ja;q=0.2, en;q=0.8", Language::En),
        ("en;q=0", Language::Ja),
        ("en;q=x, ja;q=0.1", Language::Ja),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert("accept-language", accepted.parse().unwrap());
        assert_eq!(language_of(&headers, None), expected, "{accepted}");
    }
    assert_eq!(
        language_of(&HeaderMap::new(), Some("a=b&lang=en")),
        Language::En
    );
    assert_eq!(
        language_of(&HeaderMap::new(), Some("lang=xx")),
        Language::Ja
    );
}
