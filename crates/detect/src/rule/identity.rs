//! Identity of a rule while its options are read.

use super::ast::{Meta, Target};

/// Identity with what is not yet known.
#[derive(Default)]
pub(crate) struct PartialMeta {
    pub message: Option<String>,
    pub sid: Option<u32>,
    pub gid: Option<u32>,
    pub revision: Option<u32>,
    pub classtype: Option<String>,
    pub priority: Option<u8>,
    pub references: Vec<(String, String)>,
    pub metadata: Vec<(String, String)>,
    pub target: Option<Target>,
}

impl PartialMeta {
    /// The identity, if a `sid` was given.
    pub fn complete(self) -> Option<Meta> {
        Some(Meta {
            sid: self.sid?,
            message: self.message.unwrap_or_default(),
            gid: self.gid.unwrap_or(1),
            revision: self.revision.unwrap_or(0),
            classtype: self.classtype,
            priority: self.priority,
            references: self.references,
            metadata: self.metadata,
            target: self.target,
        })
    }
}
