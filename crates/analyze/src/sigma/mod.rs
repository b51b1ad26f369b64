//! Sigma rules (specification 2.1: detections, correlations, filters) over our own events.
//!
//! Our own engine rather than a library: it runs on our events as they are, remembers a bounded amount that goes into
//! the snapshot, goes by the time of packets, and names file, line and reason of whatever it refuses.
//!
//! [`SigmaCollection`] reads rules, [`SigmaRules`] are ready to run, the brain keeps what they remember.

mod claim;
mod collection;
mod engine;
pub mod limits;
mod link;
mod problem;
mod rule;
mod rules;
mod source;
mod window;
mod yaml;

pub use collection::SigmaCollection;
pub use problem::{Problem as SigmaProblem, ProblemClass as SigmaProblemClass};
pub use rule::{
    About as SigmaAbout, Level as SigmaLevel, LogSource as SigmaLogSource,
    Placeholders as SigmaPlaceholders,
};
pub use rules::{Outlook as SigmaOutlook, Review as SigmaReview, SigmaRules};

pub(crate) use claim::{detection, event};
pub(crate) use engine::SigmaState;

#[cfg(test)]
mod tests;
