//! What the other objects of a bundle say about its indicators: malware, actors, techniques, and the relationships
//! between them.

use super::{Object, name_of};
use crate::purpose::{self, better};
use crate::time;
use event::{Purpose, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;

/// What an object of a bundle is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Malware,
    Technique,
    Actor,
    /// Told where no actor is known.
    Campaign,
}

struct Known {
    kind: Kind,
    name: Option<Arc<str>>,
    technique: Option<Arc<str>>,
    purpose: Option<Purpose>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Knowledge {
    objects: HashMap<String, Known>,
    /// From either end of a relationship to the other.
    near: HashMap<String, Vec<String>>,
    seen: HashMap<String, (Option<Timestamp>, Option<Timestamp>)>,
}

/// What is known of an indicator.
#[derive(Default)]
pub(super) struct About {
    pub(super) purpose: Option<Purpose>,
    pub(super) family: Option<Arc<str>>,
    pub(super) actor: Option<Arc<str>>,
    pub(super) technique: Option<Arc<str>>,
}

/// Relationships that say something about indicators.
const RELATIONS: &[&str] = &[
    "indicates",
    "uses",
    "attributed-to",
    "variant-of",
    "delivers",
];
/// Objects looked at for one indicator.
const LOOKED_AT_MAX: usize = 64;

impl Knowledge {
    pub(super) fn take(&mut self, object: Object) {
        let kind = match object.kind.as_str() {
            "relationship" => return self.relate(object),
            "sighting" => return self.sight(object),
            "malware" | "tool" => Kind::Malware,
            "attack-pattern" => Kind::Technique,
            "threat-actor" | "intrusion-set" => Kind::Actor,
            "campaign" => Kind::Campaign,
            _ => return,
        };
        if object.revoked {
            return;
        }
        let words = object
            .malware_types
            .iter()
            .chain(&object.tool_types)
            .chain(&object.labels);
        let purpose = words
            .filter_map(|word| purpose::of_words(word))
            .fold(None, |best, one| better(best, Some(one)));
        let references = object.external_references.iter();
        let technique = references
            .filter_map(|reference| reference.external_id.as_deref())
            .find_map(purpose::technique);
        let known = Known {
            kind,
            name: name_of(&object),
            technique,
            purpose,
        };
        self.objects.insert(object.id, known);
    }

    fn relate(&mut self, object: Object) {
        if object.revoked || !RELATIONS.contains(&object.relationship_type.as_str()) {
            return;
        }
        // An indicator is never reached from elsewhere.
        if !object.target_ref.starts_with("indicator--") {
            let near = self.near.entry(object.target_ref.clone()).or_default();
            if !object.source_ref.starts_with("indicator--") && near.len() < LOOKED_AT_MAX {
                near.push(object.source_ref.clone());
            }
        }
        let near = self.near.entry(object.source_ref).or_default();
        if near.len() < LOOKED_AT_MAX {
            near.push(object.target_ref);
        }
    }

    fn sight(&mut self, object: Object) {
        let read = |text: &Option<String>| text.as_deref().and_then(time::parse);
        let (first, last) = (read(&object.first_seen), read(&object.last_seen));
        let seen = self.seen.entry(object.sighting_of_ref).or_default();
        seen.0 = match (seen.0, first) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        seen.1 = seen.1.max(last).max(first);
    }

    /// First and last sighting.
    pub(super) fn seen(&self, id: &str) -> (Option<Timestamp>, Option<Timestamp>) {
        self.seen.get(id).copied().unwrap_or_default()
    }

    /// From the indicator to what it indicates, and from there one step further: to whoever uses that malware, and to
    /// the techniques of it.
    pub(super) fn about(&self, id: &str) -> About {
        let mut about = About::default();
        let mut campaign = None;
        let mut looked_at = 0_usize;
        let nothing = Vec::new();
        let first = self.near.get(id).unwrap_or(&nothing);
        for near in first {
            self.learn(near, 1, &mut about, &mut campaign);
        }
        for near in first {
            // What else an actor uses says nothing about this indicator.
            let is_malware = self
                .objects
                .get(near)
                .is_some_and(|known| known.kind == Kind::Malware);
            let is_campaign = self
                .objects
                .get(near)
                .is_some_and(|known| known.kind == Kind::Campaign);
            for far in self.near.get(near).unwrap_or(&nothing) {
                looked_at = looked_at.saturating_add(1);
                if looked_at > LOOKED_AT_MAX {
                    break;
                }
                let is_actor = self
                    .objects
                    .get(far)
                    .is_some_and(|known| known.kind == Kind::Actor);
                if is_malware || is_campaign && is_actor {
                    self.learn(far, 2, &mut about, &mut campaign);
                }
            }
        }
        about.actor = about.actor.or(campaign);
        about
    }

    fn learn(&self, id: &str, steps: u8, about: &mut About, campaign: &mut Option<Arc<str>>) {
        let Some(known) = self.objects.get(id) else {
            return;
        };
        let keep = |slot: &mut Option<Arc<str>>, value: &Option<Arc<str>>| {
            if slot.is_none() {
                slot.clone_from(value);
            }
        };
        match known.kind {
            Kind::Malware if steps == 1 || about.family.is_none() => {
                keep(&mut about.family, &known.name);
                about.purpose = better(about.purpose, known.purpose);
            }
            Kind::Malware => {}
            Kind::Technique => keep(&mut about.technique, &known.technique),
            Kind::Actor => keep(&mut about.actor, &known.name),
            Kind::Campaign => keep(campaign, &known.name),
        }
    }
}
