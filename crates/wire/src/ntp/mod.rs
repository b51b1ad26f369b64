//! NTP (RFC 5905, and RFC 9327 for control messages): who sets clocks by whom.

pub mod fields;
mod state;
#[cfg(test)]
mod tests;
