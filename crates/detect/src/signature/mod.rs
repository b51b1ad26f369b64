//! Signatures: rules compiled once into a [`Ruleset`], run by one [`Engine`] per worker, judged across flows by
//! one [`Thresholds`].

mod alert;
mod audience;
mod compile;
mod datasets;
mod engine;
mod inspect;
mod meta;
mod named;
mod program;
mod record;
mod reload;
mod state;
mod steps;
mod thresholds;
mod watch;

pub use crate::rule::Variables;
pub use alert::{Alert, Asked, Captured, Excerpt, FlowCounters, ShownBuffer, TransactionFacts};
pub use audience::{Audience, Inspector};
pub(crate) use compile::is_about_packet;
pub use compile::{Refused, Ruleset, Settings, Summary};
pub use datasets::SavedSet;
pub use engine::{Engine, Statistics};
pub use matcher::Cache;
pub use meta::RuleMeta;
pub use reload::Translation;
pub use state::{EngineState, WishedFile};
pub use thresholds::{Thresholds, Verdict};
pub use watch::{Attempt, Failure, NearMiss, Watch, WatchLog};
