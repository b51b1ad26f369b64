//! SIP (RFC 3261) over UDP and TCP: who calls whom, and the media they agree on (SDP, RFC 8866).

pub mod fields;
pub mod parser;
pub mod sdp;
mod state;
#[cfg(test)]
mod tests;
