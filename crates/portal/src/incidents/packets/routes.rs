//! `/incidents/{id}/packets`.

use super::service;
use crate::Error;
use crate::context::Context;
use crate::http::Segments;
use crate::identity::Caller;
use crate::incidents::IncidentKey;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(packets))
}

/// The packets behind an incident, as a pcap file. That it was downloaded is noted in the audit log.
#[utoipa::path(get, path = "/incidents/{id}/packets", tag = "incidents", operation_id = "packets",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.tcpdump.pcap")))]
async fn packets(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<impl IntoResponse, Error> {
    let id: IncidentKey = path.at(0)?;
    let file = service::download(&context, &session.scope, id).await?;
    let headers = [
        (
            header::CONTENT_TYPE,
            "application/vnd.tcpdump.pcap".to_owned(),
        ),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"incident-{id}.pcap\""),
        ),
    ];
    Ok((headers, file))
}
