//! The portal: takes what sensors find, shows it to the people it concerns, and tells them when it matters.
//!
//! A modular monolith: one folder an area, each with model, queries, service, routes, tests. An area calls another
//! through its service only. Every query takes a [`Scope`]: who asks, within which tenants.

mod assets;
pub mod audit;
mod backup;
mod clock;
pub mod contacts;
mod context;
pub mod dashboard;
mod database;
mod error;
pub mod fleet;
mod http;
pub mod identity;
pub mod incidents;
mod limits;
pub mod live;
mod locale;
mod makers;
pub mod notify;
mod pages;
mod portal;
pub mod portfolio;
mod seal;
mod secret;
mod settings;
pub mod sites;
pub mod suppressions;
mod tenancy;
mod text;

pub use backup::{backup, restore};
pub use clock::{Clock, ManualClock};
pub use context::Context;
pub use error::{Code, Error, Refusal};
pub use http::{causes, openapi};
pub use portal::{BoundPortal, Portal};
pub use settings::{
    AcmeSettings, DatabaseSettings, OutgoingSettings, Settings, SmtpSettings, SmtpTls, TlsSettings,
};
pub use tenancy::{Actor, Id, NewTenant, Role, Scope, SensorId, TenantId, TenantKind, UserId};

#[cfg(test)]
mod testing;
