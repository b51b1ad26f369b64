//! Statements on sensors.

use super::history::service::Before;
use super::model::{Sensor, SensorState};
use crate::database::{Connection, Row, query, scalar};
use crate::sites::SiteName;
use crate::tenancy::{Id, Scope, SensorId, TenantId};
use crate::{Code, Error};
use event::Timestamp;

const COLUMNS: &str =
    "id, name, location, created_at, enrolled_at, secret_hash, secret_expires_at, secret_used_at,
    last_heartbeat_at, heartbeat, site_id,
    (SELECT p.name FROM sites p WHERE p.id = sensors.site_id AND p.tenant_id = sensors.tenant_id) AS site_name";

fn sensor(row: &Row, now: i64) -> Result<Sensor, Error> {
    let time = |name: &str| -> Result<Option<Timestamp>, Error> {
        let micros: Option<i64> = row.try_get(name)?;
        Ok(micros.map(Timestamp::from_micros))
    };
    let last: Option<i64> = row.try_get("last_heartbeat_at")?;
    let heartbeat: Option<&str> = row.try_get("heartbeat")?;
    let used: Option<i64> = row.try_get("secret_used_at")?;
    let expires: Option<i64> = row.try_get("secret_expires_at")?;
    let is_good = used.is_none() && expires.is_some_and(|end| end > now);
    Ok(Sensor {
        id: Id::stored(row.try_get("id")?)?,
        name: row.try_get("name")?,
        location: row.try_get("location")?,
        state: SensorState::at(now, last),
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        enrolled_at: time("enrolled_at")?,
        secret_expires_at: if is_good {
            time("secret_expires_at")?
        } else {
            None
        },
        last_heartbeat_at: time("last_heartbeat_at")?,
        heartbeat: heartbeat.map(serde_json::from_str).transpose()?,
        site: match row.try_get::<Option<&str>, _>("site_id")? {
            Some(id) => Some(SiteName {
                id: Id::stored(id)?,
                name: row.try_get("site_name")?,
            }),
            None => None,
        },
        alarms: Vec::new(),
    })
}

