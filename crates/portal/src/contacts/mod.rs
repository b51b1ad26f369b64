//! Whom a customer calls: SOC, partner, support, with numbers and hours.

mod model;
mod queries;
pub(crate) mod routes;
pub mod service;

pub use model::{ContactCard, ContactCards, ContactKind};

#[cfg(test)]
mod tests;
