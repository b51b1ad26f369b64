//! DHCP for IPv4 (RFC 2131): who asks for an address under which name, and what is given.

pub mod fields;
pub mod parser;
mod state;
#[cfg(test)]
mod tests;
