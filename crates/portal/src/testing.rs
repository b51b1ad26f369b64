//! Test set-up.
