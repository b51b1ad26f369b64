//! Whole rule sets, where they are at hand: everything is read, and printing loses nothing. The time is shown, not
//! judged, because tests share their machine.

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

/// A small generator of numbers, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// Pieces that mean something to the reader, so that damage goes deeper than the first letter.
const PIECES: &[&str] = &[
    ";",
    "\"",
    "|",
    "\\",
    ":",
    ",",
    "!",
    "[",
    "]",
    "(",
    ")",
    "$",
    "-",
    " ",
    "0",
    "9999999999",
    "relative",
    "http_uri; ",
    "nocase; ",
    "content:\"a\"; ",
    "distance:1; ",
    "pkt_data; ",
    "dns.query; ",
    "http.uri; ",
    "dotprefix; ",
    "file.data; ",
    "byte_extract:1,0,n; ",
    "within:n; ",
    "endswith; ",
    "tls.issuerdn:\"x\"; ",
    "pcre:\"/a/U\"; ",
    "\u{e9}",
    "\0",
];

#[test]
fn damaged_real_rules_are_read_or_refused() {
    let Some(path) = shared("rules/etopen.rules") else {
        return;
    };
    let text = std::fs::read(path).expect("readable");
    let mut numbers = Numbers(20_251_122);
    let (mut read, mut refused) = (0, 0);
    for line in text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .step_by(4)
    {
        {
            let mut bytes = line.to_vec();
            for _ in 0..=numbers.below(3) {
                let at = numbers.below(bytes.len());
                let piece = PIECES[numbers.below(PIECES.len())].as_bytes();
                // Half of the damage falls between two options, where it is likeliest to be understood.
                let gap = bytes
                    .iter()
                    .skip(at)
                    .position(|byte| *byte == b';')
                    .map_or(at, |gap| (at + gap + 2).min(bytes.len()));
                match numbers.below(4) {
                    0 => drop(bytes.splice(at..at, piece.iter().copied())),
                    1 => drop(bytes.splice(at..(at + 1 + numbers.below(8)).min(bytes.len()), [])),
                    _ => drop(bytes.splice(gap..gap, piece.iter().copied())),
                }
            }
            match parse_rule(&bytes) {
                Err(fault) => {
                    refused += 1;
                    assert!(
                        fault.span.start <= fault.span.end && fault.span.end <= bytes.len(),
                        "{fault:?}"
                    );
                }
                Ok(parsed) => {
                    read += 1;
                    let printed = parsed.rule.to_string();
                    let again = parse_rule(printed.as_bytes()).map(|again| again.rule);
                    assert_eq!(
                        again,
                        Ok(parsed.rule),
                        "{}\n{printed}",
                        String::from_utf8_lossy(&bytes)
                    );
                }
            }
        }
    }
    println!("{read} damaged rules read, {refused} refused");
}
