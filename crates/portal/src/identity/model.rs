//! People who sign in.

use crate::tenancy::{Role, TenantId, UserId};
use event::{Language, Severity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// From which severity on a user gets mails about incidents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum MailThreshold {
    None,
    #[default]
    Medium,
    High,
    Critical,
}

impl MailThreshold {
    /// Every threshold.
    pub const ALL: [Self; 4] = [Self::None, Self::Medium, Self::High, Self::Critical];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// From the name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.key() == key)
    }

    /// Whether an incident of this severity is worth a mail.
    pub fn is_reached_by(self, severity: Severity) -> bool {
        match self {
            Self::None => false,
            Self::Medium => severity >= Severity::Medium,
            Self::High => severity >= Severity::High,
            Self::Critical => severity >= Severity::Critical,
        }
    }
}

/// A user, as the user may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// Identifier.
    pub id: UserId,
    /// Mail address, by which the user signs in.
    pub email: String,
    /// Name.
    pub name: String,
    /// Language of the web pages.
    pub language: Language,
    /// What the user may do.
    pub role: Role,
    /// From which severity on the user gets mails.
    pub mail_on_incident: MailThreshold,
    /// Language of mails.
    pub mail_language: Language,
}

/// The tenant of a session.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TenantName {
    /// Identifier.
    pub id: TenantId,
    /// Name.
    pub name: String,
}

/// Who is signed in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// The user.
    pub user: User,
    /// The user's tenant.
    pub tenant: TenantName,
    /// To be sent as `x-csrf-token` with every request but GET and HEAD.
    pub csrf_token: String,
}

/// What signs a user in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Mail address.
    pub email: String,
    /// Password.
    #[schema(format = Password)]
    pub password: String,
}

/// What users may change about themselves; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileChange {
    /// Name.
    pub name: Option<String>,
    /// Language of the web pages.
    pub language: Option<Language>,
    /// From which severity on the user gets mails.
    pub mail_on_incident: Option<MailThreshold>,
    /// Language of mails.
    pub mail_language: Option<Language>,
}

/// A change of the user's own password. It ends the user's other sessions.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password until now.
    #[schema(format = Password)]
    pub current: String,
    /// The new one: at least 12 characters.
    #[schema(format = Password, min_length = 12)]
    pub new: String,
}

/// A user to be.
#[derive(Clone)]
pub struct NewUser {
    /// Mail address, unique over all tenants.
    pub email: String,
    /// Name.
    pub name: String,
    /// Password.
    pub password: String,
    /// What the user may do.
    pub role: Role,
    /// Language of pages and mails.
    pub language: Language,
}
