//! `/sensors/{id}/history`.

use super::model::{History, HistoryQuery};
use super::service;
use crate::Error;
use crate::context::Context;
use crate::http::{Query, Segments};
use crate::identity::Caller;
use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(show))
}

/// How a sensor has been, in steps.
#[utoipa::path(get, path = "/sensors/{id}/history", tag = "fleet", operation_id = "sensor_history",
    params(("id" = String, Path, format = Uuid), HistoryQuery), responses((status = 200, body = History)))]
async fn show(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<History>, Error> {
    let id = path.at(0)?;
    Ok(Json(
        service::history(&context, &session.scope, id, &query).await?,
    ))
}
