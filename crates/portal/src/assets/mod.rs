//! The web app, embedded: `/app/*`.

use crate::context::Context;
use crate::http;
use crate::identity::{self, SESSION_COOKIE};
use crate::locale::language_of;
use crate::{pages, secret};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

/// What the web app's build left in `ui/dist`; empty when it was not built.
#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Files;

const NONCE_PLACE: &str = "__CSP_NONCE__";
/// It asks the portal on behalf of pages, and does nothing else.
const SERVICE_WORKER: &str = "sw.js";
const WORKER_POLICY: &str = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'";
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_EACH_TIME: &str = "no-cache";

pub fn router() -> Router<Context> {
    Router::new()
        .route("/", get(home))
        .route("/app", get(|| async { Redirect::permanent("/app/") }))
        .route("/app/", get(shell))
        .route("/app/{*path}", get(file))
}

async fn is_signed_in(context: &Context, headers: &HeaderMap) -> bool {
    match http::cookie(headers, SESSION_COOKIE) {
        Some(token) => {
            let open = identity::sessions::is_open(context, &secret::hash(token)).await;
            open.unwrap_or(false)
        }
        None => false,
    }
}

async fn home(State(context): State<Context>, headers: HeaderMap) -> Redirect {
    if is_signed_in(&context, &headers).await {
        Redirect::to("/app/")
    } else {
        Redirect::to("/sign-in")
    }
}

/// A file of the app; every other path below `/app/` is a view of the app and gets its shell.
async fn file(
    State(context): State<Context>,
    Path(path): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if path == "index.html" {
        return Redirect::permanent("/app/").into_response();
    }
    match Files::get(&path) {
        Some(file) => sent(&path, file, &headers),
        // What looks like a file and is none must not be answered with a page.
        None if path.starts_with("assets/") => StatusCode::NOT_FOUND.into_response(),
        None => shell(State(context), uri, headers).await,
    }
}

/// The app's page, with a fresh nonce for its scripts and styles.
async fn shell(State(context): State<Context>, uri: Uri, headers: HeaderMap) -> Response {
    let language = language_of(&headers, uri.query());
    let Some(file) = Files::get("index.html") else {
        return pages::without_app(language);
    };
    if !is_signed_in(&context, &headers).await {
        let wanted = uri.path_and_query().map_or("/app/", |path| path.as_str());
        return Redirect::to(&pages::sign_in_path(wanted)).into_response();
    }
    let nonce = secret::random_token();
    let page = String::from_utf8_lossy(&file.data).replace(NONCE_PLACE, &nonce);
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, page).into_response()
}

/// Files under `assets/` carry a hash in their name and never change; the others are asked for each time.
fn sent(path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let hash = secret::hexadecimal(&file.metadata.sha256_hash());
    let tag = format!("\"{}\"", crate::text::shortened(&hash, 32));
    let life = if path.starts_with("assets/") {
        FOR_EVER
    } else {
        ASK_EACH_TIME
    };
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|tags| {
        tags.split(',')
            .any(|one| one.trim().trim_start_matches("W/") == tag)
    });
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = mime(file.metadata.mimetype());
        (
            [(header::CONTENT_TYPE, kind)],
            Body::from(file.data.into_owned()),
        )
            .into_response()
    };
    let set = response.headers_mut();
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static(life));
    if path == SERVICE_WORKER {
        let policy = HeaderValue::from_static(WORKER_POLICY);
        set.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        set.insert(header::ETAG, tag);
    }
    response
}

fn mime(kind: &str) -> String {
    if kind.starts_with("text/") {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_owned()
    }
}

#[cfg(test)]
mod tests;
