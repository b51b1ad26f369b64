//! Statements on incidents.

mod archive;
mod hidden;
mod messages;
mod views;
mod work;

pub use archive::{ArchiveRow, ROWS_AT_ONCE, rows_after, sensors_within};
pub use hidden::{Told, alike, concerned, hidden_by, hiders, mark_hidden, set_hiders, told};
pub use messages::{messages, require, say};
pub use views::{drop_view, keep_view, views};
pub use work::{
    Written, assign, assignable, history, person, set_handling, tick, ticks, touch, write_history,
};

use super::filter::IncidentQuery;
use super::model::{Handling, IncidentKey, IncidentSummary, PersonName, Resolution, SensorName};
use crate::database::{Connection, Row, composed, query, scalar};
use crate::tenancy::{Id, Scope};
use crate::{Code, Error};
use event::{Communication, Host, Incident, Severity, Stage, Status, Text, ThreatClass, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

const SUMMARY: &str = "SELECT i.id, i.revision, i.severity, i.confidence, i.first_seen, i.last_seen, i.handling, i.line,
    i.resolution, i.due_at, i.suppressed_at, s.id AS sensor_id, s.name AS sensor_name, u.id AS assignee_id, u.name AS assignee_name,
    (SELECT p.name FROM sites p WHERE p.id = s.site_id AND p.tenant_id = s.tenant_id) AS site_name
    FROM incidents i JOIN sensors s ON s.id = i.sensor_id AND s.tenant_id = i.tenant_id
    LEFT JOIN users u ON u.id = i.assigned_to
    WHERE i.tenant_id = $1";

/// What lists show and nothing is searched or sorted by: column `line`.
#[derive(Serialize, Deserialize)]
pub struct Line {
    status: Status,
    class: ThreatClass,
    communications: Vec<Communication>,
    stages: Vec<Stage>,
    host: Host,
    title: Text,
}

impl From<&Incident> for Line {
    fn from(incident: &Incident) -> Self {
        Self {
            status: incident.status,
            class: incident.class,
            communications: incident.communications.clone(),
            stages: incident.stages.clone(),
            host: incident.host.clone(),
            title: incident.title.clone(),
        }
    }
}

/// A severity from its column.
pub fn severity(number: i64) -> Result<Severity, Error> {
    usize::try_from(number)
        .ok()
        .and_then(|place| Severity::ALL.get(place).copied())
        .ok_or(Error::Stored { what: "severity" })
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn summary(row: &Row) -> Result<IncidentSummary, Error> {
    let line: Line = serde_json::from_str(row.try_get("line")?)?;
    let confidence: f64 = row.try_get("confidence")?;
    Ok(IncidentSummary {
        id: Id::stored(row.try_get("id")?)?,
        revision: unsigned(row.try_get("revision")?),
        status: line.status,
        class: line.class,
        communications: line.communications,
        stages: line.stages,
        severity: severity(row.try_get("severity")?)?,
        confidence: confidence as f32,
        host: line.host,
        title: line.title,
        first_seen: Timestamp::from_micros(row.try_get("first_seen")?),
        last_seen: Timestamp::from_micros(row.try_get("last_seen")?),
        handling: handling(row.try_get("handling")?)?,
        resolution: resolution(row)?,
        due_at: row
            .try_get::<Option<i64>, _>("due_at")?
            .map(Timestamp::from_micros),
        suppressed: row.try_get::<Option<i64>, _>("suppressed_at")?.is_some(),
        assigned_to: optional_person(row, "assignee_id", "assignee_name")?,
        sensor: SensorName {
            id: Id::stored(row.try_get("sensor_id")?)?,
            name: row.try_get("sensor_name")?,
            site: row.try_get("site_name")?,
        },
    })
}

fn handling(key: &str) -> Result<Handling, Error> {
    Handling::from_key(key).ok_or(Error::Stored { what: "handling" })
}

fn resolution(row: &Row) -> Result<Option<Resolution>, Error> {
    row.try_get::<Option<&str>, _>("resolution")?
        .map(|key| Resolution::from_key(key).ok_or(Error::Stored { what: "resolution" }))
        .transpose()
}

/// A person by the columns of an outer join.
fn optional_person(
    row: &Row,
    id: &'static str,
    name: &'static str,
) -> Result<Option<PersonName>, Error> {
    match row.try_get::<Option<&str>, _>(id)? {
        Some(id) => Ok(Some(PersonName {
            id: Id::stored(id)?,
            name: row.try_get(name)?,
        })),
        None => Ok(None),
    }
}

/// How many incidents a query finds.
pub async fn count(
    connection: &mut Connection,
    scope: &Scope,
    query: &IncidentQuery,
) -> Result<u64, Error> {
    let (statement, values) = query.count_statement(scope)?;
    let row = composed(statement, values).fetch_one(connection).await?;
    Ok(unsigned(row.try_get(0)?))
}

/// The identifiers of a stretch of what a query finds.
pub async fn ids(
    connection: &mut Connection,
    scope: &Scope,
    query: &IncidentQuery,
    limit: u64,
    offset: u64,
) -> Result<Vec<IncidentKey>, Error> {
    let (statement, values) = query.ids_statement(scope, limit, offset)?;
    let rows = composed(statement, values).fetch_all(connection).await?;
    rows.iter().map(|row| Id::stored(row.try_get(0)?)).collect()
}

/// Incidents by identifier, in the order asked; what is not there is left out.
pub async fn summaries(
    connection: &mut Connection,
    scope: &Scope,
    ids: &[IncidentKey],
) -> Result<Vec<IncidentSummary>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (2..ids.len() + 2)
        .map(|place| format!("${place}"))
        .collect();
    let statement = format!(
        "{SUMMARY}{} AND i.id IN ({})",
        scope.seen("i.sensor_id"),
        places.join(", ")
    );
    let mut query = query(statement).bind(scope.tenant()?.to_string());
    for id in ids {
        query = query.bind(id.to_string());
    }
    let mut found = HashMap::new();
    for row in query.fetch_all(connection).await? {
        let summary = summary(&row)?;
        found.insert(summary.id, summary);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// An incident's line, the incident as the sensor sent it, and when the portal first heard of it.
pub async fn one(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
) -> Result<(IncidentSummary, Incident, Timestamp), Error> {
    let line = summaries(&mut *connection, scope, &[id])
        .await?
        .pop()
        .ok_or(Code::NotFound)?;
    let row = query(
        "SELECT b.body, i.received_at FROM incidents i
         JOIN incident_bodies b ON b.tenant_id = i.tenant_id AND b.incident = i.id
         WHERE i.tenant_id = $1 AND i.id = $2",
    )
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .fetch_one(connection)
    .await?;
    let incident = serde_json::from_str(row.try_get("body")?)?;
    Ok((
        line,
        incident,
        Timestamp::from_micros(row.try_get("received_at")?),
    ))
}

/// What accepting a revision has to know of the one before.
pub struct Known {
    pub id: IncidentKey,
    pub revision: u64,
    pub severity: Severity,
    pub handling: Handling,
    pub suppressed: bool,
}

/// The revision that the portal has of a sensor's incident.
pub async fn known(
    connection: &mut Connection,
    scope: &Scope,
    incident_id: &str,
) -> Result<Option<Known>, Error> {
    let row = query(
        "SELECT id, revision, severity, handling, suppressed_at FROM incidents
         WHERE tenant_id = $1 AND sensor_id = $2 AND incident_id = $3",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.sensor_id()?.to_string())
    .bind(incident_id)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Known {
            id: Id::stored(row.try_get("id")?)?,
            revision: unsigned(row.try_get("revision")?),
            severity: severity(row.try_get("severity")?)?,
            handling: handling(row.try_get("handling")?)?,
            suppressed: row.try_get::<Option<i64>, _>("suppressed_at")?.is_some(),
        })
    })
    .transpose()
}

/// An incident ready to be stored.
pub struct Stored<'a> {
    pub id: IncidentKey,
    pub incident: &'a Incident,
    pub body: &'a str,
    pub search: &'a str,
    pub handling: Handling,
    /// By when it has to be taken up; of a known one None leaves what is there.
    pub due_at: Option<i64>,
    pub changed_at: i64,
}

