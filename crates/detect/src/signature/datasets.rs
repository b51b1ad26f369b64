//! Data sets that rules change. All flows share them, so they live where alerts come in the order of packets.

use super::alert::Asked;
use super::program::SharedSet;
use crate::limits::DATASET_CHANGES_MAX;
use crate::rule::ast::{DatasetCommand, DatasetKind};
use event::base64;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

/// What became of the sets since they were loaded: by name and value, whether the value is in.
#[derive(Debug, Default)]
pub(crate) struct SetChanges {
    sets: HashMap<String, HashMap<Vec<u8>, bool>>,
    count: usize,
    /// Sets that were changed and are kept from one run to the next.
    saved: BTreeMap<String, Arc<SharedSet>>,
}

/// What a data set that rules change holds now, to be kept from one run to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSet {
    /// Name of the file, as the rule gives it. It comes from whoever wrote the rule: not to be trusted.
    pub file: String,
    /// Its text, a value a line, sorted.
    pub text: String,
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

    /// The sets that were changed and are to be kept.
    pub fn saved(&self) -> Vec<SavedSet> {
        let saved = self.saved.values().filter_map(|set| {
            let (file, kind) = set.saved.as_ref()?;
            let changes = self.sets.get(&set.name)?;
            let is_in = |value: &Vec<u8>| changes.get(value).copied().unwrap_or(true);
            let added = changes.iter().filter(|(_, is_in)| **is_in);
            let values = set.initial.keys().filter(|value| is_in(value));
            let values = values.chain(added.map(|(value, _)| value));
            let lines: BTreeSet<String> = values.map(|value| written(value, *kind)).collect();
            let text = lines
                .iter()
                .flat_map(|line| [line.as_str(), "\n"])
                .collect();
            Some(SavedSet {
                file: file.clone(),
                text,
            })
        });
        saved.collect()
    }

    /// Notes the change; false where there is no room for it.
    fn change(&mut self, asked: &Asked, value: &[u8], is_new: bool, is_in: bool) -> bool {
        if is_new {
            if self.count >= DATASET_CHANGES_MAX {
                return false;
            }
            self.count = self.count.saturating_add(1);
        }
        if asked.set.saved.is_some() && !self.saved.contains_key(&asked.set.name) {
            let set = Arc::clone(&asked.set);
            self.saved.insert(set.name.clone(), set);
        }
        self.sets
            .entry(asked.set.name.clone())
            .or_default()
            .insert(value.to_vec(), is_in);
        true
    }
}

/// A value as lists have it.
fn written(value: &[u8], kind: DatasetKind) -> String {
    let address = || -> Option<IpAddr> {
        if let Ok(v4) = <[u8; 4]>::try_from(value) {
            return Some(v4.into());
        }
        <[u8; 16]>::try_from(value).ok().map(IpAddr::from)
    };
    match kind {
        DatasetKind::Text => base64(value),
        DatasetKind::Md5 | DatasetKind::Sha256 => {
            value.iter().map(|byte| format!("{byte:02x}")).collect()
        }
        DatasetKind::Ipv4 | DatasetKind::Ip => address()
            .map(|address| address.to_string())
            .unwrap_or_default(),
    }
}
