//! `/live`.

use super::hub::{Numbered, Subscription};
use super::{IncidentEvent, LiveEvent};
use crate::context::Context;
use crate::identity::{self, Caller};
use crate::incidents::queries;
use crate::tenancy::{Action, Resource, Scope};
use crate::{Error, fleet, limits};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use futures_util::stream::{self, Stream};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(live))
}

/// What happens, as it happens: Server-Sent Events `incident` (`IncidentEvent`), `sensor` (`SensorEvent`), and
/// `resync` when events were missed that cannot be repeated: read anew. A comment every 15 seconds keeps the line
/// open. `Last-Event-ID` repeats the incidents missed meanwhile. Ends when the session ends.
#[utoipa::path(get, path = "/live", tag = "live", operation_id = "live",
    responses((status = 200, body = String, content_type = "text/event-stream")))]
async fn live(
    State(context): State<Context>,
    Caller(session): Caller,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Error>>>, Error> {
    // Staff at home has no incidents of its own, but a line that tells when the portal is gone.
    if session
        .scope
        .authorize(Action::Read, Resource::Customers)
        .is_err()
    {
        session.scope.authorize(Action::Read, Resource::Incident)?;
    }
    let subscription = context.hub.subscribe(session.scope.tenant()?)?;
    let after = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    let mut waiting = VecDeque::from([Ok(Event::default().comment("hello"))]);
    if let Some(after) = after {
        waiting.extend(missed(&context, &session.scope, after).await?);
    }
    let line = Line {
        context,
        scope: session.scope,
        token_hash: session.token_hash,
        subscription,
        waiting,
    };
    Ok(Sse::new(stream::unfold(line, async |mut line| {
        let event = line.next().await?;
        Some((event, line))
    })))
}

/// One open stream.
struct Line {
    context: Context,
    scope: Scope,
    token_hash: String,
    subscription: Subscription,
    waiting: VecDeque<Result<Event, Error>>,
}

impl Line {
    /// The next thing to send; None at the end of session or portal.
    async fn next(&mut self) -> Option<Result<Event, Error>> {
        if let Some(event) = self.waiting.pop_front() {
            return Some(event);
        }
        if *self.subscription.closed.borrow() {
            return None;
        }
        tokio::select! {
            _ = self.subscription.closed.changed() => None,
            event = self.subscription.events.recv() => match event {
                Ok(event) if self.is_signed_in().await => match self.is_seen(&event.event).await {
                    true => Some(written(&event)),
                    // Of other sites not even that something happened there.
                    false => Some(Ok(Event::default().comment(""))),
                },
                Ok(_) | Err(RecvError::Closed) => None,
                Err(RecvError::Lagged(_)) => Some(Ok(resync())),
            },
            () = tokio::time::sleep(KEEP_ALIVE) => {
                if self.is_signed_in().await {
                    Some(Ok(Event::default().comment("")))
                } else {
                    None
                }
            }
        }
    }

    /// Whether the person sees where it happened, if that is limited to sites.
    async fn is_seen(&self, event: &LiveEvent) -> bool {
        if self.scope.limited_person().is_none() {
            return true;
        }
        let Ok(mut connection) = self.context.database.read(&self.scope).await else {
            return false;
        };
        let now = self.context.clock.micros();
        match event {
            LiveEvent::Incident(incident) => {
                let found = queries::require(&mut connection, &self.scope, incident.id).await;
                found.is_ok()
            }
            LiveEvent::Sensor(sensor) => {
                let found = fleet::queries::one(&mut connection, &self.scope, sensor.id, now).await;
                found.is_ok()
            }
            LiveEvent::Missed => true,
        }
    }

    async fn is_signed_in(&self) -> bool {
        let open = identity::sessions::is_open(&self.context, &self.token_hash).await;
        open.unwrap_or(false)
    }
}

fn resync() -> Event {
    Event::default().event("resync").data("{}")
}

fn written(numbered: &Numbered) -> Result<Event, Error> {
    let (name, json) = match &numbered.event {
        LiveEvent::Incident(incident) => ("incident", serde_json::to_string(incident)?),
        LiveEvent::Sensor(sensor) => ("sensor", serde_json::to_string(sensor)?),
        LiveEvent::Missed => return Ok(resync()),
    };
    Ok(Event::default()
        .event(name)
        .id(numbered.number.to_string())
        .data(json))
}

/// Incidents that changed after a number; when there are too many, the word to read anew.
async fn missed(
    context: &Context,
    scope: &Scope,
    after: i64,
) -> Result<Vec<Result<Event, Error>>, Error> {
    let mut connection = context.database.read(scope).await?;
    let most = limits::STREAM_RESUME_MAX;
    let changes = queries::changes_after(&mut connection, scope, after, most + 1).await?;
    if changes.len() as u64 > most.unsigned_abs() {
        return Ok(vec![Ok(resync())]);
    }
    let told = changes.iter().map(|change| {
        written(&Numbered {
            number: change.changed_at,
            event: LiveEvent::Incident(IncidentEvent {
                id: change.id,
                revision: change.revision,
                severity: change.severity,
                new: change.received_at > after,
            }),
        })
    });
    Ok(told.collect())
}
