//! The way to a tenant's own sign-on service and back.

use super::sign_in::{checked_next, next_of, refused};
use super::{add_cookie, failed};
use crate::context::Context;
use crate::error::Refusal;
use crate::identity::service::SignedIn;
use crate::identity::sign_on::{self, Returned};
use crate::identity::{
    SESSION_COOKIE, SIGN_ON_COOKIE, Visitor, company_cookie, session_cookie, sessions,
    sign_on_cookie, step_cookie,
};
use crate::locale::language_of;
use crate::{Code, Error, http};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};

/// Sends the browser to the service.
pub async fn begin(
    State(context): State<Context>,
    Path(tenant): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let next = next_of(&uri);
    let begun = match sign_on::tenant_of(&tenant) {
        Some(tenant) => sign_on::begin(&context, tenant, &next).await,
        None => Err(Code::NotFound.into()),
    };
    sent(&context, &uri, &headers, &next, begun)
}

/// Sends the browser of whoever is signed in to the own tenant's service, to prove anew who he is.
pub async fn begin_proof(State(context): State<Context>, uri: Uri, headers: HeaderMap) -> Response {
    let next = next_of(&uri);
    let token = http::cookie(&headers, SESSION_COOKIE).unwrap_or_default();
    let begun = match sessions::resume(&context, token).await {
        Ok(session) => sign_on::begin_proof(&context, &session, &next).await,
        Err(error) => Err(error),
    };
    sent(&context, &uri, &headers, &next, begun)
}

fn sent(
    context: &Context,
    uri: &Uri,
    headers: &HeaderMap,
    next: &str,
    begun: Result<sign_on::Begun, Error>,
) -> Response {
    match begun {
        Ok(begun) => {
            let mut response = Redirect::to(&begun.address).into_response();
            add_cookie(&mut response, &sign_on_cookie(context, &begun.token));
            response
        }
        Err(error) => sent_back(context, uri, headers, next, &error),
    }
}

/// Takes the browser back. The cookie proves that it is the one that was sent, so that nobody is signed in by a link of
/// somebody else's.
pub async fn finish(
    State(context): State<Context>,
    Path(tenant): Path<String>,
    visitor: Visitor,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let returned = axum::extract::Query::<Returned>::try_from_uri(&uri);
    let returned = returned.map(|returned| returned.0).unwrap_or_default();
    let cookie = http::cookie(&headers, SIGN_ON_COOKIE).unwrap_or_default();
    let session = match http::cookie(&headers, SESSION_COOKIE) {
        Some(token) => sessions::resume(&context, token).await.ok(),
        None => None,
    };
    let tenant = sign_on::tenant_of(&tenant);
    let finished = match tenant {
        Some(tenant) => {
            let session = session.as_ref();
            sign_on::finish(&context, tenant, cookie, returned, session, &visitor).await
        }
        None => Err(Code::SignOnRefused.into()),
    };
    let mut response = match finished {
        Ok(finished) => {
            let next = checked_next(&finished.next);
            let mut response = gone_on(&context, &next, finished.signed_in);
            if let Some(tenant) = tenant {
                add_cookie(&mut response, &company_cookie(&context, tenant));
            }
            response
        }
        Err(error) => sent_back(&context, &uri, &headers, "/app/", &error),
    };
    add_cookie(&mut response, &sign_on_cookie(&context, ""));
    response
}

fn gone_on(context: &Context, next: &str, signed_in: Option<SignedIn>) -> Response {
    match signed_in {
        None => Redirect::to(next).into_response(),
        Some(SignedIn::Session(token)) => {
            let mut response = Redirect::to(next).into_response();
            add_cookie(&mut response, &session_cookie(context, &token));
            response
        }
        Some(SignedIn::SecondStep(token)) => {
            let mut response = Redirect::to(&super::sign_in::code_path(next)).into_response();
            add_cookie(&mut response, &step_cookie(context, &token));
            response
        }
    }
}

/// Tenants without a service look like what does not exist.
fn sent_back(
    context: &Context,
    uri: &Uri,
    headers: &HeaderMap,
    next: &str,
    error: &Error,
) -> Response {
    let language = language_of(headers, uri.query());
    match error {
        Error::Refused(refusal) => {
            if let (Code::SignOnUnreachable, Some(reason)) = (refusal.code, &refusal.detail) {
                tracing::warn!(reason, "a tenant's sign-on service cannot be used");
            }
            let code = match refusal.code {
                Code::SignOnUnreachable => Code::SignOnUnreachable,
                Code::SignInRequired => Code::SignInRequired,
                _ => Code::SignOnRefused,
            };
            let refusal = Refusal {
                code,
                detail: None,
                retry_after_seconds: None,
            };
            refused(context, language, headers, String::new(), next, &refusal)
        }
        error => {
            let error = http::causes(error);
            tracing::error!(error, "cannot sign in by single sign-on");
            failed(language)
        }
    }
}
