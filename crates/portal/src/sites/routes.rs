//! `/sites`.

use super::model::{NewSite, Site, SiteId, SiteList};
use super::service;
use crate::Error;
use crate::context::Context;
use crate::http::{Body, Segments};
use crate::identity::Caller;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(change, remove))
}

/// The sites of the tenant that the caller sees.
#[utoipa::path(get, path = "/sites", tag = "sites", operation_id = "sites",
    responses((status = 200, body = SiteList)))]
async fn list(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<SiteList>, Error> {
    Ok(Json(service::list(&context, &session.scope).await?))
}

/// Enters a site.
#[utoipa::path(post, path = "/sites", tag = "sites", operation_id = "create_site",
    request_body = NewSite, responses((status = 201, body = Site)))]
async fn create(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(new): Body<NewSite>,
) -> Result<(StatusCode, Json<Site>), Error> {
    let made = service::create(&context, &session.scope, new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Says anew what a site is: its name, its sensors, and who sees this site only.
#[utoipa::path(put, path = "/sites/{id}", tag = "sites", operation_id = "change_site",
    params(("id" = String, Path, format = Uuid)), request_body = NewSite,
    responses((status = 200, body = Site)))]
async fn change(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
    Body(new): Body<NewSite>,
) -> Result<Json<Site>, Error> {
    let id: SiteId = path.at(0)?;
    Ok(Json(
        service::change(&context, &session.scope, id, new).await?,
    ))
}

/// Takes a site away that nobody is limited to; what its sensors found stays.
#[utoipa::path(delete, path = "/sites/{id}", tag = "sites", operation_id = "remove_site",
    params(("id" = String, Path, format = Uuid)), responses((status = 204)))]
async fn remove(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<StatusCode, Error> {
    let id: SiteId = path.at(0)?;
    service::remove(&context, &session.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
