//! Statements on captures.

use super::PacketsHeld;
use crate::Error;
use crate::database::{Connection, query, scalar};
use crate::incidents::IncidentKey;
use crate::tenancy::{Id, Scope, SensorId};

/// Marks identifiers of captures.
pub enum Capture {}
pub type CaptureKey = Id<Capture>;

/// A capture as far as it has come.
pub struct Known {
    pub id: CaptureKey,
    pub bytes: u64,
    pub is_dropped: bool,
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The sensor's capture of this name.
pub async fn known(
    connection: &mut Connection,
    scope: &Scope,
    name: &str,
) -> Result<Option<Known>, Error> {
    let row = query(
        "SELECT id, bytes, dropped_at FROM captures WHERE tenant_id = $1 AND sensor_id = $2 AND name = $3",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.sensor_id()?.to_string())
    .bind(name)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Known {
            id: Id::stored(row.try_get("id")?)?,
            bytes: unsigned(row.try_get("bytes")?),
            is_dropped: row.try_get::<Option<i64>, _>("dropped_at")?.is_some(),
        })
    })
    .transpose()
}

/// Enters a capture that is still empty.
pub async fn begin(
    connection: &mut Connection,
    scope: &Scope,
    name: &str,
    link: u32,
    now: i64,
) -> Result<CaptureKey, Error> {
    let id = CaptureKey::generate();
    query(
        "INSERT INTO captures (id, tenant_id, sensor_id, name, link_type, bytes, packets, received_at)
         VALUES ($1, $2, $3, $4, $5, 0, 0, $6)",
    )
    .bind(id.to_string())
    .bind(scope.tenant()?.to_string())
    .bind(scope.sensor_id()?.to_string())
    .bind(name)
    .bind(i64::from(link))
    .bind(now)
    .execute(connection)
    .await?;
    Ok(id)
}

/// Puts a piece after what is there.
pub async fn append(
    connection: &mut Connection,
    scope: &Scope,
    id: CaptureKey,
    start: u64,
    content: Vec<u8>,
    packets: u64,
) -> Result<(), Error> {
    let end = start.saturating_add(content.len() as u64);
    query(
        "INSERT INTO capture_pieces (tenant_id, capture, start, content) VALUES ($1, $2, $3, $4)",
    )
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .bind(signed(start))
    .bind(content)
    .execute(connection)
    .await?;
    query(
        "UPDATE captures SET bytes = $3, packets = packets + $4 WHERE tenant_id = $1 AND id = $2",
    )
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .bind(signed(end))
    .bind(signed(packets))
    .execute(connection)
    .await?;
    Ok(())
}

/// The incidents that a capture belongs to.
pub async fn incidents_of(
    connection: &mut Connection,
    scope: &Scope,
    id: CaptureKey,
) -> Result<Vec<IncidentKey>, Error> {
    let rows =
        query("SELECT incident FROM incident_captures WHERE tenant_id = $1 AND capture = $2")
            .bind(scope.tenant()?.to_string())
            .bind(id.to_string())
            .fetch_all(connection)
            .await?;
    rows.iter().map(|row| Id::stored(row.try_get(0)?)).collect()
}

