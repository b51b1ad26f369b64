//! Single sign-on by the tenant's own service: OpenID Connect, authorization code with PKCE.

mod claims;
mod model;
mod provider;
pub(super) mod queries;
pub(super) mod routes;
mod settings;
mod taking;
mod way;

pub use provider::Providers;
pub use settings::require_other_way;
pub use way::{Begun, Returned, begin, begin_proof, finish, path_of, tenant_of};

#[cfg(test)]
mod tests;
