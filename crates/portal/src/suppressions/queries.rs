//! Statements on suppressions.

use super::model::{Suppression, SuppressionKey, SuppressionScope};
use crate::database::{Connection, Row, query, scalar};
use crate::incidents::PersonName;
use crate::tenancy::{Id, Scope};
use crate::{Code, Error, limits};
use event::Timestamp;

const ALL: &str = "SELECT s.id, s.scope, s.reason, s.incident, s.created_at, s.expires_at, s.revoked_at,
    c.id AS creator_id, c.name AS creator_name, r.id AS revoker_id, r.name AS revoker_name,
    (SELECT COUNT(*) FROM incident_suppressions h WHERE h.tenant_id = s.tenant_id AND h.suppression = s.id) AS hidden
    FROM suppressions s LEFT JOIN users c ON c.id = s.created_by LEFT JOIN users r ON r.id = s.revoked_by
    WHERE s.tenant_id = $1";

/// A suppression to be stored.
pub struct Stored<'a> {
    pub id: SuppressionKey,
    pub scope: &'a SuppressionScope,
    pub reason: &'a str,
    pub incident: Option<String>,
    pub now: i64,
    pub expires_at: i64,
}

pub async fn insert(
    connection: &mut Connection,
    scope: &Scope,
    stored: &Stored<'_>,
) -> Result<(), Error> {
    query(
        "INSERT INTO suppressions (id, tenant_id, scope, reason, incident, created_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(stored.id.to_string())
    .bind(scope.tenant()?.to_string())
    .bind(serde_json::to_string(stored.scope)?)
    .bind(stored.reason)
    .bind(stored.incident.clone())
    .bind(scope.user_id()?.to_string())
    .bind(stored.now)
    .bind(stored.expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Those that hold at a time, oldest first. Served by `suppressions_by_end`.
pub async fn active(
    connection: &mut Connection,
    scope: &Scope,
    now: i64,
) -> Result<Vec<(SuppressionKey, SuppressionScope, i64)>, Error> {
    let rows = query(
        "SELECT id, scope, expires_at FROM suppressions
         WHERE tenant_id = $1 AND expires_at > $2 AND revoked_at IS NULL ORDER BY id LIMIT $3",
    )
    .bind(scope.tenant()?.to_string())
    .bind(now)
    .bind(limits::SUPPRESSIONS_MAX)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok((
                Id::stored(row.try_get("id")?)?,
                serde_json::from_str(row.try_get("scope")?)?,
                row.try_get("expires_at")?,
            ))
        })
        .collect()
}

/// How many hold at a time.
pub async fn count_active(
    connection: &mut Connection,
    scope: &Scope,
    now: i64,
) -> Result<i64, Error> {
    scalar(
        "SELECT COUNT(*) FROM suppressions WHERE tenant_id = $1 AND expires_at > $2 AND revoked_at IS NULL",
    )
    .bind(scope.tenant()?.to_string())
    .bind(now)
    .fetch_one(connection)
    .await
}

/// Those that hold, and the latest of those that are over; newest first.
pub async fn all(connection: &mut Connection, scope: &Scope) -> Result<Vec<Suppression>, Error> {
    let rows = query(format!("{ALL} ORDER BY s.id DESC LIMIT $2"))
        .bind(scope.tenant()?.to_string())
        .bind(limits::SUPPRESSIONS_SHOWN_MAX)
        .fetch_all(connection)
        .await?;
    rows.iter().map(suppression).collect()
}

pub async fn one(
    connection: &mut Connection,
    scope: &Scope,
    id: SuppressionKey,
) -> Result<Suppression, Error> {
    let row = query(format!("{ALL} AND s.id = $2"))
        .bind(scope.tenant()?.to_string())
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    suppression(&row.ok_or(Code::NotFound)?)
}

/// Takes one back; whether it had not been before.
pub async fn revoke(
    connection: &mut Connection,
    scope: &Scope,
    id: SuppressionKey,
    now: i64,
) -> Result<bool, Error> {
    let changed = query(
        "UPDATE suppressions SET revoked_at = $3, revoked_by = $4
         WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL",
    )
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .bind(now)
    .bind(scope.user_id()?.to_string())
    .execute(connection)
    .await?;
    Ok(changed > 0)
}

fn person(row: &Row, id: &'static str, name: &'static str) -> Result<Option<PersonName>, Error> {
    match row.try_get::<Option<&str>, _>(id)? {
        Some(id) => Ok(Some(PersonName {
            id: Id::stored(id)?,
            name: row.try_get(name)?,
        })),
        None => Ok(None),
    }
}

fn suppression(row: &Row) -> Result<Suppression, Error> {
    let hidden: i64 = row.try_get("hidden")?;
    Ok(Suppression {
        id: Id::stored(row.try_get("id")?)?,
        scope: serde_json::from_str(row.try_get("scope")?)?,
        reason: row.try_get("reason")?,
        incident: row
            .try_get::<Option<&str>, _>("incident")?
            .map(Id::stored)
            .transpose()?,
        created_by: person(row, "creator_id", "creator_name")?,
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        expires_at: Timestamp::from_micros(row.try_get("expires_at")?),
        revoked_by: person(row, "revoker_id", "revoker_name")?,
        revoked_at: row
            .try_get::<Option<i64>, _>("revoked_at")?
            .map(Timestamp::from_micros),
        hidden: u64::try_from(hidden).unwrap_or(0),
    })
}
