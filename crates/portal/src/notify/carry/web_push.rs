//! Push messages. What stands on a lock screen is read by whoever passes by: that there is something, and how bad. The rest is in
//! the portal, behind the sign-in.

use super::Outcome;
use crate::Error;
use crate::context::Context;
use crate::locale::Localized as _;
use crate::notify::model::Reason;
use crate::notify::outbound::Target;
use crate::notify::queries::deliveries::Job;
use crate::notify::queries::people::Subscriber;
use crate::notify::service;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use event::{Language, Severity};
use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};

/// For so long a push service keeps a message for a browser that is off, in seconds.
const KEPT_SECONDS: &str = "86400";

/// Sends a message to a browser.
///
/// # Errors
/// When the database fails.
pub async fn send(
    context: &Context,
    job: &Job,
    path: &str,
    to: &Subscriber,
    language: Language,
) -> Result<Outcome, Error> {
    let key = service::vapid_key(context).await?;
    let message = message(job, path, language).to_string();
    let Some(body) = to
        .recipient()
        .and_then(|recipient| recipient.encrypt(message.as_bytes()))
    else {
        return Ok(Outcome::Gone(
            "the browser's keys cannot be used".to_owned(),
        ));
    };
    let target = match Target::parse(&to.endpoint) {
        Ok(target) => target,
        Err(error) => return Ok(Outcome::Gone(error.to_string())),
    };
    let contact = context.settings.contact();
    let seconds = context.clock.now().seconds();
    let Some(authorization) = key.authorization(&target, &contact, seconds) else {
        return Ok(Outcome::later("the portal's key cannot sign"));
    };
    let Some(headers) = headers(job, &authorization) else {
        return Ok(Outcome::GiveUp(
            "the message has no fitting headers".to_owned(),
        ));
    };
    Ok(
        match context.outbound.post(&to.endpoint, headers, body).await {
            Ok(answer) if matches!(answer.status, 404 | 410) => {
                Outcome::Gone("the browser takes no messages any more".to_owned())
            }
            Ok(answer) => Outcome::of_answer(answer),
            Err(error) => Outcome::of_failure(&error),
        },
    )
}

fn message(job: &Job, path: &str, language: Language) -> serde_json::Value {
    let severity = language.say(&format!("portal.severity.{}", job.severity.key()));
    let title = language.say(match job.reason {
        Reason::Grew => "portal.push.grew",
        Reason::Escalated => "portal.push.escalated",
        Reason::EscalatedToPartner => "portal.push.escalated_to_partner",
        Reason::AlarmOpened => "portal.push.alarm_opened",
        Reason::AlarmClosed => "portal.push.alarm_closed",
        Reason::Test => "portal.push.test",
        Reason::Raised | Reason::Digest => "portal.push.raised",
    });
    let body = match job.reason {
        Reason::Test => language.say("portal.push.test_body"),
        _ => language.say_with("portal.push.severity", &[("severity", &severity)]),
    };
    let tag = match (job.incident, job.alarm) {
        (Some(incident), _) => incident.to_string(),
        (None, Some(alarm)) => alarm.to_string(),
        (None, None) => "test".to_owned(),
    };
    serde_json::json!({
        "id": job.id, "tag": tag, "title": title, "body": body, "path": path, "lang": language.key(),
        "urgent": job.severity >= Severity::High,
    })
}

fn headers(job: &Job, authorization: &str) -> Option<HeaderMap> {
    let urgency = if job.severity >= Severity::High {
        "high"
    } else {
        "normal"
    };
    // A second copy takes the place of the first, where that still waits for its browser (RFC 8030, section 5.4).
    let topic =
        BASE64_URL_SAFE_NO_PAD.encode(uuid::Uuid::parse_str(&job.id.to_string()).ok()?.as_bytes());
    let mut headers = HeaderMap::new();
    let mut set = |name: &'static str, value: &str| {
        let value = HeaderValue::from_str(value).ok()?;
        headers.insert(HeaderName::from_static(name), value);
        Some(())
    };
    set("authorization", authorization)?;
    set("content-type", "application/octet-stream")?;
    set("content-encoding", "aes128gcm")?;
    set("ttl", KEPT_SECONDS)?;
    set("urgency", urgency)?;
    set("topic", &topic)?;
    Some(headers)
}
