//! The page between password and session: the code of an authenticator app, a recovery code, or a passkey.

use super::sign_in::{checked_next, next_of, with_passkeys};
use super::{add_cookie, failed, page};
use crate::context::Context;
use crate::error::Refusal;
use crate::identity::{self, STEP_COOKIE, Visitor, session_cookie, step_cookie};
use crate::locale::{Localized as _, language_of};
use crate::{Code, Error, http};
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use event::Language;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "second_step.html")]
struct SecondStepPage {
    language: Language,
    error: Option<String>,
    next: String,
}

impl SecondStepPage {
    fn say(&self, key: &str) -> String {
        self.language.say(key)
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub struct CodeForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

/// Shows the form.
pub async fn show(uri: Uri, headers: HeaderMap) -> Response {
    let form = SecondStepPage {
        language: language_of(&headers, uri.query()),
        error: None,
        next: next_of(&uri),
    };
    with_passkeys(page(StatusCode::OK, &form))
}

/// Takes the code and goes on, or shows the form again with the reason. The cookie between the steps is sent by our own
/// pages alone (`SameSite`), so that the form needs no token of its own.
pub async fn submit(
    State(context): State<Context>,
    visitor: Visitor,
    uri: Uri,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Response {
    let language = language_of(&headers, uri.query());
    let next = checked_next(&form.next);
    let token = http::cookie(&headers, STEP_COOKIE).unwrap_or_default();
    let finished = match http::require_own_origin(&headers, &context.settings) {
        Ok(()) => identity::finish_step(&context, token, &form.code, &visitor).await,
        Err(error) => Err(error),
    };
    match finished {
        Ok(token) => {
            let mut response = Redirect::to(&next).into_response();
            add_cookie(&mut response, &session_cookie(&context, &token));
            add_cookie(&mut response, &step_cookie(&context, ""));
            response
        }
        Err(error) if error.code() == Some(Code::SignInRequired) => {
            Redirect::to(&super::sign_in_path(&next)).into_response()
        }
        Err(Error::Refused(Refusal { code, .. })) => {
            let form = SecondStepPage {
                language,
                error: Some(language.say(&format!("portal.error.{}", code.key()))),
                next,
            };
            with_passkeys(page(code.status(), &form))
        }
        Err(error) => {
            tracing::error!(error = http::causes(&error), "cannot sign in");
            failed(language)
        }
    }
}
