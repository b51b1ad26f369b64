//! The whole of a public rule set, where it lies beside the repository: what loads, what is refused and why.

use detect::rule::{Collection, Variables};
use detect::signature::{Ruleset, Settings};
use std::path::Path;
use std::time::Instant;

#[test]
fn a_public_rule_set_loads() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/rules/etopen.rules");
    if !path.exists() {
        eprintln!("skipped: no rule set at {}", path.display());
        return;
    }
    let begin = Instant::now();
    let collection = Collection::load([&path]);
    let parsed = begin.elapsed();
    let begin = Instant::now();
    let rules = collection.rules.iter().map(|placed| &placed.rule);
    let (ruleset, refused) = Ruleset::compile(rules, &Variables::default(), &Settings::default());
    eprintln!(
        "{} rules read in {parsed:?} ({} problems), {} compiled in {:?}, {} refused",
        collection.rules.len(),
        collection.problems.len(),
        ruleset.len(),
        begin.elapsed(),
        refused.len()
    );
    for (missing, count) in &ruleset.summary().by_missing {
        eprintln!("{count:6}  {missing}");
    }
    assert_eq!(ruleset.len() + refused.len(), collection.rules.len());
    assert!(ruleset.len() * 100 > collection.rules.len() * 95);
}