/// Enters a sensor.
pub async fn insert(
    connection: &mut Connection,
    scope: &Scope,
    id: SensorId,
    name: &str,
    location: &str,
    now: i64,
) -> Result<(), Error> {
    query(
        "INSERT INTO sensors (id, tenant_id, name, location, created_at, announced_state)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id.to_string())
    .bind(scope.tenant()?.to_string())
    .bind(name)
    .bind(location)
    .bind(now)
    .bind(SensorState::Never.key())
    .execute(connection)
    .await?;
    Ok(())
}

/// Sensors of the tenant that are not barred, by name.
pub async fn all(
    connection: &mut Connection,
    scope: &Scope,
    now: i64,
) -> Result<Vec<Sensor>, Error> {
    let rows = query(format!(
        "SELECT {COLUMNS} FROM sensors WHERE tenant_id = $1 AND barred_at IS NULL{} ORDER BY name, id",
        scope.seen("id")
    ))
    .bind(scope.tenant()?.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| sensor(row, now)).collect()
}

/// A sensor of the tenant that is not barred.
pub async fn one(
    connection: &mut Connection,
    scope: &Scope,
    id: SensorId,
    now: i64,
) -> Result<Sensor, Error> {
    let row = query(format!(
        "SELECT {COLUMNS} FROM sensors WHERE tenant_id = $1 AND id = $2 AND barred_at IS NULL{}",
        scope.seen("id")
    ))
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .fetch_optional(connection)
    .await?
    .ok_or(Code::NotFound)?;
    sensor(&row, now)
}

/// How many sensors of the tenant are not barred.
pub async fn count(connection: &mut Connection, scope: &Scope) -> Result<i64, Error> {
    let count = scalar("SELECT COUNT(*) FROM sensors WHERE tenant_id = $1 AND barred_at IS NULL")
        .bind(scope.tenant()?.to_string())
        .fetch_one(connection)
        .await?;
    Ok(count)
}

/// Names a sensor and its place.
pub async fn rename(
    connection: &mut Connection,
    scope: &Scope,
    id: SensorId,
    name: &str,
    location: &str,
) -> Result<(), Error> {
    query("UPDATE sensors SET name = $3, location = $4 WHERE tenant_id = $1 AND id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(id.to_string())
        .bind(name)
        .bind(location)
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives a sensor a secret; an earlier one is good no more.
pub async fn set_secret(
    connection: &mut Connection,
    scope: &Scope,
    id: SensorId,
    secret_hash: &str,
    expires_at: i64,
) -> Result<(), Error> {
    query(
        "UPDATE sensors SET secret_hash = $3, secret_expires_at = $4, secret_used_at = NULL
         WHERE tenant_id = $1 AND id = $2",
    )
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .bind(secret_hash)
    .bind(expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Bars a sensor: its key and its secret are good no more.
pub async fn bar(
    connection: &mut Connection,
    scope: &Scope,
    id: SensorId,
    now: i64,
) -> Result<(), Error> {
    query(
        "UPDATE sensors SET barred_at = $3, secret_hash = NULL, secret_expires_at = NULL
         WHERE tenant_id = $1 AND id = $2",
    )
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Spends a secret on a key, in one statement, before anybody is known. The same key may spend it again until it
/// ends: the answer to the first time may have been lost.
pub async fn spend_secret(
    connection: &mut Connection,
    scope: &Scope,
    secret_hash: &str,
    key_fingerprint: &str,
    now: i64,
) -> Result<Option<(TenantId, SensorId)>, Error> {
    scope.require_all_tenants()?;
    let row = query(
        "UPDATE sensors SET secret_used_at = $3, key_fingerprint = $2, enrolled_at = $3
         WHERE secret_hash = $1 AND secret_expires_at > $3 AND barred_at IS NULL
           AND (secret_used_at IS NULL OR key_fingerprint = $2)
         RETURNING id, tenant_id",
    )
    .bind(secret_hash)
    .bind(key_fingerprint)
    .bind(now)
    .fetch_optional(connection)
    .await?;
    row.map(|row| tenant_and_sensor(&row)).transpose()
}

/// The sensor of a key, barred or not, before anybody is known.
pub async fn by_key(
    connection: &mut Connection,
    scope: &Scope,
    key_fingerprint: &str,
) -> Result<Option<(TenantId, SensorId)>, Error> {
    scope.require_all_tenants()?;
    let row = query("SELECT id, tenant_id FROM sensors WHERE key_fingerprint = $1")
        .bind(key_fingerprint)
        .fetch_optional(connection)
        .await?;
    row.map(|row| tenant_and_sensor(&row)).transpose()
}

fn tenant_and_sensor(row: &Row) -> Result<(TenantId, SensorId), Error> {
    Ok((
        Id::stored(row.try_get("tenant_id")?)?,
        Id::stored(row.try_get("id")?)?,
    ))
}

/// The authority of the first portal on this database; that is this one's when there was none.
pub async fn common_authority(
    connection: &mut Connection,
    scope: &Scope,
    own: &str,
) -> Result<String, Error> {
    scope.require_all_tenants()?;
    query("INSERT INTO installation (name, value) VALUES ('authority', $1) ON CONFLICT DO NOTHING")
        .bind(own)
        .execute(&mut *connection)
        .await?;
    scalar("SELECT value FROM installation WHERE name = 'authority'")
        .fetch_one(connection)
        .await
}

/// Whether the sensor that asks is known and not barred.
pub async fn is_admitted(connection: &mut Connection, scope: &Scope) -> Result<bool, Error> {
    let count: i64 = scalar(
        "SELECT COUNT(*) FROM sensors WHERE tenant_id = $1 AND id = $2 AND barred_at IS NULL",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.sensor_id()?.to_string())
    .fetch_one(connection)
    .await?;
    Ok(count > 0)
}

/// Notes what the sensor that asks says of itself.
pub async fn set_heartbeat(
    connection: &mut Connection,
    scope: &Scope,
    heartbeat: &str,
    now: i64,
) -> Result<(), Error> {
    query(
        "UPDATE sensors SET heartbeat = $3, last_heartbeat_at = $4 WHERE tenant_id = $1 AND id = $2",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.sensor_id()?.to_string())
    .bind(heartbeat)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// What the sensor that asks said before, and when.
pub async fn said_before(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<Option<Before>, Error> {
    let row = query(
        "SELECT heartbeat, last_heartbeat_at FROM sensors
         WHERE tenant_id = $1 AND id = $2 AND heartbeat IS NOT NULL AND last_heartbeat_at IS NOT NULL",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.sensor_id()?.to_string())
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let heartbeat: &str = row.try_get("heartbeat")?;
        Ok(Before {
            heartbeat: serde_json::from_str(heartbeat)?,
            at: row.try_get("last_heartbeat_at")?,
        })
    })
    .transpose()
}

/// A sensor whose state may have to be announced.
pub struct Announced {
    pub tenant: TenantId,
    pub id: SensorId,
    pub state: SensorState,
    pub last_heartbeat_at: Option<i64>,
}

/// All sensors that are not barred, with the state that browsers were told last.
pub async fn announced(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<Vec<Announced>, Error> {
    scope.require_all_tenants()?;
    let rows = query(
        "SELECT tenant_id, id, announced_state, last_heartbeat_at FROM sensors WHERE barred_at IS NULL",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let state = SensorState::from_key(row.try_get("announced_state")?);
            Ok(Announced {
                tenant: Id::stored(row.try_get("tenant_id")?)?,
                id: Id::stored(row.try_get("id")?)?,
                state: state.ok_or(Error::Stored {
                    what: "sensor state",
                })?,
                last_heartbeat_at: row.try_get("last_heartbeat_at")?,
            })
        })
        .collect()
}

/// Notes the state that browsers are told; whether it is another than before.
pub async fn announce(
    connection: &mut Connection,
    scope: &Scope,
    id: SensorId,
    state: SensorState,
) -> Result<bool, Error> {
    let changed = query(
        "UPDATE sensors SET announced_state = $3 WHERE tenant_id = $1 AND id = $2 AND announced_state <> $3",
    )
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .bind(state.key())
    .execute(connection)
    .await?;
    Ok(changed > 0)
}

/// How many sensors there are over all tenants, and how many of them are online.
pub async fn totals(
    connection: &mut Connection,
    scope: &Scope,
    now: i64,
) -> Result<(i64, i64), Error> {
    let all = announced(connection, scope).await?;
    let online = all
        .iter()
        .filter(|one| SensorState::at(now, one.last_heartbeat_at) == SensorState::Online)
        .count();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    Ok((count(all.len()), count(online)))
}
