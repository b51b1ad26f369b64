//! Frames in, events and incidents out.

mod acknowledged;
mod build;
mod load;
mod readings;
mod reload;
mod tags;
mod workers;
