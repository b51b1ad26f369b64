//! IKE 1 and 2 (RFC 2408, 2409, 7296): which keys two ends of a tunnel agree on, and how strong they are.

mod attributes;
mod event;
pub mod fields;
pub mod parser;
mod proposal;
mod state;
mod strength;
#[cfg(test)]
mod tests;
