//! The rules of SigmaHQ, where they are at hand beside the repository.

use super::event;
use crate::sigma::{SigmaCollection, SigmaOutlook, SigmaState};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            found.push(path);
        }
    }
}

#[test]
fn rules_of_sigmahq_load() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/sigma");
    if !folder.is_dir() {
        println!("skipped: there is no ../shared/data/sigma");
        return;
    }
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let mut collection = SigmaCollection::default();
    for path in &paths {
        collection.read(
            &path.display().to_string(),
            &std::fs::read(path).unwrap(),
            Some("DRL 1.1"),
        );
    }
    let rules = collection.finish();
    // Placeholders are the user's to fill: without them, and only so, a rule is refused.
    let without_values = |message: &str| message.contains("--sigma-var");
    let bad: Vec<_> = rules
        .problems()
        .iter()
        .filter(|problem| !without_values(&problem.message.en))
        .map(|problem| problem.in_language(event::Language::En))
        .collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(rules.len() + rules.problems().len(), paths.len());
    let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for review in rules.reviews() {
        let source = review
            .source
            .map(|source| source.name())
            .unwrap_or_default();
        let index = match review.outlook {
            SigmaOutlook::Looks { .. } => 0,
            SigmaOutlook::Never(_) => 1,
            SigmaOutlook::OtherLog(_) => 2,
        };
        counts.entry(source).or_default()[index] += 1;
        assert!(review.about.author.is_some(), "{}", review.about.file);
        if index == 1 {
            println!("{}: {:?}", review.about.title, review.outlook);
        }
    }
    let mut all = [0; 3];
    for (source, count) in &counts {
        (0..3).for_each(|index| all[index] += count[index]);
        if count[0] + count[1] > 0 {
            println!(
                "{source}: {} look, {} never, {} other",
                count[0], count[1], count[2]
            );
        }
    }
    println!(
        "all: {} look, {} never, {} other, {} refused",
        all[0],
        all[1],
        all[2],
        rules.problems().len()
    );
    assert!(all[0] > 215, "{all:?}");
    let mut state = SigmaState::default();
    let body = r#"{"dns":{"type":"request","flags":"100","queries":[{"rrname":"x.onion.pet","rrtype":"A"}]}}"#;
    let found = rules.event(
        &mut state,
        &event("dns", 0, body),
        &crate::HomeNet::default(),
    );
    assert!(!found.is_empty());
}
