//! How an incident ended: the resolution, and a few plain questions whose answers help next time.

use super::model::{Handling, Resolution};
use crate::{Error, limits};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A question at the end of an incident. Its words are the web app's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClosingQuestion {
    /// Whether the machine was cut off or cleaned.
    Contained,
    /// Whether data may have left the company.
    DataLeft,
    /// Whether the cause is gone.
    CauseRemoved,
    /// Who did it, in words.
    WhoDidIt,
    /// Whether it had been arranged.
    Arranged,
    /// Whether it will happen again.
    HappensAgain,
    /// What it was in truth, in words.
    WhatItWas,
    /// Whether the machine's user was asked.
    AskedPerson,
    /// Who tested, in words.
    WhoTested,
    /// Whether the test is over.
    TestEnded,
}

use ClosingQuestion as Q;

impl ClosingQuestion {
    /// Whether it is answered in words; any other with `yes`, `no` or `unknown`.
    const fn is_in_words(self) -> bool {
        matches!(self, Q::WhoDidIt | Q::WhatItWas | Q::WhoTested)
    }
}

impl Resolution {
    /// What is asked, in order.
    pub const fn questions(self) -> &'static [ClosingQuestion] {
        match self {
            Self::TrueAttack => &[Q::Contained, Q::DataLeft, Q::CauseRemoved],
            Self::BenignTrue => &[Q::WhoDidIt, Q::Arranged, Q::HappensAgain],
            Self::FalseAlarm => &[Q::WhatItWas, Q::AskedPerson, Q::HappensAgain],
            Self::Test => &[Q::WhoTested, Q::TestEnded],
        }
    }
}

/// An answer to a question at the end of an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosingAnswer {
    /// To which.
    pub question: ClosingQuestion,
    /// `yes`, `no` or `unknown`; to `who_did_it`, `what_it_was` and `who_tested` words.
    #[schema(min_length = 1, max_length = 500)]
    pub answer: String,
}

/// How an incident ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Closing {
    /// In a word.
    pub resolution: Resolution,
    /// What was answered, in the order of the questions.
    pub answers: Vec<ClosingAnswer>,
}

/// The end that goes with a state; None for one that is no end.
///
/// # Errors
/// Invalid request when the resolution or an answer does not go with it.
pub fn checked(
    handling: Handling,
    resolution: Option<Resolution>,
    answers: Vec<ClosingAnswer>,
) -> Result<Option<Closing>, Error> {
    let resolution = match (handling, resolution) {
        (Handling::Resolved, Some(resolution)) => resolution,
        (Handling::Resolved, None) => {
            return Err(Error::invalid("resolved goes with a resolution"));
        }
        (_, None) if answers.is_empty() => return Ok(None),
        _ => {
            return Err(Error::invalid(
                "resolution and answers go with resolved only",
            ));
        }
    };
    let mut kept = Vec::new();
    for question in resolution.questions() {
        let mut of = answers.iter().filter(|one| one.question == *question);
        if let Some(answer) = of.next() {
            kept.push(checked_answer(answer)?);
        }
    }
    if kept.len() != answers.len() {
        return Err(Error::invalid(
            "an answer to a question that is not asked, or a second one",
        ));
    }
    Ok(Some(Closing {
        resolution,
        answers: kept,
    }))
}

fn checked_answer(given: &ClosingAnswer) -> Result<ClosingAnswer, Error> {
    let answer = given.answer.trim();
    let most = limits::ANSWER_CHARS_MAX;
    let is_right = if given.question.is_in_words() {
        (1..=most).contains(&answer.chars().count())
    } else {
        matches!(answer, "yes" | "no" | "unknown")
    };
    if !is_right {
        return Err(Error::invalid(format!(
            "an answer is neither yes, no, unknown nor, where words are asked for, 1 to {most} characters"
        )));
    }
    Ok(ClosingAnswer {
        question: given.question,
        answer: answer.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{ClosingAnswer, ClosingQuestion as Q, checked};
    use crate::incidents::{Handling as H, Resolution as R};

    #[test]
    fn ends_are_whole_and_only_at_the_end() {
        let long = "x".repeat(501);
        type Case<'a> = (H, Option<R>, &'a [(Q, &'a str)], Option<usize>);
        let cases: &[Case<'_>] = &[
            (H::New, None, &[], Some(0)),
            (H::Resolved, Some(R::Test), &[], Some(0)),
            (
                H::Resolved,
                Some(R::FalseAlarm),
                &[(Q::HappensAgain, "yes"), (Q::WhatItWas, " backup ")],
                Some(2),
            ),
            (H::Resolved, None, &[], None),
            (H::InProgress, Some(R::Test), &[], None),
            (H::InProgress, None, &[(Q::Contained, "yes")], None),
            (H::Resolved, Some(R::Test), &[(Q::Contained, "yes")], None),
            (
                H::Resolved,
                Some(R::TrueAttack),
                &[(Q::Contained, "yes"), (Q::Contained, "no")],
                None,
            ),
            (
                H::Resolved,
                Some(R::TrueAttack),
                &[(Q::Contained, "perhaps")],
                None,
            ),
            (H::Resolved, Some(R::Test), &[(Q::WhoTested, " ")], None),
            (H::Resolved, Some(R::Test), &[(Q::WhoTested, &long)], None),
        ];
        for (handling, resolution, answers, expected) in cases {
            let answers: Vec<ClosingAnswer> = answers
                .iter()
                .map(|(question, answer)| ClosingAnswer {
                    question: *question,
                    answer: (*answer).to_owned(),
                })
                .collect();
            let told = format!("{handling:?} {resolution:?} {answers:?}");
            let outcome = checked(*handling, *resolution, answers)
                .ok()
                .map(|closing| closing.map_or(0, |closing| closing.answers.len()));
            assert_eq!(outcome, *expected, "{told}");
        }
    }
}
