//! All routes.

use super::{document, headers, health, problem};
use crate::context::Context;
use crate::error::Code;
use crate::{
    Error, assets, audit, contacts, dashboard, fleet, identity, incidents, limits, live, notify,
    pages, portfolio, sites, suppressions, tenancy,
};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::get;
use std::sync::LazyLock;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use utoipa_axum::router::OpenApiRouter;

/// Everything under `/api/v1`.
pub(super) fn api() -> OpenApiRouter<Context> {
    let areas = OpenApiRouter::new()
        .merge(identity::routes::router())
        .merge(tenancy::routes::router())
        .merge(dashboard::routes::router())
        .merge(portfolio::routes::router())
        .merge(incidents::routes::router())
        .merge(suppressions::routes::router())
        .merge(contacts::routes::router())
        .merge(fleet::routes::router())
        .merge(sites::routes::router())
        .merge(live::routes::router())
        .merge(audit::routes::router())
        .merge(notify::routes::router());
    OpenApiRouter::with_openapi(document::empty()).nest("/api/v1", areas)
}

/// The whole portal as one service.
pub fn router(context: Context) -> Router {
    let (api, _) = api().split_for_parts();
    let api = api
        .route("/api/v1/openapi.json", get(openapi_json))
        .route("/api/{*rest}", axum::routing::any(nothing))
        .layer(DefaultBodyLimit::max(limits::REQUEST_BODY_BYTES_MAX))
        .layer(middleware::from_fn(super::tenant::take))
        .layer(middleware::from_fn(headers::not_for_ever))
        .layer(middleware::from_fn(problem::in_callers_language))
        .layer(middleware::from_fn(headers::never_cached));
    let is_https = context.settings.is_https();
    // A stream must not wait in the compressor for more to compress.
    let compressed = DefaultPredicate::new().and(NotForContentType::new("text/event-stream"));
    Router::new()
        .merge(api)
        .merge(health::router())
        .merge(pages::router().layer(middleware::from_fn(headers::not_for_ever)))
        .merge(assets::router())
        .fallback(pages::not_found)
        .layer(middleware::from_fn(move |request, next| {
            headers::secure(is_https, request, next)
        }))
        .layer(CompressionLayer::new().compress_when(compressed))
        .with_state(context)
}

async fn nothing() -> Error {
    Code::NotFound.into()
}

static DOCUMENT: LazyLock<String> =
    LazyLock::new(|| document::openapi().to_json().unwrap_or_default());

async fn openapi_json() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "application/json")],
        DOCUMENT.as_str(),
    )
}
