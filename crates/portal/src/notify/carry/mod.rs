//! Carries one message by its channel.

pub mod chat;
pub mod letter;
pub mod mail;
pub mod syslog;
pub mod web_push;
pub mod webhook;

use super::model::{Channel, Reason};
use super::outbound::{Answer, OutboundError};
use super::queries::deliveries::{Job, Target};
use super::queries::endpoints::{self, Known};
use super::queries::{ledger, people};
use crate::context::Context;
use crate::fleet::Alarm;
use crate::incidents::{self, IncidentDetail, IncidentSummary};
use crate::tenancy::Scope;
use crate::{Code, Error, fleet, identity, tenancy};
use letter::Letter;

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Handed to a server that confirms nothing.
    HandedOver,
    /// The other end has confirmed that it took it.
    Accepted,
    /// No try will end differently.
    GiveUp(String),
    /// The recipient is there no more.
    Gone(String),
    /// To be tried again.
    Later {
        /// What went wrong.
        reason: String,
        /// When the other end wants to be asked again.
        after_seconds: Option<i64>,
    },
}

impl Outcome {
    /// To be tried again at the usual time.
    pub fn later(reason: impl Into<String>) -> Self {
        Self::Later {
            reason: reason.into(),
            after_seconds: None,
        }
    }

    /// What an answer of an HTTP server means.
    fn of_answer(answer: Answer) -> Self {
        let reason = match answer.said.as_str() {
            "" => format!("HTTP {}", answer.status),
            said => format!("HTTP {}: {said}", answer.status),
        };
        match answer.status {
            200..=299 => Self::Accepted,
            408 | 425 | 429 | 500..=599 => Self::Later {
                reason,
                after_seconds: answer.retry_after_seconds,
            },
            _ => Self::GiveUp(reason),
        }
    }

    fn of_failure(error: &OutboundError) -> Self {
        if error.may_pass() {
            Self::later(error.to_string())
        } else {
            Self::GiveUp(error.to_string())
        }
    }
}

/// Sends a message.
///
/// # Errors
/// When the database fails.
pub async fn carry(context: &Context, job: &Job) -> Result<Outcome, Error> {
    let carried = match job.target {
        Target::Mail(_) => carry_mail(context, job).await,
        Target::Push(_) => carry_push(context, job).await,
        Target::Endpoint(_) => carry_to_system(context, job).await,
    };
    match carried {
        // Whom it was for, or what it was about, is there no more.
        Err(error) if error.code() == Some(Code::NotFound) => {
            Ok(Outcome::GiveUp("no longer there".to_owned()))
        }
        other => other,
    }
}

async fn incident(context: &Context, scope: &Scope, job: &Job) -> Result<IncidentDetail, Error> {
    let id = job.incident.ok_or(Code::NotFound)?;
    incidents::service::detail(context, scope, id).await
}

/// What is wrong with a sensor. The message may be one to staff, and so in another tenant.
async fn alarm(context: &Context, job: &Job) -> Result<Alarm, Error> {
    let id = job.alarm.ok_or(Code::NotFound)?;
    let system = Scope::system();
    let mut connection = context.database.read(&system).await?;
    fleet::alarms::queries::one(&mut connection, &system, id).await
}

/// Where an alarm is read about, on the portal. Staff name the customer.
fn alarm_path(alarm: &Alarm, job: &Job) -> String {
    let path = format!("/app/sensors/{}", alarm.sensor);
    if alarm.tenant == job.tenant {
        path
    } else {
        format!("{path}?tenant={}", alarm.tenant)
    }
}

