//! Whole rule sets, where they are at hand: everything is read, quickly, and printing loses nothing.

use std::path::{Path, PathBuf};

use detect::rule::{Collection, Resolver, Variables, parse_rule};

/// A path below the folder of shared data; `None` (and a note) where it is not.
fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data")
        .join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

/// Printing and reading again must give the same rules.
fn assert_printable(collection: &Collection) {
    for placed in &collection.rules {
        let text = placed.rule.to_string();
        match parse_rule(text.as_bytes()) {
            Ok(again) => assert_eq!(again.rule, placed.rule, "{text}"),
            Err(fault) => panic!("{fault}: {text}"),
        }
    }
}

fn problems(collection: &Collection) -> String {
    collection
        .problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn emerging_threats_is_read_whole() {
    let Some(path) = shared("rules/etopen.rules") else {
        return;
    };
    let begin = std::time::Instant::now();
    let collection = Collection::load([path]);
    let elapsed = begin.elapsed();
    println!(
        "{} rules, {} remarks, {} duplicates in {elapsed:?}",
        collection.rules.len(),
        collection.remarks.len(),
        collection.duplicates.len()
    );
    assert_eq!(problems(&collection), "");
    assert_eq!(collection.rules.len() + collection.duplicates.len(), 36_440);
    assert!(elapsed.as_secs() < 3, "{elapsed:?}");
    assert_printable(&collection);
}

#[test]
fn every_endpoint_of_emerging_threats_resolves() {
    let Some(path) = shared("rules/etopen.rules") else {
        return;
    };
    let collection = Collection::load([path]);
    let variables = Variables::default();
    let mut resolver = Resolver::new(&variables);
    for placed in &collection.rules {
        for endpoint in [&placed.rule.source, &placed.rule.destination] {
            resolver
                .addresses(&endpoint.addresses)
                .unwrap_or_else(|error| panic!("{error}: {}", placed.rule));
            resolver
                .ports(&endpoint.ports)
                .unwrap_or_else(|error| panic!("{error}: {}", placed.rule));
        }
    }
}

#[test]
fn every_conformance_rule_for_this_version_is_read() {
    let Some(folder) = shared("conformance") else {
        return;
    };
    let (mut rules, mut unmet) = (0, 0);
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    cases.sort();
    for path in cases
        .iter()
        .map(|case| case.join("test.rules"))
        .filter(|path| path.exists())
    {
        let collection = Collection::load([&path]);
        assert_eq!(problems(&collection), "");
        assert_printable(&collection);
        rules += collection.rules.len();
        unmet += collection.unmet.len();
    }
    println!(
        "{rules} rules of {} cases, {unmet} for other versions",
        cases.len()
    );
}
