//! Which malware families the evidence names.

use super::knowledge::{Family, Knowledge};
use event::{Detector, EvidenceLine};
use std::cmp::Reverse;

/// Families told of one incident.
const FAMILIES_MAX: usize = 3;
/// Evidence below this names no family: a name frightens, and must be right.
const NAMING_CONFIDENCE: f32 = 0.45;

/// The families that rules and lists name, the surest first.
pub(super) fn families_named(
    base: &'static Knowledge,
    evidence: &[EvidenceLine],
) -> Vec<(&'static str, &'static Family)> {
    let mut named: Vec<(f32, &'static str, &'static Family)> = Vec::new();
    for line in evidence {
        let by_name = matches!(line.detector, Detector::Signature | Detector::Indicator);
        if !by_name || line.confidence < NAMING_CONFIDENCE || line.communication.is_none() {
            continue;
        }
        let words = words_of(line);
        for (key, family) in &base.families {
            if !family.aliases.iter().any(|alias| has(&words, alias)) {
                continue;
            }
            match named.iter_mut().find(|(_, known, _)| known == key) {
                Some(known) => known.0 = known.0.max(line.confidence),
                None => named.push((line.confidence, key, family)),
            }
        }
    }
    named.sort_by_key(|(confidence, key, _)| (Reverse((confidence * 1000.0) as u32), *key));
    named.truncate(FAMILIES_MAX);
    named
        .into_iter()
        .map(|(_, key, family)| (key, family))
        .collect()
}

/// What the rule or list calls it, as words in lower case with a space around each.
fn words_of(line: &EvidenceLine) -> String {
    let mut text = line.name.clone();
    for reason in &line.reasons {
        text.push(' ');
        text.push_str(&reason.en);
    }
    let mut words = String::from(" ");
    for word in text
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        words.push_str(&word.to_lowercase());
        words.push(' ');
    }
    words
}

/// Whether an alias, of one word or several, stands among the words.
fn has(words: &str, alias: &str) -> bool {
    words.match_indices(alias).any(|(at, _)| {
        let before = words.as_bytes().get(at.wrapping_sub(1));
        let after = words.as_bytes().get(at.saturating_add(alias.len()));
        before == Some(&b' ') && after == Some(&b' ')
    })
}

#[cfg(test)]
mod tests {
    use super::has;

    #[test]
    fn an_alias_is_whole_words() {
        assert!(has(" et malware cobalt strike beacon ", "cobalt strike"));
        assert!(!has(" et malware vidarlike ", "vidar"));
    }
}
