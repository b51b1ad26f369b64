//! Statements on alarms.

use super::kind::AlarmKind;
use super::model::{Alarm, AlarmId, AlarmQuery};
use crate::database::{Connection, Row, query};
use crate::fleet::Heartbeat;
use crate::tenancy::{Id, Scope, SensorId, TenantId};
use crate::{Code, Error, limits};
use event::Timestamp;

const COLUMNS: &str =
    "SELECT a.id, a.tenant_id, a.sensor_id, a.kind, a.value, a.opened_at, a.closed_at, s.name AS sensor_name
    FROM sensor_alarms a JOIN sensors s ON s.id = a.sensor_id";

fn alarm(row: &Row) -> Result<Alarm, Error> {
    let kind = AlarmKind::from_key(row.try_get("kind")?).ok_or(Error::Stored { what: "alarm" })?;
    let value = row.try_get("value")?;
    let closed: Option<i64> = row.try_get("closed_at")?;
    let (title, advice) = Alarm::words(kind, value);
    Ok(Alarm {
        id: Id::stored(row.try_get("id")?)?,
        sensor: Id::stored(row.try_get("sensor_id")?)?,
        sensor_name: row.try_get("sensor_name")?,
        kind,
        severity: kind.severity(),
        title,
        advice,
        value,
        opened_at: Timestamp::from_micros(row.try_get("opened_at")?),
        closed_at: closed.map(Timestamp::from_micros),
        tenant: Id::stored(row.try_get("tenant_id")?)?,
    })
}

/// Opens an alarm, where none of the kind is open.
pub async fn open(
    connection: &mut Connection,
    scope: &Scope,
    sensor: SensorId,
    kind: AlarmKind,
    value: i64,
    now: i64,
) -> Result<Option<AlarmId>, Error> {
    let id = AlarmId::generate();
    let opened = query(
        "INSERT INTO sensor_alarms (id, tenant_id, sensor_id, kind, value, opened_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
    )
    .bind(id.to_string())
    .bind(scope.tenant()?.to_string())
    .bind(sensor.to_string())
    .bind(kind.key())
    .bind(value)
    .bind(now)
    .execute(connection)
    .await?;
    Ok((opened > 0).then_some(id))
}

/// Closes an alarm; whether it was open.
pub async fn close(
    connection: &mut Connection,
    scope: &Scope,
    id: AlarmId,
    now: i64,
) -> Result<bool, Error> {
    let closed = query(
        "UPDATE sensor_alarms SET closed_at = $3 WHERE tenant_id = $1 AND id = $2 AND closed_at IS NULL",
    )
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(closed > 0)
}

/// Closes the alarms of a sensor that is watched no more.
pub async fn close_all(
    connection: &mut Connection,
    scope: &Scope,
    sensor: SensorId,
    now: i64,
) -> Result<(), Error> {
    query(
        "UPDATE sensor_alarms SET closed_at = $3 WHERE tenant_id = $1 AND sensor_id = $2 AND closed_at IS NULL",
    )
    .bind(scope.tenant()?.to_string())
    .bind(sensor.to_string())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Alarms of the tenant, newest first.
pub async fn list(
    connection: &mut Connection,
    scope: &Scope,
    wish: &AlarmQuery,
) -> Result<Vec<Alarm>, Error> {
    let state = match wish.open {
        Some(true) => "AND a.closed_at IS NULL",
        Some(false) => "AND a.closed_at IS NOT NULL",
        None => "",
    };
    let rows = query(format!(
        "{COLUMNS} WHERE a.tenant_id = $1 {state} AND (a.sensor_id = $2 OR $2 = ''){}
         ORDER BY a.opened_at DESC, a.id DESC LIMIT $3",
        scope.seen("a.sensor_id")
    ))
    .bind(scope.tenant()?.to_string())
    .bind(
        wish.sensor
            .map_or(String::new(), |sensor| sensor.to_string()),
    )
    .bind(limits::ALARMS_SHOWN_MAX)
    .fetch_all(connection)
    .await?;
    rows.iter().map(alarm).collect()
}

/// One alarm, of any tenant: whoever carries messages of it to staff works in another one.
pub async fn one(connection: &mut Connection, scope: &Scope, id: AlarmId) -> Result<Alarm, Error> {
    scope.require_all_tenants()?;
    let row = query(format!("{COLUMNS} WHERE a.id = $1"))
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?
        .ok_or(Code::NotFound)?;
    alarm(&row)
}

/// The open alarms of all tenants.
pub async fn all_open(connection: &mut Connection, scope: &Scope) -> Result<Vec<Alarm>, Error> {
    scope.require_all_tenants()?;
    let rows = query(format!("{COLUMNS} WHERE a.closed_at IS NULL"))
        .fetch_all(connection)
        .await?;
    rows.iter().map(alarm).collect()
}

/// A sensor to be judged.
pub struct Watched {
    pub tenant: TenantId,
    pub id: SensorId,
    pub last_heartbeat_at: Option<i64>,
    pub heartbeat: Option<Heartbeat>,
}

/// All sensors that have been heard and are not barred.
pub async fn watched(connection: &mut Connection, scope: &Scope) -> Result<Vec<Watched>, Error> {
    scope.require_all_tenants()?;
    let rows = query(
        "SELECT tenant_id, id, last_heartbeat_at, heartbeat FROM sensors
         WHERE barred_at IS NULL AND last_heartbeat_at IS NOT NULL",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let heartbeat: Option<&str> = row.try_get("heartbeat")?;
            Ok(Watched {
                tenant: Id::stored(row.try_get("tenant_id")?)?,
                id: Id::stored(row.try_get("id")?)?,
                last_heartbeat_at: row.try_get("last_heartbeat_at")?,
                heartbeat: heartbeat.map(serde_json::from_str).transpose()?,
            })
        })
        .collect()
}

/// Forgets alarms that closed before a time.
pub async fn forget(connection: &mut Connection, scope: &Scope, before: i64) -> Result<(), Error> {
    scope.require_all_tenants()?;
    query("DELETE FROM sensor_alarms WHERE closed_at < $1")
        .bind(before)
        .execute(connection)
        .await?;
    Ok(())
}
