//! `/live`.

use super::hub::{Numbered, Subscription};
use super::{IncidentEvent, LiveEvent};
use crate::context::Context;
use crate::identity::sessions::OpenSession;
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
/// open. `Last-Event-ID` repeats the incidents missed meanwhile. Ends when the session ends, or the leave to look in.
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
        session,
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
    session: OpenSession,
    subscription: Subscription,
    waiting: VecDeque<Result<Event, Error>>,
}

/// What a stream does next.
enum Next {
    Send(Result<Event, Error>),
    /// It was not about this stream.
    Wait,
    End,
}

impl Line {
    /// The next thing to send; None at the end of session, leave or portal.
    async fn next(&mut self) -> Option<Result<Event, Error>> {
        if let Some(event) = self.waiting.pop_front() {
            return Some(event);
        }
        loop {
            if *self.subscription.closed.borrow() {
                return None;
            }
            let next = tokio::select! {
                _ = self.subscription.closed.changed() => Next::End,
                event = self.subscription.events.recv() => match event {
                    Ok(event) => self.heard(&event).await,
                    Err(RecvError::Closed) => Next::End,
                    Err(RecvError::Lagged(_)) => self.if_allowed(Next::Send(Ok(resync()))).await,
                },
                () = tokio::time::sleep(KEEP_ALIVE) => {
                    self.if_allowed(Next::Send(Ok(Event::default().comment("")))).await
                }
            };
            match next {
                Next::Send(event) => return Some(event),
                Next::Wait => {}
                Next::End => return None,
            }
        }
    }

    /// Whether the person sees where it happened, if that is limited to sites.
    async fn is_seen(&self, event: &LiveEvent) -> bool {
        let scope = &self.session.scope;
        if scope.limited_person().is_none() {
            return true;
        }
        let Ok(mut connection) = self.context.database.read(scope).await else {
            return false;
        };
        let now = self.context.clock.micros();
        match event {
            LiveEvent::Incident(incident) => {
                let found = queries::require(&mut connection, scope, incident.id).await;
                found.is_ok()
            }
            LiveEvent::Sensor(sensor) => {
                let found = fleet::queries::one(&mut connection, scope, sensor.id, now).await;
                found.is_ok()
            }
            LiveEvent::Missed | LiveEvent::RightsChanged(_) => true,
        }
    }

    async fn heard(&self, numbered: &Numbered) -> Next {
        match numbered.event {
            LiveEvent::RightsChanged(Some(user)) if user != self.session.user.id => Next::Wait,
            LiveEvent::RightsChanged(_) => self.if_allowed(Next::Wait).await,
            // Of other sites not even that something happened there.
            _ if !self.is_seen(&numbered.event).await => Next::Wait,
            _ => match written(numbered) {
                Some(event) => self.if_allowed(Next::Send(event)).await,
                None => Next::Wait,
            },
        }
    }

    /// The end, when the session or the leave to look in here has ended meanwhile. A browser that may look in otherwise than
    /// before begins anew.
    async fn if_allowed(&self, next: Next) -> Next {
        let scope = identity::sessions::scope_now(&self.context, &self.session).await;
        match scope {
            Ok(Some(scope)) if scope == self.session.scope => next,
            _ => Next::End,
        }
    }
}

fn resync() -> Event {
    Event::default().event("resync").data("{}")
}

/// What browsers are told of an event; None when that is not for them.
fn written(numbered: &Numbered) -> Option<Result<Event, Error>> {
    let (name, json) = match &numbered.event {
        LiveEvent::Incident(incident) => ("incident", serde_json::to_string(incident)),
        LiveEvent::Sensor(sensor) => ("sensor", serde_json::to_string(sensor)),
        LiveEvent::Missed => return Some(Ok(resync())),
        LiveEvent::RightsChanged(_) => return None,
    };
    let event = Event::default().event(name).id(numbered.number.to_string());
    Some(json.map(|json| event.data(json)).map_err(Error::from))
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
    let told = changes.iter().filter_map(|change| {
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
