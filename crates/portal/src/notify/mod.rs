//! Tells people and their systems of incidents: stored with the incident, sent until taken, and every step of that in a ledger.
//!
//! | file | does |
//! |---|---|
//! | `announce` | decides who is told, and stores it beside the incident |
//! | `post` | takes what is due, sends it, notes what became of it |
//! | `carry` | one channel each: mail, push, webhooks and chats, log servers |
//! | `outbound` | the guarded way to addresses that somebody else has chosen |
//! | `escalation`, `partner` | the next person, when nobody stirs, and the customer's partner in the end |
//! | `service`, `settings`, `endpoints` | what the API does |

pub(crate) mod announce;
mod carry;
mod endpoints;
mod escalation;
mod hours;
pub mod model;
mod outbound;
mod partner;
pub(crate) mod post;
pub(crate) mod push;
pub(crate) mod queries;
pub(crate) mod routes;
pub(crate) mod service;

pub use carry::letter::Letter;
pub use carry::mail::Mailer;
pub use outbound::{Outbound, OutboundError, Target};
pub use push::VapidKey;

#[cfg(test)]
mod tests;
