//! PostgreSQL (its documentation, chapter "Frontend/Backend Protocol"): who logs in to which database, and what is asked.

mod event;
pub mod fields;
pub mod parser;
mod state;
#[cfg(test)]
mod tests;
