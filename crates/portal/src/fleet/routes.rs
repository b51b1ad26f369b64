//! `/sensors`.

use super::model::{NewSensor, Sensor, SensorChange, SensorList, SensorWithSecret};
use super::{alarms, history, service};
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
        .routes(routes!(show, change, bar))
        .routes(routes!(renew_secret))
        .merge(history::routes::router())
        .merge(alarms::routes::router())
}

/// All sensors of the tenant.
#[utoipa::path(get, path = "/sensors", tag = "fleet", operation_id = "sensors",
    responses((status = 200, body = SensorList)))]
async fn list(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<SensorList>, Error> {
    Ok(Json(service::list(&context, &session.scope).await?))
}

/// Enters a sensor. The secret by which it enrols is shown this once.
#[utoipa::path(post, path = "/sensors", tag = "fleet", operation_id = "create_sensor",
    request_body = NewSensor, responses((status = 201, body = SensorWithSecret)))]
async fn create(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(new): Body<NewSensor>,
) -> Result<(StatusCode, Json<SensorWithSecret>), Error> {
    session.require_recent_proof(&context)?;
    let made = service::create(&context, &session.scope, &new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// A sensor.
#[utoipa::path(get, path = "/sensors/{id}", tag = "fleet", operation_id = "sensor",
    params(("id" = String, Path, format = Uuid)), responses((status = 200, body = Sensor)))]
async fn show(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<Json<Sensor>, Error> {
    Ok(Json(
        service::one(&context, &session.scope, path.at(0)?).await?,
    ))
}

/// Names a sensor and its place.
#[utoipa::path(patch, path = "/sensors/{id}", tag = "fleet", operation_id = "change_sensor",
    params(("id" = String, Path, format = Uuid)), request_body = SensorChange,
    responses((status = 200, body = Sensor)))]
async fn change(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
    Body(change): Body<SensorChange>,
) -> Result<Json<Sensor>, Error> {
    Ok(Json(
        service::change(&context, &session.scope, path.at(0)?, change).await?,
    ))
}

/// Bars a sensor at once and for ever. What it found stays.
#[utoipa::path(delete, path = "/sensors/{id}", tag = "fleet", operation_id = "bar_sensor",
    params(("id" = String, Path, format = Uuid)), responses((status = 204)))]
async fn bar(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<StatusCode, Error> {
    service::bar(&context, &session.scope, path.at(0)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a sensor a new secret by which it enrols; an earlier one is good no more.
#[utoipa::path(post, path = "/sensors/{id}/secret", tag = "fleet", operation_id = "renew_sensor_secret",
    params(("id" = String, Path, format = Uuid)), responses((status = 201, body = SensorWithSecret)))]
async fn renew_secret(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<(StatusCode, Json<SensorWithSecret>), Error> {
    session.require_recent_proof(&context)?;
    let made = service::renew_secret(&context, &session.scope, path.at(0)?).await?;
    Ok((StatusCode::CREATED, Json(made)))
}
