//! Statements on what is to be sent. Whoever sends takes a delivery for a while: a portal that dies meanwhile leaves it for
//! the next.

use crate::Error;
use crate::database::{Connection, Row, query, scalar};
use crate::fleet::AlarmId;
use crate::incidents::{IncidentKey, queries::severity};
use crate::notify::model::{Channel, DeliveryId, DeliveryState, Reason};
use crate::tenancy::{Id, Scope, TenantId, UserId};
use event::Severity;
use std::collections::HashSet;

/// A message to be stored.
pub struct NewDelivery {
    pub incident: Option<IncidentKey>,
    pub alarm: Option<AlarmId>,
    pub user: Option<UserId>,
    /// Where it goes.
    pub target: Target,
    pub channel: Channel,
    /// Which browser or system, for the ledger.
    pub label: String,
    pub reason: Reason,
    pub severity: Severity,
    /// What it tells: nobody is told the same twice.
    pub change_key: String,
    /// The summary that it will be part of.
    pub digest: Option<DeliveryId>,
    pub run_at: i64,
    pub now: i64,
}

/// The columns of a new message.
const COLUMNS: [&str; 16] = [
    "id",
    "tenant_id",
    "incident",
    "alarm",
    "user_id",
    "target",
    "channel",
    "label",
    "reason",
    "severity",
    "change_key",
    "digest",
    "state",
    "attempts",
    "run_at",
    "created_at",
];
/// Rows of one statement: a statement has a few ten thousand values at most.
const ROWS_AT_ONCE: usize = 100;

/// Where a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The mail address of a person.
    Mail(UserId),
    /// A browser.
    Push(super::super::model::SubscriptionId),
    /// A system of the tenant.
    Endpoint(super::super::model::EndpointId),
}

impl Target {
    /// The form in the database.
    pub fn key(self) -> String {
        match self {
            Self::Mail(id) => format!("mail:{id}"),
            Self::Push(id) => format!("push:{id}"),
            Self::Endpoint(id) => format!("endpoint:{id}"),
        }
    }

    fn stored(text: &str) -> Result<Self, Error> {
        match text.split_once(':') {
            Some(("mail", id)) => Ok(Self::Mail(Id::stored(id)?)),
            Some(("push", id)) => Ok(Self::Push(Id::stored(id)?)),
            Some(("endpoint", id)) => Ok(Self::Endpoint(Id::stored(id)?)),
            _ => Err(Error::Stored { what: "target" }),
        }
    }
}

/// A message to send.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: DeliveryId,
    pub tenant: TenantId,
    pub incident: Option<IncidentKey>,
    pub alarm: Option<AlarmId>,
    pub target: Target,
    pub reason: Reason,
    pub severity: Severity,
    pub attempts: i64,
    pub created_at: i64,
}

impl Job {
    /// Where its incident is read, in the portal: people of another tenant name the one whose it is.
    pub fn path(&self) -> String {
        match (self.incident, self.reason) {
            (Some(incident), Reason::EscalatedToPartner) => {
                format!("/app/incidents/{incident}?tenant={}", self.tenant)
            }
            (Some(incident), _) => format!("/app/incidents/{incident}"),
            (None, _) => "/app/settings".to_owned(),
        }
    }

    /// Whose fate is noted with this message's.
    pub fn noted(&self) -> Noted {
        match self.reason {
            Reason::Digest => Noted::WithParts(self.id),
            _ => Noted::Alone(self.id),
        }
    }
}

/// Stores a message, once for each target and change; its identifier, where it was not there before.
pub async fn insert(
    connection: &mut Connection,
    scope: &Scope,
    new: &NewDelivery,
) -> Result<Option<DeliveryId>, Error> {
    let id = DeliveryId::generate();
    let inserted = insert_rows(connection, scope, &[(id, new)]).await?;
    Ok((inserted > 0).then_some(id))
}

/// Stores messages, each once for its target and change.
pub async fn insert_all(
    connection: &mut Connection,
    scope: &Scope,
    new: &[NewDelivery],
) -> Result<(), Error> {
    for some in new.chunks(ROWS_AT_ONCE) {
        let named: Vec<_> = some
            .iter()
            .map(|new| (DeliveryId::generate(), new))
            .collect();
        insert_rows(connection, scope, &named).await?;
    }
    Ok(())
}

