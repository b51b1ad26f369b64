//! Lists of others, where they are at hand: nothing of them is held back, and they are read for the most part.

use event::{Endpoint, Purpose, Timestamp};
use intelligence::{Format, Loader};
use std::path::Path;

#[test]
fn lists_of_others_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/intel");
    if !folder.is_dir() {
        eprintln!("skipped: there is no {}", folder.display());
        return;
    }
    let (indicators, report) = Loader::default().load([&folder]);
    let held: Vec<_> = report
        .held
        .iter()
        .map(|held| {
            (
                &held.list,
                held.reason,
                held.count,
                held.entries,
                &held.examples,
            )
        })
        .collect();
    println!(
        "{} entries in {} MiB, {} left out ({:?}), {} braked, {} warnings, {} notes without room, {:?}",
        report.entries,
        indicators.bytes() >> 20,
        report.skipped_total(),
        report.skipped,
        report.braked,
        report.warnings,
        report.notes_left_out,
        report.unreadable
    );
    assert!(held.is_empty(), "{held:?}");
    let share = report.skipped_total() as f64 / report.entries as f64;
    assert!(report.entries > 1_500_000 && share < 0.1, "{share}");
    assert!(indicators.bytes() < 80 << 20);
    for format in [
        Format::Plain,
        Format::Columns,
        Format::Maltrail,
        Format::Stix,
        Format::Misp,
        Format::Warning,
    ] {
        assert!(
            report.each.iter().any(|list| list.format == format),
            "{format}"
        );
    }
    // One of maltrail's onion gateways.
    let now = Timestamp::default();
    let hit = indicators.match_domain("www.onion.cab", "", now);
    assert_eq!(hit.and_then(|hit| hit.facts.purpose), Some(Purpose::Tor));
    let resolver = Endpoint::new([8, 8, 8, 8].into(), 53);
    let braked = indicators.match_endpoint(resolver, "", now);
    assert!(braked.is_none_or(|hit| hit.facts.brake.is_some()));
}
