//! `/sign-in-rules`.

use super::{SignInRules, service};
use crate::Error;
use crate::context::Context;
use crate::http::Body;
use crate::identity::Caller;
use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(show, set))
}

/// What the tenant demands of its people when they sign in.
#[utoipa::path(get, path = "/sign-in-rules", tag = "people", operation_id = "sign_in_rules",
    responses((status = 200, body = SignInRules)))]
async fn show(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<SignInRules>, Error> {
    Ok(Json(service::rules(&context, &session.scope).await?))
}

/// Changes what the tenant demands; it holds at once.
#[utoipa::path(put, path = "/sign-in-rules", tag = "people", operation_id = "set_sign_in_rules",
    request_body = SignInRules, responses((status = 200, body = SignInRules)))]
async fn set(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(rules): Body<SignInRules>,
) -> Result<Json<SignInRules>, Error> {
    session.require_recent_proof(&context)?;
    Ok(Json(service::set(&context, &session.scope, rules).await?))
}
