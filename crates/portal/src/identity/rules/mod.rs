//! What a tenant demands of its people when they sign in.

mod model;
mod queries;
pub(super) mod routes;
mod service;

pub use model::SignInRules;

#[cfg(test)]
mod tests;
