//! HTTP up to 1.1 (RFC 9110, 9112; RFC 1945 and 0.9 before it).
//!
//! Requests and answers are read independently and joined in order. A head is held until it is
//! complete; a body passes through, its beginning kept for rules, its files told as they come.

mod bodies;
pub(crate) mod body;
mod chunk;
pub(crate) mod coding;
mod event;
pub mod fields;
mod heads;
pub(crate) mod multipart;
mod oddities;
pub mod parser;
mod probe;
mod side;
mod state;
#[cfg(test)]
mod tests;
mod transaction;
pub mod uri;
