//! The web server: routes put together, what every request and answer goes through, connections.

pub mod certificate;
mod document;
mod extract;
mod headers;
mod health;
mod problem;
mod router;
mod server;
mod tenant;

pub use document::openapi;
pub use extract::{Body, Query, Segments};
pub use problem::causes;
pub use router::router;
pub use server::{Server, bind};
pub use tenant::AskedTenant;

use crate::settings::Settings;
use crate::{Code, Error};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use std::net::{IpAddr, SocketAddr};

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// Passes requests from our own pages. Browsers name the origin of every unsafe request; where none is named, no
/// browser asks, or one too old to be used.
///
/// # Errors
/// Origin refused.
pub fn require_own_origin(headers: &HeaderMap, settings: &Settings) -> Result<(), Error> {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().unwrap_or_default();
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let is_host = match (origin.split_once("://"), host) {
        (Some((_, authority)), Some(host)) => authority.eq_ignore_ascii_case(host),
        _ => false,
    };
    if is_host || origin.eq_ignore_ascii_case(&settings.public_url()) {
        Ok(())
    } else {
        Err(Code::OriginRefused.into())
    }
}

/// The address that a request comes from, as the connection has it.
pub struct ClientAddress(pub IpAddr);

/// The other end of a connection, put into its requests by the server.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let peer = parts.extensions.get::<Peer>();
        Ok(Self(
            peer.map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.ip()),
        ))
    }
}

#[cfg(test)]
mod tests;