/// How many there were not yet.
async fn insert_rows(
    connection: &mut Connection,
    scope: &Scope,
    rows: &[(DeliveryId, &NewDelivery)],
) -> Result<u64, Error> {
    let tenant = scope.tenant()?.to_string();
    let places = |row: usize| {
        let first = row * COLUMNS.len();
        let places: Vec<_> = (1..=COLUMNS.len())
            .map(|place| format!("${}", first + place))
            .collect();
        format!("({})", places.join(", "))
    };
    let values: Vec<_> = (0..rows.len()).map(places).collect();
    let mut statement = query(format!(
        "INSERT INTO deliveries ({}) VALUES {} ON CONFLICT (tenant_id, target, change_key) DO NOTHING",
        COLUMNS.join(", "),
        values.join(", ")
    ));
    for (id, new) in rows {
        let state = match new.digest {
            Some(_) => DeliveryState::Gathered,
            None => DeliveryState::Waiting,
        };
        statement = statement
            .bind(id.to_string())
            .bind(&tenant)
            .bind(new.incident.map(|incident| incident.to_string()))
            .bind(new.alarm.map(|alarm| alarm.to_string()))
            .bind(new.user.map(|user| user.to_string()))
            .bind(new.target.key())
            .bind(new.channel.key())
            .bind(&new.label)
            .bind(new.reason.key())
            .bind(new.severity as i64)
            .bind(&new.change_key)
            .bind(new.digest.map(|digest| digest.to_string()))
            .bind(state.key())
            .bind(0_i64)
            .bind(new.run_at)
            .bind(new.now);
    }
    statement.execute(connection).await
}

/// Drops what still waits to be told of an incident: worse news say more. What is on its way stays.
pub async fn supersede(
    connection: &mut Connection,
    scope: &Scope,
    incident: IncidentKey,
    worse: Severity,
) -> Result<(), Error> {
    query(
        "UPDATE deliveries SET state = 'superseded'
         WHERE tenant_id = $1 AND incident = $2 AND state IN ('waiting', 'gathered') AND taken_by IS NULL
            AND reason IN ('raised', 'grew') AND severity < $3",
    )
    .bind(scope.tenant()?.to_string())
    .bind(incident.to_string())
    .bind(worse as i64)
    .execute(connection)
    .await?;
    Ok(())
}

/// Drops what still waits to be told of an alarm; the targets that were told, or are just being told, that it opened.
pub async fn told_of_alarm(
    connection: &mut Connection,
    scope: &Scope,
    alarm: AlarmId,
) -> Result<HashSet<String>, Error> {
    scope.require_all_tenants()?;
    query(
        "UPDATE deliveries SET state = 'superseded' WHERE alarm = $1 AND state = 'waiting' AND taken_by IS NULL AND attempts = 0",
    )
    .bind(alarm.to_string())
    .execute(&mut *connection)
    .await?;
    let rows = query(
        "SELECT target FROM deliveries WHERE alarm = $1 AND state NOT IN ('superseded', 'failed')",
    )
    .bind(alarm.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| row.try_get("target")).collect()
}

/// The delivery that tells a target of a change.
pub async fn find(
    connection: &mut Connection,
    scope: &Scope,
    target: Target,
    change_key: &str,
) -> Result<Option<DeliveryId>, Error> {
    let row =
        query("SELECT id FROM deliveries WHERE tenant_id = $1 AND target = $2 AND change_key = $3")
            .bind(scope.tenant()?.to_string())
            .bind(target.key())
            .bind(change_key)
            .fetch_optional(connection)
            .await?;
    row.map(|row| Id::stored(row.try_get("id")?)).transpose()
}

fn job(row: &Row) -> Result<Job, Error> {
    let incident: Option<&str> = row.try_get("incident")?;
    let alarm: Option<&str> = row.try_get("alarm")?;
    Ok(Job {
        id: Id::stored(row.try_get("id")?)?,
        tenant: Id::stored(row.try_get("tenant_id")?)?,
        incident: incident.map(Id::stored).transpose()?,
        alarm: alarm.map(Id::stored).transpose()?,
        target: Target::stored(row.try_get("target")?)?,
        reason: Reason::from_key(row.try_get("reason")?).ok_or(Error::Stored { what: "reason" })?,
        severity: severity(row.try_get("severity")?)?,
        attempts: row.try_get("attempts")?,
        created_at: row.try_get("created_at")?,
    })
}

/// How long a portal has for what it takes.
pub struct Taking<'a> {
    /// The portal's name.
    pub by: &'a str,
    pub now: i64,
    /// Until then nobody else takes it.
    pub until: i64,
    pub count: usize,
}

