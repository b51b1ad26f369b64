//! `/incidents`: found, shown, worked on.

mod discussion;
mod files;
mod views;

use super::filter::IncidentQuery;
use super::model::{
    ActionTick, Alike, Assignees, BulkChange, BulkOutcomes, HistoryEntry, IncidentChange,
    IncidentDetail, IncidentKey, IncidentPage, NewAssignee, NewNote,
};
use super::{bulk, service};
use crate::Error;
use crate::context::Context;
use crate::http::{Body, Query, Segments};
use crate::identity::Caller;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .merge(files::router())
        .routes(routes!(change_many))
        .routes(routes!(alike))
        .merge(discussion::router())
        .merge(views::router())
        .routes(routes!(assignees))
        .routes(routes!(show, change))
        .routes(routes!(assign))
        .routes(routes!(tick))
        .routes(routes!(write_note))
}

/// Incidents, filtered, sorted, a page at a time.
#[utoipa::path(get, path = "/incidents", tag = "incidents", operation_id = "incidents",
    params(IncidentQuery), responses((status = 200, body = IncidentPage)))]
async fn list(
    State(context): State<Context>,
    Caller(session): Caller,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<IncidentPage>, Error> {
    let query = IncidentQuery::from_pairs(pairs)?.at(context.clock.micros());
    Ok(Json(service::page(&context, &session.scope, &query).await?))
}

/// Changes many incidents; each by itself.
#[utoipa::path(post, path = "/incidents/changes", tag = "incidents", operation_id = "change_incidents",
    request_body = BulkChange, responses((status = 200, body = BulkOutcomes)))]
async fn change_many(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(change): Body<BulkChange>,
) -> Result<Json<BulkOutcomes>, Error> {
    Ok(Json(bulk::change(&context, &session.scope, change).await?))
}

/// An incident with everything that is known of it.
#[utoipa::path(get, path = "/incidents/{id}", tag = "incidents", operation_id = "incident",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = IncidentDetail)))]
async fn show(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<Json<IncidentDetail>, Error> {
    let id: IncidentKey = path.at(0)?;
    Ok(Json(service::detail(&context, &session.scope, id).await?))
}

/// Says how far people have come with an incident, and how it ended.
#[utoipa::path(patch, path = "/incidents/{id}", tag = "incidents", operation_id = "change_incident",
    params(("id" = String, Path, format = Uuid)), request_body = IncidentChange,
    responses((status = 200, body = IncidentDetail)))]
async fn change(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
    Body(change): Body<IncidentChange>,
) -> Result<Json<IncidentDetail>, Error> {
    let id: IncidentKey = path.at(0)?;
    let detail = service::change(&context, &session.scope, id, change).await?;
    Ok(Json(detail))
}

/// Who may have incidents.
#[utoipa::path(get, path = "/incidents/assignees", tag = "incidents", operation_id = "assignees",
    responses((status = 200, body = Assignees)))]
async fn assignees(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<Assignees>, Error> {
    let items = service::assignees(&context, &session.scope).await?;
    Ok(Json(Assignees { items }))
}

/// Gives an incident to somebody, or to nobody.
#[utoipa::path(put, path = "/incidents/{id}/assignee", tag = "incidents", operation_id = "assign_incident",
    params(("id" = String, Path, format = Uuid)), request_body = NewAssignee,
    responses((status = 200, body = IncidentDetail)))]
async fn assign(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
    Body(new): Body<NewAssignee>,
) -> Result<Json<IncidentDetail>, Error> {
    let id: IncidentKey = path.at(0)?;
    let detail = service::assign(&context, &session.scope, id, new.user).await?;
    Ok(Json(detail))
}

/// Ticks a recommended action off, or takes the tick back.
#[utoipa::path(put, path = "/incidents/{id}/actions/{key}", tag = "incidents", operation_id = "tick_action",
    params(("id" = String, Path, format = Uuid), ("key" = String, Path)), request_body = ActionTick,
    responses((status = 200, body = IncidentDetail)))]
async fn tick(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
    Body(tick): Body<ActionTick>,
) -> Result<Json<IncidentDetail>, Error> {
    let id: IncidentKey = path.at(0)?;
    let key: String = path.at(1)?;
    Ok(Json(
        service::tick(&context, &session.scope, id, &key, tick.done).await?,
    ))
}

/// Writes a note to an incident.
#[utoipa::path(post, path = "/incidents/{id}/notes", tag = "incidents", operation_id = "write_note",
    params(("id" = String, Path, format = Uuid)), request_body = NewNote,
    responses((status = 201, body = HistoryEntry)))]
async fn write_note(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
    Body(note): Body<NewNote>,
) -> Result<(StatusCode, Json<HistoryEntry>), Error> {
    let id: IncidentKey = path.at(0)?;
    let entry = service::write_note(&context, &session.scope, id, &note.text).await?;
    Ok((StatusCode::CREATED, Json(entry)))
}

/// Incidents that have something in common with one.
#[utoipa::path(get, path = "/incidents/{id}/alike", tag = "incidents", operation_id = "incidents_alike",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Alike)))]
async fn alike(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<Json<Alike>, Error> {
    let id: IncidentKey = path.at(0)?;
    Ok(Json(service::alike(&context, &session.scope, id).await?))
}
