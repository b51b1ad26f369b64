//! DNP3 (IEEE 1815) over TCP: what a control room asks of its stations, and what they report.

mod application;
pub mod fields;
pub mod link;
mod state;
#[cfg(test)]
mod tests;
