//! `/incidents/export.*` and `/incidents/{id}/export.json`: incidents to take away.

use crate::Error;
use crate::context::Context;
use crate::http::{Query, Segments};
use crate::identity::Caller;
use crate::incidents::filter::IncidentQuery;
use crate::incidents::model::{IncidentDetail, IncidentKey, IncidentSummary};
use crate::incidents::{export, service};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(export_csv))
        .routes(routes!(export_json))
        .routes(routes!(export_one))
}

/// Incidents as a table for spreadsheets, with the filters and the order of the list, at most 50,000.
#[utoipa::path(get, path = "/incidents/export.csv", tag = "incidents", operation_id = "export_incidents",
    params(IncidentQuery), responses((status = 200, body = String, content_type = "text/csv")))]
async fn export_csv(
    State(context): State<Context>,
    Caller(session): Caller,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let query = IncidentQuery::from_pairs(pairs)?.at(context.clock.micros());
    let ids = service::ids_for_export(&context, &session.scope, &query).await?;
    let rows = export::table(context, session.scope, session.user.language, ids);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"incidents.csv\"",
        ),
    ];
    Ok((headers, axum::body::Body::from_stream(rows)).into_response())
}

/// Incidents as JSON, with the filters and the order of the list, at most 50,000.
#[utoipa::path(get, path = "/incidents/export.json", tag = "incidents", operation_id = "export_incidents_as_json",
    params(IncidentQuery), responses((status = 200, body = Vec<IncidentSummary>)))]
async fn export_json(
    State(context): State<Context>,
    Caller(session): Caller,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let query = IncidentQuery::from_pairs(pairs)?.at(context.clock.micros());
    let ids = service::ids_for_export(&context, &session.scope, &query).await?;
    let rows = export::array(context, session.scope, ids);
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"incidents.json\"",
        ),
    ];
    Ok((headers, axum::body::Body::from_stream(rows)).into_response())
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
