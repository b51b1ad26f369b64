//! Who did what, when: an append-only log of each tenant, chained by hashes, for its administrators.

mod act;
mod chain;
mod export;
mod filter;
mod model;
mod queries;
pub(crate) mod routes;
pub mod service;

pub use act::Act;
pub use model::{AuditEntry, AuditPage, Target, Verification};

#[cfg(test)]
mod tests;
