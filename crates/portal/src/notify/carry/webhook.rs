//! Webhooks of our own form: JSON, signed as the Standard Webhooks specification has it, so that receivers can check with the
//! libraries that exist: `webhook-id` (the same at every try), `webhook-timestamp`, and `webhook-signature`, which is
//! `v1,` and the HMAC-SHA256 in base64 of id, timestamp and body, joined by dots.

use super::{Outcome, Told};
use crate::Error;
use crate::context::Context;
use crate::notify::model::Reason;
use crate::notify::queries::endpoints::Known;
use crate::secret;
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper::HeaderMap;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};

const SECRET_PREFIX: &str = "whsec_";

/// A new secret.
pub fn new_secret() -> String {
    format!(
        "{SECRET_PREFIX}{}",
        BASE64_STANDARD.encode(secret::random_bytes::<32>())
    )
}

/// The signature of a message.
pub fn signature(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> Option<String> {
    let key = BASE64_STANDARD
        .decode(secret.strip_prefix(SECRET_PREFIX)?)
        .ok()?;
    let signed = [format!("{id}.{timestamp}.").as_bytes(), body].concat();
    let tag = hmac::sign(&hmac::Key::new(HMAC_SHA256, &key), &signed);
    Some(format!("v1,{}", BASE64_STANDARD.encode(tag)))
}

/// Sends a message.
///
/// # Errors
/// When it cannot be written.
pub async fn send(context: &Context, to: &Known, told: &Told<'_>) -> Result<Outcome, Error> {
    let kind = match told.job.reason {
        Reason::Raised | Reason::Digest => "incident.raised",
        Reason::Grew => "incident.grew",
        Reason::Escalated | Reason::EscalatedToPartner => "incident.escalated",
        Reason::AlarmOpened => "alarm.opened",
        Reason::AlarmClosed => "alarm.closed",
        Reason::Test => "test",
    };
    let body = serde_json::to_vec(&serde_json::json!({
        "type": kind,
        "timestamp": told.now,
        "data": { "tenant": told.tenant, "incident": told.incident, "alarm": told.alarm, "url": told.link() },
    }))?;
    let id = told.job.id.to_string();
    let timestamp = told.now.seconds();
    let signed = signature(&to.secret, &id, timestamp, &body);
    let Some(headers) = signed.and_then(|signed| headers(&id, timestamp, &signed)) else {
        return Ok(Outcome::GiveUp("the secret cannot be used".to_owned()));
    };
    Ok(
        match context.outbound.post(&to.address, headers, body).await {
            Ok(answer) => Outcome::of_answer(answer),
            Err(error) => Outcome::of_failure(&error),
        },
    )
}

fn headers(id: &str, timestamp: i64, signature: &str) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in [
        ("webhook-id", id),
        ("webhook-timestamp", &timestamp.to_string()),
        ("webhook-signature", signature),
    ] {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).ok()?,
        );
    }
    Some(headers)
}

#[cfg(test)]
mod tests {
    use super::{new_secret, signature};

    /// The example of the Standard Webhooks libraries.
    #[test]
    fn signatures_are_those_of_the_specification() {
        let body = br#"{"test": 2432232314}"#;
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            body,
        );
        assert_eq!(
            signed.as_deref(),
            Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        );
        assert!(signature("no secret", "id", 1, body).is_none());
        assert_ne!(new_secret(), new_secret());
    }
}
