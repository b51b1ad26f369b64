//! Statements on mails to send.

use crate::Error;
use crate::database::{Connection, Row, query, scalar};
use crate::incidents::{IncidentKey, queries::severity};
use crate::tenancy::{Id, Scope, TenantId, UserId};
use event::Severity;

/// A mail to send.
pub struct Job {
    pub id: String,
    pub tenant: TenantId,
    pub user: UserId,
    pub incident: IncidentKey,
    pub severity: Severity,
    pub attempts: i64,
    pub created_at: i64,
}

/// Queues a mail to a user about an incident, once for each severity; one that still waits for a lower severity
/// is dropped, since this says more.
pub async fn queue(
    connection: &mut Connection,
    scope: &Scope,
    incident: IncidentKey,
    user: UserId,
    severity: Severity,
    now: i64,
) -> Result<(), Error> {
    let tenant = scope.tenant()?.to_string();
    query(
        "UPDATE mail_jobs SET state = 'superseded'
         WHERE tenant_id = $1 AND incident = $2 AND user_id = $3 AND state = 'waiting'",
    )
    .bind(&tenant)
    .bind(incident.to_string())
    .bind(user.to_string())
    .execute(&mut *connection)
    .await?;
    query(
        "INSERT INTO mail_jobs (id, tenant_id, user_id, incident, severity, state, attempts, run_at, created_at)
         VALUES ($1, $2, $3, $4, $5, 'waiting', 0, $6, $6)
         ON CONFLICT (tenant_id, incident, user_id, severity) DO NOTHING",
    )
    .bind(uuid::Uuid::now_v7().to_string())
    .bind(&tenant)
    .bind(user.to_string())
    .bind(incident.to_string())
    .bind(severity as i64)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

fn job(row: &Row) -> Result<Job, Error> {
    Ok(Job {
        id: row.try_get("id")?,
        tenant: Id::stored(row.try_get("tenant_id")?)?,
        user: Id::stored(row.try_get("user_id")?)?,
        incident: Id::stored(row.try_get("incident")?)?,
        severity: severity(row.try_get("severity")?)?,
        attempts: row.try_get("attempts")?,
        created_at: row.try_get("created_at")?,
    })
}

/// Takes the mail that is due longest. Until `taken_until` nobody else takes it; a portal that dies meanwhile
/// leaves it for the next.
pub async fn take_due(
    connection: &mut Connection,
    scope: &Scope,
    now: i64,
    taken_until: i64,
) -> Result<Option<Job>, Error> {
    scope.require_all_tenants()?;
    let row = query(
        "UPDATE mail_jobs SET attempts = attempts + 1, run_at = $2
         WHERE id = (SELECT id FROM mail_jobs WHERE state = 'waiting' AND run_at <= $1 ORDER BY run_at, id LIMIT 1)
         RETURNING id, tenant_id, user_id, incident, severity, attempts, created_at",
    )
    .bind(now)
    .bind(taken_until)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(job).transpose()
}

/// When the next mail is due.
pub async fn next_due(connection: &mut Connection, scope: &Scope) -> Result<Option<i64>, Error> {
    scope.require_all_tenants()?;
    let due = scalar("SELECT MIN(run_at) FROM mail_jobs WHERE state = 'waiting'")
        .fetch_one(connection)
        .await?;
    Ok(due)
}

/// Notes that a mail was sent (`sent`) or given up (`failed`).
pub async fn finish(
    connection: &mut Connection,
    scope: &Scope,
    id: &str,
    state: &str,
    last_error: Option<&str>,
) -> Result<(), Error> {
    query("UPDATE mail_jobs SET state = $3, last_error = $4 WHERE tenant_id = $1 AND id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(id)
        .bind(state)
        .bind(last_error)
        .execute(connection)
        .await?;
    Ok(())
}

/// Puts a mail off.
pub async fn retry(
    connection: &mut Connection,
    scope: &Scope,
    id: &str,
    run_at: i64,
    last_error: &str,
) -> Result<(), Error> {
    query("UPDATE mail_jobs SET run_at = $3, last_error = $4 WHERE tenant_id = $1 AND id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(id)
        .bind(run_at)
        .bind(last_error)
        .execute(connection)
        .await?;
    Ok(())
}

/// How many mails wait, and how many were given up, over all tenants.
pub async fn totals(connection: &mut Connection, scope: &Scope) -> Result<(i64, i64), Error> {
    scope.require_all_tenants()?;
    let row = query(
        "SELECT COUNT(CASE WHEN state = 'waiting' THEN 1 END) AS waiting,
                COUNT(CASE WHEN state = 'failed' THEN 1 END) AS failed FROM mail_jobs",
    )
    .fetch_one(connection)
    .await?;
    Ok((row.try_get("waiting")?, row.try_get("failed")?))
}
