//! Places of a customer: which sensors stand there, and which people see these only.

mod model;
pub(crate) mod queries;
pub(crate) mod routes;
pub mod service;

pub use model::{NewSite, Site, SiteId, SiteList, SiteName};

#[cfg(test)]
mod tests;
