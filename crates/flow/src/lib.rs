//! Packets become conversations: flow table, defragmentation, TCP reassembly, protocol
//! detection, files. One [`Tracker`](tracker::Tracker) per worker owns its flows and tells an
//! [`Observer`] what happens; nothing here takes a lock, waits, or reads a clock.
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::arithmetic_side_effects
    )
)]

mod anomaly;
mod application;
pub mod conversation;
mod defragment;
mod echo;
mod expected;
mod files;
mod flow;
mod hasher;
mod key;
pub mod limits;
mod log;
pub mod observer;
mod packets;
mod pressure;
mod session;
mod settings;
mod split;
mod statistics;
mod table;
mod tcp;
mod told;
pub mod tracker;

pub use conversation::{Conversation, Counters, Digests, File, FilePhase, Hashes, TcpSummary};
pub use observer::{Moment, Observer, PacketContext, StreamWindow};
pub use pressure::Load;
pub use settings::{Settings, Timeouts};
pub use split::{Addresses, Part, Splitter};
pub use statistics::{ApplicationCounts, FlowsByTransport, Layers, Statistics};
pub use tracker::{Frame, Tracker};
