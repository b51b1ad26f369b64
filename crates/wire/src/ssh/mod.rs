//! SSH (RFC 4253) until keys are exchanged: identification lines and HASSH.

pub mod fields;
pub mod parser;
mod state;
#[cfg(test)]
mod tests;
