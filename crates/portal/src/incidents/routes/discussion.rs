//! `/incidents/{id}/messages`: what customer and SOC say to each other.

use crate::Error;
use crate::context::Context;
use crate::http::{Body, Segments};
use crate::identity::Caller;
use crate::incidents::discussion;
use crate::incidents::model::{IncidentKey, Message, Messages, NewMessage};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(messages, say))
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
