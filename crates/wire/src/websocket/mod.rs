//! WebSocket (RFC 6455), after HTTP/1 has handed its conversation over; compressed messages (RFC 7692) are unpacked.
//!
//! Each message is a transaction, put together from its frames; each control frame is one too.

pub mod fields;
mod inflate;
mod parser;
mod state;
#[cfg(test)]
mod tests;
