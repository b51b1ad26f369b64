//! Telnet (RFC 854): known by its negotiation of options. What is typed is not kept: it would hold passwords.

pub mod fields;
#[cfg(test)]
mod tests;
