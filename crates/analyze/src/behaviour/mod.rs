//! Behaviour models: each a small file that answers to events.

use crate::FlowFact;
use crate::model::Context;
use event::{Detection, Event};
use serde::{Deserialize, Serialize};

/// Every behaviour model, in the order in which they speak.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Behaviour {}

impl Behaviour {
    pub fn new() -> Self {
        Self {}
    }

    pub fn event(&mut self, _: &Context<'_>, _: &Event, _: &mut Vec<Detection>) {}

    pub fn flow(&mut self, _: &Context<'_>, _: &FlowFact, _: &mut Vec<Detection>) {}
}
