//! Statements by which the archive follows what is stored.

use crate::Error;
use crate::database::{Connection, Row, query};
use crate::incidents::model::IncidentKey;
use crate::sites::SiteId;
use crate::tenancy::{Id, Scope};

/// Rows of one answer.
pub const ROWS_AT_ONCE: usize = 2000;

/// What an incident is found and sorted by.
pub struct ArchiveRow {
    pub id: IncidentKey,
    pub changed_at: i64,
    pub severity: i64,
    pub confidence: f64,
    pub host_ip: String,
    pub host_name: Option<String>,
    pub first_seen: i64,
    pub last_seen: i64,
    pub handling: String,
    pub search: String,
    pub due_at: Option<i64>,
    pub class: String,
    pub resolution: Option<String>,
    pub assignee: Option<String>,
    pub is_suppressed: bool,
    pub communications: String,
    pub stages: String,
    pub sensor: String,
}

/// The incidents changed after a change, by its time and incident, oldest change first; at most [`ROWS_AT_ONCE`]. Served by
/// `incidents_by_change`.
pub async fn rows_after(
    connection: &mut Connection,
    scope: &Scope,
    last: Option<&(i64, String)>,
) -> Result<Vec<ArchiveRow>, Error> {
    let (changed_at, id) = last.map_or((i64::MIN, ""), |(at, id)| (*at, id.as_str()));
    let rows = query(
        "SELECT id, changed_at, severity, confidence, host_ip, host_name_folded, first_seen, last_seen, handling, search, due_at,
            class, resolution, assigned_to, suppressed_at, communications, stages, sensor_id
         FROM incidents WHERE tenant_id = $1 AND (changed_at, id) > ($2, $3) ORDER BY changed_at, id LIMIT $4",
    )
    .bind(scope.tenant()?.to_string())
    .bind(changed_at)
    .bind(id)
    .bind(i64::try_from(ROWS_AT_ONCE).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await?;
    rows.iter().map(archive_row).collect()
}

/// The sensors that a scope sees, at these sites where some are named; none where all are meant.
pub async fn sensors_within(
    connection: &mut Connection,
    scope: &Scope,
    sites: &[SiteId],
) -> Result<Option<Vec<String>>, Error> {
    if sites.is_empty() && scope.limited_person().is_none() {
        return Ok(None);
    }
    let mut statement = format!(
        "SELECT id FROM sensors WHERE tenant_id = $1{}",
        scope.seen("id")
    );
    if !sites.is_empty() {
        let places: Vec<String> = (2..sites.len() + 2)
            .map(|place| format!("${place}"))
            .collect();
        statement.push_str(&format!(" AND site_id IN ({})", places.join(", ")));
    }
    let mut query = query(statement).bind(scope.tenant()?.to_string());
    for site in sites {
        query = query.bind(site.to_string());
    }
    let rows = query.fetch_all(connection).await?;
    let ids: Result<Vec<String>, Error> = rows.iter().map(|row| row.try_get(0)).collect();
    ids.map(Some)
}

fn archive_row(row: &Row) -> Result<ArchiveRow, Error> {
    Ok(ArchiveRow {
        id: Id::stored(row.try_get("id")?)?,
        changed_at: row.try_get("changed_at")?,
        severity: row.try_get("severity")?,
        confidence: row.try_get("confidence")?,
        host_ip: row.try_get("host_ip")?,
        host_name: row.try_get("host_name_folded")?,
        first_seen: row.try_get("first_seen")?,
        last_seen: row.try_get("last_seen")?,
        handling: row.try_get("handling")?,
        search: row.try_get("search")?,
        due_at: row.try_get("due_at")?,
        class: row.try_get("class")?,
        resolution: row.try_get("resolution")?,
        assignee: row.try_get("assigned_to")?,
        is_suppressed: row.try_get::<Option<i64>, _>("suppressed_at")?.is_some(),
        communications: row.try_get("communications")?,
        stages: row.try_get("stages")?,
        sensor: row.try_get("sensor_id")?,
    })
}
