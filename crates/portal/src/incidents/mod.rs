//! Incidents: taken from sensors, shown, searched, worked on.

mod accept;
mod export;
mod filter;
mod model;
pub(crate) mod queries;
pub(crate) mod routes;
pub mod service;

pub use accept::accept;
pub use filter::{IncidentQuery, Order, Sort};
pub use model::{
    Accepted, ActionItem, ActionTick, Handling, HistoryEntry, HistoryKind, IncidentChange,
    IncidentDetail, IncidentKey, IncidentPage, IncidentSummary, NewNote, PersonName, SensorName,
};

#[cfg(test)]
mod tests;
