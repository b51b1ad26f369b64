//! SMTP (RFC 5321) with pipelining, BDAT (RFC 3030), AUTH (RFC 4954) and STARTTLS (RFC 3207); what
//! is in the messages says [`crate::mime`].

pub mod fields;
mod parser;
mod probe;
mod state;
#[cfg(test)]
mod tests;
