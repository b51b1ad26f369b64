//! `/session` and `/me`.

use super::model::{PasswordChange, ProfileChange, Session, SignIn, TenantName, User};
use super::service::{self, OpenSession};
use super::{Caller, session_cookie};
use crate::Error;
use crate::context::Context;
use crate::http::{self, Body, ClientAddress};
use crate::tenancy;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, who, sign_out))
        .routes(routes!(change_me))
        .routes(routes!(change_password))
}

/// Signs in; the cookie `hinomi_session` then carries the session.
#[utoipa::path(post, path = "/session", tag = "identity", operation_id = "sign_in",
    request_body = SignIn, responses((status = 200, body = Session)))]
async fn sign_in(
    State(context): State<Context>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(sign_in): Body<SignIn>,
) -> Result<Response, Error> {
    http::require_own_origin(&headers, &context.settings)?;
    let token = service::sign_in(&context, &sign_in.email, sign_in.password, address).await?;
    let session = service::resume(&context, &token).await?;
    let cookie = [(header::SET_COOKIE, session_cookie(&context, &token))];
    Ok((cookie, Json(view(&context, session).await?)).into_response())
}

/// Who is signed in.
#[utoipa::path(get, path = "/session", tag = "identity", operation_id = "session",
    responses((status = 200, body = Session)))]
async fn who(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<Session>, Error> {
    Ok(Json(view(&context, session).await?))
}

async fn view(context: &Context, session: OpenSession) -> Result<Session, Error> {
    let tenant = TenantName {
        id: session.tenant,
        name: tenancy::service::name(context, &session.scope).await?,
    };
    Ok(Session {
        user: session.user,
        tenant,
        csrf_token: session.csrf_token,
    })
}

/// Signs out.
#[utoipa::path(delete, path = "/session", tag = "identity", operation_id = "sign_out",
    responses((status = 204)))]
async fn sign_out(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Response, Error> {
    service::sign_out(&context, &session.scope, &session.token_hash).await?;
    let cookie = [(header::SET_COOKIE, session_cookie(&context, ""))];
    Ok((StatusCode::NO_CONTENT, cookie).into_response())
}

/// Changes the own name, languages and mails.
#[utoipa::path(patch, path = "/me", tag = "identity", operation_id = "change_me",
    request_body = ProfileChange, responses((status = 200, body = User)))]
async fn change_me(
    State(context): State<Context>,
    Caller(session): Caller,
    Body(change): Body<ProfileChange>,
) -> Result<Json<User>, Error> {
    Ok(Json(
        service::change_own(&context, &session.scope, change).await?,
    ))
}

/// Changes the own password; the user's other sessions end.
#[utoipa::path(post, path = "/me/password", tag = "identity", operation_id = "change_password",
    request_body = PasswordChange, responses((status = 204)))]
async fn change_password(
    State(context): State<Context>,
    Caller(session): Caller,
    ClientAddress(address): ClientAddress,
    Body(change): Body<PasswordChange>,
) -> Result<StatusCode, Error> {
    service::change_own_password(&context, &session, change, address).await?;
    Ok(StatusCode::NO_CONTENT)
}
