//! Who sends a request: the session of its cookie, guarded against requests that other sites forge.

use super::sessions::{self, OpenSession, Visitor};
use crate::context::Context;
use crate::http::AskedTenant;
use crate::tenancy::TenantId;
use crate::{Code, Error, http, limits, secret, tenancy, text};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

/// Name of the cookie that carries a session's token.
pub const SESSION_COOKIE: &str = "hinomi_session";
/// Name of the cookie by which a browser is known again.
const BROWSER_COOKIE: &str = "hinomi_browser";
/// Name of the cookie between password and second factor.
pub const STEP_COOKIE: &str = "hinomi_step";
/// Name of the cookie between the sign-in page and the tenant's sign-on service.
pub const SIGN_ON_COOKIE: &str = "hinomi_sign_on";
/// Name of the cookie that says by which tenant's service the browser's owner last came in.
pub const COMPANY_COOKIE: &str = "hinomi_company";
/// Header that every unsafe request carries.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// As [`Caller`], but also whoever lacks the second factor that the own tenant demands: for what is needed to set one up.
pub struct Arriving(pub OpenSession);

/// The person who sends a request. Unsafe methods pass only with the session's CSRF token and from our own origin. Staff
/// who ask for a tenant that they look after get its scope.
pub struct Caller(pub OpenSession);

impl FromRequestParts<Context> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Error> {
        let Arriving(session) = Arriving::from_request_parts(parts, context).await?;
        if session.lacks_factor {
            return Err(Code::SecondFactorDue.into());
        }
        Ok(Self(session))
    }
}

impl FromRequestParts<Context> for Arriving {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Error> {
        let token = http::cookie(&parts.headers, SESSION_COOKIE).ok_or(Code::SignInRequired)?;
        let mut session = sessions::resume(context, token).await?;
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
        if let Some(AskedTenant(tenant)) = parts.extensions.get()
            && *tenant != session.tenant
        {
            session.scope =
                tenancy::service::enter(context, session.tenant, &session.home, *tenant).await?;
        }
        Ok(Self(session))
    }
}

impl FromRequestParts<Context> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Error> {
        let http::ClientAddress(address) =
            http::ClientAddress::from_request_parts(parts, context).await?;
        let agent = parts.headers.get(axum::http::header::USER_AGENT);
        let agent = agent.and_then(|value| value.to_str().ok());
        let agent = text::shortened(agent.unwrap_or_default(), limits::AGENT_CHARS_MAX);
        let browser = browser_token(&parts.headers).map(secret::hash);
        Ok(Self {
            address,
            browser,
            agent: agent.to_owned(),
        })
    }
}

/// The cookie that carries a session's token; an empty token takes the cookie away.
pub fn session_cookie(context: &Context, token: &str) -> String {
    cookie(context, SESSION_COOKIE, token, "")
}

/// The cookie between password and second factor; an empty token takes the cookie away.
pub fn step_cookie(context: &Context, token: &str) -> String {
    cookie(context, STEP_COOKIE, token, "; Max-Age=600")
}

/// The cookie between the sign-in page and the tenant's sign-on service; an empty token takes the cookie away.
pub fn sign_on_cookie(context: &Context, token: &str) -> String {
    cookie(context, SIGN_ON_COOKIE, token, "; Max-Age=600")
}

/// The cookie that lets the sign-in page offer the tenant's service.
pub fn company_cookie(context: &Context, tenant: TenantId) -> String {
    let tenant = tenant.to_string();
    cookie(context, COMPANY_COOKIE, &tenant, "; Max-Age=31536000")
}

/// The cookie by which a browser is known again, for one that has none yet.
pub fn browser_cookie(context: &Context, headers: &HeaderMap) -> Option<String> {
    if browser_token(headers).is_some() {
        return None;
    }
    let life = "; Max-Age=31536000";
    Some(cookie(
        context,
        BROWSER_COOKIE,
        &secret::random_token(),
        life,
    ))
}

fn browser_token(headers: &HeaderMap) -> Option<&str> {
    http::cookie(headers, BROWSER_COOKIE)
        .filter(|token| token.len() == 64 && token.bytes().all(|one| one.is_ascii_hexdigit()))
}

fn cookie(context: &Context, name: &str, token: &str, life: &str) -> String {
    let secure = if context.settings.is_https() {
        "; Secure"
    } else {
        ""
    };
    let life = if token.is_empty() {
        "; Max-Age=0"
    } else {
        life
    };
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{life}")
}
