//! Addresses of the web that somebody else has chosen.

use super::OutboundError;
use hyper::Uri;
use hyper::header::HeaderValue;

/// Where an address of the web leads.
pub struct Target {
    uri: Uri,
    /// Name or address.
    pub host: String,
    pub(super) port: u16,
    /// Whether it is asked over TLS.
    pub is_secure: bool,
}

impl Target {
    /// Reads an address of the web.
    ///
    /// # Errors
    /// When it is none, or carries a name and password.
    pub fn parse(address: &str) -> Result<Self, OutboundError> {
        let wrong = OutboundError::Address("this is not an address of the web");
        let Ok(uri) = address.parse::<Uri>() else {
            return Err(wrong);
        };
        let is_secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong),
        };
        let Some(authority) = uri.authority() else {
            return Err(wrong);
        };
        let usual = if is_secure { 443 } else { 80 };
        // Neither a name and password before the host, nor anything but a number behind it.
        let port = match authority.as_str().strip_prefix(authority.host()) {
            Some("") => Some(usual),
            Some(port) => port.strip_prefix(':').and_then(|port| port.parse().ok()),
            None => None,
        };
        let Some(port) = port.filter(|_| !authority.host().is_empty()) else {
            return Err(wrong);
        };
        let host = authority.host().to_ascii_lowercase();
        Ok(Self {
            host,
            port,
            is_secure,
            uri,
        })
    }

    /// Scheme, host and port, as browsers name an origin.
    pub fn origin(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        match self.uri.port_u16() {
            Some(port) => format!("{scheme}://{}:{port}", self.host),
            None => format!("{scheme}://{}", self.host),
        }
    }

    /// What is asked of the host.
    pub(super) fn path(&self) -> Uri {
        let path = self.uri.path_and_query().cloned();
        path.map_or_else(|| Uri::from_static("/"), Uri::from)
    }

    /// Host and port, as a request names them.
    pub(super) fn authority(&self) -> Result<HeaderValue, OutboundError> {
        let authority = self.uri.authority();
        let authority = authority.map_or("", |authority| authority.as_str());
        authority
            .parse()
            .map_err(|_| OutboundError::Address("this is not an address of the web"))
    }
}
