//! The way out of the portal to addresses that customers and browsers name: looked up once, checked, connected to as checked;
//! no redirections; answers and times bounded.

mod guard;
mod target;

pub use guard::Network;
pub use target::Target;

use crate::settings::OutgoingSettings;
use crate::{Error, limits};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HOST, RETRY_AFTER, USER_AGENT};
use hyper::{HeaderMap, Method, Request, Response};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const LOOK_UP_TIMEOUT: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);

/// Connects to addresses that somebody else has chosen.
pub struct Outbound {
    networks: Vec<Network>,
    authority_file: Option<PathBuf>,
    tls: OnceLock<Arc<ClientConfig>>,
}

/// Why a system was not reached.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The address is none that may be connected to.
    #[error("{0}")]
    Address(&'static str),
    /// No address of the name may be connected to.
    #[error("{0} is not an address of the public Internet")]
    NotPublic(String),
    /// The name has no address.
    #[error("{0} has no address")]
    Unknown(String),
    /// The other end does not answer.
    #[error("no connection to {host}: {reason}")]
    Unreachable {
        /// The other end.
        host: String,
        /// What happened.
        reason: String,
    },
    /// The other end speaks TLS and is not who it should be.
    #[error("the certificate of {host} was refused: {reason}")]
    Certificate {
        /// The other end.
        host: String,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// The answer does not end.
    #[error("the answer of {0} is too long")]
    Long(String),
    /// It took too long.
    #[error("{0} did not answer in time")]
    Slow(String),
}

impl OutboundError {
    /// Whether another try can end differently.
    pub const fn may_pass(&self) -> bool {
        !matches!(self, Self::Address(_))
    }
}

/// What a server answered.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// In how many seconds it wants to be asked again.
    pub retry_after_seconds: Option<i64>,
    /// The beginning of what it said, one line.
    pub said: String,
}

impl Outbound {
    /// Reads the settings.
    ///
    /// # Errors
    /// When a network cannot be one.
    pub fn new(settings: &OutgoingSettings) -> Result<Self, Error> {
        let networks: Result<_, _> = settings
            .networks
            .iter()
            .map(|text| Network::parse(text))
            .collect();
        Ok(Self {
            networks: networks?,
            authority_file: settings.authority_file.clone(),
            tls: OnceLock::new(),
        })
    }

    /// The addresses of a name that may be connected to.
    ///
    /// # Errors
    /// When there is none.
    pub async fn look_up(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, OutboundError> {
        let name = host.trim_start_matches('[').trim_end_matches(']');
        let found =
            tokio::time::timeout(LOOK_UP_TIMEOUT, tokio::net::lookup_host((name, port))).await;
        let found: Vec<SocketAddr> = match found {
            Ok(Ok(found)) => found.take(limits::ADDRESSES_OF_HOST_MAX).collect(),
            Ok(Err(_)) => return Err(OutboundError::Unknown(host.to_owned())),
            Err(_) => return Err(OutboundError::Slow(host.to_owned())),
        };
        if found.is_empty() {
            return Err(OutboundError::Unknown(host.to_owned()));
        }
        let open: Vec<_> = found
            .into_iter()
            .filter(|address| self.may_reach(address.ip()))
            .collect();
        if open.is_empty() {
            return Err(OutboundError::NotPublic(host.to_owned()));
        }
        Ok(open)
    }

    /// Whether the operator has named the network of an address.
    pub fn is_own(&self, address: IpAddr) -> bool {
        self.networks
            .iter()
            .any(|network| network.contains(address))
    }

    fn may_reach(&self, address: IpAddr) -> bool {
        guard::is_public(address) || self.is_own(address)
    }

    /// A connection to one of the checked addresses of a name.
    ///
    /// # Errors
    /// When there is none, or nobody answers.
    pub async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, OutboundError> {
        let mut reason = String::new();
        for address in self.look_up(host, port).await? {
            match tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(error)) => reason = error.to_string(),
                Err(_) => return Err(OutboundError::Slow(host.to_owned())),
            }
        }
        Err(OutboundError::Unreachable {
            host: host.to_owned(),
            reason,
        })
    }

    /// TLS over a connection, the other end's certificate checked against its name.
    ///
    /// # Errors
    /// When it is not who it should be.
    pub async fn secure(
        &self,
        stream: TcpStream,
        host: &str,
    ) -> Result<TlsStream<TcpStream>, OutboundError> {
        let failed = |reason: String| OutboundError::Unreachable {
            host: host.to_owned(),
            reason,
        };
        let name = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let name = ServerName::try_from(name).map_err(|error| failed(error.to_string()))?;
        let connector = TlsConnector::from(self.tls().map_err(failed)?);
        match tokio::time::timeout(CONNECT_TIMEOUT, connector.connect(name, stream)).await {
            Ok(secured) => secured.map_err(|error| match refusal(&error) {
                Some(reason) => OutboundError::Certificate {
                    host: host.to_owned(),
                    reason,
                },
                None => failed(error.to_string()),
            }),
            Err(_) => Err(OutboundError::Slow(host.to_owned())),
        }
    }

    /// Made when first needed: reading the system's authorities takes a while.
    fn tls(&self) -> Result<Arc<ClientConfig>, String> {
        if let Some(tls) = self.tls.get() {
            return Ok(Arc::clone(tls));
        }
        let mut roots = RootCertStore::empty();
        match &self.authority_file {
            Some(file) => {
                let listed =
                    CertificateDer::pem_file_iter(file).map_err(|error| error.to_string())?;
                for authority in listed {
                    let authority = authority.map_err(|error| error.to_string())?;
                    roots.add(authority).map_err(|error| error.to_string())?;
                }
            }
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::clone(self.tls.get_or_init(|| Arc::new(config))))
    }

    /// Posts to an address and waits for the answer. Plain HTTP goes to the operator's own networks only.
    ///
    /// # Errors
    /// When nobody is reached or answers.
    pub async fn post(
        &self,
        address: &str,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Answer, OutboundError> {
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.headers_mut() = headers;
        self.asked(address, request, Answer::read).await
    }

    /// Sends a request and takes the whole answer, or none where it is longer than that. Redirections are answers like others.
    ///
    /// # Errors
    /// When nobody is reached or answers, or the answer is too long.
    pub async fn whole(
        &self,
        address: &str,
        request: Request<Vec<u8>>,
        bytes_max: usize,
    ) -> Result<Response<Vec<u8>>, OutboundError> {
        let read = async |response: Response<Incoming>| {
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, bytes_max).collect().await;
            let body = body.map_err(|_| OutboundError::Long(address.to_owned()))?;
            Ok(Response::from_parts(parts, body.to_bytes().to_vec()))
        };
        self.asked(address, request, read).await
    }

    async fn asked<T>(
        &self,
        address: &str,
        request: Request<Vec<u8>>,
        read: impl AsyncFnOnce(Response<Incoming>) -> Result<T, OutboundError>,
    ) -> Result<T, OutboundError> {
        let target = Target::parse(address)?;
        let host = target.host.clone();
        let asked = async {
            let stream = self.connect(&target.host, target.port).await?;
            let response = if target.is_secure {
                let stream = self.secure(stream, &target.host).await?;
                ask(stream, &target, request).await?
            } else {
                let peer = stream.peer_addr();
                if !peer.is_ok_and(|peer| self.is_own(peer.ip())) {
                    return Err(OutboundError::Address(
                        "addresses outside begin with https://",
                    ));
                }
                ask(stream, &target, request).await?
            };
            read(response).await
        };
        match tokio::time::timeout(ANSWER_TIMEOUT, asked).await {
            Ok(answer) => answer,
            Err(_) => Err(OutboundError::Slow(host)),
        }
    }
}

