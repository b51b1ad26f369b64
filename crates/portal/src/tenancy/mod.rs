//! Tenants, and who may do what in which of them.

mod id;
mod policy;
mod queries;
mod scope;
pub mod service;

pub use id::{Id, SensorId, TenantId, UserId};
pub use policy::{Action, Resource, Role};
pub use scope::{Actor, Scope};
