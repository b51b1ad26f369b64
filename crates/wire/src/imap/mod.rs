//! IMAP (RFC 9051): commands with what becomes of them, STARTTLS, and the messages that are fetched
//! or stored whole, of which [`crate::mime`] says what is in them.

pub mod fields;
mod parser;
mod state;
#[cfg(test)]
mod tests;
