//! What an alert shows of the bytes that its rule looked at. Worked out only where a rule has matched and is not silent.

use super::Engine;
use crate::limits::{
    BUFFERS_PER_ALERT_MAX, PAYLOAD_EXCERPT_BYTES_MAX, PAYLOAD_EXCERPT_LEAD_BYTES,
    PLACES_PER_ALERT_MAX,
};
use crate::signature::alert::{Excerpt, ShownBuffer};
use crate::signature::inspect::chain;
use crate::signature::program::{Chain, Program, Source};

/// The payload that the rule looked at, and where in it it found something.
pub(super) fn payload(program: &Program, payload: &[u8]) -> Excerpt {
    if payload.is_empty() || program.meta.silent {
        return Excerpt::default();
    }
    let chains = program.chains.iter();
    let places = chains
        .filter(|chain| chain.source == Source::Payload && chain.changes.is_empty())
        .flat_map(|chain| chain::places(&chain.steps, payload, program.variables))
        .take(PLACES_PER_ALERT_MAX)
        .collect();
    excerpt(payload, places)
}

/// Buffers that are no fields of a transaction: `bytes_of` gives a chain's buffer, by its name.
pub(super) fn buffers<'a>(
    program: &Program,
    bytes_of: impl Fn(&Chain) -> Option<(&'static str, &'a [u8])>,
) -> Vec<ShownBuffer> {
    if program.meta.silent {
        return Vec::new();
    }
    let plain = program
        .chains
        .iter()
        .filter(|chain| chain.changes.is_empty());
    plain
        .filter_map(|chain| {
            let (name, bytes) = bytes_of(chain)?;
            buffer(program, chain, name, bytes)
        })
        .take(BUFFERS_PER_ALERT_MAX)
        .collect()
}

impl Engine {
    /// Fields of the transaction in work: of several instances the first that has what the rule wants.
    pub(super) fn shown_fields(&self, program: &Program) -> Vec<ShownBuffer> {
        if program.meta.silent {
            return Vec::new();
        }
        let chains = program.chains.iter();
        chains
            .filter_map(|chain| {
                let Source::Field(place) = chain.source else {
                    return None;
                };
                let name = self.rules.fields.get(place)?.name;
                let mut instances = self.buffers.instances(place);
                instances.find_map(|bytes| buffer(program, chain, name, bytes))
            })
            .take(BUFFERS_PER_ALERT_MAX)
            .collect()
    }
}

/// None where the rule found nothing in it that has a place (a length, a value that is absent).
fn buffer(
    program: &Program,
    chain: &Chain,
    name: &'static str,
    bytes: &[u8],
) -> Option<ShownBuffer> {
    let mut places = chain::places(&chain.steps, bytes, program.variables);
    places.truncate(PLACES_PER_ALERT_MAX);
    (!places.is_empty()).then(|| ShownBuffer {
        name,
        length: bytes.len(),
        excerpt: excerpt(bytes, places),
    })
}

/// Of more than is kept, the part around the first place.
fn excerpt(whole: &[u8], places: Vec<(usize, usize)>) -> Excerpt {
    let first = places.iter().map(|(start, _)| *start).min().unwrap_or(0);
    let last = places.iter().map(|(_, end)| *end).max().unwrap_or(0);
    let start = if last <= PAYLOAD_EXCERPT_BYTES_MAX {
        0
    } else {
        first.saturating_sub(PAYLOAD_EXCERPT_LEAD_BYTES)
    };
    let rest = whole.get(start..).unwrap_or(&[]);
    let bytes = rest.get(..PAYLOAD_EXCERPT_BYTES_MAX).unwrap_or(rest);
    Excerpt {
        offset: start,
        bytes: bytes.to_vec(),
        places,
    }
}
