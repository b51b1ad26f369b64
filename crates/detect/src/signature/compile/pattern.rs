//! By which literal a rule is selected. A rule that is followed is selected by none: it is asked wherever it could match.
//!
//! Any literal that must occur would do. The rarest costs least: one that is common in ordinary traffic calls its rules for
//! nothing, and slows the matcher down for all others. The author's own choice (`fast_pattern`) is followed where it is rare
//! enough.

use super::rule::may_be_absent;
use crate::signature::program::{Chain, ContentStep, Program, Source, Step};

/// Payload patterns below this rarity, in tenths of bits, are not worth a place in a matcher: they occur in every few
/// segments. Rules without a better one are asked where their header fits. By instructions on an enterprise mix, 130 is
/// the least of 110, 130, 150 and 170: four letters or more are worth a place, three are not.
const PAYLOAD_RARITY_MIN: u32 = 130;

fn contents(chain: &Chain) -> impl Iterator<Item = &ContentStep> {
    chain.steps.iter().filter_map(|step| match &step.step {
        Step::Content(content) if !content.negated => Some(content),
        _ => None,
    })
}

/// How rare a literal is, in tenths of bits.
fn rarity(content: &ContentStep) -> u32 {
    let (bytes, caseless) = content.needle.literal();
    matcher::rarity(bytes, caseless)
}

/// Literals of this rarity, in tenths of bits, are all the same: once in millions of bytes, if our guess is right. What
/// the author knows of them counts for more.
const RARITY_ENOUGH: u32 = 230;

/// The rarest of some literals; of those that are rare enough the author's choice.
fn best<'p>(literals: impl Iterator<Item = &'p ContentStep>) -> Option<&'p ContentStep> {
    literals.max_by_key(|content| {
        let (bytes, caseless) = content.needle.literal();
        let rarity = matcher::rarity_among_words(bytes, caseless);
        (
            rarity.min(RARITY_ENOUGH),
            content.fast,
            rarity,
            content.needle.len(),
        )
    })
}

/// For rules over payload.
pub(super) fn of_payload(program: &Program) -> Option<(&[u8], bool)> {
    let chains = program
        .chains
        .iter()
        .filter(|chain| chain.source == Source::Payload && chain.changes.is_empty())
        .filter(|_| !program.watched);
    best(chains.flat_map(contents))
        .filter(|content| rarity(content) >= PAYLOAD_RARITY_MIN)
        .map(|content| content.needle.literal())
}

/// For rules over a frame.
pub(super) fn of_frame(program: &Program) -> Option<(&[u8], bool)> {
    let chains = program
        .chains
        .iter()
        .filter(|chain| chain.changes.is_empty() && !may_be_absent(chain) && !program.watched);
    best(chains.flat_map(contents)).map(|content| content.needle.literal())
}

/// For rules over a transaction: the buffer and what must occur in it.
pub(super) fn of_fields(program: &Program) -> Option<(usize, &[u8], bool)> {
    let mut found: Option<(usize, &ContentStep)> = None;
    let chains = program.chains.iter().filter(|_| !program.watched);
    for chain in chains.filter(|chain| !may_be_absent(chain)) {
        let Source::Field(field) = chain.source else {
            continue;
        };
        let literals = contents(chain).chain(found.map(|(_, content)| content));
        if let Some(content) = best(literals)
            && found.is_none_or(|(_, known)| !std::ptr::eq(known, content))
        {
            found = Some((field, content));
        }
    }
    found.map(|(field, content)| {
        let (bytes, caseless) = content.needle.literal();
        (field, bytes, caseless)
    })
}
