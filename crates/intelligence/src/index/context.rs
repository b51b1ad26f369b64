//! What entries share: the list they stand on and what it says, each text once.

use crate::facts::Facts;
use crate::limits;
use event::Purpose;
use std::collections::HashMap;
use std::sync::Arc;

/// Numbers of texts are their place plus one; 0 for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Context {
    list: u32,
    family: u32,
    actor: u32,
    technique: u32,
    note: u32,
    brake: u32,
    purpose: Option<Purpose>,
    confidence: Option<u8>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Contexts {
    contexts: Vec<Context>,
    strings: Vec<Arc<str>>,
    string_bytes: usize,
}

/// Contexts while they are gathered.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    contexts: Contexts,
    known: HashMap<Context, u32>,
    numbers: HashMap<Arc<str>, u32>,
    /// Texts for which there was no room.
    pub(super) strings_left_out: usize,
}

/// What a text takes beside its bytes: two counts, a fat pointer.
const STRING_OVERHEAD_BYTES: usize = 40;

impl Contexts {
    pub(super) fn list(&self, context: u32) -> Option<Arc<str>> {
        self.text(self.contexts.get(context as usize)?.list)
    }

    pub(super) fn facts(&self, context: u32) -> Facts {
        let context = self
            .contexts
            .get(context as usize)
            .copied()
            .unwrap_or_default();
        Facts {
            purpose: context.purpose,
            confidence: context.confidence,
            family: self.text(context.family),
            actor: self.text(context.actor),
            technique: self.text(context.technique),
            note: self.text(context.note),
            brake: self.text(context.brake),
            ..Facts::default()
        }
    }

    /// How much is known, for a choice between sources: without brake before with, then by purpose and confidence.
    pub(super) fn weight(&self, context: u32) -> (bool, bool, u8) {
        let Some(context) = self.contexts.get(context as usize) else {
            return (false, false, 0);
        };
        let telling = context
            .purpose
            .is_some_and(|purpose| purpose != Purpose::Suspicious);
        (
            context.brake == 0,
            telling,
            context.confidence.unwrap_or(50),
        )
    }

    fn text(&self, number: u32) -> Option<Arc<str>> {
        let place = (number as usize).checked_sub(1)?;
        self.strings.get(place).map(Arc::clone)
    }

    pub(super) fn bytes(&self) -> usize {
        let contexts = self
            .contexts
            .capacity()
            .saturating_mul(size_of::<Context>());
        contexts.saturating_add(self.string_bytes)
    }
}

impl Gathering {
    /// The number of a list with what it says of an entry.
    pub(super) fn number(&mut self, list: &Arc<str>, facts: &Facts) -> u32 {
        let context = Context {
            list: self.string(Some(list)),
            family: self.string(facts.family.as_ref()),
            actor: self.string(facts.actor.as_ref()),
            technique: self.string(facts.technique.as_ref()),
            note: self.string(facts.note.as_ref()),
            brake: self.string(facts.brake.as_ref()),
            purpose: facts.purpose,
            confidence: facts.confidence,
        };
        if let Some(number) = self.known.get(&context) {
            return *number;
        }
        let number = u32::try_from(self.contexts.contexts.len()).unwrap_or(u32::MAX);
        self.contexts.contexts.push(context);
        self.known.insert(context, number);
        number
    }

    fn string(&mut self, text: Option<&Arc<str>>) -> u32 {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return 0;
        };
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let bytes = text.len().saturating_add(STRING_OVERHEAD_BYTES);
        let total = self.contexts.string_bytes.saturating_add(bytes);
        if total > limits::STRING_BYTES_MAX {
            self.strings_left_out = self.strings_left_out.saturating_add(1);
            return 0;
        }
        self.contexts.string_bytes = total;
        self.contexts.strings.push(Arc::clone(text));
        let number = u32::try_from(self.contexts.strings.len()).unwrap_or(0);
        self.numbers.insert(Arc::clone(text), number);
        number
    }

    pub(super) fn list_of(&self, context: u32) -> u32 {
        let context = self.contexts.contexts.get(context as usize);
        context.map_or(0, |context| context.list)
    }

    pub(super) fn finish(mut self) -> Contexts {
        self.contexts.contexts.shrink_to_fit();
        self.contexts.strings.shrink_to_fit();
        self.contexts
    }
}
