//! What suppressions do to incidents: hide them, bring them back, find those that they may concern.

use super::model::{Handling, HistoryKind, IncidentKey, IncidentSummary, Resolution};
use super::queries::{self, Written};
use super::service;
use crate::context::Context;
use crate::database::Connection;
use crate::suppressions::{SuppressionKey, SuppressionScope};
use crate::tenancy::Scope;
use crate::{Error, limits};
use event::Incident;

pub use queries::Told;

/// An incident that was hidden or brought back, to be told to browsers.
pub struct Changed {
    line: IncidentSummary,
    changed_at: i64,
}

/// Incidents told since a time that a scope may concern, newest first: one more than the limit where there are more.
pub async fn told_since(
    connection: &mut Connection,
    scope: &Scope,
    wanted: &SuppressionScope,
    since: i64,
) -> Result<Vec<IncidentKey>, Error> {
    let most = limits::PREVIEW_INCIDENTS_MAX.saturating_add(1);
    queries::concerned(connection, scope, wanted, Some(since), most).await
}

/// Open incidents that a scope may concern.
pub async fn open(
    connection: &mut Connection,
    scope: &Scope,
    wanted: &SuppressionScope,
) -> Result<Vec<IncidentKey>, Error> {
    queries::concerned(connection, scope, wanted, None, limits::HIDDEN_AT_ONCE_MAX).await
}

/// An incident as the sensor sent it, and how far it is.
pub async fn told(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
) -> Result<(Told, Incident), Error> {
    queries::told(connection, scope, id).await
}

/// Incidents by identifier.
pub async fn summaries(
    connection: &mut Connection,
    scope: &Scope,
    ids: &[IncidentKey],
) -> Result<Vec<IncidentSummary>, Error> {
    queries::summaries(connection, scope, ids).await
}

/// The incidents that a suppression hides.
pub async fn hidden_by(
    connection: &mut Connection,
    scope: &Scope,
    suppression: SuppressionKey,
) -> Result<Vec<IncidentKey>, Error> {
    queries::hidden_by(connection, scope, suppression).await
}

/// Hides an incident: resolved as harmless, the suppressions named.
pub async fn hide(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
    by: &[SuppressionKey],
    now: i64,
) -> Result<Changed, Error> {
    let (before, _) = queries::told(connection, scope, id).await?;
    if before.suppressed {
        // Hidden already; only by what has changed.
        queries::set_hiders(connection, scope, id, by).await?;
        return changed(connection, scope, id, now).await;
    }
    queries::set_handling(
        connection,
        scope,
        id,
        Handling::Resolved,
        Some(Resolution::BenignTrue),
    )
    .await?;
    queries::mark_hidden(connection, scope, id, Some((now, before.handling))).await?;
    queries::set_hiders(connection, scope, id, by).await?;
    let named: Vec<String> = by.iter().map(ToString::to_string).collect();
    let named = named.join(" ");
    let written = Written::plain(HistoryKind::Suppressed, &named);
    queries::write_history(connection, scope, id, written, now).await?;
    changed(connection, scope, id, now).await
}

/// Brings a hidden incident back to where it was.
pub async fn bring_back(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
    now: i64,
) -> Result<Changed, Error> {
    let (hidden, _) = queries::told(connection, scope, id).await?;
    let before = hidden.handling_before.unwrap_or_default();
    queries::set_handling(connection, scope, id, before, None).await?;
    queries::mark_hidden(connection, scope, id, None).await?;
    queries::set_hiders(connection, scope, id, &[]).await?;
    let written = Written::plain(HistoryKind::Unsuppressed, before.key());
    queries::write_history(connection, scope, id, written, now).await?;
    changed(connection, scope, id, now).await
}

async fn changed(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
    now: i64,
) -> Result<Changed, Error> {
    let changed_at = queries::next_change(connection, scope, now).await?;
    queries::touch(connection, scope, id, changed_at).await?;
    let line = queries::summaries(connection, scope, &[id]).await?.pop();
    Ok(Changed {
        line: line.ok_or(Error::Stored { what: "incident" })?,
        changed_at,
    })
}

/// Tells the tenant's browsers.
pub fn tell(context: &Context, scope: &Scope, changes: &[Changed]) -> Result<(), Error> {
    for change in changes {
        service::tell(context, scope, &change.line, change.changed_at)?;
    }
    Ok(())
}
