//! Statements on the history of sensors.

use super::model::{HistoryPoint, Measured};
use crate::Error;
use crate::database::{Connection, Row, query};
use crate::tenancy::{Id, Scope, SensorId, TenantId};
use event::Timestamp;

const MICROS_PER_SECOND: i64 = 1_000_000;

const COLUMNS: &str =
    "starts_at, covered_micros, packets, bytes, drops, shed, events, detections, tcp_both_sides,
    tcp_one_side, flows, queue_length, cpu_machine_permille, memory_bytes, memory_available_bytes, disk_free_bytes, clock_offset_ms";

fn point(row: &Row) -> Result<HistoryPoint, Error> {
    let unsigned = |number: i64| u64::try_from(number).unwrap_or(0);
    let count = |name: &str| -> Result<u64, Error> { Ok(unsigned(row.try_get(name)?)) };
    let known = |name: &str| -> Result<Option<u64>, Error> {
        let number: Option<i64> = row.try_get(name)?;
        Ok(number.map(unsigned))
    };
    Ok(HistoryPoint {
        at: Timestamp::from_micros(row.try_get("starts_at")?),
        measured: Measured {
            covered_seconds: count("covered_micros")? / 1_000_000,
            packets: count("packets")?,
            bytes: count("bytes")?,
            drops: count("drops")?,
            shed: count("shed")?,
            events: count("events")?,
            detections: count("detections")?,
            tcp_both_sides: count("tcp_both_sides")?,
            tcp_one_side: count("tcp_one_side")?,
            flows: count("flows")?,
            queue_length: count("queue_length")?,
            cpu_machine_permille: known("cpu_machine_permille")?,
            memory_bytes: known("memory_bytes")?,
            memory_available_bytes: known("memory_available_bytes")?,
            disk_free_bytes: known("disk_free_bytes")?,
            clock_offset_ms: row.try_get("clock_offset_ms")?,
        },
    })
}