/// Stores an incident, in place of its earlier revision where there is one.
pub async fn store(
    connection: &mut Connection,
    scope: &Scope,
    stored: &Stored<'_>,
) -> Result<(), Error> {
    let incident = stored.incident;
    query(
        "INSERT INTO incidents (id, tenant_id, sensor_id, incident_id, revision, severity, confidence, host_ip, host_name,
            host_name_folded, first_seen, last_seen, handling, search, line, received_at, changed_at, due_at, class,
            communications, stages)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
         ON CONFLICT (tenant_id, sensor_id, incident_id) DO UPDATE SET
            revision = excluded.revision, severity = excluded.severity, confidence = excluded.confidence,
            host_ip = excluded.host_ip, host_name = excluded.host_name,
            host_name_folded = excluded.host_name_folded, first_seen = excluded.first_seen,
            last_seen = excluded.last_seen, handling = excluded.handling, search = excluded.search,
            line = excluded.line, changed_at = excluded.changed_at, class = excluded.class,
            communications = excluded.communications, stages = excluded.stages,
            due_at = COALESCE(excluded.due_at, incidents.due_at),
            resolution = CASE WHEN excluded.handling = 'resolved' THEN incidents.resolution END",
    )
    .bind(stored.id.to_string())
    .bind(scope.tenant()?.to_string())
    .bind(scope.sensor_id()?.to_string())
    .bind(&incident.incident_id)
    .bind(i64::try_from(incident.revision).unwrap_or(i64::MAX))
    .bind(incident.severity as i64)
    .bind(f64::from(incident.confidence))
    .bind(incident.host.ip.to_string())
    .bind(incident.host.name.as_deref())
    .bind(incident.host.name.as_deref().map(crate::text::folded))
    .bind(incident.first_seen.micros())
    .bind(incident.last_seen.micros())
    .bind(stored.handling.key())
    .bind(stored.search)
    .bind(serde_json::to_string(&Line::from(incident))?)
    // Of a new incident; a later revision leaves `received_at` as it was.
    .bind(stored.changed_at)
    .bind(stored.changed_at)
    .bind(stored.due_at)
    .bind(incident.class.key())
    .bind(keys(incident.communications.iter().map(|one| one.key())))
    .bind(keys(incident.stages.iter().map(|one| one.key())))
    .execute(&mut *connection)
    .await?;
    query(
        "INSERT INTO incident_bodies (tenant_id, incident, body) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id, incident) DO UPDATE SET body = excluded.body",
    )
    .bind(scope.tenant()?.to_string())
    .bind(stored.id.to_string())
    .bind(stored.body)
    .execute(&mut *connection)
    .await?;
    hidden::store_marks(connection, scope, stored.id, incident).await
}