async fn carry_mail(context: &Context, job: &Job) -> Result<Outcome, Error> {
    let Target::Mail(user) = job.target else {
        return Err(Code::NotFound.into());
    };
    let Some(mailer) = &context.mailer else {
        return Ok(Outcome::later("no mail server is set up"));
    };
    let scope = Scope::system_in(job.tenant);
    let user = identity::service::user(context, &scope, user).await?;
    let base_url = context.settings.public_url();
    let letter: Letter = match job.reason {
        Reason::Test => letter::test(&user, &base_url)?,
        Reason::Digest => {
            let incidents = gathered(context, &scope, job).await?;
            letter::digest(&incidents, &user, &base_url)?
        }
        Reason::AlarmOpened | Reason::AlarmClosed => {
            let alarm = alarm(context, job).await?;
            letter::about_alarm(&alarm, job, &user, &base_url)?
        }
        Reason::Raised | Reason::Grew | Reason::Escalated => {
            let incident = incident(context, &scope, job).await?;
            let names_host = {
                let mut connection = context.database.read(&scope).await?;
                people::preferences_of(&mut connection, &scope, user.id)
                    .await?
                    .subject_names_host
            };
            let occasion = letter::Occasion {
                reason: job.reason,
                names_host,
            };
            letter::about(&incident, &user, &base_url, &occasion)?
        }
    };
    Ok(match mailer.send(&job.id.to_string(), &letter).await {
        Ok(()) => Outcome::Accepted,
        Err(error) if error.is_final() => Outcome::GiveUp(crate::http::causes(&error)),
        Err(error) => Outcome::later(crate::http::causes(&error)),
    })
}

async fn gathered(
    context: &Context,
    scope: &Scope,
    job: &Job,
) -> Result<Vec<IncidentSummary>, Error> {
    let mut connection = context.database.read(scope).await?;
    let ids = ledger::gathered(&mut connection, scope, job.id).await?;
    incidents::queries::summaries(&mut connection, scope, &ids).await
}

async fn carry_push(context: &Context, job: &Job) -> Result<Outcome, Error> {
    let Target::Push(browser) = job.target else {
        return Err(Code::NotFound.into());
    };
    let scope = Scope::system_in(job.tenant);
    let subscriber = {
        let mut connection = context.database.read(&scope).await?;
        people::subscriber_of(&mut connection, &scope, browser).await?
    };
    let Some(subscriber) = subscriber else {
        return Ok(Outcome::GiveUp(
            "this browser takes no messages any more".to_owned(),
        ));
    };
    let user = identity::service::user(context, &scope, subscriber.user).await?;
    // Looked up for staff, too: their link names the customer.
    let path = match job.alarm {
        Some(_) => Some(alarm_path(&alarm(context, job).await?, job)),
        None => None,
    };
    web_push::send(context, job, path, &subscriber, user.language).await
}

async fn carry_to_system(context: &Context, job: &Job) -> Result<Outcome, Error> {
    let Target::Endpoint(endpoint) = job.target else {
        return Err(Code::NotFound.into());
    };
    let scope = Scope::system_in(job.tenant);
    let known: Known = {
        let mut connection = context.database.read(&scope).await?;
        endpoints::one(&mut connection, &scope, endpoint).await?
    };
    let news = match job.incident {
        Some(_) => Some(incident(context, &scope, job).await?.summary_line),
        None => None,
    };
    let wrong = match job.alarm {
        Some(_) => Some(alarm(context, job).await?),
        None => None,
    };
    let concerned = wrong.as_ref().map_or(job.tenant, |alarm| alarm.tenant);
    let told = Told {
        job,
        tenant: tenancy::service::name(context, &Scope::system_in(concerned)).await?,
        alarm: wrong,
        incident: news,
        base_url: context.settings.public_url(),
        now: context.clock.now(),
    };
    Ok(match known.endpoint.channel {
        Channel::Webhook => webhook::send(context, &known, &told).await?,
        Channel::Slack | Channel::Teams | Channel::Line => {
            chat::send(context, &known, &told).await?
        }
        Channel::Syslog => syslog::send(context, &known, &told).await,
        Channel::Mail | Channel::Push => Outcome::GiveUp("not a system".to_owned()),
    })
}

/// What a system is told.
pub struct Told<'a> {
    /// The message.
    pub job: &'a Job,
    /// Name of the customer.
    pub tenant: String,
    /// The incident that it is about.
    pub incident: Option<IncidentSummary>,
    /// The alarm that it is about. Without either somebody tries whether it works.
    pub alarm: Option<Alarm>,
    /// Where the portal is.
    pub base_url: String,
    /// The time of sending.
    pub now: event::Timestamp,
}

impl Told<'_> {
    /// Where to read more.
    pub fn link(&self) -> String {
        match (&self.incident, &self.alarm) {
            (Some(incident), _) => format!("{}/app/incidents/{}", self.base_url, incident.id),
            (None, Some(alarm)) => format!("{}{}", self.base_url, alarm_path(alarm, self.job)),
            (None, None) => format!("{}/app/settings", self.base_url),
        }
    }
}
