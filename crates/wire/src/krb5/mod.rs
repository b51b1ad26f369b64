//! Kerberos 5 (RFC 4120) over TCP and UDP: who asks for a ticket, for what, and how it is encrypted.

pub mod fields;
pub mod parser;
mod state;
#[cfg(test)]
mod tests;
