//! TFTP (RFC 1350): which file somebody asks for, or wants to leave.

pub mod fields;
mod parser;
mod state;
#[cfg(test)]
mod tests;
