//! Who sends a request: the session of its cookie, guarded against requests that other sites forge.

use super::service::{self, OpenSession};
use crate::context::Context;
use crate::{Code, Error, http, secret};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// Name of the cookie that carries a session's token.
pub const SESSION_COOKIE: &str = "hinomi_session";
/// Header that every unsafe request carries.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// The person who sends a request. Unsafe methods pass only with the session's CSRF token and from our own origin.
pub struct Caller(pub OpenSession);

impl FromRequestParts<Context> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Error> {
        let token = http::cookie(&parts.headers, SESSION_COOKIE).ok_or(Code::SignInRequired)?;
        let session = service::resume(context, token).await?;
        if !parts.method.is_safe() {
            http::require_own_origin(&parts.headers, &context.settings)?;
            let sent = parts
                .headers
                .get(CSRF_HEADER)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            if !secret::equal(sent, &session.csrf_token) {
                return Err(Code::CsrfFailed.into());
            }
        }
        Ok(Self(session))
    }
}

/// The cookie that carries a token; an empty token takes the cookie away.
pub fn session_cookie(context: &Context, token: &str) -> String {
    let secure = if context.settings.is_https() {
        "; Secure"
    } else {
        ""
    };
    let life = if token.is_empty() { "; Max-Age=0" } else { "" };
    format!("{SESSION_COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{life}")
}
