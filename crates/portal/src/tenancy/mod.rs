//! Tenants, and who may do what in which of them.

mod id;
mod model;
pub(crate) mod policy;
pub(crate) mod queries;
pub(crate) mod routes;
mod scope;
pub mod service;

pub use id::{Id, SensorId, TenantId, UserId};
pub use model::{NewTenant, TenantChange, TenantKind, TenantName, TenantView, Visit};
pub use policy::{Action, Place, Resource, Role};
pub use scope::{Actor, Scope};

#[cfg(test)]
mod tests;
