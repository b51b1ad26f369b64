#![no_main]
//! Rules of the input's own over its traffic: rules, a zero byte, then the steps of
//! `hinomi_fuzz::traffic`.

use detect::rule::{Collection, Variables};
use detect::signature::{EngineState, Ruleset, Settings};
use flow::Tracker;
use hinomi_fuzz::guard::Guard;
use hinomi_fuzz::traffic;
use std::sync::Arc;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let end = data
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(data.len());
    let (text, steps) = data.split_at(end);
    let mut collection = Collection::default();
    collection.read("fuzz.rules", text);
    let rules: Vec<_> = collection.rules.iter().map(|placed| &placed.rule).collect();
    if rules.is_empty() {
        return;
    }
    let (ruleset, refused) = Ruleset::compile(
        rules.iter().copied(),
        &Variables::default(),
        &Settings::default(),
    );
    assert_eq!(
        ruleset.len() + refused.len(),
        rules.len(),
        "a rule is dropped silently"
    );
    assert!(refused.iter().all(|refused| !refused.missing.is_empty()));
    if ruleset.is_empty() {
        return;
    }
    let mut tracker = Tracker::<EngineState>::new(flow::Settings::default());
    let steps = steps.get(1..).unwrap_or_default();
    traffic::play(&mut tracker, steps, &mut Guard::over(Arc::new(ruleset)));
});
