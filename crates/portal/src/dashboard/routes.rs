//! `/dashboard`.

use super::model::{Dashboard, DashboardQuery};
use super::service;
use crate::Error;
use crate::context::Context;
use crate::http::Query;
use crate::identity::Caller;
use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const DAYS_DEFAULT: u32 = 30;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(show))
}

/// What a tenant sees at first sight.
#[utoipa::path(get, path = "/dashboard", tag = "dashboard", operation_id = "dashboard",
    params(DashboardQuery), responses((status = 200, body = Dashboard)))]
async fn show(
    State(context): State<Context>,
    Caller(session): Caller,
    Query(query): Query<DashboardQuery>,
) -> Result<Json<Dashboard>, Error> {
    let days = query.days.unwrap_or(DAYS_DEFAULT);
    Ok(Json(
        service::dashboard(&context, &session.scope, days).await?,
    ))
}
