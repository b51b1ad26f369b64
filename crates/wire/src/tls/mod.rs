//! TLS.

pub mod fields;
