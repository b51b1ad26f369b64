//! `/contacts`.

use super::model::ContactCards;
use super::service;
use crate::Error;
use crate::context::Context;
use crate::http::Body;
use crate::identity::Caller;
use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(show, replace))
}

/// Whom to call, in order.
#[utoipa::path(get, path = "/contacts", tag = "contacts", operation_id = "contacts",
    responses((status = 200, body = ContactCards)))]
async fn show(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<ContactCards>, Error> {
    Ok(Json(service::all(&context, &session.scope).await?))
}

/// Says whom to call: all cards, in order.
#[utoipa::path(put, path = "/contacts", tag = "contacts", operation_id = "replace_contacts",
    request_body = ContactCards, responses((status = 200, body = ContactCards)))]
async fn replace(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(cards): Body<ContactCards>,
) -> Result<Json<ContactCards>, Error> {
    Ok(Json(
        service::replace(&context, &session.scope, cards).await?,
    ))
}
