//! `/me/totp`, `/me/recovery-codes`, `/me/passkeys` and what signs in beside the password.

use super::model::{
    Factors, NewPasskey, PasskeyAnswer, PasskeyChallenge, PasskeyId, PasskeyView, RecoveryCodes,
    TotpCode, TotpOffer,
};
use super::passkeys::{self, RelyingParty};
use super::service;
use crate::Error;
use crate::context::Context;
use crate::http::{self, Body, Segments};
use crate::identity::model::{SecondStep, Session};
use crate::identity::routes::signed_in;
use crate::identity::{Arriving, Caller, STEP_COOKIE, Visitor};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(second_step))
        .routes(routes!(passkey_challenge))
        .routes(routes!(passkey_sign_in))
        .routes(routes!(passkey_proof))
        .routes(routes!(factors))
        .routes(routes!(offer_totp, confirm_totp, remove_totp))
        .routes(routes!(make_codes))
        .routes(routes!(new_passkey))
        .routes(routes!(add_passkey))
        .routes(routes!(remove_passkey))
}

/// Gives the second factor after the password, where `POST /session` asked for it.
#[utoipa::path(post, path = "/session/second-factor", tag = "identity", operation_id = "give_second_factor",
    request_body = SecondStep, responses((status = 200, body = Session)))]
async fn second_step(
    State(context): State<Context>,
    visitor: Visitor,
    headers: HeaderMap,
    Body(step): Body<SecondStep>,
) -> Result<Response, Error> {
    http::require_own_origin(&headers, &context.settings)?;
    let token = http::cookie(&headers, STEP_COOKIE).unwrap_or_default();
    let token = service::finish_step(&context, token, &step.code, &visitor).await?;
    signed_in(&context, &token).await
}

/// Asks for a passkey, to sign in or to prove anew who one is.
#[utoipa::path(post, path = "/session/passkey/challenge", tag = "identity", operation_id = "passkey_challenge",
    responses((status = 200, body = PasskeyChallenge)))]
async fn passkey_challenge(
    State(context): State<Context>,
    headers: HeaderMap,
    party: RelyingParty,
) -> Result<Json<PasskeyChallenge>, Error> {
    http::require_own_origin(&headers, &context.settings)?;
    Ok(Json(passkeys::begin_sign_in(&context, &party).await?))
}

/// Signs in by a passkey alone.
#[utoipa::path(post, path = "/session/passkey", tag = "identity", operation_id = "sign_in_by_passkey",
    request_body = PasskeyAnswer, responses((status = 200, body = Session)))]
async fn passkey_sign_in(
    State(context): State<Context>,
    visitor: Visitor,
    headers: HeaderMap,
    party: RelyingParty,
    Body(answer): Body<PasskeyAnswer>,
) -> Result<Response, Error> {
    http::require_own_origin(&headers, &context.settings)?;
    let token = passkeys::sign_in(&context, &party, answer, &visitor).await?;
    signed_in(&context, &token).await
}

/// Proves anew who the user is, by a passkey.
#[utoipa::path(post, path = "/session/proof/passkey", tag = "identity", operation_id = "prove_by_passkey",
    request_body = PasskeyAnswer, responses((status = 204)))]
async fn passkey_proof(
    State(context): State<Context>,
    Arriving(session): Arriving,
    party: RelyingParty,
    Body(answer): Body<PasskeyAnswer>,
) -> Result<StatusCode, Error> {
    passkeys::prove(&context, &session, &party, answer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// By what the user can prove who he is, beside the password.
#[utoipa::path(get, path = "/me/factors", tag = "identity", operation_id = "factors",
    responses((status = 200, body = Factors)))]
async fn factors(
    State(context): State<Context>,
    Arriving(session): Arriving,
) -> Result<Json<Factors>, Error> {
    Ok(Json(service::factors(&context, &session).await?))
}

/// Offers a secret for an authenticator app; it is good once a code has confirmed it.
#[utoipa::path(post, path = "/me/totp", tag = "identity", operation_id = "offer_totp",
    responses((status = 201, body = TotpOffer)))]
async fn offer_totp(
    State(context): State<Context>,
    Arriving(session): Arriving,
) -> Result<(StatusCode, Json<TotpOffer>), Error> {
    session.require_recent_proof(&context)?;
    let offer = service::offer_totp(&context, &session).await?;
    Ok((StatusCode::CREATED, Json(offer)))
}

/// Confirms the authenticator app by one of its codes.
#[utoipa::path(put, path = "/me/totp", tag = "identity", operation_id = "confirm_totp",
    request_body = TotpCode, responses((status = 204)))]
async fn confirm_totp(
    State(context): State<Context>,
    Arriving(session): Arriving,
    Body(code): Body<TotpCode>,
) -> Result<StatusCode, Error> {
    session.require_recent_proof(&context)?;
    service::confirm_totp(&context, &session, &code.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets the authenticator app.
#[utoipa::path(delete, path = "/me/totp", tag = "identity", operation_id = "remove_totp",
    responses((status = 204)))]
async fn remove_totp(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<StatusCode, Error> {
    session.require_recent_proof(&context)?;
    service::remove_totp(&context, &session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes ten recovery codes, each good once; older ones are good no longer.
#[utoipa::path(post, path = "/me/recovery-codes", tag = "identity", operation_id = "make_recovery_codes",
    responses((status = 201, body = RecoveryCodes)))]
async fn make_codes(
    State(context): State<Context>,
    Arriving(session): Arriving,
) -> Result<(StatusCode, Json<RecoveryCodes>), Error> {
    session.require_recent_proof(&context)?;
    let codes = service::make_codes(&context, &session).await?;
    Ok((StatusCode::CREATED, Json(codes)))
}

/// Asks the browser to make a passkey.
#[utoipa::path(post, path = "/me/passkeys/challenge", tag = "identity", operation_id = "new_passkey_challenge",
    responses((status = 200, body = PasskeyChallenge)))]
async fn new_passkey(
    State(context): State<Context>,
    Arriving(session): Arriving,
    party: RelyingParty,
) -> Result<Json<PasskeyChallenge>, Error> {
    session.require_recent_proof(&context)?;
    Ok(Json(
        passkeys::begin_adding(&context, &session, &party).await?,
    ))
}

/// Keeps the passkey that the browser made.
#[utoipa::path(post, path = "/me/passkeys", tag = "identity", operation_id = "add_passkey",
    request_body = NewPasskey, responses((status = 201, body = PasskeyView)))]
async fn add_passkey(
    State(context): State<Context>,
    Arriving(session): Arriving,
    party: RelyingParty,
    Body(new): Body<NewPasskey>,
) -> Result<(StatusCode, Json<PasskeyView>), Error> {
    session.require_recent_proof(&context)?;
    let added = passkeys::add(&context, &session, &party, new).await?;
    Ok((StatusCode::CREATED, Json(added)))
}

/// Forgets a passkey.
#[utoipa::path(delete, path = "/me/passkeys/{id}", tag = "identity", operation_id = "remove_passkey",
    params(("id" = String, Path, format = Uuid)), responses((status = 204)))]
async fn remove_passkey(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<StatusCode, Error> {
    let id: PasskeyId = path.at(0)?;
    session.require_recent_proof(&context)?;
    passkeys::remove(&context, &session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
