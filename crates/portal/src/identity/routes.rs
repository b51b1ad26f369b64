//! `/session` and `/me`.

use super::model::{PasswordChange, ProfileChange, Proof, Session, SessionList, SignIn, User};
use super::service::{self, SignedIn};
use super::sessions::{self, OpenSession, SessionId, Visitor};
use super::{Arriving, Caller, session_cookie, step_cookie};
use crate::context::Context;
use crate::http::{self, Body, ClientAddress, Segments};
use crate::tenancy::{self, TenantName};
use crate::{Code, Error};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, who, sign_out))
        .routes(routes!(change_me))
        .routes(routes!(change_password))
        .routes(routes!(prove))
        .routes(routes!(sessions, end_others))
        .routes(routes!(end_session))
        .merge(super::factors::routes::router())
        .merge(super::people::routes::router())
        .merge(super::rules::routes::router())
        .merge(super::sign_on::routes::router())
}

/// Signs in; the cookie `hinomi_session` then carries the session. Where a second factor is asked for the answer is the
/// problem `second_factor_required`, and `POST /session/second-factor` goes on.
#[utoipa::path(post, path = "/session", tag = "identity", operation_id = "sign_in",
    request_body = SignIn, responses((status = 200, body = Session)))]
async fn sign_in(
    State(context): State<Context>,
    visitor: Visitor,
    headers: HeaderMap,
    Body(sign_in): Body<SignIn>,
) -> Result<Response, Error> {
    http::require_own_origin(&headers, &context.settings)?;
    let SignIn { email, password } = sign_in;
    match service::sign_in(&context, &email, password, &visitor).await? {
        SignedIn::Session(token) => signed_in(&context, &token).await,
        SignedIn::SecondStep(token) => {
            let cookie = [(header::SET_COOKIE, step_cookie(&context, &token))];
            let refusal = Error::from(Code::SecondFactorRequired);
            Ok((cookie, refusal.into_response()).into_response())
        }
    }
}

/// The answer to whoever has signed in: the session and its cookie.
pub(super) async fn signed_in(context: &Context, token: &str) -> Result<Response, Error> {
    let session = sessions::resume(context, token).await?;
    let cookies = AppendHeaders([
        (header::SET_COOKIE, session_cookie(context, token)),
        (header::SET_COOKIE, step_cookie(context, "")),
    ]);
    Ok((cookies, Json(view(context, session).await?)).into_response())
}

/// Who is signed in.
#[utoipa::path(get, path = "/session", tag = "identity", operation_id = "session",
    responses((status = 200, body = Session)))]
async fn who(
    State(context): State<Context>,
    Arriving(session): Arriving,
) -> Result<Json<Session>, Error> {
    Ok(Json(view(&context, session).await?))
}

async fn view(context: &Context, session: OpenSession) -> Result<Session, Error> {
    let home = TenantName {
        id: session.tenant,
        name: tenancy::service::name(context, &session.home).await?,
    };
    let tenant = TenantName {
        id: session.scope.tenant()?,
        name: tenancy::service::name(context, &session.scope).await?,
    };
    Ok(Session {
        second_factor_due: session.lacks_factor,
        means: session.means,
        user: session.user,
        home,
        tenant,
        rights: session.scope.rights(),
        csrf_token: session.csrf_token,
    })
}

/// Signs out.
#[utoipa::path(delete, path = "/session", tag = "identity", operation_id = "sign_out",
    responses((status = 204)))]
async fn sign_out(
    State(context): State<Context>,
    Arriving(session): Arriving,
) -> Result<Response, Error> {
    sessions::sign_out(&context, &session.home, &session.token_hash).await?;
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

/// Proves anew who the user is: what is dangerous asks for it ten minutes after the last proof.
#[utoipa::path(post, path = "/session/proof", tag = "identity", operation_id = "prove",
    request_body = Proof, responses((status = 204)))]
async fn prove(
    State(context): State<Context>,
    Arriving(session): Arriving,
    ClientAddress(address): ClientAddress,
    Body(proof): Body<Proof>,
) -> Result<StatusCode, Error> {
    sessions::prove(&context, &session, proof, address).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The own sessions that are open.
#[utoipa::path(get, path = "/me/sessions", tag = "identity", operation_id = "sessions",
    responses((status = 200, body = SessionList)))]
async fn sessions(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<Json<SessionList>, Error> {
    Ok(Json(sessions::list(&context, &session).await?))
}

/// Ends all of the own sessions but the one that asks.
#[utoipa::path(delete, path = "/me/sessions", tag = "identity", operation_id = "end_other_sessions",
    responses((status = 204)))]
async fn end_others(
    State(context): State<Context>,
    Caller(session): Caller,
) -> Result<StatusCode, Error> {
    sessions::end_others(&context, &session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one of the own sessions.
#[utoipa::path(delete, path = "/me/sessions/{id}", tag = "identity", operation_id = "end_session",
    params(("id" = String, Path, format = Uuid)), responses((status = 204)))]
async fn end_session(
    State(context): State<Context>,
    Caller(session): Caller,
    path: Segments,
) -> Result<StatusCode, Error> {
    let id: SessionId = path.at(0)?;
    sessions::end(&context, &session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
