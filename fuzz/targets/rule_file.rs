#![no_main]
//! A file of rules, a file of classes and references, and the variables of an operator.

use detect::rule::{Classification, Collection, Resolver, Variables};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut collection = Collection::default();
    collection.read("fuzz.rules", data);
    for problem in collection
        .problems
        .iter()
        .chain(&collection.remarks)
        .chain(&collection.unmet)
    {
        assert!(!problem.to_string().is_empty());
    }
    let mut variables = Variables::default();
    for line in String::from_utf8_lossy(data).lines() {
        if let Some((name, value)) = line.split_once('=') {
            let _ = variables.set(name, value);
        }
    }
    let mut resolver = Resolver::new(&variables);
    for placed in &collection.rules {
        let rule = &placed.rule;
        let _ = resolver.addresses(&rule.source.addresses);
        let _ = resolver.ports(&rule.source.ports);
        let _ = resolver.addresses(&rule.destination.addresses);
        let _ = resolver.ports(&rule.destination.ports);
    }
    for problem in Classification::default().read_config("fuzz.config", data) {
        assert!(!problem.to_string().is_empty());
    }
});
