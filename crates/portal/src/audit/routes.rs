//! `/audit`.

use super::export::{self, Format};
use super::filter::AuditQuery;
use super::model::{AuditPage, Verification};
use super::service;
use crate::Error;
use crate::context::Context;
use crate::http::Query;
use crate::identity::Caller;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(export_csv))
        .routes(routes!(export_json))
        .routes(routes!(verify))
}

/// Who did what, the newest first.
#[utoipa::path(get, path = "/audit", tag = "audit", operation_id = "audit_log",
    params(AuditQuery), responses((status = 200, body = AuditPage)))]
async fn list(
    State(context): State<Context>,
    Caller(session): Caller,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<AuditPage>, Error> {
    let query = AuditQuery::from_pairs(pairs)?;
    Ok(Json(service::page(&context, &session.scope, &query).await?))
}

/// The log as a table for spreadsheets, with the filters of the list, at most 50,000 entries.
#[utoipa::path(get, path = "/audit/export.csv", tag = "audit", operation_id = "export_audit_csv",
    params(AuditQuery), responses((status = 200, body = String, content_type = "text/csv")))]
async fn export_csv(
    State(context): State<Context>,
    Caller(session): Caller,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let query = AuditQuery::from_pairs(pairs)?;
    service::begin_export(&context, &session.scope, "csv").await?;
    let language = session.user.language;
    let rows = export::entries(context, session.scope, query, Format::Csv, language);
    Ok(file("text/csv; charset=utf-8", "audit.csv", rows))
}

/// The log for programs, with the filters of the list, at most 50,000 entries. Each entry's hash can be worked out again
/// from the one before.
#[utoipa::path(get, path = "/audit/export.json", tag = "audit", operation_id = "export_audit_json",
    params(AuditQuery), responses((status = 200, body = Vec<super::AuditEntry>)))]
async fn export_json(
    State(context): State<Context>,
    Caller(session): Caller,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let query = AuditQuery::from_pairs(pairs)?;
    service::begin_export(&context, &session.scope, "json").await?;
    let language = session.user.language;
    let rows = export::entries(context, session.scope, query, Format::Json, language);
    Ok(file("application/json", "audit.json", rows))
}

fn file(
    kind: &'static str,
    name: &str,
    rows: impl futures_util::Stream<Item = Result<axum::body::Bytes, Error>> + Send + 'static,
) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, axum::body::Body::from_stream(rows)).into_response()
}

/// Whether the log is as it was written: each entry's hash worked out again.
#[utoipa::path(get, path = "/audit/verification", tag = "audit", operation_id = "verify_audit_log",
    responses((status = 200, body = Verification)))]
async fn verify(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<Verification>, Error> {
    Ok(Json(service::verify(&context, &session.scope).await?))
}
