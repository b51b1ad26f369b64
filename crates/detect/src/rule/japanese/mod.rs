//! What is wrong with rules, in Japanese.
//!
//! Messages are made in English where the mistake is found, by a hundred different places that know nothing of
//! languages. Here each has its Japanese form, by its fixed words; what stands between them (`{}`) is taken over, or put
//! into Japanese in turn. `tests/rules/wrong.rules` holds a rule for each message, and a test that all have a form.

mod messages;
mod phrases;

use messages::{MESSAGES, REVIEWS};
use phrases::PHRASES;

/// So deep may forms stand within forms.
const NESTING_MAX: usize = 4;

/// A message in Japanese; None where it has no form.
pub fn japanese(message: &str) -> Option<String> {
    let mut messages = MESSAGES.iter().chain(REVIEWS);
    messages.find_map(|form| filled(form, message, NESTING_MAX))
}

/// English and Japanese, with `{}` and `{0}`, `{1}`, ... where they differ from message to message.
type Form = (&'static str, &'static str);

/// The Japanese form with what stands in the message between the fixed words; None where these are others.
fn filled((english, japanese): &Form, message: &str, depth: usize) -> Option<String> {
    let slots = slots(english, message)?;
    let mut pieces = japanese.split('{');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (number, rest) = piece.split_once('}')?;
        let slot = slots.get(number.parse::<usize>().ok()?)?;
        text.push_str(&phrase(slot, depth.checked_sub(1)?));
        text.push_str(rest);
    }
    Some(text)
}

/// A part of a message: in Japanese where it has a form, else as it is (names, numbers, words of the rule language).
fn phrase(english: &str, depth: usize) -> String {
    let mut forms = PHRASES.iter();
    forms
        .find_map(|form| filled(form, english, depth))
        .unwrap_or_else(|| english.to_owned())
}

/// What stands for each `{}`, as short as possible.
fn slots<'m>(form: &str, message: &'m str) -> Option<Vec<&'m str>> {
    let mut fixed = form.split("{}").peekable();
    let mut rest = message.strip_prefix(fixed.next()?)?;
    let mut slots = Vec::new();
    while let Some(words) = fixed.next() {
        // The last words stand at the end, and an empty last stretch takes all that is left.
        let end = if fixed.peek().is_none() {
            rest.len()
                .checked_sub(words.len())
                .filter(|_| rest.ends_with(words))?
        } else {
            rest.find(words)?
        };
        let (slot, behind) = rest.split_at_checked(end)?;
        slots.push(slot);
        rest = behind.get(words.len()..)?;
    }
    rest.is_empty().then_some(slots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_put_into_japanese_with_what_stands_in_them() {
        let cases = [
            (
                "unknown keyword `contend`; did you mean `content`?",
                "`contend` というキーワードはありません。`content` の間違いではありませんか",
            ),
            (
                "expected a side (src, dst), found `x, found nothing`",
                "src, dst のどちら側かを書く必要がありますが、`x, found nothing` と書かれています",
            ),
            (
                "cannot run for want of pcre (quantifier at 3)",
                "実行できません。不足: pcre (quantifier at 3)",
            ),
        ];
        for (english, wanted) in cases {
            assert_eq!(japanese(english).as_deref(), Some(wanted), "{english}");
        }
        assert_eq!(japanese("something else"), None);
    }

    #[test]
    fn every_form_takes_over_everything_that_differs() {
        let all = MESSAGES.iter().chain(REVIEWS).chain(PHRASES);
        for (english, japanese) in all {
            for number in 0..english.matches("{}").count() {
                assert!(japanese.contains(&format!("{{{number}}}")), "{english}");
            }
            let message = english.replace("{}", "x");
            assert!(
                filled(&(*english, *japanese), &message, NESTING_MAX).is_some(),
                "{english}"
            );
        }
    }
}
