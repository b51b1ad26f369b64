//! DNS.

pub mod fields;
