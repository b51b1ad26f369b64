//! Statements on the log. Nothing here changes or deletes an entry.

use super::Act;
use super::filter::AuditQuery;
use super::model::{ActorKind, AuditEntry, Target};
use crate::Error;
use crate::database::{Connection, Row, query};
use crate::tenancy::{Scope, UserId};
use event::Timestamp;

const COLUMNS: &str = "sequence, written_at, actor_kind, actor_id, actor_name, act, target_kind, target_id, target_name, detail, hash";

/// Takes the next place of the scope's log: its number and the hash before it. Whoever else writes to the same log waits
/// for the end of this transaction.
pub async fn take_place(
    connection: &mut Connection,
    scope: &Scope,
    beginning: &str,
) -> Result<(i64, String), Error> {
    let row = query(
        "INSERT INTO audit_heads (tenant_id, sequence, hash) VALUES ($1, 1, $2)
         ON CONFLICT (tenant_id) DO UPDATE SET sequence = audit_heads.sequence + 1
         RETURNING sequence, hash",
    )
    .bind(scope.tenant()?.to_string())
    .bind(beginning)
    .fetch_one(connection)
    .await?;
    Ok((row.try_get("sequence")?, row.try_get("hash")?))
}

/// Appends an entry at the place taken.
pub async fn append(
    connection: &mut Connection,
    scope: &Scope,
    entry: &AuditEntry,
) -> Result<(), Error> {
    let tenant = scope.tenant()?.to_string();
    query(format!(
        "INSERT INTO audit_entries (tenant_id, {COLUMNS})
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    ))
    .bind(&tenant)
    .bind(entry.sequence)
    .bind(entry.at.micros())
    .bind(entry.actor_kind.key())
    .bind(&entry.actor_id)
    .bind(&entry.actor_name)
    .bind(entry.act.key())
    .bind(&entry.target.kind)
    .bind(&entry.target.id)
    .bind(&entry.target.name)
    .bind(&entry.detail)
    .bind(&entry.hash)
    .execute(&mut *connection)
    .await?;
    query("UPDATE audit_heads SET hash = $2 WHERE tenant_id = $1")
        .bind(tenant)
        .bind(&entry.hash)
        .execute(connection)
        .await?;
    Ok(())
}

/// The name of a person, and whether the scope's tenant is the person's own.
pub async fn person(
    connection: &mut Connection,
    scope: &Scope,
    id: UserId,
) -> Result<(String, bool), Error> {
    let tenant = scope.tenant()?.to_string();
    let row = query("SELECT name, tenant_id FROM users WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    match row {
        Some(row) => {
            let own: String = row.try_get("tenant_id")?;
            Ok((row.try_get("name")?, own == tenant))
        }
        None => Ok((String::new(), false)),
    }
}

/// The last place of the log and its hash, where there is any entry.
pub async fn head(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<Option<(i64, String)>, Error> {
    let row = query("SELECT sequence, hash FROM audit_heads WHERE tenant_id = $1")
        .bind(scope.tenant()?.to_string())
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok((row.try_get("sequence")?, row.try_get("hash")?)))
        .transpose()
}

/// Entries after a place, in the order in which they were written.
pub async fn after(
    connection: &mut Connection,
    scope: &Scope,
    sequence: i64,
    most: i64,
) -> Result<Vec<AuditEntry>, Error> {
    let rows = query(format!(
        "SELECT {COLUMNS} FROM audit_entries WHERE tenant_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3"
    ))
    .bind(scope.tenant()?.to_string())
    .bind(sequence)
    .bind(most)
    .fetch_all(connection)
    .await?;
    rows.iter().map(entry).collect()
}

/// Entries that a filter finds, the newest first.
pub async fn found(
    connection: &mut Connection,
    scope: &Scope,
    filter: &AuditQuery,
    most: i64,
) -> Result<Vec<AuditEntry>, Error> {
    let mut conditions = String::new();
    let mut values = vec![
        scope.tenant()?.to_string().into(),
        filter.cursor.unwrap_or(i64::MAX).into(),
        most.into(),
    ];
    let mut require = |condition: &str, value: crate::database::Value| {
        values.push(value);
        conditions.push_str(&format!(" AND {condition} ${}", values.len()));
    };
    if let Some(actor) = filter.actor {
        require("actor_id =", actor.to_string().into());
    }
    if let Some(from) = filter.from {
        require("written_at >=", from.micros().into());
    }
    if let Some(to) = filter.to {
        require("written_at <=", to.micros().into());
    }
    if !filter.act.is_empty() {
        let mut places = Vec::new();
        for act in &filter.act {
            values.push(act.key().into());
            places.push(format!("${}", values.len()));
        }
        conditions.push_str(&format!(" AND act IN ({})", places.join(", ")));
    }
    let text = format!(
        "SELECT {COLUMNS} FROM audit_entries WHERE tenant_id = $1 AND sequence < $2{conditions} ORDER BY sequence DESC LIMIT $3"
    );
    let bound = values
        .into_iter()
        .fold(query(text), |query, value| query.bind(value));
    let rows = bound.fetch_all(connection).await?;
    rows.iter().map(entry).collect()
}

fn entry(row: &Row) -> Result<AuditEntry, Error> {
    let stored = |what| Error::Stored { what };
    Ok(AuditEntry {
        sequence: row.try_get("sequence")?,
        at: Timestamp::from_micros(row.try_get("written_at")?),
        actor_kind: ActorKind::from_key(row.try_get("actor_kind")?)
            .ok_or_else(|| stored("kind of actor"))?,
        actor_id: row.try_get("actor_id")?,
        actor_name: row.try_get("actor_name")?,
        act: Act::from_key(row.try_get("act")?).ok_or_else(|| stored("act"))?,
        target: Target {
            kind: row.try_get("target_kind")?,
            id: row.try_get("target_id")?,
            name: row.try_get("target_name")?,
        },
        detail: row.try_get("detail")?,
        hash: row.try_get("hash")?,
    })
}
