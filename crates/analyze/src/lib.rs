//! What runs on events: claims from signatures and indicators, scans, behaviour models, the
//! correlator that grows incidents from detections, and the words that explain them.
//!
//! [`Brain`] is the front. Everything here is deterministic: the same input in the same order
//! gives the same incidents, without clock, randomness or I/O.

mod behaviour;
mod brain;
mod claims;
mod correlate;
mod crowd;
pub mod domains;
mod explain;
mod fnv;
mod home_net;
mod input;
mod inventory;
mod known;
pub mod limits;
mod model;
mod scan;
mod settings;
mod sigma;
mod table;

pub use brain::{Brain, RestoreError};
pub use correlate::Correlator;
pub use home_net::{BadPrefix, HomeNet, Prefix};
pub use input::{
    ArpFact, FlowFact, FlowMoment, IndicatorFacts, IndicatorHit, IndicatorKind, SignatureAlert,
    YaraHit, tcp_flags,
};
pub use inventory::EndpointSeen;
pub use known::{Known, KnownError, Machine, Role, Usual};
pub use settings::Settings;
pub use sigma::limits as sigma_limits;
pub use sigma::{
    SigmaAbout, SigmaCollection, SigmaLevel, SigmaLogSource, SigmaOutlook, SigmaPlaceholders,
    SigmaProblem, SigmaProblemClass, SigmaReview, SigmaRules,
};
