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
use event::{Incident, Severity};

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
    let outcomes = accept_many(context, scope, std::slice::from_ref(incident)).await?;
    outcomes
        .into_iter()
        .next()
        .ok_or(Error::Stored { what: "incident" })
}

/// Takes incidents of one sensor, all or none: as [`accept`] does, in one transaction.
///
/// # Errors
/// As of [`accept`]; invalid request for more than `limits::ACCEPTED_AT_ONCE_MAX`.
pub async fn accept_many(
    context: &Context,
    scope: &Scope,
    incidents: &[Incident],
) -> Result<Vec<Accepted>, Error> {
    if incidents.len() > limits::ACCEPTED_AT_ONCE_MAX {
        return Err(Error::invalid("too many incidents at once"));
    }
    let now = context.clock.micros();
    let mut transaction = context.database.write(scope).await?;
    fleet::service::require_admitted(&mut transaction, scope).await?;
    let mut taken = Vec::with_capacity(incidents.len());
    for incident in incidents {
        taken.push(take(context, &mut transaction, scope, incident, now).await?);
    }
    transaction.commit().await?;
    for (changed_at, told) in taken.iter().filter_map(|taken| taken.told.as_ref()) {
        let event = LiveEvent::Incident(told.clone());
        context.hub.publish(scope.tenant()?, *changed_at, event);
    }
    context.post_bell.notify_one();
    Ok(taken.into_iter().map(|taken| taken.accepted).collect())
}

/// What became of an incident.
struct Taken {
    accepted: Accepted,
    /// What browsers hear of it, and when it was changed.
    told: Option<(i64, IncidentEvent)>,
}

/// Takes an incident within a transaction.
async fn take(
    context: &Context,
    transaction: &mut Connection,
    scope: &Scope,
    incident: &Incident,
    now: i64,
) -> Result<Taken, Error> {
    let body = checked_body(incident)?;
    let known = queries::known(transaction, scope, &incident.incident_id).await?;
    let unchanged = |accepted| Taken {
        accepted,
        told: None,
    };
    match &known {
        Some(known) if known.revision == incident.revision => {
            return Ok(unchanged(Accepted::Duplicate));
        }
        Some(known) if known.revision > incident.revision => {
            return Ok(unchanged(Accepted::Stale));
        }
        _ => {}
    }
    let hidden_by = hidden_by(transaction, scope, known.as_ref(), incident, now).await?;
    let was_hidden = known.as_ref().is_some_and(|known| known.suppressed);
    let comes_back = was_hidden && hidden_by.is_empty();
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
        search: &search_text(incident),
        handling,
        due_at: if is_new || grew {
            let days = notify::service::business_days(transaction, scope).await?;
            deadline::moment(incident.severity.deadline(), now, &days)
        } else {
            None
        },
        changed_at: queries::next_change(transaction, scope, now).await?,
    };
    queries::store(transaction, scope, &stored).await?;
    let news = News {
        id,
        severity: incident.severity,
        is_new,
        grew,
        comes_back,
        now,
    };
    news.note(context, transaction, scope, &hidden_by).await?;
    if known.is_some_and(|known| !known.suppressed && known.handling != handling) {
        let written = Written::plain(HistoryKind::Reopened, "");
        queries::write_history(transaction, scope, id, written, now).await?;
    }
    let told = IncidentEvent {
        id,
        revision: incident.revision,
        severity: incident.severity,
        new: hidden_by.is_empty() && (is_new || comes_back),
    };
    Ok(Taken {
        accepted: if is_new {
            Accepted::New
        } else {
            Accepted::Updated
        },
        told: Some((stored.changed_at, told)),
    })
}

/// What is new about an incident.
struct News {
    id: IncidentKey,
    severity: Severity,
    is_new: bool,
    grew: bool,
    comes_back: bool,
    now: i64,
}

impl News {
    /// Writes the history, hides the incident or brings it back, and stores who is to be told.
    async fn note(
        &self,
        context: &Context,
        transaction: &mut Connection,
        scope: &Scope,
        hidden_by: &[SuppressionKey],
    ) -> Result<(), Error> {
        let (id, now) = (self.id, self.now);
        let is_told = hidden_by.is_empty() && (self.is_new || self.grew || self.comes_back);
        if hidden_by.is_empty() && self.comes_back {
            hiding::bring_back(transaction, scope, id, now).await?;
        }
        if self.is_new || self.grew && is_told {
            let kind = if self.is_new {
                HistoryKind::Raised
            } else {
                HistoryKind::Grew
            };
            let written = Written::plain(kind, self.severity.key());
            queries::write_history(transaction, scope, id, written, now).await?;
        }
        if !hidden_by.is_empty() {
            hiding::hide(transaction, scope, id, hidden_by, now).await?;
        }
        if !is_told {
            return Ok(());
        }
        // Of what was hidden nobody has heard yet.
        let reason = if self.is_new || self.comes_back {
            notify::model::Reason::Raised
        } else {
            notify::model::Reason::Grew
        };
        notify::announce::announce(context, transaction, scope, id, self.severity, reason).await
    }
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
