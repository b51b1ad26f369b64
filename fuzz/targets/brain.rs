#![no_main]
//! Events as EVE JSON through the analysis to incidents; half-way its state is saved and taken
//! up again.

use analyze::{Brain, Settings};
use event::Timestamp;
use hinomi_fuzz::eve;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    // A saved state may be damaged; that is said, not suffered.
    if data.first() == Some(&b'{') && Brain::restore(Settings::default(), data).is_ok() {
        return;
    }
    let mut brain = Brain::new(Settings::default());
    let events: Vec<_> = eve::events(data).collect();
    let mut now = Timestamp::default();
    for (position, event) in events.iter().enumerate() {
        brain.event(event);
        now = now.max(event.time);
        if position == events.len() / 2 {
            let state = brain.snapshot().expect("the state is plain values");
            brain = Brain::restore(Settings::default(), &state).expect("our own state is readable");
        }
    }
    brain.advance(now);
    brain.finish(now);
    for incident in brain.changed_incidents() {
        let text = serde_json::to_string(&incident).expect("incidents are plain values");
        let read: event::Incident = serde_json::from_str(&text).expect("incidents are readable");
        assert_eq!(read.incident_id, incident.incident_id);
    }
});
