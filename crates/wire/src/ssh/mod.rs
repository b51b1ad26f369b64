//! SSH.

pub mod fields;
