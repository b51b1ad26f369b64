//! The post: takes messages that are due, sends several at once, and notes what became of them. What it promises:
//!
//! - A message is sent at least once: it stays in the database until somebody has taken it or it is given up after three days.
//! - It is sent a second time only when the portal ended between the other end's acceptance and our note of it. So that such a
//!   copy is known as one, it carries the same name each time: `Message-ID` in mails, `Topic` in push messages, `webhook-id`,
//!   `X-Line-Retry-Key` at LINE.

use super::carry::{self, Outcome};
use super::model::SubscriptionId;
use super::queries::deliveries::{self, Job, Taking, Target};
use super::queries::{escalations, people};
use super::{escalation, model};
use crate::context::Context;
use crate::database::Connection;
use crate::http::causes;
use crate::tenancy::Scope;
use crate::{Error, limits, text};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

const MICROS_PER_SECOND: i64 = 1_000_000;
/// Longer than any sending takes.
const TAKEN_SECONDS: i64 = 300;
const RETRY_SECONDS_FIRST: i64 = 30;
const RETRY_SECONDS_MAX: i64 = 3600;
const GIVEN_UP_AFTER_SECONDS: i64 = 3 * 86_400;
const LOOK_EVERY: Duration = Duration::from_secs(60);
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);
const FINISH_WITHIN: Duration = Duration::from_secs(10);

/// What became of a message, not yet noted.
struct Done {
    job: Job,
    outcome: Outcome,
    at: i64,
}

/// Messages on their way.
pub struct Post {
    context: Context,
    running: JoinSet<Done>,
    done: Vec<Done>,
}

/// Sends messages until `closed`.
pub async fn run(context: Context, mut closed: watch::Receiver<bool>) {
    let mut post = Post::new(context.clone());
    if let Err(error) = post.take_up().await {
        tracing::error!(error = causes(&error), "cannot take up what was being sent");
    }
    loop {
        let wait = match post.round().await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::error!(
                    error = causes(&error),
                    "cannot work through the messages to send"
                );
                PAUSE_AFTER_FAILURE
            }
        };
        tokio::select! {
            _ = closed.wait_for(|closed| *closed) => break,
            Some(done) = post.running.join_next() => post.done.extend(done.ok()),
            () = context.post_bell.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
    // What is still on its way then is taken up by the next portal.
    let _ = tokio::time::timeout(FINISH_WITHIN, post.finish()).await;
}

impl Post {
    /// Nothing on its way.
    pub fn new(context: Context) -> Self {
        Self {
            context,
            running: JoinSet::new(),
            done: Vec::new(),
        }
    }

    /// Takes up what this portal was sending when it ended without a word.
    async fn take_up(&self) -> Result<(), Error> {
        let mut transaction = self.context.database.write(&Scope::system()).await?;
        let now = self.context.clock.micros();
        let by = &self.context.instance;
        let count = deliveries::give_back(&mut transaction, &Scope::system(), by, now).await?;
        transaction.commit().await?;
        if count > 0 {
            tracing::warn!(
                count,
                "messages were being sent when the portal ended; sending them again"
            );
        }
        Ok(())
    }

    /// Escalates, notes and takes once; how long nothing is due.
    async fn round(&mut self) -> Result<Duration, Error> {
        escalation::sweep(&self.context).await?;
        while let Some(done) = self.running.try_join_next() {
            self.done.extend(done.ok());
        }
        let due = self.next_due().await?;
        let now = self.context.clock.micros();
        let is_due = due.is_some_and(|due| due <= now);
        if !self.done.is_empty() || (is_due && self.room() > 0) {
            self.turn().await?;
            // What was taken has changed what is due.
            return self.wait().await;
        }
        self.wait_for(due)
    }

    fn room(&self) -> usize {
        limits::SENDINGS_AT_ONCE.saturating_sub(self.running.len())
    }

    async fn wait(&self) -> Result<Duration, Error> {
        let due = self.next_due().await?;
        self.wait_for(due)
    }

    fn wait_for(&self, due: Option<i64>) -> Result<Duration, Error> {
        // Without room the end of a sending wakes us.
        let Some(due) = due.filter(|_| self.room() > 0) else {
            return Ok(LOOK_EVERY);
        };
        let micros = due.saturating_sub(self.context.clock.micros()).max(0);
        Ok(Duration::from_micros(micros.unsigned_abs()).min(LOOK_EVERY))
    }

    async fn next_due(&self) -> Result<Option<i64>, Error> {
        let system = Scope::system();
        let mut connection = self.context.database.read(&Scope::system()).await?;
        let sending = deliveries::next_due(&mut connection, &system).await?;
        let escalation = escalations::next_due(&mut connection, &system).await?;
        Ok(sending.into_iter().chain(escalation).min())
    }

