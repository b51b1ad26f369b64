//! HTTP.

pub mod fields;
