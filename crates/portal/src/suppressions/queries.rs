//! Statements on suppressions.

use super::model::{SensorReach, Suppression, SuppressionKey};
use crate::database::{Connection, Row, query, scalar};
use crate::incidents::PersonName;
use crate::tenancy::{Id, Scope};
use crate::{Code, Error, limits};
use event::{SuppressionScope, Timestamp};

const ALL: &str = "SELECT s.id, s.scope, s.reason, s.incident, s.created_at, s.expires_at, s.revoked_at,
    c.id AS creator_id, c.name AS creator_name, r.id AS revoker_id, r.name AS revoker_name,
    (SELECT COUNT(*) FROM incident_suppressions h WHERE h.tenant_id = s.tenant_id AND h.suppression = s.id) AS hidden,
    (SELECT COUNT(*) FROM sensors n WHERE n.tenant_id = s.tenant_id AND n.barred_at IS NULL
        AND n.enrolled_at IS NOT NULL) AS sensors,
    (SELECT COUNT(DISTINCT a.sensor_id) FROM sensor_suppressions a JOIN sensors n ON n.id = a.sensor_id
        WHERE a.tenant_id = s.tenant_id AND a.version >= s.version AND n.barred_at IS NULL) AS reached,
    (SELECT MAX(f.arrived_at) FROM (SELECT MIN(a.arrived_at) AS arrived_at FROM sensor_suppressions a
        JOIN sensors n ON n.id = a.sensor_id WHERE a.tenant_id = s.tenant_id AND a.version >= s.version
        AND n.barred_at IS NULL GROUP BY a.sensor_id) f) AS reached_at
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
        "INSERT INTO suppressions (id, tenant_id, scope, reason, incident, created_by, created_at, expires_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(stored.id.to_string())
    .bind(scope.tenant()?.to_string())
    .bind(serde_json::to_string(stored.scope)?)
    .bind(stored.reason)
    .bind(stored.incident.clone())
    .bind(scope.user_id()?.to_string())
    .bind(stored.now)
    .bind(stored.expires_at)
    .bind(next_version(connection, scope, stored.now).await?)
    .execute(connection)
    .await?;
    Ok(())
}

/// The version of a tenant's whole set; 0 where there never was a suppression.
pub async fn version(connection: &mut Connection, scope: &Scope) -> Result<i64, Error> {
    scalar("SELECT COALESCE(MAX(version), 0) FROM suppressions WHERE tenant_id = $1")
        .bind(scope.tenant()?.to_string())
        .fetch_one(connection)
        .await
}

/// A version that was never before, not even where a backup was put back: a time, in microseconds.
async fn next_version(connection: &mut Connection, scope: &Scope, now: i64) -> Result<i64, Error> {
    let last = version(connection, scope).await?;
    Ok(now.max(last.saturating_add(1)))
}

/// The version that the sensor that asks was last known to go by.
pub async fn reached(connection: &mut Connection, scope: &Scope) -> Result<Option<i64>, Error> {
    scalar("SELECT MAX(version) FROM sensor_suppressions WHERE tenant_id = $1 AND sensor_id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(scope.sensor_id()?.to_string())
        .fetch_one(connection)
        .await
}

/// Notes that the sensor that asks goes by a version, and by no later one.
pub async fn set_reached(
    connection: &mut Connection,
    scope: &Scope,
    version: i64,
    now: i64,
) -> Result<(), Error> {
    let (tenant, sensor) = (scope.tenant()?.to_string(), scope.sensor_id()?.to_string());
    query(
        "DELETE FROM sensor_suppressions WHERE tenant_id = $1 AND sensor_id = $2 AND version > $3",
    )
    .bind(&tenant)
    .bind(&sensor)
    .bind(version)
    .execute(&mut *connection)
    .await?;
    query(
        "INSERT INTO sensor_suppressions (tenant_id, sensor_id, version, arrived_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
    )
    .bind(&tenant)
    .bind(&sensor)
    .bind(version)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// What holds, or did.
pub struct Holding {
    pub id: SuppressionKey,
    pub scope: SuppressionScope,
    pub expires_at: i64,
}

/// Those that hold at a time, oldest first. Served by `suppressions_by_end`.
pub async fn active(
    connection: &mut Connection,
    scope: &Scope,
    now: i64,
) -> Result<Vec<Holding>, Error> {
    ending_within(connection, scope, now, i64::MAX).await
}

/// Those that end within a time, its beginning left out, and were not taken back; oldest first.
pub async fn ending_within(
    connection: &mut Connection,
    scope: &Scope,
    after: i64,
    until: i64,
) -> Result<Vec<Holding>, Error> {
    let rows = query(
        "SELECT id, scope, expires_at FROM suppressions
         WHERE tenant_id = $1 AND expires_at > $2 AND expires_at <= $3 AND revoked_at IS NULL ORDER BY id LIMIT $4",
    )
    .bind(scope.tenant()?.to_string())
    .bind(after)
    .bind(until)
    .bind(limits::SUPPRESSIONS_MAX)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Holding {
                id: Id::stored(row.try_get("id")?)?,
                scope: serde_json::from_str(row.try_get("scope")?)?,
                expires_at: row.try_get("expires_at")?,
            })
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
        "UPDATE suppressions SET revoked_at = $3, revoked_by = $4, version = $5
         WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL",
    )
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .bind(now)
    .bind(scope.user_id()?.to_string())
    .bind(next_version(connection, scope, now).await?)
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
    let count = |name: &str| -> Result<u64, Error> {
        Ok(u64::try_from(row.try_get::<i64, _>(name)?).unwrap_or(0))
    };
    let (sensors, reached) = (count("sensors")?, count("reached")?);
    let reached_at: Option<i64> = row.try_get("reached_at")?;
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
        hidden: count("hidden")?,
        reach: SensorReach {
            sensors,
            reached,
            complete_at: reached_at
                .filter(|_| reached >= sensors)
                .map(Timestamp::from_micros),
        },
    })
}
