//! Carries one message by its channel.

pub mod chat;
pub mod letter;
pub mod mail;
mod papers;
pub mod syslog;
pub mod web_push;
pub mod webhook;

pub use papers::Papers;

use super::model::{Channel, EndpointId, Reason, SubscriptionId};
use super::outbound::{Answer, OutboundError};
use super::queries::deliveries::{Job, Target};
use super::queries::ledger;
use crate::context::Context;
use crate::fleet::{self, Alarm};
use crate::incidents::{self, IncidentSummary};
use crate::tenancy::{Scope, UserId};
use crate::{Code, Error};
use letter::Letter;

const LEAVE_WITHDRAWN: &str = "the customer does not let its partner act any more";

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
pub async fn carry(context: &Context, papers: &Papers, job: &Job) -> Result<Outcome, Error> {
    let carried = match job.target {
        Target::Mail(user) => carry_mail(context, papers, job, user).await,
        Target::Push(browser) => carry_push(context, papers, job, browser).await,
        Target::Endpoint(endpoint) => carry_to_system(context, papers, job, endpoint).await,
    };
    match carried {
        // Whom it was for, or what it was about, is there no more.
        Err(error) if error.code() == Some(Code::NotFound) => {
            Ok(Outcome::GiveUp("no longer there".to_owned()))
        }
        other => other,
    }
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

async fn carry_mail(
    context: &Context,
    papers: &Papers,
    job: &Job,
    user: UserId,
) -> Result<Outcome, Error> {
    let Some(mailer) = &context.mailer else {
        return Ok(Outcome::later("no mail server is set up"));
    };
    let Some(home) = papers.home(context, job).await? else {
        return Ok(Outcome::GiveUp(LEAVE_WITHDRAWN.to_owned()));
    };
    let reader = papers.reader(context, home, user).await?;
    let base_url = context.settings.public_url();
    let letter: Letter = match job.reason {
        Reason::Test => letter::test(&reader.user, &base_url)?,
        Reason::Digest => {
            let incidents = gathered(context, job).await?;
            letter::digest(&incidents, &reader.user, &base_url)?
        }
        Reason::AlarmOpened | Reason::AlarmClosed => {
            let alarm = alarm(context, job).await?;
            letter::about_alarm(&alarm, job, &reader.user, &base_url)?
        }
        Reason::Raised | Reason::Grew | Reason::Escalated | Reason::EscalatedToPartner => {
            let incident = papers.incident(context, job).await?;
            let occasion = letter::Occasion {
                reason: job.reason,
                names_host: reader.preferences.subject_names_host,
                customer: papers.tenant(context, job.tenant).await?,
                link: job.path(),
            };
            letter::about(&incident, &reader.user, &base_url, &occasion)?
        }
    };
    Ok(match mailer.send(&job.id.to_string(), &letter).await {
        Ok(()) => Outcome::Accepted,
        Err(error) if error.is_final() => Outcome::GiveUp(crate::http::causes(&error)),
        Err(error) => Outcome::later(crate::http::causes(&error)),
    })
}

async fn gathered(context: &Context, job: &Job) -> Result<Vec<IncidentSummary>, Error> {
    let scope = Scope::system_in(job.tenant);
    let mut connection = context.database.read(&scope).await?;
    let ids = ledger::gathered(&mut connection, &scope, job.id).await?;
    incidents::queries::summaries(&mut connection, &scope, &ids).await
}

async fn carry_push(
    context: &Context,
    papers: &Papers,
    job: &Job,
    browser: SubscriptionId,
) -> Result<Outcome, Error> {
    let Some(home) = papers.home(context, job).await? else {
        return Ok(Outcome::GiveUp(LEAVE_WITHDRAWN.to_owned()));
    };
    let Some(subscriber) = papers.browser(context, home, browser).await? else {
        return Ok(Outcome::GiveUp(
            "this browser takes no messages any more".to_owned(),
        ));
    };
    let reader = papers.reader(context, home, subscriber.user).await?;
    let path = match job.alarm {
        Some(_) => alarm_path(&alarm(context, job).await?, job),
        None => job.path(),
    };
    web_push::send(context, job, &path, &subscriber, reader.user.language).await
}

async fn carry_to_system(
    context: &Context,
    papers: &Papers,
    job: &Job,
    endpoint: EndpointId,
) -> Result<Outcome, Error> {
    let known = papers.endpoint(context, job.tenant, endpoint).await?;
    let news = match job.incident {
        Some(_) => Some(papers.incident(context, job).await?.summary_line.clone()),
        None => None,
    };
    let wrong = match job.alarm {
        Some(_) => Some(alarm(context, job).await?),
        None => None,
    };
    let concerned = wrong.as_ref().map_or(job.tenant, |alarm| alarm.tenant);
    let told = Told {
        job,
        tenant: papers.tenant(context, concerned).await?,
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
        let path = match &self.alarm {
            Some(alarm) => alarm_path(alarm, self.job),
            None => self.job.path(),
        };
        format!("{}{path}", self.base_url)
    }
}
