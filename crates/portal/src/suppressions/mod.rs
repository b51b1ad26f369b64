//! "This was us": what a customer does not want to be told of any more: scoped, for a time, and to be taken back.

mod cover;
mod model;
mod queries;
pub(crate) mod routes;
pub mod service;

pub use cover::{Cover, covers};
pub use model::{
    NewSuppression, RuleName, Suppression, SuppressionKey, SuppressionPreview, SuppressionScope,
    Suppressions,
};

#[cfg(test)]
mod cover_laws;
#[cfg(test)]
mod tests;
