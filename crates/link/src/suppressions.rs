//! The suppressions that a sensor goes by: as the portal sent them last, kept on disk.

use crate::message::SuppressionSet;
use crate::{files, limits};
use event::{Incident, suppressed_by};
use std::io;
use std::path::{Path, PathBuf};

/// The sensor's copy of its tenant's suppressions.
pub struct Suppressions {
    path: PathBuf,
    set: Option<SuppressionSet>,
}

impl Suppressions {
    /// Those kept in a folder. What cannot be read counts as none: then all is told, and the portal sends them again.
    pub fn load(folder: &Path) -> Self {
        let path = folder.join("suppressions.json");
        let set = match files::read_if_there(&path) {
            Ok(content) => content.and_then(|content| serde_json::from_slice(&content).ok()),
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "the suppressions of before cannot be read; all is told");
                None
            }
        };
        Self {
            path,
            set: set.map(within_limits),
        }
    }

    /// The version gone by; 0 is none.
    pub fn version(&self) -> u64 {
        self.set.as_ref().map_or(0, |set| set.version)
    }

    /// Goes by another set from here on; it is on disk when this returns. After an error the sensor goes by none: what was
    /// taken back must not go on hiding.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn replace(&mut self, set: SuppressionSet) -> io::Result<()> {
        let set = within_limits(set);
        self.set = None;
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        files::replace(&self.path, &serde_json::to_vec(&set)?)?;
        self.set = Some(set);
        Ok(())
    }

    /// Marks an incident with the suppressions that cover all of it, and no others; whether there are any.
    pub fn mark(&self, incident: &mut Incident) -> bool {
        let items = self.set.as_ref().map_or(&[][..], |set| &set.items);
        let by = suppressed_by(items, incident);
        let ids = by.iter().filter_map(|place| items.get(*place));
        incident.suppressed_by = ids.map(|one| one.id.clone()).collect();
        !by.is_empty()
    }
}

fn within_limits(mut set: SuppressionSet) -> SuppressionSet {
    if set.items.len() > limits::SUPPRESSIONS_MAX {
        let many = set.items.len();
        tracing::error!(
            many,
            "the portal sent more suppressions than a sensor takes; all is told"
        );
        set.items.clear();
    }
    set
}
