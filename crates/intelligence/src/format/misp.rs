//! MISP events and attributes (the MISP core format, draft-dulaunoy-misp-core-format).

use crate::entry::Parsed;
use crate::facts::Facts;
use crate::limits::{NAME_CHARACTERS_MAX, NOTE_CHARACTERS_MAX, OBJECTS_MAX};
use crate::loader::Reading;
use crate::purpose::{self, better, shortened};
use crate::report::{Place, Reason};
use crate::time;
use event::Purpose;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;

/// What a document may be wrapped in.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Outer<'a> {
    #[serde(borrow, rename = "Event")]
    event: Option<&'a RawValue>,
    #[serde(borrow)]
    response: Option<&'a RawValue>,
    #[serde(borrow, rename = "Attribute")]
    attributes: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Event<'a> {
    info: Option<String>,
    #[serde(rename = "Tag")]
    tags: Vec<Tag>,
    #[serde(rename = "Galaxy")]
    galaxies: Vec<Galaxy>,
    #[serde(borrow, rename = "Attribute")]
    attributes: Vec<&'a RawValue>,
    #[serde(borrow, rename = "Object")]
    objects: Vec<Object<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Object<'a> {
    deleted: bool,
    #[serde(borrow, rename = "Attribute")]
    attributes: Vec<&'a RawValue>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Tag {
    name: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Galaxy {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "GalaxyCluster")]
    clusters: Vec<Cluster>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Cluster {
    value: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Attribute {
    uuid: String,
    #[serde(rename = "type")]
    kind: String,
    category: String,
    value: String,
    comment: Option<String>,
    to_ids: bool,
    deleted: bool,
    timestamp: Option<Number>,
    first_seen: Option<String>,
    last_seen: Option<String>,
    #[serde(rename = "Tag")]
    tags: Vec<Tag>,
    #[serde(rename = "Galaxy")]
    galaxies: Vec<Galaxy>,
}

/// Times are numbers, or texts of digits.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Number(i64),
    Text(String),
}

/// Reads an event, a list of events, or attributes.
pub(super) fn read(reading: &mut Reading<'_>, text: &str) {
    let outer: Outer<'_> = match serde_json::from_str(text) {
        Ok(outer) => outer,
        Err(error) => return bad(reading, "1", &error),
    };
    if let Some(event) = outer.event {
        read_event(reading, event.get());
    }
    if let Some(response) = outer.response {
        let response = response.get().trim_start();
        if response.starts_with('[') {
            match serde_json::from_str::<Vec<&RawValue>>(response) {
                Ok(events) => events.iter().for_each(|event| read(reading, event.get())),
                Err(error) => bad(reading, "response", &error),
            }
        } else {
            read(reading, response);
        }
    }
    // An event without its wrapping has attributes as well.
    if outer.attributes.is_some() && outer.event.is_none() {
        read_event(reading, text);
    }
}

fn bad(reading: &mut Reading<'_>, place: &str, error: &serde_json::Error) {
    let place = Place::Object(place.to_owned());
    reading.skip(place, Reason::BadObject, &error.to_string());
}

fn read_event(reading: &mut Reading<'_>, text: &str) {
    match serde_json::from_str::<Event<'_>>(text) {
        Ok(event) => take_event(reading, &event),
        Err(error) => bad(reading, "Event", &error),
    }
}

