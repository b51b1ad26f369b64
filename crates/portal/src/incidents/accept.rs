//! Takes incidents from sensors. When this returns, the incident is on disk.

use super::model::{Accepted, Handling, HistoryKind, IncidentKey};
use super::queries::{self, Known, Stored, Written};
use super::{deadline, hiding};
use crate::context::Context;
use crate::database::Connection;
use crate::live::{IncidentEvent, LiveEvent};
use crate::suppressions::{self, SuppressionKey};
use crate::tenancy::Scope;
use crate::{Code, Error, fleet, limits, notify, text};
use event::Incident;

/// Takes an incident that a sensor sent. Sending the same again, or an older revision, changes nothing, so a sensor
/// may repeat whatever was not acknowledged. The messages that it calls for are stored in the same transaction.
///
/// # Errors
/// Forbidden when the scope is no sensor's; sensor barred; too large; or the database fails: then nothing was taken.
pub async fn accept(
    context: &Context,
    scope: &Scope,
    incident: &Incident,
) -> Result<Accepted, Error> {
    let body = checked_body(incident)?;
    let search = search_text(incident);
    let now = context.clock.micros();
    let mut transaction = context.database.write(scope).await?;
    fleet::service::require_admitted(&mut transaction, scope).await?;
    let known = queries::known(&mut transaction, scope, &incident.incident_id).await?;
    match &known {
        Some(known) if known.revision == incident.revision => return Ok(Accepted::Duplicate),
        Some(known) if known.revision > incident.revision => return Ok(Accepted::Stale),
        _ => {}
    }
    let hidden_by = hidden_by(&mut transaction, scope, known.as_ref(), incident, now).await?;
    let was_hidden = known.as_ref().is_some_and(|known| known.suppressed);
    let comes_back = was_hidden && hidden_by.is_empty();
    let changed_at = queries::next_change(&mut transaction, scope, now).await?;
    let grew = known
        .as_ref()
        .is_some_and(|known| known.severity < incident.severity);
    let is_new = known.is_none();
    let handling = match known.as_ref() {
        Some(known) if was_hidden => known.handling,
        known => handling_after(known, grew),
    };
    let id = known
        .as_ref()
        .map_or_else(IncidentKey::generate, |known| known.id);
    let stored = Stored {
        id,
        incident,
        body: &body,
        search: &search,
        handling,
        due_at: if is_new || grew {
            let days = notify::service::business_days(&mut transaction, scope).await?;
            deadline::moment(incident.severity.deadline(), now, &days)
        } else {
            None
        },
        changed_at,
    };
    queries::store(&mut transaction, scope, &stored).await?;
    if !hidden_by.is_empty() {
        if is_new {
            let written = Written::plain(HistoryKind::Raised, incident.severity.key());
            queries::write_history(&mut transaction, scope, id, written, now).await?;
        }
        hiding::hide(&mut transaction, scope, id, &hidden_by, now).await?;
    } else if comes_back {
        hiding::bring_back(&mut transaction, scope, id, now).await?;
    }
    let is_told = hidden_by.is_empty() && (is_new || grew || comes_back);
    if is_told {
        let severity = incident.severity;
        if is_new || grew {
            let kind = if is_new {
                HistoryKind::Raised
            } else {
                HistoryKind::Grew
            };
            let written = Written::plain(kind, severity.key());
            queries::write_history(&mut transaction, scope, id, written, now).await?;
        }
        // Of what was hidden nobody has heard yet.
        let reason = if is_new || comes_back {
            notify::model::Reason::Raised
        } else {
            notify::model::Reason::Grew
        };
        notify::announce::announce(context, &mut transaction, scope, id, severity, reason).await?;
    }
    if known.is_some_and(|known| !known.suppressed && known.handling != handling) {
        let written = Written::plain(HistoryKind::Reopened, "");
        queries::write_history(&mut transaction, scope, id, written, now).await?;
    }
    transaction.commit().await?;
    let told = IncidentEvent {
        id,
        revision: incident.revision,
        severity: incident.severity,
        new: is_told && (is_new || comes_back),
    };
    context
        .hub
        .publish(scope.tenant()?, changed_at, LiveEvent::Incident(told));
    context.post_bell.notify_one();
    Ok(if is_new {
        Accepted::New
    } else {
        Accepted::Updated
    })
}

/// The suppressions that hide what is new or was hidden; what people work on already stays with them.
async fn hidden_by(
    connection: &mut Connection,
    scope: &Scope,
    known: Option<&Known>,
    incident: &Incident,
    now: i64,
) -> Result<Vec<SuppressionKey>, Error> {
    match known {
        Some(known) if !known.suppressed => Ok(Vec::new()),
        _ => suppressions::service::hidden_by(connection, scope, incident, now).await,
    }
}

/// The incident as JSON, when it is one that can be kept, searched and read again.
fn checked_body(incident: &Incident) -> Result<String, Error> {
    let length = incident.incident_id.chars().count();
    if !(1..=limits::INCIDENT_ID_CHARS_MAX).contains(&length) {
        return Err(Error::invalid("incident_id is empty or too long"));
    }
    if i64::try_from(incident.revision).is_err() {
        return Err(Error::invalid("revision is too large"));
    }
    let body = serde_json::to_string(incident)?;
    if body.len() > limits::INCIDENT_BYTES_MAX {
        return Err(Code::TooLarge.into());
    }
    // A number that JSON cannot write, or nesting too deep to be read, must not come back as an unreadable row.
    if serde_json::from_str::<Incident>(&body).is_err() {
        return Err(Error::invalid("incident cannot be read back"));
    }
    Ok(body)
}

/// What was resolved and becomes worse needs somebody again.
fn handling_after(known: Option<&Known>, grew: bool) -> Handling {
    match known.map(|known| known.handling) {
        None => Handling::New,
        Some(Handling::Resolved) if grew => Handling::New,
        Some(handling) => handling,
    }
}

/// What an incident is found by: titles, host, peers, detections, folded.
fn search_text(incident: &Incident) -> String {
    let ip = incident.host.ip.to_string();
    let mut parts: Vec<&str> = vec![&incident.title.ja, &incident.title.en, &ip];
    parts.extend(incident.host.name.as_deref());
    parts.extend(incident.host.mac.as_deref());
    parts.extend(incident.peers.iter().map(String::as_str));
    for line in &incident.detections {
        parts.extend([line.name.as_str(), line.id.as_str()]);
        parts.extend(line.technique.iter().map(String::as_str));
    }
    // A line break between parts, so that no word is found across two of them.
    let joined = parts.join("\n");
    text::folded(text::shortened(&joined, limits::SEARCH_TEXT_CHARS_MAX))
}
