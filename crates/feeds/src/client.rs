//! Questions over HTTP, with bounds on size and time. Redirections are not followed: a feed that moved is to be looked
//! at by a person before credentials go there.

use crate::config::Feed;
use crate::limits;
use crate::tls::{self, Identity};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, HOST, LOCATION, RETRY_AFTER, USER_AGENT};
use hyper::{HeaderMap, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Why a feed was not fetched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("{0:?} is no address of a feed: expected https://host/path/")]
    Address(String),
    #[error(
        "{0} is not encrypted: passwords and tokens are sent over https only (or within this machine)"
    )]
    Plain(String),
    #[error(
        "the server names an address elsewhere ({0}): put it into the configuration if it is right"
    )]
    Elsewhere(String),
    #[error("cannot read {path}: {reason}")]
    Secret { path: String, reason: String },
    #[error("{0}")]
    Identity(String),
    #[error("cannot reach {address}: {reason}")]
    Unreachable { address: String, reason: String },
    #[error("{address} did not answer in time ({seconds} s)")]
    Slow { address: String, seconds: f32 },
    #[error("the answer of {address} is longer than {} MiB", bytes_max >> 20)]
    TooLong { address: String, bytes_max: usize },
    #[error("{address} answers {status}: {advice}{detail}")]
    Status {
        address: String,
        status: StatusCode,
        advice: &'static str,
        detail: String,
    },
    #[error("the answer of {address} cannot be read: {reason}")]
    Answer { address: String, reason: String },
    #[error("{0}")]
    Endless(String),
    #[error("cannot keep what was fetched: {0}")]
    Store(#[from] std::io::Error),
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Asks one server.
pub(crate) struct Client {
    origin: Uri,
    authorization: Option<String>,
    tls: Option<Arc<ClientConfig>>,
    answer_time: Duration,
}

impl Client {
    /// For a feed; reads its secrets.
    pub(crate) fn new(feed: &Feed) -> Result<Self, FetchError> {
        let wrong = || FetchError::Address(feed.url.clone());
        let origin: Uri = feed.url.parse().map_err(|_| wrong())?;
        let host = origin.host().ok_or_else(wrong)?;
        let is_https = match origin.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong()),
        };
        let authorization = authorization(feed)?;
        if authorization.is_some() && !is_https && !is_here(host) {
            return Err(FetchError::Plain(feed.url.clone()));
        }
        let tls = if is_https {
            let identity = Identity {
                own: match (&feed.certificate_file, &feed.key_file) {
                    (Some(certificate), Some(key)) => Some((read(certificate)?, read(key)?)),
                    _ => None,
                },
                authority: feed.authority_file.as_deref().map(read).transpose()?,
            };
            Some(tls::config(&identity).map_err(FetchError::Identity)?)
        } else {
            None
        };
        let answer_time = match feed.answer_time_s {
            Some(seconds) => Duration::from_secs(u64::from(seconds.clamp(1, 3600))),
            None => limits::ANSWER_TIME_MAX,
        };
        Ok(Self {
            origin,
            authorization,
            tls,
            answer_time,
        })
    }

    /// The address of the feed.
    pub(crate) const fn origin(&self) -> &Uri {
        &self.origin
    }

    /// An address that the server named: whole, or relative to another one. It must be on the same server.
    pub(crate) fn resolve(&self, base: &Uri, named: &str) -> Result<Uri, FetchError> {
        let wrong = || FetchError::Address(named.to_owned());
        let named_uri: Uri = match named.parse::<Uri>() {
            Ok(uri) if uri.scheme().is_some() => uri,
            _ => {
                let path = if named.starts_with('/') {
                    named.to_owned()
                } else {
                    let folder = base
                        .path()
                        .rsplit_once('/')
                        .map_or("", |(folder, _)| folder);
                    format!("{folder}/{named}")
                };
                let mut parts = self.origin.clone().into_parts();
                parts.path_and_query = Some(path.parse().map_err(|_| wrong())?);
                Uri::from_parts(parts).map_err(|_| wrong())?
            }
        };
        let place = |uri: &Uri| {
            (
                uri.scheme_str().map(str::to_owned),
                uri.host().map(str::to_ascii_lowercase),
                port(uri),
            )
        };
        if place(&named_uri) != place(&self.origin) {
            return Err(FetchError::Elsewhere(named.to_owned()));
        }
        Ok(named_uri)
    }

    /// Asks; `accept` is the wanted media type. Servers that are busy are asked again.
    pub(crate) async fn get(
        &self,
        uri: &Uri,
        accept: &str,
        more: &[(&'static str, String)],
        bytes_max: usize,
    ) -> Result<Answer, FetchError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let asked = self.ask(uri, accept, more, bytes_max);
            let (status, answer) = match tokio::time::timeout(self.answer_time, asked).await {
                Ok(answer) => answer?,
                Err(_) => {
                    return Err(FetchError::Slow {
                        address: uri.to_string(),
                        seconds: self.answer_time.as_secs_f32(),
                    });
                }
            };
            let is_busy = matches!(
                status,
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
            );
            if is_busy && tries < limits::TRIES_MAX {
                tokio::time::sleep(pause(&answer.headers)).await;
                continue;
            }
            if status.is_success() || status == StatusCode::NOT_MODIFIED {
                return Ok(answer);
            }
            return Err(refused(uri, status, &answer));
        }
    }

    async fn ask(
        &self,
        uri: &Uri,
        accept: &str,
        more: &[(&'static str, String)],
        bytes_max: usize,
    ) -> Result<(StatusCode, Answer), FetchError> {
        let unreachable = |reason: String| FetchError::Unreachable {
            address: uri.to_string(),
            reason,
        };
        let host = uri.host().unwrap_or_default();
        let stream = TcpStream::connect((host.trim_matches(['[', ']']), port(uri)))
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        let target = uri.path_and_query().map_or("/", |path| path.as_str());
        let authority = uri.authority().map_or(host, |authority| authority.as_str());
        let mut request = Request::get(target)
            .header(HOST, authority)
            .header(USER_AGENT, concat!("hinomi/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, accept);
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        for (name, value) in more {
            request = request.header(*name, value);
        }
        let request = request
            .body(Empty::<Bytes>::new())
            .map_err(|error| unreachable(error.to_string()))?;
        match &self.tls {
            None => exchange(stream, request, uri, bytes_max).await,
            Some(tls) => {
                let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
                    .map_err(|error| unreachable(error.to_string()))?;
                let stream = TlsConnector::from(Arc::clone(tls))
                    .connect(name, stream)
                    .await
                    .map_err(|error| unreachable(error.to_string()))?;
                exchange(stream, request, uri, bytes_max).await
            }
        }
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Empty<Bytes>>,
    uri: &Uri,
    bytes_max: usize,
) -> Result<(StatusCode, Answer), FetchError> {
    let unreachable = |reason: String| FetchError::Unreachable {
        address: uri.to_string(),
        reason,
    };
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unreachable(error.to_string()))?;
    let connection = tokio::spawn(connection);
    let answered = async {
        let answer = sender
            .send_request(request)
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, bytes_max)
            .collect()
            .await
            .map_err(|error| {
                if error.is::<LengthLimitError>() {
                    FetchError::TooLong {
                        address: uri.to_string(),
                        bytes_max,
                    }
                } else {
                    unreachable(error.to_string())
                }
            })?;
        let answer = Answer {
            headers: parts.headers,
            body: body.to_bytes(),
        };
        Ok((parts.status, answer))
    }
    .await;
    connection.abort();
    answered
}

fn port(uri: &Uri) -> u16 {
    let usual = if uri.scheme_str() == Some("http") {
        80
    } else {
        443
    };
    uri.port_u16().unwrap_or(usual)
}

/// Within this machine nobody listens.
fn is_here(host: &str) -> bool {
    host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn authorization(feed: &Feed) -> Result<Option<String>, FetchError> {
    if let (Some(user), Some(file)) = (&feed.user, &feed.password_file) {
        let pair = format!("{user}:{}", read(file)?.trim_end_matches(['\r', '\n']));
        return Ok(Some(format!("Basic {}", event::base64(pair.as_bytes()))));
    }
    match &feed.token_file {
        Some(file) => Ok(Some(format!("Bearer {}", read(file)?.trim()))),
        None => Ok(None),
    }
}

/// A file of secrets or certificates.
fn read(path: &Path) -> Result<String, FetchError> {
    use std::io::Read;
    let mut text = String::new();
    let result = std::fs::File::open(path).and_then(|file| {
        file.take(limits::SECRET_BYTES_MAX + 1)
            .read_to_string(&mut text)
    });
    let reason = match result {
        Ok(_) if text.len() as u64 <= limits::SECRET_BYTES_MAX => return Ok(text),
        Ok(_) => format!(
            "it is larger than {} KiB, so it is no password, token or certificate",
            limits::SECRET_BYTES_MAX >> 10
        ),
        Err(error) => error.to_string(),
    };
    Err(FetchError::Secret {
        path: path.display().to_string(),
        reason,
    })
}

/// How long a busy server asks to wait, within bounds.
fn pause(headers: &HeaderMap) -> Duration {
    let named = headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok());
    let seconds = named.and_then(|text| text.trim().parse::<u64>().ok());
    Duration::from_secs(seconds.unwrap_or(1)).min(limits::RETRY_TIME_MAX)
}

fn refused(uri: &Uri, status: StatusCode, answer: &Answer) -> FetchError {
    let advice = match status.as_u16() {
        301 | 302 | 303 | 307 | 308 => "it moved; put the new address into the configuration",
        401 => "user and password (or the token) are not accepted",
        403 => "this account may not read it",
        404 => "there is nothing at this address",
        406 => "the server does not speak TAXII 2.1",
        416 => "the server cannot continue where the last poll ended",
        429 => "it is asked too often; try again later",
        500.. => "the server has a problem; try again later",
        _ => "the question was refused",
    };
    let named = answer
        .headers
        .get(LOCATION)
        .and_then(|value| value.to_str().ok());
    let said = String::from_utf8_lossy(answer.body.get(..200).unwrap_or(&answer.body)).into_owned();
    let detail = named.map_or(said, str::to_owned);
    let detail: String = detail
        .chars()
        .filter(|character| !character.is_control())
        .collect();
    FetchError::Status {
        address: uri.to_string(),
        status,
        advice,
        detail: if detail.is_empty() {
            detail
        } else {
            format!(" ({detail})")
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{limits, read};

    #[test]
    fn a_secret_beyond_the_limit_is_refused_and_not_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let most = limits::SECRET_BYTES_MAX as usize;
        std::fs::write(&path, "x".repeat(most)).unwrap();
        assert_eq!(read(&path).unwrap().len(), most);
        std::fs::write(&path, "x".repeat(most + 1)).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("larger than 1024 KiB"), "{error}");
    }
}
