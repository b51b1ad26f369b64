//! Writes the log, shows it, and checks that it is as it was written.

use super::filter::AuditQuery;
use super::model::{ActorKind, AuditEntry, AuditPage, Target, Verification};
use super::{Act, chain, queries};
use crate::context::Context;
use crate::database::Connection;
use crate::tenancy::{Action, Resource, Scope};
use crate::text::shortened;
use crate::{Error, limits};
use event::Timestamp;
use serde_json::{Value, json};

const READ_AT_ONCE: i64 = 1000;

/// Writes an entry to the log of the scope's tenant, within the caller's transaction: what was done is not stored without
/// it. `detail` is a small object, or null; never a secret.
///
/// # Errors
/// Forbidden when the scope is of no tenant; or the database fails.
pub async fn write(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    act: Act,
    target: Target,
    detail: Value,
) -> Result<(), Error> {
    let (actor_kind, actor_id, actor_name) = actor(connection, scope).await?;
    let (sequence, previous) = queries::take_place(connection, scope, chain::BEGINNING).await?;
    let name = shortened(&target.name, limits::AUDIT_NAME_CHARS_MAX).to_owned();
    let mut entry = AuditEntry {
        sequence,
        // As the database keeps it, so that the hash can be worked out again.
        at: Timestamp::from_micros(context.clock.micros()),
        actor_kind,
        actor_id,
        actor_name,
        act,
        target: Target { name, ..target },
        detail: detail_text(&detail),
        hash: String::new(),
    };
    entry.hash = chain::hash(&previous, scope.tenant()?, &entry);
    queries::append(connection, scope, &entry).await
}

async fn actor(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<(ActorKind, String, String), Error> {
    if let Ok(id) = scope.user_id() {
        let (name, is_own) = queries::person(connection, scope, id).await?;
        let kind = if is_own {
            ActorKind::Person
        } else {
            ActorKind::Staff
        };
        return Ok((kind, id.to_string(), name));
    }
    Ok(match scope.sensor_id() {
        Ok(id) => (ActorKind::Sensor, id.to_string(), String::new()),
        Err(_) => (ActorKind::Portal, String::new(), String::new()),
    })
}

fn detail_text(detail: &Value) -> String {
    if detail.is_null() {
        return "{}".to_owned();
    }
    let text = detail.to_string();
    if text.len() > limits::AUDIT_DETAIL_BYTES_MAX {
        return json!({ "bytes_left_out": text.len() }).to_string();
    }
    text
}

/// A page of the log, the newest first.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn page(
    context: &Context,
    scope: &Scope,
    query: &AuditQuery,
) -> Result<AuditPage, Error> {
    scope.authorize(Action::Read, Resource::AuditLog)?;
    let mut connection = context.database.read(scope).await?;
    let more = query.limit.saturating_add(1);
    let mut items = queries::found(&mut connection, scope, query, more).await?;
    let wanted = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let has_more = items.len() > wanted;
    items.truncate(wanted);
    let last = items.last().map(|entry| entry.sequence.to_string());
    Ok(AuditPage {
        next: last.filter(|_| has_more),
        items,
    })
}

/// Notes that the log is being exported, so that this is part of it.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn begin_export(context: &Context, scope: &Scope, format: &str) -> Result<(), Error> {
    scope.authorize(Action::Read, Resource::AuditLog)?;
    let mut transaction = context.database.write(scope).await?;
    let detail = json!({ "format": format });
    write(
        context,
        &mut transaction,
        scope,
        Act::LogExported,
        Target::none(),
        detail,
    )
    .await?;
    transaction.commit().await
}

/// Walks the whole log and compares each hash.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn verify(context: &Context, scope: &Scope) -> Result<Verification, Error> {
    scope.authorize(Action::Read, Resource::AuditLog)?;
    let tenant = scope.tenant()?;
    let mut connection = context.database.read(scope).await?;
    // The end as it stands now: what is written meanwhile is for the next time.
    let head = queries::head(&mut connection, scope).await?;
    let is_begun = head.is_some();
    let (end, end_hash) = head.unwrap_or((0, chain::BEGINNING.to_owned()));
    let mut hash = chain::BEGINNING.to_owned();
    let mut sequence = 0;
    loop {
        let entries = queries::after(&mut connection, scope, sequence, READ_AT_ONCE).await?;
        for entry in entries.iter().take_while(|entry| entry.sequence <= end) {
            let fits = entry.sequence == sequence.saturating_add(1)
                && chain::hash(&hash, tenant, entry) == entry.hash;
            if !fits {
                return Ok(broken(sequence, hash));
            }
            sequence = entry.sequence;
            hash.clone_from(&entry.hash);
        }
        if !is_begun && !entries.is_empty() {
            return Ok(broken(sequence, hash));
        }
        if entries.is_empty() || sequence >= end {
            break;
        }
    }
    if sequence != end || hash != end_hash {
        return Ok(broken(sequence, hash));
    }
    Ok(Verification {
        intact: true,
        entries: sequence,
        hash,
        broken_at: None,
    })
}

fn broken(last_good: i64, hash: String) -> Verification {
    Verification {
        intact: false,
        entries: last_good,
        hash,
        broken_at: Some(last_good.saturating_add(1)),
    }
}