impl Answer {
    async fn read(response: Response<Incoming>) -> Result<Self, OutboundError> {
        let status = response.status().as_u16();
        let retry_after_seconds = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.parse().ok());
        // What is longer than we want to read says nothing more.
        let limited = Limited::new(response.into_body(), limits::ANSWER_BYTES_MAX);
        let said = limited
            .collect()
            .await
            .map(|body| body.to_bytes())
            .unwrap_or_default();
        Ok(Self {
            status,
            retry_after_seconds,
            said: one_line(&said),
        })
    }
}

/// What is wrong with a certificate, where that is why there is no connection.
fn refusal(error: &std::io::Error) -> Option<String> {
    use rustls::CertificateError as Wrong;
    let rustls::Error::InvalidCertificate(wrong) = error.get_ref()?.downcast_ref()? else {
        return None;
    };
    let said = match wrong {
        // Another authority of the same name is another authority.
        Wrong::UnknownIssuer | Wrong::BadSignature => {
            "no authority that this portal trusts has signed it; the operator can name one in [outgoing] authority_file"
        }
        Wrong::Expired | Wrong::ExpiredContext { .. } => "it has expired",
        Wrong::NotValidYet | Wrong::NotValidYetContext { .. } => "it is not valid yet",
        Wrong::NotValidForName | Wrong::NotValidForNameContext { .. } => "it is for another name",
        other => return Some(other.to_string()),
    };
    Some(said.to_owned())
}

async fn ask(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    target: &Target,
    request: Request<Vec<u8>>,
) -> Result<Response<Incoming>, OutboundError> {
    let failed = |error: hyper::Error| OutboundError::Unreachable {
        host: target.host.clone(),
        reason: error.to_string(),
    };
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    // Ends with the sender.
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection to a system of a customer failed");
        }
    });
    let (mut parts, body) = request.into_parts();
    parts.uri = target.path();
    parts.headers.insert(HOST, target.authority()?);
    let agent = hyper::header::HeaderValue::from_static("Hinomi");
    parts.headers.insert(USER_AGENT, agent);
    let request = Request::from_parts(parts, Full::new(Bytes::from(body)));
    sender.send_request(request).await.map_err(failed)
}

fn one_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line: String = text
        .chars()
        .map(|one| if one.is_control() { ' ' } else { one })
        .collect();
    crate::text::shortened(line.trim(), limits::ANSWER_CHARS_KEPT).to_owned()
}
