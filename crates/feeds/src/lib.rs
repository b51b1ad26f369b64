//! Fetches threat intelligence: TAXII 2.1 servers, MISP feeds, plain files over HTTP.
//!
//! Each feed becomes one file in a folder that the sensor reads. A file is replaced in one step, after it was looked
//! through as the sensor would: what cannot be right is put aside, and the old file stays. How far a feed was read
//! stands in a state file beside it, written after the feed's file, so that a crash between both repeats a poll and
//! loses nothing.

mod client;
mod config;
mod fetch;
pub mod limits;
mod list;
mod misp;
mod store;
mod taxii;
mod tls;

pub use config::{Config, ConfigError, Feed, FeedKind};
pub use fetch::{Outcome, Outcomes, fetch};
