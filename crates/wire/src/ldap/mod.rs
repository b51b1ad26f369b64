//! LDAP (RFC 4511) over TCP, and over UDP (MS-ADTS, 6.3.3): who asks a directory for what.

mod event;
pub mod fields;
pub mod parser;
mod state;
#[cfg(test)]
mod tests;