    /// Notes what is done and takes what is due, in one transaction; how many were taken.
    async fn turn(&mut self) -> Result<usize, Error> {
        let now = self.context.clock.micros();
        let mut transaction = self.context.database.write(&Scope::system()).await?;
        for done in &self.done {
            note(&mut transaction, done, now).await?;
        }
        let taking = Taking {
            by: &self.context.instance,
            now,
            until: now.saturating_add(TAKEN_SECONDS * MICROS_PER_SECOND),
            count: self.room(),
        };
        let jobs = deliveries::take_due(&mut transaction, &Scope::system(), &taking).await?;
        transaction.commit().await?;
        self.done.clear();
        let count = jobs.len();
        for job in jobs {
            let context = self.context.clone();
            self.running.spawn(async move {
                let outcome = match carry::carry(&context, &job).await {
                    Ok(outcome) => outcome,
                    Err(error) => Outcome::later(causes(&error)),
                };
                let at = context.clock.micros();
                Done { job, outcome, at }
            });
        }
        Ok(count)
    }

    async fn finish(&mut self) -> Result<(), Error> {
        while let Some(done) = self.running.join_next().await {
            self.done.extend(done.ok());
        }
        let now = self.context.clock.micros();
        let mut transaction = self.context.database.write(&Scope::system()).await?;
        for done in &self.done {
            note(&mut transaction, done, now).await?;
        }
        transaction.commit().await?;
        self.done.clear();
        Ok(())
    }
}

/// For tests: sends everything that is due now, without waiting for more; how many messages were handed over.
///
/// # Errors
/// When the database fails. A server that fails is no error: the message waits.
#[cfg(test)]
pub async fn send_due(context: &Context) -> Result<u64, Error> {
    escalation::sweep(context).await?;
    let mut post = Post::new(context.clone());
    let mut sent = 0;
    loop {
        let is_sent =
            |done: &&Done| matches!(done.outcome, Outcome::HandedOver | Outcome::Accepted);
        sent += post.done.iter().filter(is_sent).count() as u64;
        let taken = post.turn().await?;
        if taken == 0 && post.running.is_empty() {
            return Ok(sent);
        }
        if let Some(done) = post.running.join_next().await {
            post.done.extend(done.ok());
        }
    }
}

/// Notes what became of a message.
async fn note(connection: &mut Connection, done: &Done, now: i64) -> Result<(), Error> {
    let scope = Scope::system_in(done.job.tenant);
    let noted = done.job.noted();
    match &done.outcome {
        Outcome::HandedOver => {
            deliveries::handed_over(connection, &scope, noted, false, done.at).await
        }
        Outcome::Accepted => {
            if let Target::Push(browser) = done.job.target {
                people::push_accepted(connection, &scope, browser, done.at).await?;
            }
            deliveries::handed_over(connection, &scope, noted, true, done.at).await
        }
        Outcome::GiveUp(reason) => give_up(connection, &scope, &done.job, reason).await,
        Outcome::Gone(reason) => {
            forget(connection, &scope, done.job.target).await?;
            give_up(connection, &scope, &done.job, reason).await
        }
        Outcome::Later {
            reason,
            after_seconds,
        } => put_off(connection, &scope, done, reason, *after_seconds, now).await,
    }
}

async fn forget(connection: &mut Connection, scope: &Scope, target: Target) -> Result<(), Error> {
    if let Target::Push(browser) = target {
        let browser: SubscriptionId = browser;
        people::unsubscribe(connection, scope, browser, None).await?;
    }
    Ok(())
}

async fn give_up(
    connection: &mut Connection,
    scope: &Scope,
    job: &Job,
    reason: &str,
) -> Result<(), Error> {
    let reason = text::shortened(reason, limits::DELIVERY_ERROR_CHARS_MAX);
    tracing::warn!(delivery = %job.id, reason, "message given up");
    deliveries::give_up(connection, scope, job.noted(), reason).await
}

/// Tries again later, each time after twice as long, for three days; a test is tried once.
async fn put_off(
    connection: &mut Connection,
    scope: &Scope,
    done: &Done,
    reason: &str,
    after_seconds: Option<i64>,
    now: i64,
) -> Result<(), Error> {
    let job = &done.job;
    let age = now.saturating_sub(job.created_at) / MICROS_PER_SECOND;
    if age > GIVEN_UP_AFTER_SECONDS || job.reason == model::Reason::Test {
        return give_up(connection, scope, job, reason).await;
    }
    let reason = text::shortened(reason, limits::DELIVERY_ERROR_CHARS_MAX);
    let severity = job.severity.key();
    tracing::warn!(delivery = %job.id, severity, reason, "message not sent, trying again later");
    let doublings = job.attempts.saturating_sub(1).clamp(0, 20);
    let usual = (RETRY_SECONDS_FIRST << doublings).min(RETRY_SECONDS_MAX);
    let seconds = after_seconds.map_or(usual, |wished| {
        wished.clamp(usual, RETRY_SECONDS_MAX.max(usual))
    });
    let run_at = now.saturating_add(seconds * MICROS_PER_SECOND);
    deliveries::retry(connection, scope, job.id, run_at, reason).await
}
