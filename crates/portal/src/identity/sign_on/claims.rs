//! What a sign-on service says of a person: its signed token, checked (OpenID Connect Core 1.0, section 3.1.3.7).

use super::provider::{Client, IdToken, IdTokenClaims};
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm as Algorithm};
use openidconnect::{
    AdditionalClaims, ClaimsVerificationError, IdTokenVerifier, Nonce, SignatureVerificationError,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::{Duration, UNIX_EPOCH};

/// Clocks differ by so much.
const SKEW_SECONDS: i64 = 60;
/// A token is made for the way that it ends; none takes longer.
const AGE_SECONDS_MAX: i64 = 15 * 60;
/// Signed by a key whose other half is public. By the portal's own secret (HS256) everybody could sign who knows it.
const ALGORITHMS: [Algorithm; 6] = [
    Algorithm::RsaSsaPkcs1V15Sha256,
    Algorithm::RsaSsaPkcs1V15Sha384,
    Algorithm::RsaSsaPkcs1V15Sha512,
    Algorithm::RsaSsaPssSha256,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
];

/// What some services say beyond the standard.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Extra {
    /// Google: the organisation whose account it is.
    #[serde(default)]
    hd: Option<String>,
    /// Microsoft Entra ID: whether the owner of the mail's domain has verified it.
    #[serde(default)]
    xms_edov: Option<Value>,
}

impl AdditionalClaims for Extra {}

/// Whom a token is about.
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    /// The service's own name for the person.
    pub subject: String,
    /// Mail address, verified.
    pub email: String,
    /// Name, or nothing.
    pub name: String,
    /// When the service last asked who it is, in seconds.
    pub asked_at: Option<i64>,
    /// Whether the service says that it has asked for a second factor.
    pub had_factor: bool,
}

/// Why a token is not believed.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Signed by a key that is not known.
    #[error("no key of the service has signed the token")]
    UnknownKey,
    /// Everything else.
    #[error("{0}")]
    Refused(String),
}

impl TokenError {
    fn refused(reason: impl Into<String>) -> Self {
        Self::Refused(reason.into())
    }
}

/// Checks a token, and says whom it is about.
pub fn check(
    client: &Client,
    token: &IdToken,
    nonce: &Nonce,
    seconds: i64,
) -> Result<Known, TokenError> {
    let claims = token
        .claims(&verifier(client, seconds), nonce)
        .map_err(|error| match error {
            ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            ) => TokenError::UnknownKey,
            other => TokenError::Refused(crate::http::causes(&other)),
        })?;
    // The library leaves this to its user (section 3.1.3.7, steps 4 and 5).
    let party = claims.authorized_party();
    if party.is_some_and(|party| party != client.client_id()) {
        return Err(TokenError::refused(
            "Invalid authorized party: the token was made for another application",
        ));
    }
    let email = claims.email().map(|email| email.trim().to_lowercase());
    let email = email.filter(|_| is_verified(claims));
    let email = email.ok_or_else(|| {
        TokenError::refused(
            "the service does not say that the mail address was verified (email, email_verified)",
        )
    })?;
    Ok(Known {
        subject: claims.subject().to_string(),
        email,
        name: name(claims),
        asked_at: claims.auth_time().map(|at| at.timestamp()),
        had_factor: had_factor(claims),
    })
}

fn verifier(client: &Client, seconds: i64) -> IdTokenVerifier<'_, CoreJsonWebKey> {
    let late =
        UNIX_EPOCH + Duration::from_secs(seconds.saturating_sub(SKEW_SECONDS).unsigned_abs());
    let oldest = seconds.saturating_sub(AGE_SECONDS_MAX);
    let newest = seconds.saturating_add(SKEW_SECONDS);
    client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS)
        .set_other_audience_verifier_fn(|_| false)
        .set_time_fn(move || late.into())
        .set_issue_time_verifier_fn(move |at| {
            if (oldest..=newest).contains(&at.timestamp()) {
                return Ok(());
            }
            Err(format!("ID token issued at {at}"))
        })
}

/// Whether the service vouches for the mail address. Microsoft Entra ID says it by a claim of its own; for Google an address
/// is the organisation's own only while the account is.
fn is_verified(claims: &IdTokenClaims) -> bool {
    let extra = claims.additional_claims();
    let host = claims.issuer().url().host_str();
    match host {
        Some("accounts.google.com") => {
            let domain = claims.email().and_then(|email| domain_of(email));
            let hosted = extra.hd.as_ref().map(|hosted| hosted.to_lowercase());
            claims.email_verified() == Some(true) && domain.is_some() && hosted == domain
        }
        Some("login.microsoftonline.com") => {
            claims.email_verified() == Some(true) || extra.xms_edov.as_ref().is_some_and(says_yes)
        }
        _ => claims.email_verified() == Some(true),
    }
}

fn says_yes(value: &Value) -> bool {
    match value {
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_i64() == Some(1),
        Value::String(text) => text == "1" || text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// What stands behind the `@`, in lower case.
pub fn domain_of(email: &str) -> Option<String> {
    let (_, domain) = email.trim().rsplit_once('@')?;
    Some(domain.to_lowercase())
}

fn name(claims: &IdTokenClaims) -> String {
    let names = claims.name();
    let name = names.and_then(|names| names.iter().next());
    name.map(|(_, name)| name.to_string()).unwrap_or_default()
}

/// RFC 8176 names the ways (`amr`); of the classes (`acr`) those that mean several factors or none that can be phished.
fn had_factor(claims: &IdTokenClaims) -> bool {
    const CLASSES: [&str; 3] = [
        "phr",
        "phrh",
        "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
    ];
    let ways: Vec<&str> = claims
        .auth_method_refs()
        .into_iter()
        .flatten()
        .map(|way| way.as_str())
        .collect();
    let known = ["pwd", "pin"].iter().any(|way| ways.contains(way));
    let held = ["otp", "hwk", "swk", "sc", "sms", "tel"];
    let held = held.iter().any(|way| ways.contains(way));
    let class = claims.auth_context_ref().map(|class| class.as_str());
    ways.contains(&"mfa") || (known && held) || class.is_some_and(|class| CLASSES.contains(&class))
}
