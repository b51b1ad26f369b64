//! A protocol to copy: lines that come back. Compiled and tested, but not in
//! `registry::PROTOCOLS`.
//!
//! To add a protocol:
//! 1. Copy this folder. `parser.rs` reads values, `state.rs` keeps a conversation, `fields.rs`
//!    names things, `tests.rs` holds the laws that every parser keeps.
//! 2. Name its limits in `limits.rs`: every buffer, list and depth has one.
//! 3. Add `pub mod <name>;` to `lib.rs` and one line to `registry::PROTOCOLS`. Rules, events,
//!    files and the recognition of the protocol follow from its `ProtocolSpec`.
//! 4. Add a case under `cases/`: a capture and the events it gives.

pub mod fields;
mod parser;
mod state;
#[cfg(test)]
mod tests;
