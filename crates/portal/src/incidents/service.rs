//! What people do with incidents.

use super::archive::{self, Found};
use super::closing;
use super::cursor::Cursor;
use super::filter::IncidentQuery;
use super::model::{
    ActionItem, Alike, AlikeIncident, HistoryEntry, HistoryKind, IncidentChange, IncidentDetail,
    IncidentKey, IncidentPage, IncidentSummary, PersonName,
};
use super::queries::{self, Written};
use crate::audit::{self, Act, Target};
use crate::context::Context;
use crate::database::Connection;
use crate::live::{IncidentEvent, LiveEvent};
use crate::tenancy::{Action, Resource, Scope, UserId};
use crate::{Code, Error, limits};
use event::Timestamp;
use serde_json::{Value, json};
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
    let mut connection = context.database.read(scope).await?;
    let offset = query.page.saturating_sub(1).saturating_mul(query.per_page);
    // One more than the page holds tells whether more follow.
    let most = query.per_page.saturating_add(1);
    let offset = if query.after.is_some() { 0 } else { offset };
    let Found { mut ids, total } =
        archive::find(context, &mut connection, scope, query, most, offset).await?;
    let more = ids.len() > usize::try_from(query.per_page).unwrap_or(usize::MAX);
    if more {
        ids.pop();
    }
    let items = queries::summaries(&mut connection, scope, &ids).await?;
    Ok(IncidentPage {
        next: items
            .last()
            .filter(|_| more)
            .map(|last| Cursor::after(query.sort, last).to_string()),
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
    let mut connection = context.database.read(scope).await?;
    let most = limits::EXPORT_ROWS_MAX;
    let found = archive::find(context, &mut connection, scope, query, most, 0).await?;
    Ok(found.ids)
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
    let mut connection = context.database.read(scope).await?;
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
    let mut connection = context.database.read(scope).await?;
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
    let suppressed_by = queries::hiders(connection, scope, id).await?;
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
        suppressed_by,
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
    let mut transaction = context.database.write(scope).await?;
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
        let written = Written::plain(kind, key);
        queries::write_history(&mut transaction, scope, id, written, now).await?;
        let detail = json!({ "action": key, "done": done });
        note(
            context,
            &mut transaction,
            scope,
            Act::ActionTicked,
            &line,
            detail,
        )
        .await?;
    }
    let changed_at = queries::next_change(&mut transaction, scope, now).await?;
    queries::touch(&mut transaction, scope, id, changed_at).await?;
    let detail = detail_in(&mut transaction, scope, id).await?;
    transaction.commit().await?;
    tell(context, scope, &line, changed_at)?;
    Ok(detail)
}

/// Says how far people have come, and how it ended.
///
/// # Errors
/// Forbidden; not found; invalid request when the resolution or an answer does not go with it; or the database fails.
pub async fn change(
    context: &Context,
    scope: &Scope,
    id: IncidentKey,
    change: IncidentChange,
) -> Result<IncidentDetail, Error> {
    scope.authorize(Action::Update, Resource::Incident)?;
    let handling = change.handling;
    let closing = closing::checked(handling, change.resolution, change.answers)?;
    let now = context.clock.micros();
    let mut transaction = context.database.write(scope).await?;
    let (line, _, _) = queries::one(&mut transaction, scope, id).await?;
    let resolution = closing.as_ref().map(|closing| closing.resolution);
    if line.handling != handling || line.resolution != resolution {
        let written = Written {
            kind: HistoryKind::Handling,
            text: handling.key(),
            detail: closing.as_ref(),
        };
        queries::write_history(&mut transaction, scope, id, written, now).await?;
        let detail = json!({ "handling": handling, "resolution": resolution });
        note(
            context,
            &mut transaction,
            scope,
            Act::IncidentChanged,
            &line,
            detail,
        )
        .await?;
    }
    queries::set_handling(&mut transaction, scope, id, handling, resolution).await?;
    if line.suppressed {
        // What a person says goes before what was said once for many.
        queries::mark_hidden(&mut transaction, scope, id, None).await?;
        queries::set_hiders(&mut transaction, scope, id, &[]).await?;
    }
    let changed_at = queries::next_change(&mut transaction, scope, now).await?;
    queries::touch(&mut transaction, scope, id, changed_at).await?;
    let detail = detail_in(&mut transaction, scope, id).await?;
    transaction.commit().await?;
    tell(context, scope, &line, changed_at)?;
    Ok(detail)
}

