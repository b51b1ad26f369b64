//! Files in events: what YARA rules found, and what was kept.

use super::{EndedFile, StoredFile};
use analyze::YaraHit;
use detect::yara::{Match, MetaValue, Place};
use event::{Event, Record, Value};

/// The event of a match: that of the file, with what matched where.
pub(crate) fn yara_event(ended: &EndedFile, found: &Match) -> Event {
    let mut event = Event {
        kind: "yara".into(),
        ..ended.event.clone()
    };
    let mut yara = Record::new();
    yara.push("rule", found.rule.clone());
    yara.push("namespace", found.file.clone());
    yara.push("tags", texts(&found.tags));
    let mut meta = Record::new();
    for (name, value) in &found.meta {
        // A rule may say a thing twice.
        if meta.at(name).is_none() {
            meta.push(name.clone(), value_of(value));
        }
    }
    yara.push("meta", meta);
    let strings = found
        .places
        .iter()
        .map(|place| Value::Record(string(place)));
    yara.push("strings", Value::List(strings.collect()));
    yara.push("scanned_bytes", ended.body.len() as u64);
    yara.push("complete", ended.is_whole && ended.sha256.is_some());
    event.body.push("yara", yara);
    event
}

fn string(place: &Place) -> Record {
    let mut record = Record::new();
    record.push("identifier", place.string.clone());
    record.push("offset", place.offset);
    record.push("length", place.length);
    let printable = place.bytes.iter().map(|byte| match byte {
        0x20..=0x7e => char::from(*byte),
        _ => '.',
    });
    record.push("data_printable", printable.collect::<String>());
    record
}

fn texts(texts: &[String]) -> Value {
    Value::List(texts.iter().map(|text| text.clone().into()).collect())
}

fn value_of(value: &MetaValue) -> Value {
    match value {
        MetaValue::Text(text) => text.clone().into(),
        MetaValue::Number(number) => (*number).into(),
        MetaValue::Truth(truth) => (*truth).into(),
    }
}

/// The same for the brain.
pub(crate) fn yara_hit(event: &Event, is_put: bool, found: &Match) -> YaraHit {
    let meta = found.meta.iter().map(|(name, value)| {
        let text = match value {
            MetaValue::Text(text) => text.clone(),
            MetaValue::Number(number) => number.to_string(),
            MetaValue::Truth(truth) => truth.to_string(),
        };
        (name.clone(), text)
    });
    YaraHit {
        time: event.time,
        rule: found.rule.clone(),
        file: found.file.clone(),
        tags: found.tags.clone(),
        meta: meta.collect(),
        is_put,
        event: event.clone(),
    }
}

/// Says in a `fileinfo` event that the file is kept, and under which name.
pub(crate) fn note_stored(event: &mut Event, stored: &StoredFile) {
    let mut info = event
        .body
        .at("fileinfo")
        .and_then(Value::as_record)
        .cloned()
        .unwrap_or_default();
    info.set("stored", true);
    info.set("file_id", stored.number);
    info.set("sha256", stored.name.clone());
    event.body.set("fileinfo", info);
}
