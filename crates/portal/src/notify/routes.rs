//! `/me/notifications`, `/me/push`, `/notifications`, `/incidents/{id}/deliveries`.

use super::model::{
    DeliveryList, Endpoint, EndpointChange, EndpointList, EndpointWithSecret, NewEndpoint,
    NewPushSubscription, NotificationTest, Preferences, PushState, TenantNotification,
    TenantNotificationView,
};
use super::{endpoints, service};
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
        .routes(routes!(preferences, keep_preferences))
        .routes(routes!(own_deliveries))
        .routes(routes!(test_own))
        .routes(routes!(push_state, subscribe))
        .routes(routes!(unsubscribe))
        .routes(routes!(tenant_settings, keep_tenant_settings))
        .routes(routes!(list_endpoints, create_endpoint))
        .routes(routes!(change_endpoint, delete_endpoint))
        .routes(routes!(test_endpoint))
        .routes(routes!(renew_secret))
        .routes(routes!(incident_deliveries))
        .routes(routes!(opened))
}

/// How the person who asks wants to be told.
#[utoipa::path(get, path = "/me/notifications", tag = "notify", operation_id = "notification_preferences",
    responses((status = 200, body = Preferences)))]
async fn preferences(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<Preferences>, Error> {
    Ok(Json(service::preferences(&context, &session.scope).await?))
}

/// Keeps how the person who asks wants to be told.
#[utoipa::path(put, path = "/me/notifications", tag = "notify", operation_id = "keep_notification_preferences",
    request_body = Preferences, responses((status = 200, body = Preferences)))]
async fn keep_preferences(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(wanted): Body<Preferences>,
) -> Result<Json<Preferences>, Error> {
    Ok(Json(
        service::keep_preferences(&context, &session.scope, &wanted).await?,
    ))
}

/// The last ten messages to the person who asks.
#[utoipa::path(get, path = "/me/deliveries", tag = "notify", operation_id = "own_deliveries",
    responses((status = 200, body = DeliveryList)))]
async fn own_deliveries(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<DeliveryList>, Error> {
    Ok(Json(
        service::own_deliveries(&context, &session.scope).await?,
    ))
}

/// Sends the person who asks a message, to try whether it arrives.
#[utoipa::path(post, path = "/me/notifications/test", tag = "notify", operation_id = "test_own_notification",
    request_body = NotificationTest, responses((status = 202, body = DeliveryList)))]
async fn test_own(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(wanted): Body<NotificationTest>,
) -> Result<(StatusCode, Json<DeliveryList>), Error> {
    let list = service::test(&context, &session.scope, &wanted).await?;
    Ok((StatusCode::ACCEPTED, Json(list)))
}

/// The key to subscribe with, and the own browsers that take push messages.
#[utoipa::path(get, path = "/me/push", tag = "notify", operation_id = "push_state",
    responses((status = 200, body = PushState)))]
async fn push_state(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<PushState>, Error> {
    Ok(Json(service::push_state(&context, &session.scope).await?))
}

/// Takes in a browser that takes push messages. A browser that was somebody else's before is the caller's from now on.
#[utoipa::path(post, path = "/me/push", tag = "notify", operation_id = "subscribe_push",
    request_body = NewPushSubscription, responses((status = 201, body = PushState)))]
async fn subscribe(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(new): Body<NewPushSubscription>,
) -> Result<(StatusCode, Json<PushState>), Error> {
    let state = service::subscribe(&context, &session.scope, &new).await?;
    Ok((StatusCode::CREATED, Json(state)))
}

/// Forgets a browser of the person who asks.
#[utoipa::path(delete, path = "/me/push/{id}", tag = "notify", operation_id = "unsubscribe_push",
    params(("id" = String, Path, format = Uuid)), responses((status = 204)))]
