//! People as their administrator sees them.

use crate::tenancy::{Id, Role, UserId};
use event::{Language, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Marks identifiers of invitations.
pub enum InvitationKind {}
/// An invitation that waits.
pub type InvitationId = Id<InvitationKind>;

/// A person of the tenant.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// Identifier.
    pub id: UserId,
    /// Mail address, by which the person signs in.
    pub email: String,
    /// Name.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Whether somebody who knows the password alone stays out.
    pub has_second_factor: bool,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// The last time of signing in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_signed_in_at: Option<Timestamp>,
}

/// An invitation that waits.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Invitation {
    /// Identifier.
    pub id: InvitationId,
    /// Who is invited.
    pub email: String,
    /// The name that the administrator knows; the invited person may change it.
    pub name: String,
    /// What the person will be.
    pub role: Role,
    /// Language of the mail and of the page.
    pub language: Language,
    /// Who invited.
    pub invited_by: String,
    /// When it was sent last.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When its link ends.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// Whether its link has ended: sent again, it is good again.
    pub has_expired: bool,
}

/// Everybody.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PeopleList {
    /// People, by name.
    pub people: Vec<Person>,
    /// Invitations that wait, the newest first.
    pub invitations: Vec<Invitation>,
    /// Whether the portal can send mails: without, links are to be handed over.
    pub sends_mail: bool,
}

/// An invitation to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// Mail address.
    pub email: String,
    /// Name, where it is known.
    #[serde(default)]
    pub name: String,
    /// What the person will be: `administrator`, `contact` or `viewer`.
    pub role: Role,
    /// Language of the mail and of the page.
    pub language: Language,
}

/// What becomes of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailOutcome {
    /// The mail server took it.
    Sent,
    /// The mail server did not take it.
    Failed,
    /// The portal has no mail server.
    Off,
}

/// A link that was made, for mail or for handing over.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LinkMade {
    /// What became of the mail.
    pub mail: MailOutcome,
    /// The link to hand over, where no mail was sent. It is shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// What an administrator may change about somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    /// What the person may do: `administrator`, `contact` or `viewer`.
    pub role: Role,
}
