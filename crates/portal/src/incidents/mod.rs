//! Incidents: taken from sensors, shown, searched, worked on.

mod accept;
pub(crate) mod archive;
mod bulk;
mod closing;
mod cursor;
mod deadline;
mod discussion;
mod export;
mod filter;
pub(crate) mod hiding;
mod holidays;
mod model;
pub(crate) mod queries;
pub(crate) mod routes;
pub mod service;
mod views;

pub use accept::{accept, accept_many};
pub use archive::Archive;
pub use closing::{Closing, ClosingAnswer, ClosingQuestion};
pub use deadline::{BusinessDays, Weekday};
pub use filter::{IncidentQuery, Order, Sort, Suppressed};
pub use model::{
    Accepted, ActionItem, ActionTick, Alike, AlikeIncident, Assignees, BulkChange, BulkOutcome,
    BulkOutcomes, Handling, HistoryEntry, HistoryKind, IncidentChange, IncidentDetail, IncidentKey,
    IncidentPage, IncidentSummary, Message, Messages, NewAssignee, NewMessage, NewNote, NewView,
    PersonName, Resolution, SavedView, SavedViews, SensorName, ViewKey,
};

#[cfg(test)]
mod archive_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod work_tests;
