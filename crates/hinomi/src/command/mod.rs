//! One file a command: its options, and how it runs.

pub mod demo;
pub mod drill;
pub mod exercise;
pub mod intel;
pub mod portal;
pub mod replay;
pub mod rules;
pub mod sensor;
pub mod sigma;
pub mod watch;
