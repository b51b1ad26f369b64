//! People who sign in.

use super::sessions::SessionId;
use crate::tenancy::{Role, TenantName, UserId};
use event::{Language, Severity, Timestamp};
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

/// Who is signed in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// The user.
    pub user: User,
    /// The user's own tenant.
    pub home: TenantName,
    /// The tenant that the request is about: the own one, or the one that a member of staff asked for.
    pub tenant: TenantName,
    /// Whether the own tenant demands a second factor that the user has yet to set up: everything else is refused until then.
    pub second_factor_due: bool,
    /// By what the session began.
    pub means: Means,
    /// What the user may do there, as `incident:read`.
    pub rights: Vec<String>,
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

/// By what a session began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// The password alone.
    Password,
    /// The password and the code of an authenticator app.
    Totp,
    /// The password and a recovery code.
    RecoveryCode,
    /// A passkey.
    Passkey,
    /// The link of an invitation.
    Invitation,
    /// The tenant's single sign-on, which has asked for a second factor or is trusted to.
    SignOn,
    /// The tenant's single sign-on alone.
    SignOnAlone,
    /// The tenant's single sign-on and the code of an authenticator app, or a recovery code.
    SignOnCode,
}

impl Means {
    const ALL: [Self; 8] = [
        Self::Password,
        Self::Totp,
        Self::RecoveryCode,
        Self::Passkey,
        Self::Invitation,
        Self::SignOn,
        Self::SignOnAlone,
        Self::SignOnCode,
    ];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Totp => "totp",
            Self::RecoveryCode => "recovery_code",
            Self::Passkey => "passkey",
            Self::Invitation => "invitation",
            Self::SignOn => "sign_on",
            Self::SignOnAlone => "sign_on_alone",
            Self::SignOnCode => "sign_on_code",
        }
    }

    /// From the name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.key() == key)
    }

    /// Whether the tenant's service vouches for the person.
    pub const fn is_sign_on(self) -> bool {
        matches!(self, Self::SignOn | Self::SignOnAlone | Self::SignOnCode)
    }
}

/// An open session, as its owner sees it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    /// Identifier.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub began_at: Timestamp,
    /// When it was last used, to the minute.
    #[schema(value_type = String, format = DateTime)]
    pub last_used_at: Timestamp,
    /// Where it began.
    pub address: String,
    /// What the browser says that it is.
    pub agent: String,
    /// By what it began.
    pub means: Means,
}

/// The own sessions that are open.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SessionList {
    /// The last used first.
    pub items: Vec<SessionView>,
}

/// Proves anew who the user is: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The password.
    #[schema(format = Password)]
    pub password: Option<String>,
    /// The code of the authenticator app, or a recovery code.
    pub code: Option<String>,
}

/// The second step of signing in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondStep {
    /// The code of the authenticator app, or a recovery code.
    pub code: String,
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
    /// The new one: at least 15 characters, or 12 where there is a second factor, and none that is well known.
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
