//! The sign-in page.

use super::{add_browser_cookie, add_cookie, failed, keep_language, page};
use crate::context::Context;
use crate::error::Refusal;
use crate::http;
use crate::identity::service::SignedIn;
use crate::identity::{
    self, COMPANY_COOKIE, SESSION_COOKIE, Visitor, session_cookie, sign_on, step_cookie,
};
use crate::locale::{Localized as _, language_of};
use crate::{Code, Error, secret};
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use event::Language;
use serde::Deserialize;
use std::fmt::Write as _;

/// Keeps the form's token: another site can send the form, but neither read nor set the cookie.
const FORM_COOKIE: &str = "hinomi_form";
const NEXT_CHARS_MAX: usize = 500;
const HOME: &str = "/app/";

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    language: Language,
    error: Option<String>,
    email: String,
    form_token: String,
    next: String,
    /// Where the browser's owner last came in by his tenant's service, or must.
    company: Option<String>,
}

impl SignInPage {
    fn say(&self, key: &str) -> String {
        self.language.say(key)
    }

    /// The page in a language, with the way on kept.
    fn path_in(&self, language: &str) -> String {
        format!("{}&lang={language}", sign_in_path(&self.next))
    }

    /// The way to the tenant's service, with the way on kept.
    fn company_path(&self, company: &str) -> String {
        sign_in_path(&self.next).replacen("/sign-in", company, 1)
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub struct SignInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    next: String,
}

/// Where to sign in and then go on to a view of the app.
pub fn sign_in_path(next: &str) -> String {
    let mut path = String::from("/sign-in?next=");
    for byte in next.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                path.push(char::from(byte));
            }
            other => {
                let _ = write!(path, "%{other:02X}");
            }
        }
    }
    path
}

/// Only views of the app: never another site.
pub(super) fn checked_next(next: &str) -> String {
    let is_view = next.starts_with(HOME)
        && !next.contains("//")
        && next.len() <= NEXT_CHARS_MAX
        && next
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_view {
        next.to_owned()
    } else {
        HOME.to_owned()
    }
}

pub(super) fn next_of(uri: &Uri) -> String {
    #[derive(Deserialize)]
    struct Wanted {
        #[serde(default)]
        next: String,
    }
    let wanted = axum::extract::Query::<Wanted>::try_from_uri(uri);
    checked_next(&wanted.map_or_else(|_| String::new(), |wanted| wanted.0.next))
}

/// Shows the form, or goes on when somebody is signed in already.
pub async fn show(State(context): State<Context>, uri: Uri, headers: HeaderMap) -> Response {
    let next = next_of(&uri);
    if let Some(token) = http::cookie(&headers, SESSION_COOKIE) {
        let open = identity::sessions::is_open(&context, &secret::hash(token)).await;
        if open.unwrap_or(false) {
            return Redirect::to(&next).into_response();
        }
    }
    let language = language_of(&headers, uri.query());
    let form = SignInPage {
        language,
        error: None,
        email: String::new(),
        form_token: form_token(&headers),
        next,
        company: company(&headers),
    };
    let mut response = shown(&context, StatusCode::OK, &form);
    add_browser_cookie(&mut response, &context, &headers);
    keep_language(&mut response, uri.query(), context.settings.is_https());
    response
}

/// Where the second factor is asked for, and then gone on.
pub(super) fn code_path(next: &str) -> String {
    sign_in_path(next).replacen("/sign-in", "/sign-in/code", 1)
}

fn company(headers: &HeaderMap) -> Option<String> {
    let tenant = sign_on::tenant_of(http::cookie(headers, COMPANY_COOKIE)?)?;
    Some(sign_on::path_of(tenant))
}

/// The token that the browser has already, so that two open forms both work, or a new one.
fn form_token(headers: &HeaderMap) -> String {
    let is_token =
        |text: &&str| text.len() == 64 && text.bytes().all(|one| one.is_ascii_hexdigit());
    http::cookie(headers, FORM_COOKIE)
        .filter(is_token)
        .map_or_else(secret::random_token, str::to_owned)
}

/// Lets the page's script run, and ask the portal.
pub(super) fn with_passkeys(mut response: Response) -> Response {
    const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; \
        form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    response
}

fn shown(context: &Context, status: StatusCode, form: &SignInPage) -> Response {
    let mut response = with_passkeys(page(status, form));
    let secure = if context.settings.is_https() {
        "; Secure"
    } else {
        ""
    };
    let token = &form.form_token;
    let cookie = format!("{FORM_COOKIE}={token}; Path=/sign-in; HttpOnly; SameSite=Strict{secure}");
    add_cookie(&mut response, &cookie);
    response
}

/// Signs in and goes on, or shows the form again with the reason.
pub async fn submit(
    State(context): State<Context>,
    visitor: Visitor,
    uri: Uri,
    headers: HeaderMap,
    form: Result<Form<SignInForm>, FormRejection>,
) -> Response {
    let language = language_of(&headers, uri.query());
    let Ok(Form(form)) = form else {
        return refused(
            &context,
            language,
            &headers,
            String::new(),
            HOME,
            &refusal(Code::InvalidRequest),
        );
    };
    let next = checked_next(&form.next);
    let cookie = http::cookie(&headers, FORM_COOKIE).unwrap_or_default();
    let is_ours = http::require_own_origin(&headers, &context.settings).is_ok()
        && !cookie.is_empty()
        && secret::equal(cookie, &form.form_token);
    if !is_ours {
        return refused(
            &context,
            language,
            &headers,
            form.email,
            &next,
            &refusal(Code::CsrfFailed),
        );
    }
    match identity::service::sign_in(&context, &form.email, form.password, &visitor).await {
        Ok(SignedIn::Session(token)) => {
            let mut response = Redirect::to(&next).into_response();
            add_cookie(&mut response, &session_cookie(&context, &token));
            response
        }
        Ok(SignedIn::SecondStep(token)) => {
            let mut response = Redirect::to(&code_path(&next)).into_response();
            add_cookie(&mut response, &step_cookie(&context, &token));
            response
        }
        Err(Error::Refused(refusal)) => {
            refused(&context, language, &headers, form.email, &next, &refusal)
        }
        Err(error) => {
            tracing::error!(error = http::causes(&error), "cannot sign in");
            failed(language)
        }
    }
}

const fn refusal(code: Code) -> Refusal {
    Refusal {
        code,
        detail: None,
        retry_after_seconds: None,
    }
}

pub(super) fn refused(
    context: &Context,
    language: Language,
    headers: &HeaderMap,
    email: String,
    next: &str,
    refusal: &Refusal,
) -> Response {
    let code = refusal.code;
    // Only whoever has just proved who he is learns of his tenant's service.
    let required = (code == Code::SignOnRequired).then(|| refusal.detail.clone());
    let form = SignInPage {
        language,
        error: Some(language.say(&format!("portal.error.{}", code.key()))),
        email,
        form_token: form_token(headers),
        next: next.to_owned(),
        company: required.flatten().or_else(|| company(headers)),
    };
    shown(context, code.status(), &form)
}
