//! Statements on what people do with incidents: states, ticks, history.

use super::optional_person;
use crate::database::{Connection, Row, query};
use crate::incidents::closing::Closing;
use crate::incidents::model::{
    Handling, HistoryEntry, HistoryKind, IncidentKey, PersonName, Resolution,
};
use crate::tenancy::{Id, Scope, UserId};
use crate::{Code, Error, limits};
use event::Timestamp;
use std::collections::HashMap;

/// Sets how far the customer has come, and how it ended.
pub async fn set_handling(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
    handling: Handling,
    resolution: Option<Resolution>,
) -> Result<(), Error> {
    query("UPDATE incidents SET handling = $3, resolution = $4 WHERE tenant_id = $1 AND id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(id.to_string())
        .bind(handling.key())
        .bind(resolution.map(Resolution::key))
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes the time of a change.
pub async fn touch(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
    changed_at: i64,
) -> Result<(), Error> {
    query("UPDATE incidents SET changed_at = $3 WHERE tenant_id = $1 AND id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(id.to_string())
        .bind(changed_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives an incident to somebody, or to nobody.
pub async fn assign(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
    person: Option<UserId>,
) -> Result<(), Error> {
    query("UPDATE incidents SET assigned_to = $3 WHERE tenant_id = $1 AND id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(id.to_string())
        .bind(person.map(|person| person.to_string()))
        .execute(connection)
        .await?;
    Ok(())
}

/// Who of the tenant may work on incidents.
pub async fn assignable(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<Vec<PersonName>, Error> {
    let rows = query(
        "SELECT id, name FROM users WHERE tenant_id = $1 AND role IN ('administrator', 'contact')
         ORDER BY name, id LIMIT $2",
    )
    .bind(scope.tenant()?.to_string())
    .bind(limits::ASSIGNEES_MAX)
    .fetch_all(connection)
    .await?;
    rows.iter().map(person_of).collect()
}

/// Who somebody is, of whichever tenant.
pub async fn person(
    connection: &mut Connection,
    _scope: &Scope,
    id: UserId,
) -> Result<PersonName, Error> {
    let row = query("SELECT id, name FROM users WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    person_of(&row.ok_or(Code::NotFound)?)
}

fn person_of(row: &Row) -> Result<PersonName, Error> {
    Ok(PersonName {
        id: Id::stored(row.try_get("id")?)?,
        name: row.try_get("name")?,
    })
}

/// Ticks an action off or takes the tick back; whether that changed anything.
pub async fn tick(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
    key: &str,
    done: bool,
    now: i64,
) -> Result<bool, Error> {
    let statement = if done {
        "INSERT INTO incident_actions (tenant_id, incident, action_key, done_by, done_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, incident, action_key) DO NOTHING"
    } else {
        "DELETE FROM incident_actions WHERE tenant_id = $1 AND incident = $2 AND action_key = $3"
    };
    let mut query = query(statement)
        .bind(scope.tenant()?.to_string())
        .bind(id.to_string())
        .bind(key);
    if done {
        query = query.bind(scope.user_id()?.to_string()).bind(now);
    }
    Ok(query.execute(connection).await? > 0)
}

/// Ticks of an incident: key, who, when.
pub async fn ticks(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
) -> Result<HashMap<String, (PersonName, Timestamp)>, Error> {
    let rows = query(
        "SELECT a.action_key, a.done_at, u.id, u.name FROM incident_actions a
         JOIN users u ON u.id = a.done_by
         WHERE a.tenant_id = $1 AND a.incident = $2",
    )
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let person = person_of(row)?;
            let at = Timestamp::from_micros(row.try_get("done_at")?);
            Ok((row.try_get("action_key")?, (person, at)))
        })
        .collect()
}

/// What is written into a history.
#[derive(Clone, Copy)]
pub struct Written<'a> {
    pub kind: HistoryKind,
    pub text: &'a str,
    pub detail: Option<&'a Closing>,
}

impl<'a> Written<'a> {
    /// An entry without more to it.
    pub const fn plain(kind: HistoryKind, text: &'a str) -> Self {
        Self {
            kind,
            text,
            detail: None,
        }
    }
}

/// Writes into an incident's history; by whom is in the scope.
pub async fn write_history(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
    written: Written<'_>,
    now: i64,
) -> Result<(), Error> {
    query(
        "INSERT INTO incident_history (id, tenant_id, incident, written_at, user_id, kind, text, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(uuid::Uuid::now_v7().to_string())
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .bind(now)
    .bind(scope.user_id().ok().map(|user| user.to_string()))
    .bind(written.kind.key())
    .bind(written.text)
    .bind(written.detail.map(serde_json::to_string).transpose()?)
    .execute(connection)
    .await?;
    Ok(())
}

/// An incident's history, oldest first; of a very long one the newest part.
pub async fn history(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
) -> Result<Vec<HistoryEntry>, Error> {
    let rows = query(
        "SELECT h.id, h.written_at, h.kind, h.text, h.detail, u.id AS user_id, u.name AS user_name
         FROM incident_history h LEFT JOIN users u ON u.id = h.user_id
         WHERE h.tenant_id = $1 AND h.incident = $2 ORDER BY h.id DESC LIMIT $3",
    )
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .bind(limits::HISTORY_ENTRIES_MAX)
    .fetch_all(connection)
    .await?;
    rows.iter().rev().map(history_entry).collect()
}

fn history_entry(row: &Row) -> Result<HistoryEntry, Error> {
    let closing = row
        .try_get::<Option<&str>, _>("detail")?
        .map(serde_json::from_str)
        .transpose()?;
    Ok(HistoryEntry {
        id: row.try_get("id")?,
        at: Timestamp::from_micros(row.try_get("written_at")?),
        by: optional_person(row, "user_id", "user_name")?,
        kind: HistoryKind::from_key(row.try_get("kind")?)
            .ok_or(Error::Stored { what: "history" })?,
        text: row.try_get("text")?,
        closing,
    })
}
