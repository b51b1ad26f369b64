//! `/portfolio`.

use super::model::Portfolio;
use super::service;
use crate::Error;
use crate::context::Context;
use crate::identity::Caller;
use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(show))
}

/// How the customers stand that the caller looks after, the worst first.
#[utoipa::path(get, path = "/portfolio", tag = "tenancy", operation_id = "portfolio",
    responses((status = 200, body = Portfolio)))]
async fn show(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<Portfolio>, Error> {
    Ok(Json(service::portfolio(&context, &session.scope).await?))
}
