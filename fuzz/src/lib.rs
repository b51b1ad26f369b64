//! What the fuzz targets share: how the bytes of an input become conversations and packets, and
//! listeners that read everything they are told and hold it to its contract.

pub mod conversation;
pub mod eve;
pub mod guard;
pub mod input;
pub mod listener;
pub mod reading;
pub mod traffic;
pub mod watcher;
