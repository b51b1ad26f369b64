//! The first page of a partner and of the operator: all their customers, worst first.

mod model;
mod queries;
pub(crate) mod routes;
mod service;

pub use model::{CustomerState, Portfolio};

#[cfg(test)]
mod tests;
