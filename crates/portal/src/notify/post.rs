//! The post: takes messages that are due, sends several at once, and notes what became of them. What it promises:
//!
//! - A message is sent at least once: it stays in the database until somebody has taken it or it is given up after three days.
//! - It is sent a second time only when the portal ended between the other end's acceptance and our note of it. So that such a
//!   copy is known as one, it carries the same name each time: `Message-ID` in mails, `Topic` in push messages, `webhook-id`,
//!   `X-Line-Retry-Key` at LINE.

use super::carry::{self, Outcome, Papers};
use super::queries::deliveries::{self, Job, Taking, Target};
use super::queries::{escalations, people};
use super::{escalation, model, partner};
use crate::context::Context;
use crate::database::Connection;
use crate::http::causes;
use crate::tenancy::Scope;
use crate::{Error, limits, text};
use std::collections::VecDeque;
use std::sync::Arc;
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

/// When there is something to do next.
struct NextDue {
    sending: Option<i64>,
    escalation: Option<i64>,
}

/// Messages on their way, and those that were taken and come next.
pub struct Post {
    context: Context,
    taken: VecDeque<(Arc<Papers>, Job)>,
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
            taken: VecDeque::new(),
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

    /// Escalates, notes, takes and begins once; how long nothing is due.
    async fn round(&mut self) -> Result<Duration, Error> {
        while let Some(done) = self.running.try_join_next() {
            self.done.extend(done.ok());
        }
        let mut due = self.look().await?;
        let now = self.context.clock.micros();
        if due.escalation.is_some_and(|at| at <= now) {
            escalation::sweep(&self.context).await?;
            due = self.look().await?;
        }
        let is_due = due.sending.is_some_and(|at| at <= now);
        if !self.done.is_empty() || (is_due && self.wants_more()) {
            due.sending = self.turn().await?;
        }
        self.begin();
        Ok(self.wait_for(due))
    }

    /// Few enough are taken that more are to be.
    fn wants_more(&self) -> bool {
        self.taken.len() < limits::SENDINGS_AT_ONCE
    }

    /// Begins what was taken, as far as there is room.
    fn begin(&mut self) {
        while self.running.len() < limits::SENDINGS_AT_ONCE
            && let Some((papers, job)) = self.taken.pop_front()
        {
            let context = self.context.clone();
            self.running.spawn(async move {
                let outcome = match carry::carry(&context, &papers, &job).await {
                    Ok(outcome) => outcome,
                    Err(error) => Outcome::later(causes(&error)),
                };
                let at = context.clock.micros();
                Done { job, outcome, at }
            });
        }
    }

    fn wait_for(&self, due: NextDue) -> Duration {
        // While there is enough to do, the end of a sending wakes us.
        let sending = due.sending.filter(|_| self.wants_more());
        let Some(due) = sending.into_iter().chain(due.escalation).min() else {
            return LOOK_EVERY;
        };
        let micros = due.saturating_sub(self.context.clock.micros()).max(0);
        Duration::from_micros(micros.unsigned_abs()).min(LOOK_EVERY)
    }

    async fn look(&self) -> Result<NextDue, Error> {
        let system = Scope::system();
        let mut connection = self.context.database.read(&system).await?;
        Ok(NextDue {
            sending: deliveries::next_due(&mut connection, &system).await?,
            escalation: escalations::next_due(&mut connection, &system).await?,
        })
    }

    /// Notes what is done and takes what is due, in one transaction; when the next is due.
    async fn turn(&mut self) -> Result<Option<i64>, Error> {
        let system = Scope::system();
        let now = self.context.clock.micros();
        let mut transaction = self.context.database.write(&system).await?;
        for done in &self.done {
            note(&mut transaction, done, now).await?;
        }
        let mut jobs = Vec::new();
        if self.wants_more() {
            let taking = Taking {
                by: &self.context.instance,
                now,
                until: now.saturating_add(TAKEN_SECONDS * MICROS_PER_SECOND),
                count: limits::SENDINGS_TAKEN_MAX,
            };
            jobs = deliveries::take_due(&mut transaction, &system, &taking).await?;
        }
        let next = deliveries::next_due(&mut transaction, &system).await?;
        transaction.commit().await?;
        self.done.clear();
        let papers = Arc::new(Papers::default());
        let jobs = jobs.into_iter().map(|job| (Arc::clone(&papers), job));
        self.taken.extend(jobs);
        Ok(next)
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
        post.turn().await?;
        post.begin();
        if post.running.is_empty() {
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
    // A browser is its person's, who may be of the partner.
    let home = match &done.outcome {
        Outcome::Accepted | Outcome::Gone(_) => {
            partner::home_of_reader(connection, &done.job).await?
        }
        _ => None,
    };
    let noted = done.job.noted();
    match &done.outcome {
        Outcome::HandedOver => {
            deliveries::handed_over(connection, &scope, noted, false, done.at).await
        }
        Outcome::Accepted => {
            if let (Target::Push(browser), Some(home)) = (done.job.target, home) {
                let home = Scope::system_in(home);
                people::push_accepted(connection, &home, browser, done.at).await?;
            }
            deliveries::handed_over(connection, &scope, noted, true, done.at).await
        }
        Outcome::GiveUp(reason) => give_up(connection, &scope, &done.job, reason).await,
        Outcome::Gone(reason) => {
            if let (Target::Push(browser), Some(home)) = (done.job.target, home) {
                let home = Scope::system_in(home);
                people::unsubscribe(connection, &home, browser, None).await?;
            }
            give_up(connection, &scope, &done.job, reason).await
        }
        Outcome::Later {
            reason,
            after_seconds,
        } => put_off(connection, &scope, done, reason, *after_seconds, now).await,
    }
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
