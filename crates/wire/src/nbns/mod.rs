//! NBNS.

pub mod fields;
