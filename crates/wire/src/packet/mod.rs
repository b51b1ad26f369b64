//! One captured frame -> its packets: link layer, IP, transport, and what is tunnelled inside.

mod types;

pub use types::*;
