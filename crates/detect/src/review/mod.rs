//! Rules that are well written and yet deserve a look: those that cost much, and those that can never do anything.
//!
//! [`crate::rule`] refuses what contradicts itself in a way that Suricata refuses, too. Here stands what runs, or would
//! run, and what its author hardly meant.

mod slow;
mod useless;

use crate::rule::ast::{Content, Item, Keyword, Rule, Span};
use crate::rule::{Fault, PlacedRule, ProblemKind};

/// A remark on a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Place of the rule in the list given.
    pub position: usize,
    /// [`ProblemKind::Slow`] or [`ProblemKind::Useless`], where in the rule's text, and why.
    pub fault: Fault,
}

/// Looks at all rules together: what one asks for, another has to set. Advice comes in the order of rules.
pub fn review(rules: &[PlacedRule]) -> Vec<Advice> {
    let mut found = Vec::new();
    let memory = useless::Memory::of(rules.iter().map(|placed| &placed.rule));
    for (position, placed) in rules.iter().enumerate() {
        let rule = &placed.rule;
        let mut tell = |kind, span, message: String| {
            let fault = Fault {
                kind,
                span,
                message,
            };
            found.push(Advice { position, fault });
        };
        slow::review(rule, &mut |span, message| {
            tell(ProblemKind::Slow, span, message);
        });
        useless::review(rule, &memory, &mut |span, message| {
            tell(ProblemKind::Useless, span, message);
        });
    }
    found.extend(useless::copies(rules));
    found.sort_by_key(|advice| (advice.position, advice.fault.span.start));
    found
}

/// Receives a place in the rule's text and what is to be said of it.
type Tell<'a> = dyn FnMut(Span, String) + 'a;

fn contents(rule: &Rule) -> impl Iterator<Item = (&Content, &Item)> {
    rule.options.iter().filter_map(|item| match &item.keyword {
        Keyword::Content(content) => Some((content, item)),
        _ => None,
    })
}
