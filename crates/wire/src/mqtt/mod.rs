//! MQTT 3.1, 3.1.1 and 5 (OASIS): who reports what to whom under which topic.

mod event;
pub mod fields;
pub mod message;
pub mod parser;
mod properties;
mod state;
#[cfg(test)]
mod tests;
