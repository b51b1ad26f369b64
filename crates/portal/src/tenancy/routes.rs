//! `/tenants` and `/tenant`.

use super::model::{NewTenant, TenantChange, TenantList, TenantView, VisitList};
use super::{Scope, service};
use crate::Error;
use crate::context::Context;
use crate::http::Body;
use crate::identity::Caller;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change))
        .routes(routes!(visits))
}

/// The tenants that the caller looks after.
#[utoipa::path(get, path = "/tenants", tag = "tenancy", operation_id = "tenants",
    responses((status = 200, body = TenantList)))]
async fn list(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<TenantList>, Error> {
    let items = service::list(&context, &session.scope).await?;
    Ok(Json(TenantList { items }))
}

/// Takes in a customer or a partner.
#[utoipa::path(post, path = "/tenants", tag = "tenancy", operation_id = "create_tenant",
    request_body = NewTenant, responses((status = 201, body = TenantView)))]
async fn create(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(new): Body<NewTenant>,
) -> Result<(StatusCode, Json<TenantView>), Error> {
    let id = service::create(&context, &session.scope, new).await?;
    let made = service::current(&context, &Scope::system_in(id)).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// The tenant that the request is about.
#[utoipa::path(get, path = "/tenant", tag = "tenancy", operation_id = "tenant",
    responses((status = 200, body = TenantView)))]
async fn show(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<TenantView>, Error> {
    Ok(Json(service::current(&context, &session.scope).await?))
}

/// Changes the tenant that the request is about.
#[utoipa::path(patch, path = "/tenant", tag = "tenancy", operation_id = "change_tenant",
    request_body = TenantChange, responses((status = 200, body = TenantView)))]
async fn change(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(change): Body<TenantChange>,
) -> Result<Json<TenantView>, Error> {
    Ok(Json(
        service::change(&context, &session.scope, change).await?,
    ))
}

/// Who of the partner and the operator was in the tenant's data.
#[utoipa::path(get, path = "/tenant/visits", tag = "tenancy", operation_id = "visits",
    responses((status = 200, body = VisitList)))]
async fn visits(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<VisitList>, Error> {
    let items = service::visits(&context, &session.scope).await?;
    Ok(Json(VisitList { items }))
}
