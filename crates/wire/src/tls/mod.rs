//! SSL 2 hellos to TLS 1.3: what a handshake shows before it is encrypted.
//!
//! One transaction per conversation: the client's side is told at its hello, the server's when
//! its first flight ends (TLS 1.3: at its hello). A client's certificates, which come later, are
//! a transaction of their own without an event.

mod certificate;
pub(crate) mod event;
pub mod fields;
pub mod fingerprint;
pub mod parser;
mod probe;
mod record;
mod state;
#[cfg(test)]
mod tests;
pub(crate) mod transaction;
