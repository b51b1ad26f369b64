//! Whether the portal lives, whether it can work, and its figures.

use super::Peer;
use crate::context::Context;
use crate::tenancy::Scope;
use crate::{Code, Error, fleet, incidents, notify};
use axum::Router;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::fmt::Write as _;

pub fn router() -> Router<Context> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// Ready when the database can be written to.
async fn ready(State(context): State<Context>) -> Response {
    let written = async {
        let transaction = context.database.write(&Scope::system()).await?;
        transaction.rollback().await
    };
    match written.await {
        Ok(()) => "ready\n".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "database\n").into_response(),
    }
}

/// Figures for Prometheus, only for the machine itself: not through a proxy.
async fn metrics(
    State(context): State<Context>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let is_local = peer.is_some_and(|Extension(peer)| peer.0.ip().to_canonical().is_loopback());
    if !is_local || headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded") {
        return Err(Code::NotFound.into());
    }
    let scope = Scope::system();
    let mut connection = context.database.read(&scope).await?;
    let now = context.clock.micros();
    let mut text = String::new();
    let mut figure = |name: &str, help: &str, value: i64| {
        let _ = writeln!(
            text,
            "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}"
        );
    };
    let incidents = incidents::queries::total(&mut connection, &scope).await?;
    figure("hinomi_portal_incidents", "Incidents stored.", incidents);
    let (waiting, failed) = notify::queries::totals(&mut connection, &scope).await?;
    figure(
        "hinomi_portal_messages_waiting",
        "Messages that wait to be sent.",
        waiting,
    );
    figure(
        "hinomi_portal_messages_failed",
        "Messages given up.",
        failed,
    );
    let (all, online) = fleet::queries::totals(&mut connection, &scope, now).await?;
    figure("hinomi_portal_sensors", "Sensors that are not barred.", all);
    figure(
        "hinomi_portal_sensors_online",
        "Sensors heard from lately.",
        online,
    );
    let streams = i64::try_from(context.hub.stream_count()).unwrap_or(i64::MAX);
    figure(
        "hinomi_portal_streams",
        "Browsers that listen for events.",
        streams,
    );
    let types = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    Ok((types, text).into_response())
}
