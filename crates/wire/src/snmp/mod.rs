//! SNMP 1, 2c and 3 (RFC 1157, 1901, 3412, 3414, 3416): who asks which device for what, and with which password.

mod ber;
pub mod fields;
pub mod parser;
mod state;
#[cfg(test)]
mod tests;
