//! JSON documents: which format one is, by its keys.

use super::{Format, misp, stix};
use crate::facts::Facts;
use crate::limits::OBJECTS_MAX;
use crate::loader::Reading;
use crate::report::{Place, Reason};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::io;

type Members<'a> = BTreeMap<String, &'a RawValue>;

/// Reads a document.
///
/// # Errors
/// What is wrong with the JSON, and where.
pub(crate) fn read_json(reading: &mut Reading<'_>, bytes: &[u8]) -> io::Result<Format> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let broken = |error: serde_json::Error| io::Error::other(format!("not valid JSON: {error}"));
    let text = std::str::from_utf8(bytes)
        .map_err(|error| io::Error::other(format!("not valid JSON: {error}")))?;
    if text.trim_start().starts_with('[') {
        let mut objects: Vec<&RawValue> = serde_json::from_str(text).map_err(broken)?;
        cut(reading, &mut objects);
        return Ok(array(reading, &objects));
    }
    let members: Members<'_> = serde_json::from_str(text).map_err(broken)?;
    let has = |name: &str| members.contains_key(name);
    if let Some(objects) = members.get("objects") {
        let mut objects: Vec<&RawValue> = serde_json::from_str(objects.get()).map_err(broken)?;
        cut(reading, &mut objects);
        stix::read(reading, &objects);
        return Ok(Format::Stix);
    }
    if has("Event") || has("response") || has("Attribute") {
        misp::read(reading, text);
        return Ok(Format::Misp);
    }
    if has("list") && has("type") {
        return Ok(Format::Warning);
    }
    if has("type") && has("id") {
        let whole: &RawValue = serde_json::from_str(text).map_err(broken)?;
        stix::read(reading, &[whole]);
        return Ok(Format::Stix);
    }
    // An empty envelope of a TAXII server, or an empty bundle.
    if members.is_empty() || has("more") || has("spec_version") {
        return Ok(Format::Stix);
    }
    if !members.is_empty() && members.keys().all(|name| is_uuid(name)) {
        return Ok(Format::MispManifest);
    }
    let known: Vec<&str> = members.keys().take(5).map(String::as_str).collect();
    let place = Place::Object("1".to_owned());
    reading.skip(place, Reason::BadObject, &known.join(", "));
    Ok(Format::UnknownJson)
}

fn array(reading: &mut Reading<'_>, objects: &[&RawValue]) -> Format {
    let first = objects.first().map_or("", |object| object.get());
    if first.starts_with('"') {
        for (place, object) in objects.iter().enumerate() {
            let place = Place::Object(place.saturating_add(1).to_string());
            match serde_json::from_str::<String>(object.get()) {
                Ok(text) => reading.entry(&text, Facts::default(), place),
                Err(_) => reading.skip(place, Reason::BadObject, object.get()),
            }
        }
        return Format::JsonTexts;
    }
    let members: Members<'_> = serde_json::from_str(first).unwrap_or_default();
    if members.contains_key("Event") || members.contains_key("Attribute") {
        for object in objects {
            misp::read(reading, object.get());
        }
        return Format::Misp;
    }
    stix::read(reading, objects);
    Format::Stix
}

/// What is beyond the limit is told once.
fn cut(reading: &mut Reading<'_>, objects: &mut Vec<&RawValue>) {
    if objects.len() > OBJECTS_MAX {
        let text = format!("{} objects, {OBJECTS_MAX} are read", objects.len());
        let place = Place::Object(OBJECTS_MAX.to_string());
        reading.skip(place, Reason::BeyondLimit, &text);
        objects.truncate(OBJECTS_MAX);
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.bytes().filter(|byte| *byte == b'-').count() == 4
}
