//! What is worth an entry.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the texts in locales say it")]
pub enum Act {
    SignedIn,
    SignInFailed,
    SignedOut,
    SteppedUp,
    SessionEnded,
    PersonCreated,
    PersonInvited,
    InvitationRenewed,
    InvitationRevoked,
    InvitationAccepted,
    PersonChanged,
    PersonRemoved,
    PasswordChanged,
    PasswordResetAsked,
    PasswordReset,
    TotpAdded,
    TotpRemoved,
    PasskeyAdded,
    PasskeyRemoved,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    SecurityChanged,
    SignOnChanged,
    SignOnBound,
    SensorCreated,
    SensorChanged,
    SensorSecretMade,
    SensorEnrolled,
    SensorBarred,
    IncidentChanged,
    IncidentNoted,
    ActionTicked,
    SuppressionCreated,
    SuppressionChanged,
    SuppressionRevoked,
    ChannelCreated,
    ChannelChanged,
    ChannelRemoved,
    TokenCreated,
    TokenRevoked,
    TenantCreated,
    TenantChanged,
    StaffEntered,
    SiteChanged,
    LogExported,
}

/// Each act with its name in JSON and in the database.
const NAMES: [(Act, &str); 45] = [
    (Act::SignedIn, "signed_in"),
    (Act::SignInFailed, "sign_in_failed"),
    (Act::SignedOut, "signed_out"),
    (Act::SteppedUp, "stepped_up"),
    (Act::SessionEnded, "session_ended"),
    (Act::PersonCreated, "person_created"),
    (Act::PersonInvited, "person_invited"),
    (Act::InvitationRenewed, "invitation_renewed"),
    (Act::InvitationRevoked, "invitation_revoked"),
    (Act::InvitationAccepted, "invitation_accepted"),
    (Act::PersonChanged, "person_changed"),
    (Act::PersonRemoved, "person_removed"),
    (Act::PasswordChanged, "password_changed"),
    (Act::PasswordResetAsked, "password_reset_asked"),
    (Act::PasswordReset, "password_reset"),
    (Act::TotpAdded, "totp_added"),
    (Act::TotpRemoved, "totp_removed"),
    (Act::PasskeyAdded, "passkey_added"),
    (Act::PasskeyRemoved, "passkey_removed"),
    (Act::RecoveryCodesMade, "recovery_codes_made"),
    (Act::RecoveryCodeUsed, "recovery_code_used"),
    (Act::SecurityChanged, "security_changed"),
    (Act::SignOnChanged, "sign_on_changed"),
    (Act::SignOnBound, "sign_on_bound"),
    (Act::SensorCreated, "sensor_created"),
    (Act::SensorChanged, "sensor_changed"),
    (Act::SensorSecretMade, "sensor_secret_made"),
    (Act::SensorEnrolled, "sensor_enrolled"),
    (Act::SensorBarred, "sensor_barred"),
    (Act::IncidentChanged, "incident_changed"),
    (Act::IncidentNoted, "incident_noted"),
    (Act::ActionTicked, "action_ticked"),
    (Act::SuppressionCreated, "suppression_created"),
    (Act::SuppressionChanged, "suppression_changed"),
    (Act::SuppressionRevoked, "suppression_revoked"),
    (Act::ChannelCreated, "channel_created"),
    (Act::ChannelChanged, "channel_changed"),
    (Act::ChannelRemoved, "channel_removed"),
    (Act::TokenCreated, "token_created"),
    (Act::TokenRevoked, "token_revoked"),
    (Act::TenantCreated, "tenant_created"),
    (Act::TenantChanged, "tenant_changed"),
    (Act::StaffEntered, "staff_entered"),
    (Act::SiteChanged, "site_changed"),
    (Act::LogExported, "log_exported"),
];

impl Act {
    /// Every act.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(act, _)| *act)
    }

    /// The name in JSON and in the database.
    pub fn key(self) -> &'static str {
        NAMES
            .iter()
            .find(|(known, _)| *known == self)
            .map_or("", |(_, name)| name)
    }

    /// From the name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(_, name)| *name == key)
            .map(|(act, _)| *act)
    }
}

#[cfg(test)]
mod tests {
    use super::Act;

    #[test]
    fn names_are_those_of_the_api() {
        for act in Act::all() {
            assert_eq!(serde_json::to_value(act).unwrap(), act.key());
            assert_eq!(Act::from_key(act.key()), Some(act));
        }
    }
}
