//! SOCKS 4, 4a and 5 (RFC 1928, 1929): who goes through a proxy to whom. What follows is another conversation.

pub mod fields;
pub mod parser;
mod state;
#[cfg(test)]
mod tests;
