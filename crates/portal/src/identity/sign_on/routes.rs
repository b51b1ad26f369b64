//! `/sign-on`.

use super::model::{NewSignOn, SignOnView};
use super::settings;
use crate::Error;
use crate::context::Context;
use crate::http::Body;
use crate::identity::Caller;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(show, set, remove))
}

/// How the tenant's people sign in by its own service.
#[utoipa::path(get, path = "/sign-on", tag = "people", operation_id = "sign_on",
    responses((status = 200, body = SignOnView)))]
async fn show(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<SignOnView>, Error> {
    Ok(Json(settings::view(&context, &session.scope).await?))
}

/// Uses a service from now on; it is asked at once whether it is one.
#[utoipa::path(put, path = "/sign-on", tag = "people", operation_id = "set_sign_on",
    request_body = NewSignOn, responses((status = 200, body = SignOnView)))]
async fn set(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(new): Body<NewSignOn>,
) -> Result<Json<SignOnView>, Error> {
    session.require_recent_proof(&context)?;
    Ok(Json(settings::set(&context, &session.scope, new).await?))
}

/// Uses no service any more.
#[utoipa::path(delete, path = "/sign-on", tag = "people", operation_id = "remove_sign_on",
    responses((status = 204)))]
async fn remove(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<StatusCode, Error> {
    session.require_recent_proof(&context)?;
    settings::remove(&context, &session.scope).await?;
    Ok(StatusCode::NO_CONTENT)
}