/// Adds what a sensor measured since its last word to a step.
pub async fn add(
    connection: &mut Connection,
    scope: &Scope,
    step_seconds: i64,
    now: i64,
    covered_micros: i64,
    measured: &Measured,
) -> Result<(), Error> {
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let length = step_seconds * MICROS_PER_SECOND;
    query(
        "INSERT INTO sensor_history (tenant_id, sensor_id, step_seconds, starts_at, covered_micros, packets, bytes, drops, shed, events,
            detections, tcp_both_sides, tcp_one_side, flows, queue_length, cpu_machine_permille, memory_bytes,
            memory_available_bytes, disk_free_bytes, clock_offset_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
         ON CONFLICT (tenant_id, sensor_id, step_seconds, starts_at) DO UPDATE SET
            covered_micros = sensor_history.covered_micros + excluded.covered_micros,
            packets = sensor_history.packets + excluded.packets,
            bytes = sensor_history.bytes + excluded.bytes,
            drops = sensor_history.drops + excluded.drops,
            shed = sensor_history.shed + excluded.shed,
            events = sensor_history.events + excluded.events,
            detections = sensor_history.detections + excluded.detections,
            tcp_both_sides = sensor_history.tcp_both_sides + excluded.tcp_both_sides,
            tcp_one_side = sensor_history.tcp_one_side + excluded.tcp_one_side,
            flows = CASE WHEN excluded.flows > sensor_history.flows THEN excluded.flows ELSE sensor_history.flows END,
            queue_length = CASE WHEN excluded.queue_length > sensor_history.queue_length THEN excluded.queue_length
                ELSE sensor_history.queue_length END,
            cpu_machine_permille = CASE WHEN sensor_history.cpu_machine_permille > excluded.cpu_machine_permille
                THEN sensor_history.cpu_machine_permille ELSE COALESCE(excluded.cpu_machine_permille, sensor_history.cpu_machine_permille) END,
            memory_bytes = CASE WHEN sensor_history.memory_bytes > excluded.memory_bytes
                THEN sensor_history.memory_bytes ELSE COALESCE(excluded.memory_bytes, sensor_history.memory_bytes) END,
            memory_available_bytes = CASE WHEN sensor_history.memory_available_bytes < excluded.memory_available_bytes
                THEN sensor_history.memory_available_bytes
                ELSE COALESCE(excluded.memory_available_bytes, sensor_history.memory_available_bytes) END,
            disk_free_bytes = CASE WHEN sensor_history.disk_free_bytes < excluded.disk_free_bytes
                THEN sensor_history.disk_free_bytes ELSE COALESCE(excluded.disk_free_bytes, sensor_history.disk_free_bytes) END,
            clock_offset_ms = COALESCE(excluded.clock_offset_ms, sensor_history.clock_offset_ms)",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.sensor_id()?.to_string())
    .bind(step_seconds)
    .bind(now.div_euclid(length) * length)
    .bind(covered_micros)
    .bind(signed(measured.packets))
    .bind(signed(measured.bytes))
    .bind(signed(measured.drops))
    .bind(signed(measured.shed))
    .bind(signed(measured.events))
    .bind(signed(measured.detections))
    .bind(signed(measured.tcp_both_sides))
    .bind(signed(measured.tcp_one_side))
    .bind(signed(measured.flows))
    .bind(signed(measured.queue_length))
    .bind(measured.cpu_machine_permille.map(signed))
    .bind(measured.memory_bytes.map(signed))
    .bind(measured.memory_available_bytes.map(signed))
    .bind(measured.disk_free_bytes.map(signed))
    .bind(measured.clock_offset_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// Steps of a sensor from a time on, oldest first.
pub async fn steps(
    connection: &mut Connection,
    scope: &Scope,
    id: SensorId,
    step_seconds: i64,
    from: i64,
) -> Result<Vec<HistoryPoint>, Error> {
    let rows = query(format!(
        "SELECT {COLUMNS} FROM sensor_history
         WHERE tenant_id = $1 AND sensor_id = $2 AND step_seconds = $3 AND starts_at >= $4 ORDER BY starts_at"
    ))
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .bind(step_seconds)
    .bind(from)
    .fetch_all(connection)
    .await?;
    rows.iter().map(point).collect()
}

/// Steps of all sensors from a time on, oldest first.
pub async fn of_all(
    connection: &mut Connection,
    scope: &Scope,
    step_seconds: i64,
    from: i64,
) -> Result<Vec<(TenantId, SensorId, HistoryPoint)>, Error> {
    scope.require_all_tenants()?;
    let rows = query(format!(
        "SELECT tenant_id, sensor_id, {COLUMNS} FROM sensor_history WHERE step_seconds = $1 AND starts_at >= $2 ORDER BY starts_at"
    ))
    .bind(step_seconds)
    .bind(from)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok((
                Id::stored(row.try_get("tenant_id")?)?,
                Id::stored(row.try_get("sensor_id")?)?,
                point(row)?,
            ))
        })
        .collect()
}

/// Packets, events and detections of all sensors of a tenant from a time on, in steps of an hour.
pub async fn totals(
    connection: &mut Connection,
    scope: &Scope,
    from: i64,
) -> Result<[u64; 3], Error> {
    let row = query(format!(
        "SELECT CAST(COALESCE(SUM(packets), 0) AS BIGINT) AS packets, CAST(COALESCE(SUM(events), 0) AS BIGINT) AS events,
            CAST(COALESCE(SUM(detections), 0) AS BIGINT) AS detections
         FROM sensor_history WHERE tenant_id = $1 AND step_seconds = 3600 AND starts_at >= $2{}",
        scope.seen("sensor_id")
    ))
    .bind(scope.tenant()?.to_string())
    .bind(from)
    .fetch_one(connection)
    .await?;
    let mut totals = [0; 3];
    for (total, name) in totals.iter_mut().zip(["packets", "events", "detections"]) {
        let number: i64 = row.try_get(name)?;
        *total = u64::try_from(number).unwrap_or(0);
    }
    Ok(totals)
}

/// Forgets steps that began before a time.
pub async fn forget(
    connection: &mut Connection,
    scope: &Scope,
    step_seconds: i64,
    before: i64,
) -> Result<(), Error> {
    scope.require_all_tenants()?;
    query("DELETE FROM sensor_history WHERE step_seconds = $1 AND starts_at < $2")
        .bind(step_seconds)
        .bind(before)
        .execute(connection)
        .await?;
    Ok(())
}