/// Says that a capture belongs to an incident.
pub async fn join(
    connection: &mut Connection,
    scope: &Scope,
    incident: IncidentKey,
    capture: CaptureKey,
) -> Result<(), Error> {
    query("INSERT INTO incident_captures (tenant_id, incident, capture) VALUES ($1, $2, $3)")
        .bind(scope.tenant()?.to_string())
        .bind(incident.to_string())
        .bind(capture.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// What is there of an incident.
pub async fn held(
    connection: &mut Connection,
    scope: &Scope,
    incident: IncidentKey,
) -> Result<PacketsHeld, Error> {
    let row = query(
        "SELECT COUNT(*) AS captures, CAST(COALESCE(SUM(c.packets), 0) AS BIGINT) AS packets,
            CAST(COALESCE(SUM(c.bytes), 0) AS BIGINT) AS bytes
         FROM incident_captures i JOIN captures c ON c.id = i.capture AND c.tenant_id = i.tenant_id
         WHERE i.tenant_id = $1 AND i.incident = $2",
    )
    .bind(scope.tenant()?.to_string())
    .bind(incident.to_string())
    .fetch_one(connection)
    .await?;
    Ok(PacketsHeld {
        captures: unsigned(row.try_get("captures")?),
        packets: unsigned(row.try_get("packets")?),
        bytes: unsigned(row.try_get("bytes")?),
    })
}

/// The captures of an incident, the one that came first first, each with its link type.
pub async fn contents(
    connection: &mut Connection,
    scope: &Scope,
    incident: IncidentKey,
) -> Result<Vec<(u32, Vec<u8>)>, Error> {
    let rows = query(
        "SELECT c.id, c.link_type, p.content
         FROM incident_captures i JOIN captures c ON c.id = i.capture AND c.tenant_id = i.tenant_id
         JOIN capture_pieces p ON p.capture = c.id AND p.tenant_id = c.tenant_id
         WHERE i.tenant_id = $1 AND i.incident = $2 ORDER BY c.id, p.start",
    )
    .bind(scope.tenant()?.to_string())
    .bind(incident.to_string())
    .fetch_all(connection)
    .await?;
    let mut captures: Vec<(u32, Vec<u8>)> = Vec::new();
    let mut last = String::new();
    for row in &rows {
        let id: String = row.try_get("id")?;
        let content: Vec<u8> = row.try_get("content")?;
        match captures.last_mut().filter(|_| id == last) {
            Some((_, capture)) => capture.extend(content),
            None => {
                let link = u32::try_from(row.try_get::<i64, _>("link_type")?);
                captures.push((link.unwrap_or(0), content));
            }
        }
        last = id;
    }
    Ok(captures)
}

/// Bytes of all captures of a sensor; without one of all that the scope sees.
pub async fn total(connection: &mut Connection, of: Option<SensorId>) -> Result<u64, Error> {
    const ALL: &str =
        "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM captures WHERE dropped_at IS NULL";
    const OF_SENSOR: &str = "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM captures
        WHERE dropped_at IS NULL AND sensor_id = $1";
    let total = match of {
        None => scalar::<i64>(ALL).fetch_one(connection).await?,
        Some(sensor) => {
            let total = scalar::<i64>(OF_SENSOR).bind(sensor.to_string());
            total.fetch_one(connection).await?
        }
    };
    Ok(unsigned(total))
}

/// The capture that came first, of a sensor or of all, with its bytes.
pub async fn oldest(
    connection: &mut Connection,
    of: Option<SensorId>,
) -> Result<Option<(CaptureKey, u64)>, Error> {
    let row = query(
        "SELECT id, bytes FROM captures WHERE dropped_at IS NULL AND ($1 = '' OR sensor_id = $1)
         ORDER BY received_at, id LIMIT 1",
    )
    .bind(of.map(|sensor| sensor.to_string()).unwrap_or_default())
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok((
            Id::stored(row.try_get("id")?)?,
            unsigned(row.try_get("bytes")?),
        ))
    })
    .transpose()
}

/// Drops what a capture holds.
pub async fn drop_content(
    connection: &mut Connection,
    id: CaptureKey,
    now: i64,
) -> Result<(), Error> {
    for statement in [
        "DELETE FROM capture_pieces WHERE capture = $1",
        "DELETE FROM incident_captures WHERE capture = $1",
    ] {
        query(statement)
            .bind(id.to_string())
            .execute(connection)
            .await?;
    }
    query("UPDATE captures SET dropped_at = $2 WHERE id = $1")
        .bind(id.to_string())
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets captures that were dropped before a moment.
pub async fn forget_dropped(connection: &mut Connection, before: i64) -> Result<(), Error> {
    query("DELETE FROM captures WHERE dropped_at IS NOT NULL AND dropped_at < $1")
        .bind(before)
        .execute(connection)
        .await?;
    Ok(())
}
