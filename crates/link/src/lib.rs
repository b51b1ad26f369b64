//! Between sensor and portal: enrolment with a one-time secret, mutually authenticated TLS, a
//! disk queue that survives `kill -9` and a full disk, and upload that arrives exactly once.
//!
//! The sensor's side is [`Outbox`] (what must not be lost) and [`Uplink`] (what carries it); the
//! portal's side is [`Authority`] (who may come in) and [`serve`] (what takes it).

mod authority;
mod client;
mod code;
pub mod files;
pub mod limits;
mod message;
mod outbox;
mod queue;
mod server;
mod suppressions;
mod tls;

pub use authority::{Authority, AuthorityError};
pub use client::{Identity, LinkError, Uplink};
pub use code::{BadCode, EnrolmentCode};
pub use message::{
    Accepted, Admitted, Delivery, Enrolment, Health, Heartbeat, HeartbeatReply, InterfaceCounters,
    Outcome, Receipt, Refusal, SensorRef, SuppressionSet,
};
pub use outbox::{Outbox, OutboxError};
pub use queue::{Queue, QueueError};
pub use server::{Inbox, serve};
pub use suppressions::Suppressions;
