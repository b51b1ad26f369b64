//! What a tenant demands.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a tenant demands of its people when they sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInRules {
    /// Whether everybody needs an authenticator app or a passkey. Who has neither sets one up before anything else. Who comes
    /// by single sign-on is the sign-on service's to ask.
    pub requires_second_factor: bool,
}
