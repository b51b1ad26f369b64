//! `/alarms`.

use super::model::{AlarmList, AlarmQuery};
use super::service;
use crate::Error;
use crate::context::Context;
use crate::http::Query;
use crate::identity::Caller;
use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(list))
}

/// What is or was wrong with sensors of the tenant, newest first.
#[utoipa::path(get, path = "/alarms", tag = "fleet", operation_id = "alarms",
    params(AlarmQuery), responses((status = 200, body = AlarmList)))]
async fn list(
    State(context): State<Context>,
    Caller(session): Caller,
    Query(query): Query<AlarmQuery>,
) -> Result<Json<AlarmList>, Error> {
    Ok(Json(service::list(&context, &session.scope, &query).await?))
}
