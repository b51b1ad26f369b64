//! Queues mails and sends them.

use super::letter;
use super::mailer::{MailError, Mailer};
use super::queries::{self, Job};
use crate::context::Context;
use crate::database::Connection;
use crate::http::causes;
use crate::incidents::{self, IncidentKey};
use crate::tenancy::Scope;
use crate::{Error, identity};
use event::Severity;
use std::time::Duration;
use tokio::sync::watch;

const MICROS_PER_SECOND: i64 = 1_000_000;
const TAKEN_SECONDS: i64 = 300;
const RETRY_SECONDS_FIRST: i64 = 30;
const RETRY_SECONDS_MAX: i64 = 3600;
const GIVEN_UP_AFTER_SECONDS: i64 = 3 * 86_400;
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Queues mails about an incident to the users of its tenant who want to know, within the transaction that
/// stores the incident: it is not stored without them, nor are they sent without it.
///
/// # Errors
/// When the database fails.
pub async fn queue_mails(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    incident: IncidentKey,
    severity: Severity,
) -> Result<(), Error> {
    if context.mailer.is_none() {
        return Ok(());
    }
    let now = context.clock.micros();
    for user in identity::service::users(connection, scope).await? {
        if user.mail_on_incident.is_reached_by(severity) {
            queries::queue(connection, scope, incident, user.id, severity, now).await?;
        }
    }
    Ok(())
}

/// Sends mails until `closed`.
pub async fn run(context: Context, mut closed: watch::Receiver<bool>) {
    loop {
        if let Err(error) = send_due(&context).await {
            tracing::error!(error = causes(&error), "cannot work through the mail queue");
        }
        let wait = wait(&context).await.unwrap_or(LOOK_EVERY);
        tokio::select! {
            _ = closed.wait_for(|closed| *closed) => return,
            () = context.mail_bell.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// How long no mail is due.
async fn wait(context: &Context) -> Result<Duration, Error> {
    let mut connection = context.database.read().await?;
    let due = queries::next_due(&mut connection, &Scope::system()).await?;
    let Some(due) = due else {
        return Ok(LOOK_EVERY);
    };
    let micros = due.saturating_sub(context.clock.micros()).max(0);
    Ok(Duration::from_micros(micros.unsigned_abs()).min(LOOK_EVERY))
}

/// Sends what is due now; how many the mail server took.
///
/// # Errors
/// When the database fails. A mail server that fails is no error: the mail waits.
pub async fn send_due(context: &Context) -> Result<u64, Error> {
    let Some(mailer) = &context.mailer else {
        return Ok(0);
    };
    let mut sent = 0;
    loop {
        let now = context.clock.micros();
        let taken_until = now.saturating_add(TAKEN_SECONDS * MICROS_PER_SECOND);
        let mut transaction = context.database.write().await?;
        let job = queries::take_due(&mut transaction, &Scope::system(), now, taken_until).await?;
        transaction.commit().await?;
        let Some(job) = job else {
            return Ok(sent);
        };
        if deliver(context, mailer, &job).await? {
            sent += 1;
        }
    }
}

/// Sends one mail and notes what became of it; whether the mail server took it.
async fn deliver(context: &Context, mailer: &Mailer, job: &Job) -> Result<bool, Error> {
    let scope = Scope::system_in(job.tenant);
    let user = identity::service::user(context, &scope, job.user).await?;
    let incident = incidents::service::detail(context, &scope, job.incident).await?;
    let letter = letter::about(&incident, &user, &context.settings.public_url())?;
    let outcome = mailer.send(&job.id, &letter).await;
    let mut transaction = context.database.write().await?;
    let taken = match outcome {
        Ok(()) => {
            queries::finish(&mut transaction, &scope, &job.id, "sent", None).await?;
            true
        }
        Err(error) => {
            put_off(context, &mut transaction, &scope, job, &error).await?;
            false
        }
    };
    transaction.commit().await?;
    Ok(taken)
}

/// Tries again later, each time after twice as long, for three days.
async fn put_off(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    job: &Job,
    error: &MailError,
) -> Result<(), Error> {
    let now = context.clock.micros();
    let reason = causes(error);
    let age = now.saturating_sub(job.created_at) / MICROS_PER_SECOND;
    if age > GIVEN_UP_AFTER_SECONDS {
        tracing::error!(
            mail = job.id,
            reason,
            "mail given up: see to the mail server"
        );
        return queries::finish(connection, scope, &job.id, "failed", Some(&reason)).await;
    }
    let severity = job.severity.key();
    tracing::warn!(
        mail = job.id,
        severity,
        reason,
        "mail not sent, trying again later"
    );
    let doublings = job.attempts.saturating_sub(1).clamp(0, 20);
    let seconds = (RETRY_SECONDS_FIRST << doublings).min(RETRY_SECONDS_MAX);
    let run_at = now.saturating_add(seconds * MICROS_PER_SECOND);
    queries::retry(connection, scope, &job.id, run_at, &reason).await
}
