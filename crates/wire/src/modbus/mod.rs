//! Modbus over TCP (Modbus Application Protocol 1.1b3): who reads and switches which parts of a machine.

pub mod fields;
pub mod function;
pub mod parser;
mod state;
#[cfg(test)]
mod tests;
mod words;
