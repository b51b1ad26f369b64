//! Seeds that are text: rules, and times.

use crate::store::Store;
use std::io;

/// Rules of every form, and our own.
const RULES: [&str; 3] = [
    include_str!("../../../../crates/detect/tests/rules/right.rules"),
    include_str!("../../../../content/signatures/hinomi.rules"),
    include_str!("../../../seeds/engine.rules"),
];

pub fn store(store: &mut Store) -> io::Result<()> {
    let rules: Vec<&str> = RULES
        .iter()
        .flat_map(|text| text.lines())
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    for rule in &rules {
        store.seed("rule", rule.as_bytes())?;
    }
    for group in rules.chunks(4) {
        let text = format!(
            "HOME_NET=[10.0.0.0/8,!10.1.0.0/16]\n# note\n{}\n",
            group.join("\n")
        );
        store.seed("rule_file", text.as_bytes())?;
    }
    // A rule, and a request over flow 0 that it may look at.
    let request = b"GET /a.php?q=dGVzdA HTTP/1.1\r\nHost: a.example\r\nUser-Agent: x\r\n\r\n";
    for rule in &rules {
        let mut seed = [rule.as_bytes(), b"\0"].concat();
        hinomi_fuzz::traffic::write_step(
            &mut seed,
            hinomi_fuzz::traffic::Kind::Open,
            0,
            false,
            &[],
        );
        hinomi_fuzz::traffic::write_step(
            &mut seed,
            hinomi_fuzz::traffic::Kind::Next,
            0,
            false,
            request,
        );
        store.seed("signature", &seed)?;
    }
    for time in [
        "2026-11-22T19:44:45.123456Z",
        "2026-11-22T19:44:45.123456+0000",
        "-009999-01-01T00:00:00Z",
    ] {
        store.seed("timestamp", time.as_bytes())?;
    }
    Ok(())
}
