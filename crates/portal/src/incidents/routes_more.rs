//! `/incidents`: what is said about one, what is like it, one as a file; `/views`.

use super::model::{
    Alike, IncidentDetail, IncidentKey, Message, Messages, NewMessage, NewView, SavedView,
    SavedViews, ViewKey,
};
use super::{discussion, service, views};
use crate::Error;
use crate::context::Context;
use crate::http::{Body, Segments};
use crate::identity::Caller;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(export_one))
        .routes(routes!(alike))
        .routes(routes!(messages, say))
        .routes(routes!(saved_views, keep_view))
        .routes(routes!(drop_view))
}

/// One incident as a file, with everything that is known of it.
#[utoipa::path(get, path = "/incidents/{id}/export.json", tag = "incidents", operation_id = "export_incident",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = IncidentDetail)))]
async fn export_one(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<impl IntoResponse, Error> {
    let id: IncidentKey = path.at(0)?;
    let detail = service::detail(&context, &session.scope, id).await?;
    let disposition = format!("attachment; filename=\"incident-{id}.json\"");
    Ok(([(header::CONTENT_DISPOSITION, disposition)], Json(detail)))
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

/// What customer and SOC said about an incident.
#[utoipa::path(get, path = "/incidents/{id}/messages", tag = "incidents", operation_id = "messages",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Messages)))]
async fn messages(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<Json<Messages>, Error> {
    let id: IncidentKey = path.at(0)?;
    Ok(Json(discussion::all(&context, &session.scope, id).await?))
}

/// Says something about an incident.
#[utoipa::path(post, path = "/incidents/{id}/messages", tag = "incidents", operation_id = "say",
    params(("id" = String, Path, format = Uuid)), request_body = NewMessage,
    responses((status = 201, body = Message)))]
async fn say(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
    Body(new): Body<NewMessage>,
) -> Result<(StatusCode, Json<Message>), Error> {
    let id: IncidentKey = path.at(0)?;
    let said = discussion::say(&context, &session.scope, id, new).await?;
    Ok((StatusCode::CREATED, Json(said)))
}

/// What the caller looks for again.
#[utoipa::path(get, path = "/views", tag = "incidents", operation_id = "views",
    responses((status = 200, body = SavedViews)))]
async fn saved_views(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<SavedViews>, Error> {
    Ok(Json(views::all(&context, &session.scope).await?))
}

/// Keeps a query of the list under a name; one of the same name is replaced.
#[utoipa::path(post, path = "/views", tag = "incidents", operation_id = "keep_view",
    request_body = NewView, responses((status = 201, body = SavedView)))]
async fn keep_view(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(new): Body<NewView>,
) -> Result<(StatusCode, Json<SavedView>), Error> {
    let kept = views::keep(&context, &session.scope, new).await?;
    Ok((StatusCode::CREATED, Json(kept)))
}

/// Drops a view.
#[utoipa::path(delete, path = "/views/{id}", tag = "incidents", operation_id = "drop_view",
    params(("id" = String, Path, format = Uuid)), responses((status = 204)))]
async fn drop_view(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<StatusCode, Error> {
    let id: ViewKey = path.at(0)?;
    views::drop_view(&context, &session.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
