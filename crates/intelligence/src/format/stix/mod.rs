//! STIX 2.0 and 2.1 (OASIS): indicators with their patterns, and what relationships say about them.

mod knowledge;
mod pattern;
mod tokens;
mod ways;

pub(crate) use pattern::entries_of;

use crate::facts::Facts;
use crate::limits::{NAME_CHARACTERS_MAX, NOTE_CHARACTERS_MAX};
use crate::loader::Reading;
use crate::purpose::{self, better, shortened};
use crate::report::{Place, Reason};
use crate::time;
use knowledge::Knowledge;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::HashMap;

/// As much of any object as is of use.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Object {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    created: Option<String>,
    modified: Option<String>,
    revoked: bool,
    name: Option<String>,
    pattern: Option<String>,
    pattern_type: Option<String>,
    valid_from: Option<String>,
    valid_until: Option<String>,
    first_seen: Option<String>,
    last_seen: Option<String>,
    confidence: Option<u8>,
    labels: Vec<String>,
    indicator_types: Vec<String>,
    malware_types: Vec<String>,
    tool_types: Vec<String>,
    kill_chain_phases: Vec<Phase>,
    external_references: Vec<Reference>,
    relationship_type: String,
    source_ref: String,
    target_ref: String,
    sighting_of_ref: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Phase {
    phase_name: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Reference {
    external_id: Option<String>,
}

/// An indicator's latest version.
struct Latest {
    modified: String,
    object: Object,
    number: usize,
}

/// Reads the objects of a bundle or envelope.
pub(super) fn read(reading: &mut Reading<'_>, objects: &[&RawValue]) {
    let mut knowledge = Knowledge::default();
    // In the order of their first version.
    let mut indicators: Vec<Latest> = Vec::new();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for (place, raw) in objects.iter().enumerate() {
        let number = place.saturating_add(1);
        let object: Object = match serde_json::from_str(raw.get()) {
            Ok(object) => object,
            Err(error) => {
                reading.skip(
                    Place::Object(number.to_string()),
                    Reason::BadObject,
                    &error.to_string(),
                );
                continue;
            }
        };
        if object.kind != "indicator" {
            knowledge.take(object);
            continue;
        }
        let modified = object.modified.as_ref().or(object.created.as_ref());
        let latest = Latest {
            modified: modified.cloned().unwrap_or_default(),
            object,
            number,
        };
        match numbers.get(&latest.object.id).copied() {
            Some(known) if !latest.object.id.is_empty() => {
                if let Some(known) = indicators.get_mut(known)
                    && known.modified <= latest.modified
                {
                    *known = latest;
                }
            }
            _ => {
                numbers.insert(latest.object.id.clone(), indicators.len());
                indicators.push(latest);
            }
        }
    }
    for latest in &indicators {
        indicator(reading, &knowledge, latest);
    }
}

fn indicator(reading: &mut Reading<'_>, knowledge: &Knowledge, latest: &Latest) {
    let object = &latest.object;
    let place = || {
        Place::Object(if object.id.is_empty() {
            latest.number.to_string()
        } else {
            object.id.chars().take(80).collect()
        })
    };
    if object.revoked {
        let name = object.name.as_deref().unwrap_or("");
        return reading.skip(place(), Reason::TakenBack, name);
    }
    let Some(pattern) = &object.pattern else {
        return reading.skip(place(), Reason::BadObject, "no pattern");
    };
    // STIX 2.0 knows no other language.
    if let Some(language) = &object.pattern_type
        && language != "stix"
    {
        return reading.skip(place(), Reason::OtherLanguage, language);
    }
    let found = match entries_of(pattern) {
        Ok(found) => found,
        Err(fault) => {
            let text = format!("{fault}: {pattern}");
            return reading.skip(place(), Reason::BadPattern, &text);
        }
    };
    let facts = facts(knowledge, object);
    for entry in &found.entries {
        reading.entry(entry, facts.clone(), place());
    }
    if let (true, Some(reason)) = (found.entries.is_empty(), found.left_out) {
        reading.skip(place(), reason, pattern);
    }
}

fn facts(knowledge: &Knowledge, object: &Object) -> Facts {
    let known = knowledge.about(&object.id);
    let phases = object
        .kill_chain_phases
        .iter()
        .filter_map(|phase| purpose::of_words(&phase.phase_name));
    let words = object
        .labels
        .iter()
        .chain(&object.indicator_types)
        .filter_map(|word| purpose::of_words(word));
    let own = words
        .chain(phases)
        .fold(None, |best, one| better(best, Some(one)));
    let seen = knowledge.seen(&object.id);
    let name = object.name.as_deref().unwrap_or("");
    Facts {
        purpose: better(known.purpose, own),
        confidence: object.confidence.filter(|confidence| *confidence <= 100),
        family: known.family,
        actor: known.actor,
        technique: known.technique.or_else(|| {
            let references = object.external_references.iter();
            references
                .filter_map(|reference| reference.external_id.as_deref())
                .find_map(purpose::technique)
        }),
        note: shortened(name, NOTE_CHARACTERS_MAX),
        brake: None,
        first_seen: seen
            .0
            .or_else(|| object.valid_from.as_deref().and_then(time::parse)),
        last_seen: seen.1,
        valid_until: object.valid_until.as_deref().and_then(time::parse),
    }
}

/// A name as it is shown.
fn name_of(object: &Object) -> Option<std::sync::Arc<str>> {
    shortened(object.name.as_deref()?, NAME_CHARACTERS_MAX)
}
