//! The first page: what needs somebody, and how it has been.

mod model;
mod queries;
pub(crate) mod routes;
pub mod service;

pub use model::{
    ClassCount, CommunicationCount, Coverage, Dashboard, DashboardQuery, DayCounts, Funnel,
    HostCount, SensorCounts, SeverityCounts,
};

#[cfg(test)]
mod tests;