fn take_event(reading: &mut Reading<'_>, event: &Event<'_>) {
    let mut base = Facts::default();
    for tag in &event.tags {
        learn_tag(&mut base, &tag.name);
    }
    event
        .galaxies
        .iter()
        .for_each(|galaxy| learn_galaxy(&mut base, galaxy));
    let info = event.info.as_deref().unwrap_or("");
    if base.purpose.is_none() {
        base.purpose = purpose::of_words(info);
    }
    base.note = shortened(info, NOTE_CHARACTERS_MAX);
    let objects = event.objects.iter().filter(|object| !object.deleted);
    let within = objects.flat_map(|object| &object.attributes);
    for (number, raw) in event.attributes.iter().chain(within).enumerate() {
        if number >= OBJECTS_MAX {
            let place = Place::Object(number.to_string());
            return reading.skip(place, Reason::BeyondLimit, "further attributes");
        }
        match serde_json::from_str::<Attribute>(raw.get()) {
            Ok(attribute) => take_attribute(reading, &base, &attribute, number),
            Err(error) => bad(reading, &number.saturating_add(1).to_string(), &error),
        }
    }
}

fn take_attribute(reading: &mut Reading<'_>, base: &Facts, attribute: &Attribute, number: usize) {
    let place = || {
        Place::Object(if attribute.uuid.is_empty() {
            number.saturating_add(1).to_string()
        } else {
            attribute.uuid.chars().take(40).collect()
        })
    };
    let told = format!("{}: {}", attribute.kind, attribute.value);
    if attribute.deleted {
        return reading.skip(place(), Reason::TakenBack, &told);
    }
    let Some(entries) = entries_of(&attribute.kind, &attribute.value) else {
        return reading.skip(place(), Reason::OtherKind, &told);
    };
    if !attribute.to_ids {
        return reading.skip(place(), Reason::NotForDetection, &told);
    }
    let facts = facts(base, attribute);
    for entry in entries {
        if is_fingerprint(&attribute.kind) {
            // Of certificates and programs: lists do not tell them from digests of files.
            let plain = entry.replace(':', "");
            reading.entry(&plain, facts.clone(), place());
        } else {
            reading.entry(&entry, facts.clone(), place());
        }
    }
}

fn is_fingerprint(kind: &str) -> bool {
    kind.starts_with("x509-fingerprint") || kind.starts_with("ja3")
}

/// What an attribute gives for lists; None for kinds that cannot be seen in traffic.
fn entries_of(kind: &str, value: &str) -> Option<Vec<String>> {
    let value = value.trim();
    let both = || value.split_once('|').unwrap_or((value, ""));
    Some(match kind {
        "ip-src"
        | "ip-dst"
        | "domain"
        | "hostname"
        | "url"
        | "md5"
        | "sha1"
        | "sha256"
        | "ja3-fingerprint-md5"
        | "x509-fingerprint-md5"
        | "x509-fingerprint-sha1"
        | "x509-fingerprint-sha256" => vec![value.to_owned()],
        "ip-dst|port" | "ip-src|port" => {
            let (address, port) = both();
            if address.contains(':') {
                vec![format!("[{address}]:{port}")]
            } else {
                vec![format!("{address}:{port}")]
            }
        }
        // The address may serve others as well; the name is what was seen to be bad.
        "domain|ip" | "hostname|port" => vec![both().0.to_owned()],
        "filename|md5" | "filename|sha1" | "filename|sha256" | "malware-sample" => {
            vec![value.rsplit('|').next().unwrap_or("").to_owned()]
        }
        _ => return None,
    })
}

