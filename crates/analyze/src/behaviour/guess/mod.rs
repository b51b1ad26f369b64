//! Password guessing: where the protocol says how a log-in ended, by its answers; where it is encrypted, by short
//! conversations of nearly the same size, one after another.

mod answers;
mod facts;
mod forms;
mod lengths;

use crate::FlowFact;
use crate::model::{Context, Model};
use answers::Answers;
use event::{Detection, Event};
use facts::Facts;
use forms::Forms;
use lengths::Lengths;
use serde::{Deserialize, Serialize};

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Guesses {
    lengths: Lengths,
    facts: Facts,
    answers: Answers,
    forms: Forms,
}

impl Guesses {
    pub fn new() -> Self {
        Self {
            lengths: Lengths::new(),
            facts: Facts::new(),
            answers: Answers::new(),
            forms: Forms::new(),
        }
    }
}

impl Model for Guesses {
    fn event(&mut self, context: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        if let Some(log_in) = self.facts.log_in(event) {
            self.answers.see(context, event, &log_in, out);
        }
        if event.kind == "http" {
            out.extend(self.forms.see(event));
        }
    }

    fn flow(&mut self, _: &Context<'_>, fact: &FlowFact, out: &mut Vec<Detection>) {
        out.extend(self.lengths.see(fact));
    }
}

#[cfg(test)]
mod tests;
