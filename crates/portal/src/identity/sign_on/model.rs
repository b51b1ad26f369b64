//! A tenant's sign-on service.

use crate::tenancy::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How the people of a tenant sign in by its own service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignOnView {
    /// The address to enter at the service, to which it sends people back.
    pub redirect_uri: String,
    /// Where people of the tenant begin.
    pub link: String,
    /// The service; none where there is none.
    pub settings: Option<SignOnSettings>,
}

/// The service as administrators see it; never its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignOnSettings {
    /// Address of the service, e.g. `https://login.example.jp`.
    pub issuer: String,
    /// The portal's name at the service.
    pub client_id: String,
    /// Whether the portal has a secret to prove itself with.
    pub has_secret: bool,
    /// Mail domains of those who may come.
    pub domains: Vec<String>,
    /// What somebody becomes who comes for the first time without having been invited; none: nobody comes so.
    pub new_role: Option<Role>,
    /// Whether there is no other way in, but for those who run the portal.
    pub is_required: bool,
    /// Whether the service is believed to have asked for a second factor without saying so.
    pub is_trusted: bool,
}

/// A service to use from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSignOn {
    /// Address of the service, e.g. `https://login.example.jp`.
    pub issuer: String,
    /// The portal's name at the service.
    pub client_id: String,
    /// The secret; left out, the one of the same service and name stays.
    #[schema(format = Password)]
    pub client_secret: Option<String>,
    /// Mail domains of those who may come, one at least.
    pub domains: Vec<String>,
    /// What somebody becomes who comes for the first time without having been invited: `viewer` or `contact`; left out, nobody
    /// comes so.
    pub new_role: Option<Role>,
    /// Whether there is no other way in, but for those who run the portal. Open sessions that began otherwise end.
    #[serde(default)]
    pub is_required: bool,
    /// Whether the service is believed to have asked for a second factor without saying so. Else whoever has one here is asked for
    /// it, and where the tenant demands one everybody, unless the service says that it has asked.
    #[serde(default)]
    pub is_trusted: bool,
}
