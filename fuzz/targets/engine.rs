#![no_main]
//! Our own signatures, and one rule for each keyword, over traffic; see `hinomi_fuzz::traffic`.

use detect::rule::{Collection, Variables};
use detect::signature::{EngineState, Ruleset, Settings};
use flow::Tracker;
use hinomi_fuzz::guard::Guard;
use hinomi_fuzz::traffic;
use std::sync::{Arc, LazyLock};

static RULES: LazyLock<Arc<Ruleset>> = LazyLock::new(|| {
    let mut collection = Collection::default();
    for text in [
        include_str!("../../content/signatures/hinomi.rules"),
        include_str!("../../crates/detect/tests/rules/right.rules"),
        include_str!("../seeds/engine.rules"),
    ] {
        collection.read("fuzz.rules", text.as_bytes());
    }
    let rules = collection.rules.iter().map(|placed| &placed.rule);
    Arc::new(Ruleset::compile(rules, &Variables::default(), &Settings::default()).0)
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut tracker = Tracker::<EngineState>::new(flow::Settings::default());
    traffic::play(&mut tracker, data, &mut Guard::over(Arc::clone(&RULES)));
});
