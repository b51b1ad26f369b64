//! Takes pieces of captures from sensors. When this returns, what it says to have is on disk.

use super::pcap::{self, Shape};
use super::queries;
use super::service::make_room_of_sensor;
use crate::context::Context;
use crate::database::Connection;
use crate::incidents::queries as incidents;
use crate::live::{IncidentEvent, LiveEvent};
use crate::tenancy::Scope;
use crate::{Error, fleet, limits};
use link::{CapturePiece, PieceTaken};

/// Takes a piece that begins where the portal's copy ends; any other changes nothing but what the capture belongs to, and
/// the sensor is told where to go on. So pieces may come again, and each byte is kept once.
///
/// # Errors
/// Forbidden when the scope is no sensor's; sensor barred; or the database fails: then nothing was taken.
pub(crate) async fn accept(
    context: &Context,
    scope: &Scope,
    piece: CapturePiece,
) -> Result<PieceTaken, Error> {
    if !is_plausible(&piece) {
        tracing::error!(
            capture = piece.capture,
            "a piece of a capture makes no sense"
        );
        return Ok(PieceTaken::Enough);
    }
    let mut transaction = context.database.write(scope).await?;
    fleet::service::require_admitted(&mut transaction, scope).await?;
    let mut named = Vec::new();
    for id in &piece.incident_ids {
        named.extend(incidents::known(&mut transaction, scope, id).await?);
    }
    if named.is_empty() {
        return Ok(PieceTaken::Unknown);
    }
    let known = queries::known(&mut transaction, scope, &piece.capture).await?;
    if known.as_ref().is_some_and(|known| known.is_dropped) {
        return Ok(PieceTaken::Enough);
    }
    let have = known.as_ref().map_or(0, |known| known.bytes);
    let follows = piece.offset == have && !piece.bytes.is_empty();
    let Some(shape) = shape(&piece, follows) else {
        tracing::error!(capture = piece.capture, "a piece of a capture is no pcap");
        return Ok(PieceTaken::Enough);
    };
    if known.is_none() && !follows {
        return Ok(PieceTaken::Have(0));
    }
    let more = if follows { piece.bytes.len() as u64 } else { 0 };
    let end = have.saturating_add(more);
    if end > limits::CAPTURE_BYTES_MAX {
        return Ok(PieceTaken::Enough);
    }
    let joined = match &known {
        Some(known) => queries::incidents_of(&mut transaction, scope, known.id).await?,
        None => Vec::new(),
    };
    for incident in &joined {
        if !has_room(&mut transaction, scope, *incident, more, false).await? {
            return Ok(PieceTaken::Enough);
        }
    }
    named.retain(|incident| !joined.contains(&incident.id));
    let mut new = Vec::new();
    for incident in named {
        if has_room(&mut transaction, scope, incident.id, end, true).await? {
            new.push(incident);
        }
    }
    if joined.is_empty() && new.is_empty() {
        return Ok(PieceTaken::Enough);
    }
    let now = context.clock.micros();
    let link = shape.link.unwrap_or_default();
    let id = match known {
        Some(known) => known.id,
        None => queries::begin(&mut transaction, scope, &piece.capture, link, now).await?,
    };
    if follows {
        let bytes = piece.bytes;
        queries::append(&mut transaction, scope, id, have, bytes, shape.packets).await?;
    }
    let mut told = Vec::new();
    for incident in new {
        queries::join(&mut transaction, scope, incident.id, id).await?;
        let at = incidents::next_change(&mut transaction, scope, now).await?;
        incidents::touch(&mut transaction, scope, incident.id, at).await?;
        let event = IncidentEvent {
            id: incident.id,
            revision: incident.revision,
            severity: incident.severity,
            new: false,
        };
        told.push((at, event));
    }
    make_room_of_sensor(&mut transaction, scope, now).await?;
    transaction.commit().await?;
    for (at, event) in told {
        let tenant = scope.tenant()?;
        context.hub.publish(tenant, at, LiveEvent::Incident(event));
    }
    Ok(PieceTaken::Have(end))
}

fn is_plausible(piece: &CapturePiece) -> bool {
    let is_name = |text: &str| (1..=limits::CAPTURE_NAME_BYTES_MAX).contains(&text.len());
    is_name(&piece.capture)
        && piece.incident_ids.len() <= limits::INCIDENTS_OF_PIECE_MAX
        && piece
            .incident_ids
            .iter()
            .all(|id| id.chars().count() <= limits::INCIDENT_ID_CHARS_MAX)
        && piece.bytes.len() <= link::limits::PIECE_BYTES_MAX
}

/// The shape of a piece that is to be taken; one that is not needs none.
fn shape(piece: &CapturePiece, follows: bool) -> Option<Shape> {
    if !follows {
        return Some(Shape {
            link: None,
            packets: 0,
        });
    }
    pcap::shape(&piece.bytes, piece.offset == 0)
}

/// Whether an incident may have so many bytes more, and another capture where it `is_new`.
async fn has_room(
    connection: &mut Connection,
    scope: &Scope,
    incident: crate::incidents::IncidentKey,
    bytes: u64,
    is_new: bool,
) -> Result<bool, Error> {
    let held = queries::held(connection, scope, incident).await?;
    let fits = held.bytes.saturating_add(bytes) <= limits::INCIDENT_PACKETS_BYTES_MAX;
    Ok(fits && (!is_new || held.captures < limits::INCIDENT_CAPTURES_MAX))
}
