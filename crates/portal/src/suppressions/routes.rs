//! `/suppressions`.

use super::model::{NewSuppression, Suppression, SuppressionKey, SuppressionPreview, Suppressions};
use super::service;
use crate::Error;
use crate::context::Context;
use crate::http::{Body, Segments};
use crate::identity::Caller;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use event::SuppressionScope;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(preview))
        .routes(routes!(revoke))
}

/// What is hidden on the customer's word: what holds, and the latest of what is over.
#[utoipa::path(get, path = "/suppressions", tag = "suppressions", operation_id = "suppressions",
    responses((status = 200, body = Suppressions)))]
async fn list(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<Suppressions>, Error> {
    Ok(Json(service::all(&context, &session.scope).await?))
}

/// Hides what was ours, for a time; open incidents that are wholly covered at once.
#[utoipa::path(post, path = "/suppressions", tag = "suppressions", operation_id = "create_suppression",
    request_body = NewSuppression, responses((status = 201, body = Suppression)))]
async fn create(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(new): Body<NewSuppression>,
) -> Result<(StatusCode, Json<Suppression>), Error> {
    let made = service::create(&context, &session.scope, new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// What a suppression would have hidden of the past 90 days; changes nothing.
#[utoipa::path(post, path = "/suppressions/preview", tag = "suppressions", operation_id = "preview_suppression",
    request_body = SuppressionScope, responses((status = 200, body = SuppressionPreview)))]
async fn preview(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(wanted): Body<SuppressionScope>,
) -> Result<Json<SuppressionPreview>, Error> {
    Ok(Json(
        service::preview(&context, &session.scope, wanted).await?,
    ))
}

/// Takes a suppression back; what only it hid comes back.
#[utoipa::path(delete, path = "/suppressions/{id}", tag = "suppressions", operation_id = "revoke_suppression",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Suppression)))]
async fn revoke(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<Json<Suppression>, Error> {
    let id: SuppressionKey = path.at(0)?;
    Ok(Json(service::revoke(&context, &session.scope, id).await?))
}