/// Keys as their column has them: between commas, so that one is found by `LIKE '%,key,%'`.
fn keys(keys: impl Iterator<Item = &'static str>) -> String {
    keys.fold(String::new(), |mut all, key| {
        if all.is_empty() {
            all.push(',');
        }
        all.push_str(key);
        all.push(',');
        all
    })
}

/// The time of the tenant's next change: now, yet later than any before, so that readers can go on from one.
pub async fn next_change(
    connection: &mut Connection,
    scope: &Scope,
    now: i64,
) -> Result<i64, Error> {
    let last: Option<i64> = scalar("SELECT MAX(changed_at) FROM incidents WHERE tenant_id = $1")
        .bind(scope.tenant()?.to_string())
        .fetch_one(connection)
        .await?;
    Ok(last.map_or(now, |last| now.max(last.saturating_add(1))))
}

/// A change that a reader of live events has missed.
pub struct Change {
    pub id: IncidentKey,
    pub revision: u64,
    pub severity: Severity,
    pub changed_at: i64,
    pub received_at: i64,
}

/// Changes after a time, oldest first.
pub async fn changes_after(
    connection: &mut Connection,
    scope: &Scope,
    after: i64,
    limit: i64,
) -> Result<Vec<Change>, Error> {
    let seen = scope.seen("sensor_id");
    let rows = query(format!(
        "SELECT id, revision, severity, changed_at, received_at FROM incidents
         WHERE tenant_id = $1 AND changed_at > $2{seen} ORDER BY changed_at LIMIT $3",
    ))
    .bind(scope.tenant()?.to_string())
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Change {
                id: Id::stored(row.try_get("id")?)?,
                revision: unsigned(row.try_get("revision")?),
                severity: severity(row.try_get("severity")?)?,
                changed_at: row.try_get("changed_at")?,
                received_at: row.try_get("received_at")?,
            })
        })
        .collect()
}

/// How many incidents there are, over all tenants.
pub async fn total(connection: &mut Connection, scope: &Scope) -> Result<i64, Error> {
    scope.require_all_tenants()?;
    let count = scalar("SELECT COUNT(*) FROM incidents")
        .fetch_one(connection)
        .await?;
    Ok(count)
}
