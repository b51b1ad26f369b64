//! Data sets that rules change. All flows share them, so they live where alerts come in the order of packets.

use super::alert::Asked;
use crate::limits::DATASET_CHANGES_MAX;
use crate::rule::ast::DatasetCommand;
use std::collections::HashMap;

/// What became of the sets since they were loaded: by name and value, whether the value is in.
#[derive(Debug, Default)]
pub(crate) struct SetChanges {
    sets: HashMap<String, HashMap<Vec<u8>, bool>>,
    count: usize,
}

impl SetChanges {
    /// Whether all questions of a match are answered yes. Changes that it asks for are made: adding holds where the
    /// value is new, taking away where it was there.
    pub fn hold(&mut self, questions: &[Asked]) -> bool {
        questions.iter().all(|asked| {
            let mut any = false;
            for value in &asked.values {
                any |= self.holds(asked, value);
            }
            any
        })
    }

    fn holds(&mut self, asked: &Asked, value: &[u8]) -> bool {
        let changed = self
            .sets
            .get(&asked.set.name)
            .and_then(|set| set.get(value))
            .copied();
        let is_in = changed.unwrap_or_else(|| asked.set.initial.contains_key(value));
        match asked.command {
            DatasetCommand::IsSet => is_in,
            DatasetCommand::IsNotSet => !is_in,
            DatasetCommand::Set if is_in => false,
            DatasetCommand::Unset if !is_in => false,
            DatasetCommand::Set => self.change(asked, value, changed.is_none(), true),
            DatasetCommand::Unset => self.change(asked, value, changed.is_none(), false),
        }
    }

    /// Notes the change; false where there is no room for it.
    fn change(&mut self, asked: &Asked, value: &[u8], is_new: bool, is_in: bool) -> bool {
        if is_new {
            if self.count >= DATASET_CHANGES_MAX {
                return false;
            }
            self.count = self.count.saturating_add(1);
        }
        self.sets
            .entry(asked.set.name.clone())
            .or_default()
            .insert(value.to_vec(), is_in);
        true
    }
}
