//! "This was us": what a customer does not want to be told of any more: scoped, for a time, and to be taken back.

mod model;
mod queries;
pub(crate) mod reach;
pub(crate) mod routes;
pub mod service;

pub use event::{RuleName, SuppressionScope};
pub use model::{
    NewSuppression, SensorReach, Suppression, SuppressionKey, SuppressionPreview, Suppressions,
};

#[cfg(test)]
mod reach_tests;
#[cfg(test)]
mod tests;
