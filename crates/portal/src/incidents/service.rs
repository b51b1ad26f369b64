//! What people do with incidents.

use super::filter::IncidentQuery;
use super::model::{
    ActionItem, Handling, HistoryEntry, HistoryKind, IncidentDetail, IncidentKey, IncidentPage,
    IncidentSummary, PersonName,
};
use super::queries;
use crate::context::Context;
use crate::database::Connection;
use crate::live::{IncidentEvent, LiveEvent};
use crate::tenancy::{Action, Resource, Scope};
use crate::{Code, Error, limits};
use event::Timestamp;
use std::collections::HashMap;

/// A page of incidents.
///
/// # Errors
/// When the database fails.
pub async fn page(
    context: &Context,
    scope: &Scope,
    query: &IncidentQuery,
) -> Result<IncidentPage, Error> {
    scope.authorize(Action::Read, Resource::Incident)?;
    let mut connection = context.database.read().await?;
    let total = queries::count(&mut connection, scope, query).await?;
    let offset = query.page.saturating_sub(1).saturating_mul(query.per_page);
    let ids = queries::ids(&mut connection, scope, query, query.per_page, offset).await?;
    let items = queries::summaries(&mut connection, scope, &ids).await?;
    Ok(IncidentPage {
        items,
        total,
        page: query.page,
        per_page: query.per_page,
    })
}

/// The identifiers of all that a query finds, up to the limit of an export.
///
/// # Errors
/// When the database fails.
pub async fn ids_for_export(
    context: &Context,
    scope: &Scope,
    query: &IncidentQuery,
) -> Result<Vec<IncidentKey>, Error> {
    scope.authorize(Action::Read, Resource::Incident)?;
    let mut connection = context.database.read().await?;
    queries::ids(&mut connection, scope, query, limits::EXPORT_ROWS_MAX, 0).await
}

/// Incidents by identifier, in the order asked.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(
    context: &Context,
    scope: &Scope,
    ids: &[IncidentKey],
) -> Result<Vec<IncidentSummary>, Error> {
    scope.authorize(Action::Read, Resource::Incident)?;
    let mut connection = context.database.read().await?;
    queries::summaries(&mut connection, scope, ids).await
}

/// An incident with everything that is known of it.
///
/// # Errors
/// Not found, or the database fails.
pub async fn detail(
    context: &Context,
    scope: &Scope,
    id: IncidentKey,
) -> Result<IncidentDetail, Error> {
    scope.authorize(Action::Read, Resource::Incident)?;
    let mut connection = context.database.read().await?;
    detail_in(&mut connection, scope, id).await
}

async fn detail_in(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
) -> Result<IncidentDetail, Error> {
    let (summary_line, incident, received_at) = queries::one(connection, scope, id).await?;
    let mut ticks = queries::ticks(connection, scope, id).await?;
    let history = queries::history(connection, scope, id).await?;
    let actions = incident
        .actions
        .into_iter()
        .map(|action| action_item(action, &mut ticks))
        .collect();
    Ok(IncidentDetail {
        deadline: summary_line.severity.deadline(),
        advice: incident.advice,
        summary_line,
        incident_id: incident.incident_id,
        others: incident.others,
        peers: incident.peers,
        detections: incident.detections,
        summary: incident.summary,
        actions,
        received_at,
        history,
    })
}

fn action_item(
    action: event::Action,
    ticks: &mut HashMap<String, (PersonName, Timestamp)>,
) -> ActionItem {
    let tick = ticks.remove(&action.key);
    let (done_by, done_at) = tick.unzip();
    ActionItem {
        key: action.key,
        when: action.when,
        ja: action.text.ja.into_owned(),
        en: action.text.en.into_owned(),
        done: done_by.is_some(),
        done_by,
        done_at,
    }
}

/// Ticks a recommended action off, or takes the tick back.
///
/// # Errors
/// Forbidden; not found, also when the incident has no such action; or the database fails.
pub async fn tick(
    context: &Context,
    scope: &Scope,
    id: IncidentKey,
    key: &str,
    done: bool,
) -> Result<IncidentDetail, Error> {
    scope.authorize(Action::Update, Resource::ActionTick)?;
    let now = context.clock.micros();
    let mut transaction = context.database.write().await?;
    let (line, incident, _) = queries::one(&mut transaction, scope, id).await?;
    if !incident.actions.iter().any(|action| action.key == key) {
        return Err(Code::NotFound.into());
    }
    if queries::tick(&mut transaction, scope, id, key, done, now).await? {
        let kind = if done {
            HistoryKind::ActionDone
        } else {
            HistoryKind::ActionUndone
        };
        queries::write_history(&mut transaction, scope, id, kind, key, now).await?;
    }
    let changed_at = queries::next_change(&mut transaction, scope, now).await?;
    queries::set_handling(&mut transaction, scope, id, line.handling, changed_at).await?;
    let detail = detail_in(&mut transaction, scope, id).await?;
    transaction.commit().await?;
    tell(context, scope, &line, changed_at)?;
    Ok(detail)
}

/// Says how far the customer has come.
///
/// # Errors
/// Forbidden, not found, or the database fails.
pub async fn set_handling(
    context: &Context,
    scope: &Scope,
    id: IncidentKey,
    handling: Handling,
) -> Result<IncidentDetail, Error> {
    scope.authorize(Action::Update, Resource::Incident)?;
    let now = context.clock.micros();
    let mut transaction = context.database.write().await?;
    let (line, _, _) = queries::one(&mut transaction, scope, id).await?;
    if line.handling != handling {
        let kind = HistoryKind::Handling;
        queries::write_history(&mut transaction, scope, id, kind, handling.key(), now).await?;
    }
    let changed_at = queries::next_change(&mut transaction, scope, now).await?;
    queries::set_handling(&mut transaction, scope, id, handling, changed_at).await?;
    let detail = detail_in(&mut transaction, scope, id).await?;
    transaction.commit().await?;
    tell(context, scope, &line, changed_at)?;
    Ok(detail)
}

/// Writes a note to an incident.
///
/// # Errors
/// Forbidden; not found; invalid request when the note is empty or too long; or the database fails.
pub async fn write_note(
    context: &Context,
    scope: &Scope,
    id: IncidentKey,
    text: &str,
) -> Result<HistoryEntry, Error> {
    scope.authorize(Action::Create, Resource::Note)?;
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > limits::NOTE_CHARS_MAX {
        let most = limits::NOTE_CHARS_MAX;
        return Err(Error::invalid(format!(
            "text has not 1 to {most} characters"
        )));
    }
    let now = context.clock.micros();
    let mut transaction = context.database.write().await?;
    let (line, _, _) = queries::one(&mut transaction, scope, id).await?;
    let kind = HistoryKind::Note;
    queries::write_history(&mut transaction, scope, id, kind, text, now).await?;
    let changed_at = queries::next_change(&mut transaction, scope, now).await?;
    queries::set_handling(&mut transaction, scope, id, line.handling, changed_at).await?;
    let written = queries::history(&mut transaction, scope, id).await?.pop();
    transaction.commit().await?;
    tell(context, scope, &line, changed_at)?;
    written.ok_or(Error::Stored { what: "history" })
}

/// Tells the tenant's other browsers.
fn tell(
    context: &Context,
    scope: &Scope,
    line: &IncidentSummary,
    changed_at: i64,
) -> Result<(), Error> {
    let told = IncidentEvent {
        id: line.id,
        revision: line.revision,
        severity: line.severity,
        new: false,
    };
    context
        .hub
        .publish(scope.tenant()?, changed_at, LiveEvent::Incident(told));
    Ok(())
}
