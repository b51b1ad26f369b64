//! What handlers take from a request; whatever does not fit becomes a problem with a code.

use crate::{Code, Error, error::Refusal};
use axum::body::Bytes;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use std::str::FromStr;

/// A JSON body: an object. Lists are refused, which serde would take for the fields in their order.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let body = Bytes::from_request(Request::new(body), state);
        let body = body.await.map_err(|_| Code::TooLarge)?;
        if body.trim_ascii_start().starts_with(b"[") {
            return Err(Error::invalid(
                "the body is a list, and should be an object",
            ));
        }
        let request = Request::from_parts(parts, body.into());
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(refusal_of(&rejection)),
        }
    }
}

fn refusal_of(rejection: &JsonRejection) -> Error {
    let code = match rejection {
        JsonRejection::MissingJsonContentType(_) => Code::UnsupportedMediaType,
        JsonRejection::BytesRejection(_) => Code::TooLarge,
        JsonRejection::JsonDataError(_) => Code::InvalidRequest,
        _ => Code::InvalidJson,
    };
    Error::Refused(Refusal {
        code,
        detail: Some(rejection.body_text()),
        retry_after_seconds: None,
    })
}

/// The query string, each name at most once.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        axum::extract::Query::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|rejection: QueryRejection| Error::invalid(rejection.body_text()))
    }
}

/// The parts of the path, read by `FromStr`; what cannot be read names nothing that exists.
pub struct Segments(pub Vec<String>);

impl<S: Send + Sync> FromRequestParts<S> for Segments {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let named =
            axum::extract::Path::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        match named {
            Ok(axum::extract::Path(pairs)) => {
                Ok(Self(pairs.into_iter().map(|(_, value)| value).collect()))
            }
            Err(_) => Err(Code::NotFound.into()),
        }
    }
}

impl Segments {
    /// The part at a place, from 0.
    ///
    /// # Errors
    /// Not found when it cannot be read.
    pub fn at<T: FromStr>(&self, place: usize) -> Result<T, Error> {
        self.0
            .get(place)
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| Code::NotFound.into())
    }
}
