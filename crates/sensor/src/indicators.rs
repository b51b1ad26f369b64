//! What is told of an indicator that was seen: an event of its own, and a hit for the brain.

use analyze::{IndicatorFacts, IndicatorHit, IndicatorKind};
use event::{Event, Record, Side, Value};
use intelligence::Hit;

/// The event that says which indicator was seen where, and what is known of it.
pub(crate) fn event(carrier: &Event, record: Record) -> Event {
    let mut body = Record::new();
    body.push("indicator", record);
    Event {
        kind: "indicator".into(),
        body,
        ..carrier.clone()
    }
}

/// What is known of the indicator, and where it was seen.
pub(crate) fn record(hit: &Hit) -> Record {
    let mut record = Record::new();
    record.push("value", hit.value.clone());
    record.push("type", hit.kind.name());
    record.push("seen_in", hit.place);
    record.push("list", hit.list.to_string());
    let facts = &hit.facts;
    if !hit.others.is_empty() {
        let others = hit.others.iter().map(|list| Value::from(list.to_string()));
        record.push("other_lists", others.collect::<Vec<_>>());
    }
    if let Some(purpose) = facts.purpose {
        record.push("purpose", purpose.key());
    }
    for (name, text) in [
        ("malware_family", &facts.family),
        ("actor", &facts.actor),
        ("technique", &facts.technique),
        ("note", &facts.note),
        ("warning_list", &facts.brake),
    ] {
        if let Some(text) = text {
            record.push(name, text.to_string());
        }
    }
    if let Some(name) = &hit.harmless_name {
        record.push("harmless_name", name.clone());
    }
    if let Some(confidence) = facts.confidence {
        record.push("confidence", u64::from(confidence));
    }
    for (name, time) in [
        ("first_seen", facts.first_seen),
        ("last_seen", facts.last_seen),
        ("valid_until", facts.valid_until),
    ] {
        if let Some(time) = time {
            record.push(name, time.rfc3339());
        }
    }
    record
}

/// The same for the brain; the event that carries the indicator says what is known of it.
pub(crate) fn hit(carrier: &Event, hit: Hit, record: Record, answered: bool) -> IndicatorHit {
    let mut event = carrier.clone();
    event.body.push("indicator", record);
    let text = |text: Option<std::sync::Arc<str>>| text.map(|text| text.to_string());
    IndicatorHit {
        time: carrier.time,
        kind: kind(hit.kind),
        value: hit.value,
        list: hit.list.to_string(),
        side: match hit.place {
            "src_ip" => Some(Side::Client),
            "dest_ip" => Some(Side::Server),
            _ => None,
        },
        facts: IndicatorFacts {
            purpose: hit.facts.purpose,
            confidence: hit.facts.confidence,
            family: text(hit.facts.family),
            actor: text(hit.facts.actor),
            technique: text(hit.facts.technique),
            note: text(hit.facts.note),
            warning_list: text(hit.facts.brake),
            harmless_name: hit.harmless_name,
            first_seen: hit.facts.first_seen,
            last_seen: hit.facts.last_seen,
            other_lists: hit.others.iter().map(ToString::to_string).collect(),
        },
        answered,
        event,
    }
}

fn kind(kind: intelligence::IndicatorKind) -> IndicatorKind {
    use IndicatorKind as To;
    use intelligence::IndicatorKind as From;
    match kind {
        From::Address => To::Address,
        From::Domain => To::Domain,
        From::Url => To::Url,
        From::FileHash | From::Certificate => To::FileHash,
        // The brain tells fingerprints of clients apart by their form.
        From::Ja3 | From::Ja4 => To::Ja3,
    }
}