/// Who may have incidents: people of the tenant who work on them, and whoever asks.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn assignees(context: &Context, scope: &Scope) -> Result<Vec<PersonName>, Error> {
    scope.authorize(Action::Update, Resource::Incident)?;
    let mut connection = context.database.read(scope).await?;
    assignees_in(&mut connection, scope).await
}

async fn assignees_in(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<Vec<PersonName>, Error> {
    let mut people = queries::assignable(connection, scope).await?;
    let own = scope.user_id()?;
    if !people.iter().any(|person| person.id == own) {
        people.push(queries::person(connection, scope, own).await?);
    }
    Ok(people)
}

/// Gives an incident to somebody, or to nobody.
///
/// # Errors
/// Forbidden; not found, also when the person is none who may have it; or the database fails.
pub async fn assign(
    context: &Context,
    scope: &Scope,
    id: IncidentKey,
    person: Option<UserId>,
) -> Result<IncidentDetail, Error> {
    scope.authorize(Action::Update, Resource::Incident)?;
    let now = context.clock.micros();
    let mut transaction = context.database.write(scope).await?;
    let (line, _, _) = queries::one(&mut transaction, scope, id).await?;
    let people = assignees_in(&mut transaction, scope).await?;
    let person = match person {
        Some(wanted) => Some(
            people
                .into_iter()
                .find(|one| one.id == wanted)
                .ok_or(Code::NotFound)?,
        ),
        None => None,
    };
    if person != line.assigned_to {
        let name = person.as_ref().map_or("", |person| &person.name);
        let written = Written::plain(HistoryKind::Assigned, name);
        queries::write_history(&mut transaction, scope, id, written, now).await?;
        let detail = json!({ "assigned_to": name });
        note(
            context,
            &mut transaction,
            scope,
            Act::IncidentChanged,
            &line,
            detail,
        )
        .await?;
        let person = person.as_ref().map(|person| person.id);
        queries::assign(&mut transaction, scope, id, person).await?;
    }
    let changed_at = queries::next_change(&mut transaction, scope, now).await?;
    queries::touch(&mut transaction, scope, id, changed_at).await?;
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
    let mut transaction = context.database.write(scope).await?;
    let (line, _, _) = queries::one(&mut transaction, scope, id).await?;
    let written = Written::plain(HistoryKind::Note, text);
    queries::write_history(&mut transaction, scope, id, written, now).await?;
    let detail = json!({ "characters": length });
    note(
        context,
        &mut transaction,
        scope,
        Act::IncidentNoted,
        &line,
        detail,
    )
    .await?;
    let changed_at = queries::next_change(&mut transaction, scope, now).await?;
    queries::touch(&mut transaction, scope, id, changed_at).await?;
    let written = queries::history(&mut transaction, scope, id).await?.pop();
    transaction.commit().await?;
    tell(context, scope, &line, changed_at)?;
    written.ok_or(Error::Stored { what: "history" })
}

/// Incidents that have something in common with one, those with most first.
///
/// # Errors
/// Forbidden, not found, or the database fails.
pub async fn alike(context: &Context, scope: &Scope, id: IncidentKey) -> Result<Alike, Error> {
    scope.authorize(Action::Read, Resource::Incident)?;
    let mut connection = context.database.read(scope).await?;
    queries::require(&mut connection, scope, id).await?;
    let mut found = queries::alike(&mut connection, scope, id).await?;
    found.truncate(limits::ALIKE_SHOWN_MAX);
    let ids: Vec<IncidentKey> = found.iter().map(|(id, _)| *id).collect();
    let mut common: HashMap<IncidentKey, _> = found.into_iter().collect();
    let lines = queries::summaries(&mut connection, scope, &ids).await?;
    let items = lines
        .into_iter()
        .map(|incident| AlikeIncident {
            common: common
                .remove(&incident.id)
                .map(|kinds| kinds.into_iter().collect())
                .unwrap_or_default(),
            incident,
        })
        .collect();
    Ok(Alike { items })
}

/// Writes to the audit log what was done with an incident; what was written about it stays in its own history.
async fn note(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    act: Act,
    line: &IncidentSummary,
    detail: Value,
) -> Result<(), Error> {
    let target = Target::of("incident", line.id, line.host.ip.to_string());
    audit::service::write(context, connection, scope, act, target, detail).await
}

/// Tells the tenant's other browsers.
pub(super) fn tell(
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
