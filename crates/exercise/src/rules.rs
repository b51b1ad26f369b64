//! Rules to be exercised.

use crate::Exerciser;
use detect::rule::{Collection, Variables};
use std::path::Path;

/// A rule set with the values of its variables.
pub struct Rules {
    collection: Collection,
    variables: Variables,
}

impl Rules {
    /// Reads rule files, or folders of them.
    pub fn load<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Self {
        Self {
            collection: Collection::load(paths),
            variables: Variables::default(),
        }
    }

    /// Reads rules from text.
    pub fn read(text: &[u8]) -> Self {
        let mut collection = Collection::default();
        collection.read("rules", text);
        Self {
            collection,
            variables: Variables::default(),
        }
    }

    /// Sets a variable, with or without its dollar.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn set_variable(&mut self, name: &str, value: &str) -> Result<(), String> {
        self.variables
            .set(name, value)
            .map_err(|error| error.to_string())
    }

    /// Mistakes in the files, one line each.
    pub fn problems(&self) -> impl Iterator<Item = String> {
        self.collection
            .problems
            .iter()
            .map(|problem| problem.to_string())
    }

    /// Generator and signature number of each rule, in order.
    pub fn identities(&self) -> impl Iterator<Item = (u32, u32)> {
        self.collection
            .rules
            .iter()
            .map(|placed| (placed.rule.meta.gid, placed.rule.meta.sid))
    }

    /// What makes conversations for the rules.
    pub fn exerciser(&self) -> Exerciser<'_> {
        Exerciser::new(&self.collection.rules, &self.variables)
    }
}
