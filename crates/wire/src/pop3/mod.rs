//! POP3 (RFC 1939) with STLS (RFC 2595) and AUTH (RFC 5034); what is in the messages that are
//! fetched says [`crate::mime`].

pub mod fields;
mod parser;
mod state;
#[cfg(test)]
mod tests;
