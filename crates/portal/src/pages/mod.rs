//! Pages that the server makes itself and that work without JavaScript: sign-in, errors, offline.

mod company;
mod links;
mod second_step;
mod sign_in;

use crate::context::Context;
use crate::identity::browser_cookie;
use crate::locale::{LANGUAGE_COOKIE, Localized as _, language_from_key, language_of};
use askama::Template;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use event::Language;

pub use sign_in::sign_in_path;

const STYLE: &str = include_str!("../../templates/pages.css");
const PASSKEY: &str = include_str!("../../templates/passkey.js");
const MARK: &str = include_str!("../../templates/mark.svg");

pub fn router() -> Router<Context> {
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route(
            "/sign-in/code",
            get(second_step::show).post(second_step::submit),
        )
        .route("/sign-in/company/{tenant}", get(company::begin))
        .route("/sign-in/company/{tenant}/return", get(company::finish))
        .route("/sign-in/proof", get(company::begin_proof))
        .route(
            "/invitation/{token}",
            get(links::invitation).post(links::accept),
        )
        .route(
            "/forgotten-password",
            get(links::forgotten).post(links::ask),
        )
        .route(
            "/new-password/{token}",
            get(links::new_password).post(links::set_password),
        )
        .route("/offline", get(offline))
        .route(
            "/pages.css",
            get(|| async { sent(STYLE, "text/css; charset=utf-8") }),
        )
        .route(
            "/passkey.js",
            get(|| async { sent(PASSKEY, "text/javascript; charset=utf-8") }),
        )
        .route("/mark.svg", get(|| async { sent(MARK, "image/svg+xml") }))
}

fn sent(text: &'static str, kind: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "max-age=600"),
    ];
    (headers, text).into_response()
}

/// A page that says one thing.
#[derive(Template)]
#[template(path = "notice.html")]
struct Notice {
    language: Language,
    title: &'static str,
    text: &'static str,
    link: Option<(&'static str, &'static str)>,
}

impl Notice {
    fn say(&self, key: &str) -> String {
        self.language.say(key)
    }
}

/// There is nothing at this address.
pub async fn not_found(request: Request) -> Response {
    let notice = Notice {
        language: language_of(request.headers(), request.uri().query()),
        title: "portal.notFound.title",
        text: "portal.notFound.text",
        link: Some(("/", "portal.notFound.link")),
    };
    page(StatusCode::NOT_FOUND, &notice)
}

/// Shown by the installed web app when the portal cannot be reached.
async fn offline(headers: HeaderMap, uri: Uri) -> Response {
    let notice = Notice {
        language: language_of(&headers, uri.query()),
        title: "portal.offline.title",
        text: "portal.offline.text",
        link: Some(("/app/", "portal.offline.link")),
    };
    page(StatusCode::OK, &notice)
}

/// The program was built without the web app.
pub fn without_app(language: Language) -> Response {
    let notice = Notice {
        language,
        title: "portal.withoutApp.title",
        text: "portal.withoutApp.text",
        link: None,
    };
    page(StatusCode::SERVICE_UNAVAILABLE, &notice)
}

/// Something went wrong that is not the reader's fault.
fn failed(language: Language) -> Response {
    let notice = Notice {
        language,
        title: "portal.failed.title",
        text: "portal.error.internal",
        link: Some(("/", "portal.notFound.link")),
    };
    page(StatusCode::INTERNAL_SERVER_ERROR, &notice)
}

fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let mut response = (status, Html(html)).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(
                header::VARY,
                HeaderValue::from_static("accept-language, cookie"),
            );
            response
        }
        Err(error) => {
            tracing::error!(%error, "page cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Keeps a language chosen by `?lang=` for a year.
fn keep_language(response: &mut Response, query: Option<&str>, is_https: bool) {
    let chosen = query
        .and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("lang=")))
        .and_then(language_from_key);
    if let Some(language) = chosen {
        let secure = if is_https { "; Secure" } else { "" };
        let key = language.key();
        add_cookie(
            response,
            &format!("{LANGUAGE_COOKIE}={key}; Path=/; Max-Age=31536000; SameSite=Lax{secure}"),
        );
    }
}

/// Gives a browser that has none a token to be known by.
fn add_browser_cookie(response: &mut Response, context: &Context, headers: &HeaderMap) {
    if let Some(cookie) = browser_cookie(context, headers) {
        add_cookie(response, &cookie);
    }
}

fn add_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests;
