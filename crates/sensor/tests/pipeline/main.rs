//! Frames in, events and incidents out.

mod build;
mod reload;
mod workers;
