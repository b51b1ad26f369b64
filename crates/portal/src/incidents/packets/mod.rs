//! The packets behind incidents: taken from sensors in pieces, kept in the database, given out as one pcap file.
//!
//! In the database, not in files beside it: so a piece is there together with the word that it is, several portals on one
//! PostgreSQL have the same, row-level security covers it, and a copy of the database is a copy of everything.

mod accept;
mod pcap;
mod queries;
pub(super) mod routes;
mod service;

pub(crate) use accept::accept;
pub(super) use service::held;
pub(crate) use service::make_room;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Packets of an incident that may be downloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PacketsHeld {
    /// Flows that they are of.
    pub captures: u64,
    /// How many.
    pub packets: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

#[cfg(test)]
mod tests;
