//! Second factors as their owner sees them.

use crate::tenancy::Id;
use event::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Marks identifiers of passkeys.
pub enum PasskeyKind {}
/// A passkey.
pub type PasskeyId = Id<PasskeyKind>;

/// By what the user can prove who he is, beside the password.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Factors {
    /// Whether an authenticator app is set up.
    pub totp: bool,
    /// Passkeys, the oldest first.
    pub passkeys: Vec<PasskeyView>,
    /// Recovery codes that are not used yet.
    pub recovery_codes_left: i64,
}

/// A passkey.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PasskeyView {
    /// Identifier.
    pub id: PasskeyId,
    /// The name that its owner gave it.
    pub name: String,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
}

/// What an authenticator app needs. It is good once a code of it has been given.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TotpOffer {
    /// The secret in base32, to type in.
    pub secret: String,
    /// The address in the QR code.
    pub uri: String,
    /// The QR code: the data of an SVG path of unit squares.
    pub qr_path: String,
    /// Squares on a side of the QR code, its quiet border included.
    pub qr_size: i32,
}

/// A code of the authenticator app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TotpCode {
    /// Six digits.
    pub code: String,
}

/// Codes for the day when app and passkey are lost. They are shown this once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    /// Each is good once.
    pub codes: Vec<String>,
}

/// What a browser asks an authenticator.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PasskeyChallenge {
    /// To be sent back with the answer.
    pub ceremony: String,
    /// For `navigator.credentials`, as JSON (WebAuthn, section 5.1.8 and following).
    #[schema(value_type = Object)]
    pub options: serde_json::Value,
}

/// A passkey to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskey {
    /// Of the challenge.
    pub ceremony: String,
    /// A name to know it by.
    pub name: String,
    /// The authenticator's answer, as JSON.
    #[schema(value_type = Object)]
    pub credential: serde_json::Value,
}

/// The answer of a passkey.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAnswer {
    /// Of the challenge.
    pub ceremony: String,
    /// The authenticator's answer, as JSON.
    #[schema(value_type = Object)]
    pub credential: serde_json::Value,
}
