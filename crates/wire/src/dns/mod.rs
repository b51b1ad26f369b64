//! DNS over UDP and TCP (RFC 1035), multicast DNS (RFC 6762), link-local multicast name
//! resolution (RFC 4795): one form, four protocols.
//!
//! Each message is a transaction of its own: a question travels to the server, an answer to the
//! client. Messages that make sense only in part are told as far as they do, with an anomaly.

mod event;
pub mod fields;
pub mod message;
pub mod names;
pub mod parser;
mod probe;
mod state;
pub(crate) use state::carried;
#[cfg(test)]
mod tests;
