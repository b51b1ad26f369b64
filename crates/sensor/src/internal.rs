//! What the sensor has to say about itself: it stands among the anomalies, with type `internal`.

use event::{Event, Record, Timestamp};

/// An event about the sensor, with numbers by name.
pub(crate) fn event(name: &'static str, time: Timestamp, numbers: &[(&'static str, u64)]) -> Event {
    let mut record = Record::new();
    record.push("type", "internal");
    record.push("event", name);
    for (name, number) in numbers {
        record.push(*name, *number);
    }
    let mut event = Event::new(time, "anomaly");
    event.body.push("anomaly", record);
    event
}
