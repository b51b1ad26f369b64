//! HTTP/1.1 messages (RFC 9112).

use super::browser::Browser;
use super::clock::http_date;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
use std::io::Write as _;

/// A request under construction.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    head: String,
    body: Vec<u8>,
}

impl Request {
    /// A request with nothing but method, path and host.
    pub(crate) fn new(method: &str, host: &str, path: &str) -> Self {
        Self {
            head: format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n"),
            body: Vec::new(),
        }
    }

    /// A request as the browser words it for a kind of resource.
    pub(crate) fn browsing(
        browser: Browser,
        host: &str,
        path: &str,
        referer: Option<&str>,
    ) -> Self {
        let page = is_page(path);
        let accept = if page {
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
        } else if path.contains(".css") {
            "text/css,*/*;q=0.1"
        } else if path.contains(".png") || path.contains(".jpg") || path.contains(".gif") {
            "image/avif,image/webp,image/apng,image/*,*/*;q=0.8"
        } else {
            "*/*"
        };
        let mut request = Self::new("GET", host, path).with("Connection", "keep-alive");
        if page {
            request = request.with("Upgrade-Insecure-Requests", "1");
        }
        request = request
            .with("User-Agent", browser.user_agent())
            .with("Accept", accept);
        if let Some(referer) = referer {
            request = request.with("Referer", referer);
        }
        request
            .with("Accept-Encoding", "gzip, deflate")
            .with("Accept-Language", "ja,en-US;q=0.9,en;q=0.8")
    }

    /// Adds a header field.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        let _ = write!(self.head, "{name}: {value}\r\n");
        self
    }

    /// Adds a body and its length.
    #[must_use]
    pub(crate) fn body(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        let length = self.body.len().to_string();
        self.with("Content-Type", kind)
            .with("Content-Length", &length)
    }

    /// The message.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        [self.head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

/// How the body of a response is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Plain,
    Gzip,
    GzipChunked,
    Chunked,
}

/// A response under construction.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    head: String,
    body: Vec<u8>,
}

impl Response {
    /// A status line with date and server.
    pub(crate) fn new(status: u16, now: i64, server: &str) -> Self {
        let reason = match status {
            200 => "OK",
            204 => "No Content",
            206 => "Partial Content",
            301 => "Moved Permanently",
            302 => "Found",
            304 => "Not Modified",
            404 => "Not Found",
            _ => "Internal Server Error",
        };
        let date = http_date(now);
        Self {
            head: format!("HTTP/1.1 {status} {reason}\r\nDate: {date}\r\nServer: {server}\r\n"),
            body: Vec::new(),
        }
    }

    /// Adds a header field.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        let _ = write!(self.head, "{name}: {value}\r\n");
        self
    }

    /// Adds a body.
    #[must_use]
    pub(crate) fn body(mut self, kind: &str, coding: Coding, body: &[u8]) -> Self {
        self = self.with("Content-Type", kind);
        if matches!(coding, Coding::Gzip | Coding::GzipChunked) {
            self.body = gzip(body);
            self = self
                .with("Content-Encoding", "gzip")
                .with("Vary", "Accept-Encoding");
        } else {
            self.body = body.to_vec();
        }
        if matches!(coding, Coding::Chunked | Coding::GzipChunked) {
            self.body = chunked(&self.body);
            self.with("Transfer-Encoding", "chunked")
        } else {
            let length = self.body.len().to_string();
            self.with("Content-Length", &length)
        }
    }

    /// Whether it says that nothing has changed since the last time.
    pub(crate) fn is_unchanged(&self) -> bool {
        self.head.starts_with("HTTP/1.1 304")
    }

    /// Says that there is no body.
    #[must_use]
    pub(crate) fn empty(self) -> Self {
        self.with("Content-Length", "0")
    }

    /// The message.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        [self.head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

/// Whether a browser expects a page under the path.
fn is_page(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    match path.rsplit('/').next().unwrap_or_default().rsplit_once('.') {
        Some((_, extension)) => matches!(extension, "html" | "php" | "htm" | "asp"),
        None => true,
    }
}

/// The media type that a server gives a path.
pub(crate) fn media_type(path: &str) -> &'static str {
    let path = path.split('?').next().unwrap_or_default();
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css",
        Some("js") => "application/javascript",
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("json") => "application/json",
        Some("woff2") => "font/woff2",
        Some("pdf") => "application/pdf",
        Some("cab") => "application/vnd.ms-cab-compressed",
        Some("exe") => "application/octet-stream",
        _ => "text/html; charset=utf-8",
    }
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(5));
    // Writing into memory cannot fail; what could not be written would show as a short body.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len() + 64);
    for chunk in body.chunks(8_192) {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}
