//! What is said when too much comes.

use crate::build::{Lines, batch, udp};
use flow::Load;
use sensor::{Counters, Detectors, Pipeline, Settings};
use std::sync::Arc;

#[test]
fn what_is_left_out_is_told_when_it_begins_and_when_it_ends() {
    let settings = Settings {
        workers: 2,
        ..Settings::default()
    };
    let detectors = Arc::new(Detectors::load(&settings).unwrap());
    let mut pipeline = Pipeline::new(&settings, &detectors);
    let mut lines = Lines::default();
    let from = |port| {
        let to = ([10, 9, 9, 9], 9_999);
        vec![(
            1_000_000,
            udp(([10, 0, 0, 1], port), to, 1, b"\xff\xfe\x00"),
        )]
    };
    for (port, load) in [
        (1, Load::Ordinary),
        (2, Load::Overload),
        (3, Load::Ordinary),
    ] {
        pipeline.bear(load, &mut lines).unwrap();
        pipeline.take(batch(&from(port)), &mut lines).unwrap();
        pipeline.flush(&mut lines).unwrap();
    }
    let counters = |drops| {
        vec![Counters {
            packets: 10,
            drops,
            ..Counters::default()
        }]
    };
    for drops in [0, 3, 3, 7] {
        pipeline.note_capture(counters(drops), &mut lines).unwrap();
    }
    pipeline.finish(&mut lines).unwrap();

    let told: Vec<_> = lines
        .of_kind("anomaly")
        .iter()
        .map(|event| event["anomaly"].clone())
        .filter(|anomaly| anomaly["type"] == "internal")
        .collect();
    let names: Vec<_> = told.iter().map(|anomaly| &anomaly["event"]).collect();
    assert_eq!(
        names,
        [
            "load_overload",
            "load_ordinary",
            "kernel_drops",
            "kernel_drops"
        ]
    );
    assert_eq!(told[1]["flows_shed"], 1);
    assert_eq!(
        (&told[2]["count"], &told[3]["count"]),
        (&3.into(), &4.into())
    );
    let stats = &lines.of_kind("stats")[0]["stats"];
    assert_eq!(stats["flow"]["shed"], 1);
    assert_eq!(stats["capture"]["kernel_drops"], 7);
    assert_eq!(lines.of_kind("flow").len(), 2);
}
