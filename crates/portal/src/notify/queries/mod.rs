//! Statements on notification.

pub mod deliveries;
pub mod endpoints;
pub mod escalations;
pub mod ledger;
pub mod people;

pub use deliveries::totals;
