//! EtherNet/IP with CIP inside: what is asked of which part of a machine.

mod cip;
pub mod fields;
pub mod parser;
mod state;
#[cfg(test)]
mod tests;
