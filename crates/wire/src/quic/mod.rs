//! QUIC versions 1 and 2 (RFC 9000, 9001, 9369) with their drafts, and Google's QUIC before them.
//!
//! Initial packets are sealed with keys that everybody can derive. They are opened, the handshake in them is put
//! together, and its hellos are told: one transaction for each side. All that follows is secret, so that the
//! conversation is done then.

mod event;
pub mod fields;
mod google;
mod handshake;
mod keys;
mod packet;
mod probe;
mod state;
#[cfg(test)]
mod tests;
mod transaction;
mod version;
