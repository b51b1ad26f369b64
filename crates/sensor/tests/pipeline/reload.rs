//! New rules while flows go on.

use crate::build::{Lines, batch, udp};
use sensor::{Detectors, Pipeline, Settings};
use std::path::Path;
use std::sync::Arc;

const CLIENT: ([u8; 4], u16) = ([192, 168, 1, 10], 40_000);
const SERVER: ([u8; 4], u16) = ([192, 168, 1, 20], 7_777);

const BEFORE: &str = r#"
alert udp any any -> any 7777 (msg:"gone later"; content:"nobody says this"; sid:900;)
alert udp any any -> any 7777 (msg:"remembers"; content:"first"; flowbits:set,live.first; noalert; sid:1;)
alert udp any any -> any 7777 (msg:"once an hour"; content:"again"; threshold:type limit,track by_src,count 1,seconds 3600; sid:2;)
alert udp any any -> any 7777 (msg:"old words"; content:"words"; sid:3;)
"#;

const AFTER: &str = r#"
alert udp any any -> any 7777 (msg:"once an hour"; content:"again"; threshold:type limit,track by_src,count 1,seconds 3600; sid:2; rev:2;)
alert udp any any -> any 7777 (msg:"unrelated"; flowbits:set,live.other; content:"nobody says this either"; sid:700;)
alert udp any any -> any 7777 (msg:"follows"; content:"second"; flowbits:isset,live.first; sid:4;)
alert udp any any -> any 7777 (msg:"new words"; content:"words"; flowbits:isnotset,live.other; sid:5;)
alert udp any any -> any 7777 (msg:"remembers"; content:"first"; flowbits:set,live.first; noalert; sid:1;)
"#;

fn detectors(rules: &Path, text: &str, workers: usize) -> (Settings, Arc<Detectors>) {
    std::fs::write(rules, text).unwrap();
    let settings = Settings {
        rules: vec![rules.to_path_buf()],
        workers,
        ..Settings::default()
    };
    let detectors = Arc::new(Detectors::load(&settings).unwrap());
    (settings, detectors)
}

fn say(words: &[&str], start: i64) -> Vec<(i64, Vec<u8>)> {
    let words = words.iter().zip(start..);
    words
        .map(|(word, time)| (time * 1_000_000, udp(CLIENT, SERVER, 1, word.as_bytes())))
        .collect()
}

#[test]
fn flows_bits_and_thresholds_outlive_a_reload() {
    for workers in [1, 3] {
        let folder = tempfile::tempdir().unwrap();
        let rules = folder.path().join("test.rules");
        let (settings, old) = detectors(&rules, BEFORE, workers);
        let (_, new) = detectors(&rules, AFTER, workers);
        let mut pipeline = Pipeline::new(&settings, &old);
        let mut lines = Lines::default();
        let before = say(&["first", "again", "again", "words"], 1);
        pipeline.take(batch(&before), &mut lines).unwrap();
        pipeline.reload(&new);
        let after = say(&["words", "again", "second", "second"], 10);
        pipeline.take(batch(&after), &mut lines).unwrap();
        pipeline.finish(&mut lines).unwrap();

        assert_eq!(lines.sids(), [2, 3, 5, 4, 4], "{workers} workers");
        let flows = lines.of_kind("flow");
        assert_eq!(flows.len(), 1);
        assert_eq!(flows[0]["flow"]["pkts_toserver"], 8);
    }
}

#[test]
fn a_reload_between_any_two_packets_loses_none() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("test.rules");
    let (settings, one) = detectors(&rules, BEFORE, 2);
    let (_, other) = detectors(&rules, BEFORE, 2);
    let mut pipeline = Pipeline::new(&settings, &one);
    let mut lines = Lines::default();
    for round in 0..50 {
        let frames = say(&["words"], round);
        pipeline.take(batch(&frames), &mut lines).unwrap();
        pipeline.reload(if round % 2 == 0 { &other } else { &one });
    }
    let summary = pipeline.finish(&mut lines).unwrap();
    assert_eq!(lines.sids(), vec![3; 50]);
    assert_eq!(summary.flows.packets, 50);
    assert_eq!(lines.of_kind("flow").len(), 1);
}