async fn unsubscribe(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<StatusCode, Error> {
    service::unsubscribe(&context, &session.scope, path.at(0)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What holds for all people of the tenant: time zone and escalation.
#[utoipa::path(get, path = "/notifications", tag = "notify", operation_id = "tenant_notification",
    responses((status = 200, body = TenantNotificationView)))]
async fn tenant_settings(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<TenantNotificationView>, Error> {
    Ok(Json(
        service::tenant_settings(&context, &session.scope).await?,
    ))
}

/// Keeps what holds for all people of the tenant.
#[utoipa::path(put, path = "/notifications", tag = "notify", operation_id = "keep_tenant_notification",
    request_body = TenantNotification, responses((status = 200, body = TenantNotificationView)))]
async fn keep_tenant_settings(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(wanted): Body<TenantNotification>,
) -> Result<Json<TenantNotificationView>, Error> {
    Ok(Json(
        service::keep_tenant_settings(&context, &session.scope, &wanted).await?,
    ))
}

/// Systems of the tenant that are told: webhooks, chats, log servers.
#[utoipa::path(get, path = "/notifications/endpoints", tag = "notify", operation_id = "endpoints",
    responses((status = 200, body = EndpointList)))]
async fn list_endpoints(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<EndpointList>, Error> {
    Ok(Json(endpoints::list(&context, &session.scope).await?))
}

/// Takes in a system. The secret that signs what it is sent is shown this once.
#[utoipa::path(post, path = "/notifications/endpoints", tag = "notify", operation_id = "create_endpoint",
    request_body = NewEndpoint, responses((status = 201, body = EndpointWithSecret)))]
async fn create_endpoint(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(new): Body<NewEndpoint>,
) -> Result<(StatusCode, Json<EndpointWithSecret>), Error> {
    let made = endpoints::create(&context, &session.scope, new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Changes a system.
#[utoipa::path(patch, path = "/notifications/endpoints/{id}", tag = "notify", operation_id = "change_endpoint",
    params(("id" = String, Path, format = Uuid)), request_body = EndpointChange, responses((status = 200, body = Endpoint)))]
async fn change_endpoint(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
    Body(change): Body<EndpointChange>,
) -> Result<Json<Endpoint>, Error> {
    Ok(Json(
        endpoints::change(&context, &session.scope, path.at(0)?, change).await?,
    ))
}

/// Gives a webhook a new secret, shown this once. From now on the old one signs nothing.
#[utoipa::path(post, path = "/notifications/endpoints/{id}/secret", tag = "notify", operation_id = "renew_endpoint_secret",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = EndpointWithSecret)))]
async fn renew_secret(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<Json<EndpointWithSecret>, Error> {
    Ok(Json(
        endpoints::renew_secret(&context, &session.scope, path.at(0)?).await?,
    ))
}

/// Forgets a system. What it was told stays in the ledger.
#[utoipa::path(delete, path = "/notifications/endpoints/{id}", tag = "notify", operation_id = "delete_endpoint",
    params(("id" = String, Path, format = Uuid)), responses((status = 204)))]
async fn delete_endpoint(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<StatusCode, Error> {
    endpoints::delete(&context, &session.scope, path.at(0)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a system a message, to try whether it arrives.
#[utoipa::path(post, path = "/notifications/endpoints/{id}/test", tag = "notify", operation_id = "test_endpoint",
    params(("id" = String, Path, format = Uuid)), responses((status = 202, body = Endpoint)))]
async fn test_endpoint(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<(StatusCode, Json<Endpoint>), Error> {
    let endpoint = endpoints::test(&context, &session.scope, path.at(0)?).await?;
    Ok((StatusCode::ACCEPTED, Json(endpoint)))
}

/// The ledger of an incident: who was told, by which way, and what became of it.
#[utoipa::path(get, path = "/incidents/{id}/deliveries", tag = "notify", operation_id = "incident_deliveries",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = DeliveryList)))]
async fn incident_deliveries(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<Json<DeliveryList>, Error> {
    Ok(Json(
        service::incident_deliveries(&context, &session.scope, path.at(0)?).await?,
    ))
}

/// Notes that the person who asks has opened an incident. Once is enough; again changes nothing.
#[utoipa::path(post, path = "/incidents/{id}/opened", tag = "notify", operation_id = "incident_opened",
    params(("id" = String, Path, format = Uuid)), responses((status = 204)))]
async fn opened(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<StatusCode, Error> {
    service::opened(&context, &session.scope, path.at(0)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
