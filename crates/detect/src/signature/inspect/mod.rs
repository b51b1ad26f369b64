//! Whether bytes are what a rule wants: contents, expressions, numbers, transforms.

pub(crate) mod asn1;
pub(crate) mod base64;
pub(crate) mod chain;
pub(crate) mod modbus;
pub(crate) mod notes;
pub(crate) mod number;
pub(crate) mod regex;
pub(crate) mod remote;
pub(crate) mod search;
pub(crate) mod transform;

#[cfg(test)]
mod tests;
