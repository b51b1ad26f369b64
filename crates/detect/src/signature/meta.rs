//! Who a rule is, and what it wants to be told to a person.

use crate::rule::Classification;
use crate::rule::ast::{Action, DetectionFilter, HostBits, Meta, Tag, Target, Threshold, XBits};

/// Identity and text of a rule, shared by all its alerts.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleMeta {
    /// What the rule asks for.
    pub action: Action,
    /// Generator, 1 for ordinary rules.
    pub gid: u32,
    /// Signature id.
    pub sid: u32,
    /// Revision.
    pub revision: u32,
    /// `msg`
    pub message: String,
    /// `classtype`; None if the rule has none.
    pub classtype: Option<String>,
    /// Description of the classtype; empty if it has none that we know.
    pub category: String,
    /// From `priority`, else of the classtype, else 3; 1 is the worst.
    pub priority: u8,
    /// `reference`s as system and identifier.
    pub references: Vec<(String, String)>,
    /// `metadata` as key and value.
    pub metadata: Vec<(String, String)>,
    /// Which side of the matching packet suffers.
    pub target: Option<Target>,
    /// Thins out alerts; applied by [`super::Thresholds`].
    pub threshold: Option<Threshold>,
    /// Needs more than some matches; applied by [`super::Thresholds`].
    pub filter: Option<DetectionFilter>,
    /// Questions to and changes of what is remembered of hosts; applied by [`super::Thresholds`].
    pub host_bits: Vec<HostBits>,
    /// As `host_bits`, for pairs of hosts as well.
    pub x_bits: Vec<XBits>,
    /// Asks or changes a data set that rules change; applied by [`super::Thresholds`].
    pub asks_sets: bool,
    /// Packets that follow a match are to be told; whoever has the packets does it.
    pub tag: Option<Tag>,
    /// Never told to anybody (`noalert`): matches only to leave a mark.
    pub silent: bool,
}

impl RuleMeta {
    /// From the tree, without the options that only [`super::Thresholds`] looks at.
    pub(crate) fn new(action: Action, meta: &Meta, classes: &Classification) -> Self {
        Self {
            action,
            gid: meta.gid,
            sid: meta.sid,
            revision: meta.revision,
            message: meta.message.clone(),
            classtype: meta.classtype.clone(),
            category: classes.category(meta).to_owned(),
            priority: classes.priority(meta),
            references: meta.references.clone(),
            metadata: meta.metadata.clone(),
            target: meta.target,
            threshold: None,
            filter: None,
            host_bits: Vec::new(),
            x_bits: Vec::new(),
            asks_sets: false,
            tag: None,
            silent: matches!(action, Action::Config),
        }
    }

    /// Whether [`super::Thresholds`] has anything to decide, so that matches of silent rules go there as well.
    pub(crate) fn has_memory(&self) -> bool {
        self.threshold.is_some()
            || self.filter.is_some()
            || !self.host_bits.is_empty()
            || !self.x_bits.is_empty()
            || self.asks_sets
            || self.tag.is_some()
    }
}
