//! NT LAN Manager authentication (MS-NLMP), carried inside SMB, DCERPC, HTTP, LDAP and others.

pub mod parser;
#[cfg(test)]
mod tests;

pub use parser::{Authenticate, Challenge, Message, find, message};
