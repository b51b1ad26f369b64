//! NetBIOS name service (RFC 1002): which machine calls itself what.

pub mod fields;
pub mod parser;
mod state;
#[cfg(test)]
mod tests;
