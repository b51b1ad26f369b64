//! Errors as callers of the API see them (RFC 9457), in the caller's language.

use crate::locale::{Localized, language_of};
use crate::{Code, Error, error::Refusal};
use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a request was not met.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// Stable name of what is wrong, for programs.
    #[schema(example = "not_found")]
    pub code: String,
    /// What is wrong and what to do, for people, in the caller's language.
    pub message: String,
    /// Which part of the request, in technical words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// When to try again, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
}

impl IntoResponse for Error {
    /// Leaves the refusal for [`in_callers_language`] to word; our own faults are logged here and told no further.
    fn into_response(self) -> Response {
        let refusal = match self {
            Self::Refused(refusal) => refusal,
            fault => {
                let chain = causes(&fault);
                tracing::error!(error = chain, "request failed");
                Refusal {
                    code: Code::Internal,
                    detail: None,
                    retry_after_seconds: None,
                }
            }
        };
        let mut response = refusal.code.status().into_response();
        response.extensions_mut().insert(refusal);
        response
    }
}

/// An error and its causes in one line.
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        next = cause.source();
    }
    line
}

/// Words the refusals of the API in the language of the request.
pub async fn in_callers_language(request: Request, next: Next) -> Response {
    let language = language_of(request.headers(), request.uri().query());
    let response = next.run(request).await;
    let refusal = match response.extensions().get::<Refusal>() {
        Some(refusal) => refusal.clone(),
        None => match refused_by_router(&response) {
            Some(code) => Refusal {
                code,
                detail: None,
                retry_after_seconds: None,
            },
            None => return response,
        },
    };
    let problem = Problem {
        status: refusal.code.status().as_u16(),
        code: refusal.code.key().to_owned(),
        message: language.say(&format!("portal.error.{}", refusal.code.key())),
        detail: refusal.detail,
        retry_after_seconds: refusal.retry_after_seconds,
    };
    let mut worded = (refusal.code.status(), Json(&problem)).into_response();
    let headers = worded.headers_mut();
    for cookie in response.headers().get_all(header::SET_COOKIE) {
        headers.append(header::SET_COOKIE, cookie.clone());
    }
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if let Some(seconds) = problem.retry_after_seconds {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    worded
}

/// Refusals that the router or a layer made by itself, without words.
fn refused_by_router(response: &Response) -> Option<Code> {
    match response.status() {
        status if status == Code::MethodNotAllowed.status() => Some(Code::MethodNotAllowed),
        status if status == Code::TooLarge.status() => Some(Code::TooLarge),
        _ => None,
    }
}
