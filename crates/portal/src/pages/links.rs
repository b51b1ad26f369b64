//! The pages behind the links of mails: an invitation, a new password.

use super::{Notice, add_browser_cookie, add_cookie, failed, page};
use crate::context::Context;
use crate::error::Refusal;
use crate::identity::people::{Invitation, service};
use crate::identity::{Visitor, session_cookie};
use crate::locale::{Localized as _, language_of};
use crate::{Code, Error, http};
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use event::Language;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage {
    language: Language,
    error: Option<String>,
    token: String,
    tenant: String,
    email: String,
    name: String,
}

impl InvitationPage {
    fn say(&self, key: &str) -> String {
        self.language.say(key)
    }

    fn lead(&self) -> String {
        self.language
            .say_with("portal.invitation.lead", &[("tenant", &self.tenant)])
    }
}

#[derive(Template)]
#[template(path = "forgotten.html")]
struct ForgottenPage {
    language: Language,
    error: Option<String>,
    is_asked: bool,
    sends_mail: bool,
}

impl ForgottenPage {
    fn say(&self, key: &str) -> String {
        self.language.say(key)
    }
}

#[derive(Template)]
#[template(path = "new_password.html")]
struct NewPasswordPage {
    language: Language,
    error: Option<String>,
    token: String,
}

impl NewPasswordPage {
    fn say(&self, key: &str) -> String {
        self.language.say(key)
    }
}

/// What the form of an invitation sends.
#[derive(Deserialize)]
pub struct AcceptForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

/// What the form of somebody who forgot his password sends.
#[derive(Deserialize)]
pub struct ForgottenForm {
    #[serde(default)]
    email: String,
}

/// What the form of a new password sends.
#[derive(Deserialize)]
pub struct NewPasswordForm {
    #[serde(default)]
    password: String,
}

/// Shows an invitation, in the language that the administrator chose for it unless the reader has chosen another.
pub async fn invitation(
    State(context): State<Context>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    match service::invitation(&context, &token).await {
        Ok((invitation, tenant)) => {
            let name = invitation.name.clone();
            let form = invitation_page(invitation, tenant, token, name, None);
            let mut response = page(StatusCode::OK, &form);
            add_browser_cookie(&mut response, &context, &headers);
            response
        }
        Err(error) => gone(language_of(&headers, None), error),
    }
}

fn invitation_page(
    invitation: Invitation,
    tenant: String,
    token: String,
    name: String,
    code: Option<Code>,
) -> InvitationPage {
    let language = invitation.language;
    InvitationPage {
        language,
        error: code.map(|code| language.say(&format!("portal.error.{}", code.key()))),
        token,
        tenant,
        email: invitation.email,
        name,
    }
}

/// Takes the invitation and goes on to the app, or shows the form again with the reason.
pub async fn accept(
    State(context): State<Context>,
    Path(token): Path<String>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(form): Form<AcceptForm>,
) -> Response {
    let language = language_of(&headers, None);
    if let Err(error) = http::require_own_origin(&headers, &context.settings) {
        return gone(language, error);
    }
    let accepted = service::accept(&context, &token, &form.name, form.password, &visitor).await;
    match accepted {
        Ok(session) => {
            let mut response = Redirect::to("/app/settings").into_response();
            add_cookie(&mut response, &session_cookie(&context, &session));
            response
        }
        Err(Error::Refused(Refusal { code, .. })) if code != Code::LinkRefused => {
            match service::invitation(&context, &token).await {
                Ok((invitation, tenant)) => {
                    let form = invitation_page(invitation, tenant, token, form.name, Some(code));
                    page(code.status(), &form)
                }
                Err(error) => gone(language, error),
            }
        }
        Err(error) => gone(language, error),
    }
}

/// The link is good no longer, or never was: without difference.
fn gone(language: Language, error: Error) -> Response {
    if error.code().is_none() {
        tracing::error!(error = http::causes(&error), "cannot follow a link");
        return failed(language);
    }
    let notice = Notice {
        language,
        title: "portal.linkGone.title",
        text: "portal.error.link_refused",
        link: Some(("/sign-in", "portal.linkGone.link")),
    };
    page(StatusCode::NOT_FOUND, &notice)
}

/// Asks whoever forgot his password for his address.
pub async fn forgotten(State(context): State<Context>, uri: Uri, headers: HeaderMap) -> Response {
    let form = ForgottenPage {
        language: language_of(&headers, uri.query()),
        error: None,
        is_asked: false,
        sends_mail: context.mailer.is_some(),
    };
    page(StatusCode::OK, &form)
}

/// Says the same whether the address is known or not.
pub async fn ask(
    State(context): State<Context>,
    visitor: Visitor,
    uri: Uri,
    headers: HeaderMap,
    Form(form): Form<ForgottenForm>,
) -> Response {
    let language = language_of(&headers, uri.query());
    let asked = match http::require_own_origin(&headers, &context.settings) {
        Ok(()) => service::ask_for_password_link(&context, &form.email, visitor.address).await,
        Err(error) => Err(error),
    };
    let code = asked.err().and_then(|error| error.code());
    let form = ForgottenPage {
        language,
        error: code.map(|code| language.say(&format!("portal.error.{}", code.key()))),
        is_asked: code.is_none(),
        sends_mail: context.mailer.is_some(),
    };
    page(code.map_or(StatusCode::OK, Code::status), &form)
}

/// Shows the form for a new password.
pub async fn new_password(
    State(context): State<Context>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let language = language_of(&headers, uri.query());
    match service::require_password_link(&context, &token).await {
        Ok(()) => {
            let form = NewPasswordPage {
                language,
                error: None,
                token,
            };
            let mut response = page(StatusCode::OK, &form);
            add_browser_cookie(&mut response, &context, &headers);
            response
        }
        Err(error) => gone(language, error),
    }
}

/// Sets the new password; all sessions have ended, so that signing in comes next.
pub async fn set_password(
    State(context): State<Context>,
    Path(token): Path<String>,
    visitor: Visitor,
    uri: Uri,
    headers: HeaderMap,
    Form(form): Form<NewPasswordForm>,
) -> Response {
    let language = language_of(&headers, uri.query());
    if let Err(error) = http::require_own_origin(&headers, &context.settings) {
        return gone(language, error);
    }
    match service::reset_password(&context, &token, form.password, &visitor).await {
        Ok(()) => Redirect::to("/sign-in").into_response(),
        Err(Error::Refused(Refusal { code, .. })) if code != Code::LinkRefused => {
            let form = NewPasswordPage {
                language,
                error: Some(language.say(&format!("portal.error.{}", code.key()))),
                token,
            };
            page(code.status(), &form)
        }
        Err(error) => gone(language, error),
    }
}
