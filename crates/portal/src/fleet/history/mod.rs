//! How sensors have been: minutes for two days, hours for ninety.

mod model;
pub(crate) mod queries;
pub(crate) mod routes;
pub mod service;

pub use model::{History, HistoryPoint, HistoryQuery, Measured};

#[cfg(test)]
mod tests;
