//! Headers that every answer carries.

use crate::{Code, Error};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::time::Duration;

/// For pages without scripts of their own. The web app's shell sets its own, with a nonce.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
/// Two years, as browsers' preload lists ask.
const STRICT_TRANSPORT: &str = "max-age=63072000";

/// Keeps browsers from guessing types, framing, leaking addresses, and falling back to plain HTTP.
pub async fn secure(is_https: bool, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("permissions-policy"), PERMISSIONS);
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    if is_https {
        set(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
    response
}

/// A request with a body is sent and answered within this time; only answers to GET may take longer (exports, events).
const BODY_TIMEOUT: Duration = Duration::from_secs(60);

/// Keeps callers who send their request drop by drop from holding a connection for ever.
pub async fn not_for_ever(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    match tokio::time::timeout(BODY_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::from(Code::Unavailable).into_response(),
    }
}

/// Answers of the API are of one person and one moment.
pub async fn never_cached(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
