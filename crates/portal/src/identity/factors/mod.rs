//! Second factors and what stands in for a password: authenticator apps, recovery codes, passkeys.

mod model;
mod passkeys;
pub(super) mod queries;
pub(crate) mod routes;
pub mod service;
mod totp;

pub(crate) use service::{finish_step, seal_secrets};

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::code_of;