fn facts(base: &Facts, attribute: &Attribute) -> Facts {
    let mut facts = Facts {
        purpose: None,
        ..base.clone()
    };
    attribute
        .tags
        .iter()
        .for_each(|tag| learn_tag(&mut facts, &tag.name));
    attribute
        .galaxies
        .iter()
        .for_each(|galaxy| learn_galaxy(&mut facts, galaxy));
    let comment = attribute.comment.as_deref().unwrap_or("");
    let own = better(facts.purpose, purpose::of_words(comment));
    let by_kind = match (attribute.category.as_str(), attribute.kind.as_str()) {
        // Who attacked, as opposed to what malware calls.
        ("Network activity", "ip-src" | "ip-src|port") => Some(Purpose::Scanner),
        ("Network activity", _) => Some(Purpose::CommandAndControl),
        ("Payload delivery" | "Payload installation" | "Artifacts dropped", _) => {
            Some(Purpose::Malware)
        }
        _ => None,
    };
    facts.purpose = own
        .or_else(|| {
            base.purpose
                .filter(|purpose| *purpose != Purpose::Suspicious)
        })
        .or(by_kind);
    if !comment.is_empty() {
        let note = match &base.note {
            Some(info) => format!("{comment} ({info})"),
            None => comment.to_owned(),
        };
        facts.note = shortened(&note, NOTE_CHARACTERS_MAX);
    }
    let read = |text: &Option<String>| text.as_deref().and_then(time::parse);
    let changed = attribute
        .timestamp
        .as_ref()
        .and_then(|number| match number {
            Number::Number(number) => time::parse(&number.to_string()),
            Number::Text(text) => time::parse(text),
        });
    facts.first_seen = read(&attribute.first_seen).or(changed);
    facts.last_seen = read(&attribute.last_seen);
    facts
}

/// `misp-galaxy:ransomware="Locky"`, `kill-chain:Command and Control`, `ecsirt:malicious-code="ransomware"`
fn learn_tag(facts: &mut Facts, tag: &str) {
    let (predicate, value) = match tag.split_once('=') {
        Some((predicate, value)) => (predicate, value.trim_matches('"')),
        None => (tag, tag.rsplit(':').next().unwrap_or(tag)),
    };
    match predicate.strip_prefix("misp-galaxy:") {
        Some(kind) => learn_cluster(facts, kind, value),
        None if predicate.contains("confidence") => {
            let number = value.parse::<u8>().ok().filter(|number| *number <= 100);
            facts.confidence = number.or(facts.confidence);
        }
        // How the event may be passed on, and what tools did with it.
        None if predicate.starts_with("tlp") || predicate.starts_with("workflow") => {}
        None => facts.purpose = better(facts.purpose, purpose::of_words(value)),
    }
}

fn learn_galaxy(facts: &mut Facts, galaxy: &Galaxy) {
    for cluster in &galaxy.clusters {
        learn_cluster(facts, &galaxy.kind, &cluster.value);
    }
}

fn learn_cluster(facts: &mut Facts, kind: &str, value: &str) {
    let name = || shortened(value, NAME_CHARACTERS_MAX);
    let keep = |slot: &mut Option<Arc<str>>, value: Option<Arc<str>>| {
        if slot.is_none() {
            *slot = value;
        }
    };
    match kind {
        "mitre-attack-pattern" => keep(&mut facts.technique, purpose::technique(value)),
        "threat-actor" | "mitre-intrusion-set" | "microsoft-activity-group" => {
            keep(&mut facts.actor, name());
        }
        "ransomware" => {
            facts.purpose = Some(Purpose::Ransomware);
            keep(&mut facts.family, name());
        }
        "rat" | "botnet" | "backdoor" => {
            facts.purpose = better(facts.purpose, Some(Purpose::CommandAndControl));
            keep(&mut facts.family, name());
        }
        "exploit-kit" => {
            facts.purpose = better(facts.purpose, Some(Purpose::ExploitSite));
            keep(&mut facts.family, name());
        }
        "tds" => {
            facts.purpose = better(facts.purpose, Some(Purpose::Redirector));
            keep(&mut facts.family, name());
        }
        "malpedia" | "tool" | "banker" | "stealer" | "mitre-malware" | "mitre-tool" | "android" => {
            keep(&mut facts.family, name());
        }
        _ => {}
    }
}

/// An entry of a feed's `hashes.csv` for a value.
pub(crate) fn hashed(value: &str) -> Parsed {
    use md5::{Digest, Md5};
    let digest = Md5::digest(value.as_bytes());
    let text = digest
        .iter()
        .fold(String::with_capacity(32), |mut text, byte| {
            use std::fmt::Write;
            let _ = write!(text, "{byte:02x}");
            text
        });
    Parsed::Hashed(text)
}
