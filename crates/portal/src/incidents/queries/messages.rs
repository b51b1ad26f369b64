//! Statements on what is said about incidents.

use crate::database::{Connection, Row, query};
use crate::incidents::model::{IncidentKey, Message, PersonName};
use crate::tenancy::{Id, Scope};
use crate::{Code, Error, limits};
use event::Timestamp;

/// Passes when the tenant has this incident.
pub async fn require(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
) -> Result<(), Error> {
    let seen = scope.seen("sensor_id");
    query(format!(
        "SELECT id FROM incidents WHERE tenant_id = $1 AND id = $2{seen}"
    ))
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .fetch_optional(connection)
    .await?
    .map(|_| ())
    .ok_or_else(|| Code::NotFound.into())
}

/// What was said about an incident, oldest first; of a long talk the newest part. Served by `messages_of_incident`.
pub async fn messages(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
    with_internal: bool,
) -> Result<Vec<Message>, Error> {
    let rows = query(
        "SELECT m.id, m.written_at, m.internal, m.text, u.id AS user_id, u.name, u.tenant_id AS home
         FROM incident_messages m JOIN users u ON u.id = m.user_id
         WHERE m.tenant_id = $1 AND m.incident = $2 AND m.internal <= $3 ORDER BY m.id DESC LIMIT $4",
    )
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .bind(i64::from(with_internal))
    .bind(limits::HISTORY_ENTRIES_MAX)
    .fetch_all(connection)
    .await?;
    let tenant = scope.tenant()?.to_string();
    rows.iter().rev().map(|row| message(row, &tenant)).collect()
}

fn message(row: &Row, tenant: &str) -> Result<Message, Error> {
    Ok(Message {
        id: row.try_get("id")?,
        at: Timestamp::from_micros(row.try_get("written_at")?),
        by: PersonName {
            id: Id::stored(row.try_get("user_id")?)?,
            name: row.try_get("name")?,
        },
        by_staff: row.try_get::<&str, _>("home")? != tenant,
        internal: row.try_get::<i64, _>("internal")? != 0,
        text: row.try_get("text")?,
    })
}

pub async fn say(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
    text: &str,
    internal: bool,
    now: i64,
) -> Result<(), Error> {
    query(
        "INSERT INTO incident_messages (id, tenant_id, incident, written_at, user_id, internal, text)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(uuid::Uuid::now_v7().to_string())
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .bind(now)
    .bind(scope.user_id()?.to_string())
    .bind(i64::from(internal))
    .bind(text)
    .execute(connection)
    .await?;
    Ok(())
}