/// Takes the messages that are due longest.
pub async fn take_due(
    connection: &mut Connection,
    scope: &Scope,
    taking: &Taking<'_>,
) -> Result<Vec<Job>, Error> {
    scope.require_all_tenants()?;
    let rows = query(
        "UPDATE deliveries SET attempts = attempts + 1, run_at = $2, taken_by = $3
         WHERE id IN (SELECT id FROM deliveries WHERE state = 'waiting' AND run_at <= $1 ORDER BY run_at, id LIMIT $4)
         RETURNING id, tenant_id, incident, alarm, target, reason, severity, attempts, created_at",
    )
    .bind(taking.now)
    .bind(taking.until)
    .bind(taking.by)
    .bind(i64::try_from(taking.count).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await?;
    let mut jobs: Vec<Job> = rows.iter().map(job).collect::<Result<_, _>>()?;
    jobs.sort_by_key(|job| job.created_at);
    Ok(jobs)
}

/// Gives back what a portal of this name had taken when it died; how many those were.
pub async fn give_back(
    connection: &mut Connection,
    scope: &Scope,
    by: &str,
    now: i64,
) -> Result<u64, Error> {
    scope.require_all_tenants()?;
    query("UPDATE deliveries SET run_at = $2, taken_by = NULL WHERE state = 'waiting' AND taken_by = $1")
        .bind(by)
        .bind(now)
        .execute(connection)
        .await
}

/// When the next message is due.
pub async fn next_due(connection: &mut Connection, scope: &Scope) -> Result<Option<i64>, Error> {
    scope.require_all_tenants()?;
    let due = scalar("SELECT MIN(run_at) FROM deliveries WHERE state = 'waiting'")
        .fetch_one(connection)
        .await?;
    Ok(due)
}

/// What a message was that is noted: alone, or a summary with what was part of it.
#[derive(Clone, Copy)]
pub enum Noted {
    Alone(DeliveryId),
    WithParts(DeliveryId),
}

impl Noted {
    /// The conditions of the rows that share its fate: each finds them by its own index.
    fn rows(self) -> (DeliveryId, &'static [&'static str]) {
        match self {
            Self::Alone(id) => (id, &["id = $2"]),
            Self::WithParts(id) => (id, &["id = $2", "digest = $2"]),
        }
    }
}

/// Notes that a message was handed over, at a time; `accepted` when the other end has confirmed it.
pub async fn handed_over(
    connection: &mut Connection,
    scope: &Scope,
    noted: Noted,
    accepted: bool,
    at: i64,
) -> Result<(), Error> {
    let (state, accepted_at) = if accepted {
        ("accepted", Some(at))
    } else {
        ("sent", None)
    };
    let (id, conditions) = noted.rows();
    for condition in conditions {
        // A person may have opened the incident before the mail server answered.
        query(format!(
            "UPDATE deliveries SET state = CASE WHEN opened_at IS NULL THEN $3 ELSE 'opened' END, sent_at = $4,
                accepted_at = $5, taken_by = NULL, last_error = NULL
             WHERE tenant_id = $1 AND {condition}"
        ))
        .bind(scope.tenant()?.to_string())
        .bind(id.to_string())
        .bind(state)
        .bind(at)
        .bind(accepted_at)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Notes that a message was given up.
pub async fn give_up(
    connection: &mut Connection,
    scope: &Scope,
    noted: Noted,
    reason: &str,
) -> Result<(), Error> {
    let (id, conditions) = noted.rows();
    for condition in conditions {
        query(format!(
            "UPDATE deliveries SET state = 'failed', last_error = $3, taken_by = NULL
             WHERE tenant_id = $1 AND {condition}"
        ))
        .bind(scope.tenant()?.to_string())
        .bind(id.to_string())
        .bind(reason)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Puts a message off.
pub async fn retry(
    connection: &mut Connection,
    scope: &Scope,
    id: DeliveryId,
    run_at: i64,
    reason: &str,
) -> Result<(), Error> {
    query(
        "UPDATE deliveries SET run_at = $3, last_error = $4, taken_by = NULL
         WHERE tenant_id = $1 AND id = $2 AND state = 'waiting'",
    )
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .bind(run_at)
    .bind(reason)
    .execute(connection)
    .await?;
    Ok(())
}

/// How many messages wait, and how many were given up, over all tenants.
pub async fn totals(connection: &mut Connection, scope: &Scope) -> Result<(i64, i64), Error> {
    scope.require_all_tenants()?;
    let row = query(
        "SELECT COUNT(CASE WHEN state = 'waiting' THEN 1 END) AS waiting,
                COUNT(CASE WHEN state = 'failed' THEN 1 END) AS failed FROM deliveries",
    )
    .fetch_one(connection)
    .await?;
    Ok((row.try_get("waiting")?, row.try_get("failed")?))
}
