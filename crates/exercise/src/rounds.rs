//! How often something must happen until a rule speaks.

use crate::chain::Unable;
use detect::rule::Rule;
use detect::rule::ast::{Keyword, ThresholdKind, Track};

/// More than this is not played.
const ROUNDS_MAX: u32 = 300;

/// Times that a conversation must be had so that the rule alerts once.
pub(crate) fn needed(rule: &Rule) -> Result<u32, Unable> {
    let mut rounds = 1;
    for item in &rule.options {
        let (count, track) = match &item.keyword {
            Keyword::Threshold(threshold) => match threshold.kind {
                ThresholdKind::Limit => continue,
                _ => (threshold.count, threshold.track),
            },
            Keyword::DetectionFilter(filter) => (filter.count.saturating_add(1), filter.track),
            _ => continue,
        };
        if track == Track::ByFlow && count > 1 {
            return Err("a threshold within one flow".to_owned());
        }
        rounds = rounds.max(count);
    }
    if rounds > ROUNDS_MAX {
        return Err(format!("a threshold of {rounds}"));
    }
    Ok(rounds)
}
