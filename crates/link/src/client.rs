//! The sensor's side: enrols, then carries deliveries and heartbeats.

use crate::limits::{BODY_BYTES_MAX, HANDSHAKE_TIME_MAX, REQUEST_TIME_MAX};
use crate::{
    Accepted, Admitted, Delivery, Enrolment, EnrolmentCode, Heartbeat, HeartbeatReply, files, tls,
};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use rcgen::{CertificateParams, KeyPair};
use rustls_pki_types::ServerName;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// Why the portal was not reached, or did not want.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// No connection, or it broke.
    #[error("cannot reach the portal at {address}: {reason}")]
    Unreachable {
        /// Where.
        address: String,
        /// Why.
        reason: String,
    },
    /// The portal said no; trying the same again will not help.
    #[error("the portal refuses: {0}")]
    Refused(String),
    /// The portal cannot at the moment.
    #[error("the portal cannot take it at the moment: {0}")]
    Unavailable(String),
    /// The sensor's own files.
    #[error("cannot use the sensor's identity in {path}: {source}")]
    Files {
        /// Where.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Keys and certificates.
    #[error("the sensor's identity cannot be used: {0}")]
    Identity(String),
}

/// Who a sensor is: its key, its certificate, and the portal it belongs to.
#[derive(Clone, Serialize, Deserialize)]
pub struct Identity {
    /// Id that the portal knows it by.
    pub sensor_id: String,
    /// Name that people know it by.
    pub name: String,
    /// `host:port` of the portal's link.
    pub portal: String,
    key_pem: String,
    certificate_pem: String,
    authority_pem: String,
}

impl Identity {
    /// The identity kept in a folder, if there is one.
    pub fn load(folder: &Path) -> Result<Option<Self>, LinkError> {
        let path = folder.join("identity.json");
        let error = |source| LinkError::Files {
            path: path.display().to_string(),
            source,
        };
        match files::read_if_there(&path).map_err(error)? {
            None => Ok(None),
            Some(content) => serde_json::from_slice(&content)
                .map(Some)
                .map_err(|source| error(source.into())),
        }
    }

    /// Keeps the identity in a folder, readable by its owner only.
    fn store(&self, folder: &Path) -> Result<(), LinkError> {
        let path = folder.join("identity.json");
        let error = |source| LinkError::Files {
            path: path.display().to_string(),
            source,
        };
        std::fs::create_dir_all(folder).map_err(error)?;
        let content = serde_json::to_vec_pretty(self).map_err(|source| error(source.into()))?;
        files::replace(&path, &content).map_err(error)
    }

    /// The key kept in the folder; a new one where there is none.
    fn own_key(folder: &Path) -> Result<KeyPair, LinkError> {
        let path = folder.join("sensor.key");
        let error = |source| LinkError::Files {
            path: path.display().to_string(),
            source,
        };
        let bad = |error: rcgen::Error| LinkError::Identity(error.to_string());
        if let Some(content) = files::read_if_there(&path).map_err(error)? {
            return KeyPair::from_pem(&String::from_utf8_lossy(&content)).map_err(bad);
        }
        let key = KeyPair::generate().map_err(bad)?;
        std::fs::create_dir_all(folder).map_err(error)?;
        files::replace(&path, key.serialize_pem().as_bytes()).map_err(error)?;
        Ok(key)
    }

    /// Enrols with a one-time code and keeps the identity in `folder`. The key is made here and
    /// never leaves the sensor; it is kept before it is used, so that an enrolment whose answer
    /// was lost can be repeated with the same key.
    pub async fn enrol(
        portal: &str,
        code: &EnrolmentCode,
        version: &str,
        folder: &Path,
    ) -> Result<Self, LinkError> {
        let bad = |error: rcgen::Error| LinkError::Identity(error.to_string());
        let key = Self::own_key(folder)?;
        let request = CertificateParams::new(Vec::new()).map_err(bad)?;
        let csr_pem = request
            .serialize_request(&key)
            .map_err(bad)?
            .pem()
            .map_err(bad)?;
        let config = tls::enrolling(&code.authority_sha256)
            .map_err(|error| LinkError::Identity(error.to_string()))?;
        let mut uplink = Uplink::with_config(portal, config);
        let admitted: Admitted = uplink
            .post(
                "/link/v1/enrol",
                &Enrolment {
                    secret: code.secret.clone(),
                    csr_pem,
                    version: version.to_owned(),
                },
            )
            .await?;
        let identity = Self {
            sensor_id: admitted.sensor_id,
            name: admitted.name,
            portal: portal.to_owned(),
            key_pem: key.serialize_pem(),
            certificate_pem: admitted.certificate_pem,
            authority_pem: admitted.authority_pem,
        };
        identity.store(folder)?;
        Ok(identity)
    }
}

/// The connection to the portal; made when needed, made anew when broken.
pub struct Uplink {
    address: String,
    connector: TlsConnector,
    sender: Option<SendRequest<Full<Bytes>>>,
}

impl Uplink {
    /// For an enrolled sensor.
    pub fn new(identity: &Identity) -> Result<Self, LinkError> {
        let config = || {
            let authority = tls::certificates(&identity.authority_pem)?
                .into_iter()
                .next()
                .ok_or_else(|| rustls::Error::General("no authority".into()))?;
            let chain = tls::certificates(&identity.certificate_pem)?;
            tls::client(authority, chain, tls::private_key(&identity.key_pem)?)
        };
        let config = config().map_err(|error| LinkError::Identity(error.to_string()))?;
        Ok(Self::with_config(&identity.portal, config))
    }

    fn with_config(address: &str, config: rustls::ClientConfig) -> Self {
        Self {
            address: address.to_owned(),
            connector: TlsConnector::from(Arc::new(config)),
            sender: None,
        }
    }

    /// Carries incidents; those with a receipt are on the portal's disk.
    pub async fn deliver(&mut self, deliveries: &[Delivery]) -> Result<Accepted, LinkError> {
        self.post("/link/v1/incidents", &deliveries).await
    }

    /// Says that the sensor is alive, and hears what the portal has for it.
    pub async fn beat(&mut self, heartbeat: &Heartbeat) -> Result<HeartbeatReply, LinkError> {
        self.post("/link/v1/heartbeat", heartbeat).await
    }

    async fn post<Q: Serialize, A: DeserializeOwned>(
        &mut self,
        path: &str,
        question: &Q,
    ) -> Result<A, LinkError> {
        let body =
            serde_json::to_vec(question).map_err(|error| LinkError::Identity(error.to_string()))?;
        let result = match timeout(REQUEST_TIME_MAX, self.exchange(path, body)).await {
            Ok(result) => result,
            Err(_) => Err(self.unreachable("no answer in time")),
        };
        if result.is_err() {
            // Whatever is left of the connection is not to be trusted.
            self.sender = None;
        }
        let (status, answer) = result?;
        if status.is_success() {
            return serde_json::from_slice(&answer)
                .map_err(|error| self.unreachable(format!("the answer makes no sense: {error}")));
        }
        let reason = String::from_utf8_lossy(&answer).into_owned();
        match status {
            StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Err(LinkError::Refused(reason)),
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                Err(LinkError::Unavailable(reason))
            }
            _ => Err(LinkError::Refused(format!("{status} {reason}"))),
        }
    }

    async fn exchange(
        &mut self,
        path: &str,
        body: Vec<u8>,
    ) -> Result<(StatusCode, Bytes), LinkError> {
        let mut sender = match self.sender.take() {
            Some(sender) if !sender.is_closed() => sender,
            _ => self.connect().await?,
        };
        let request = Request::post(path)
            .header("host", &self.address)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| self.unreachable(error))?;
        let answer = sender
            .send_request(request)
            .await
            .map_err(|error| self.unreachable(error))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), BODY_BYTES_MAX)
            .collect()
            .await
            .map_err(|error| self.unreachable(error))?;
        self.sender = Some(sender);
        Ok((status, body.to_bytes()))
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, LinkError> {
        let host = self
            .address
            .rsplit_once(':')
            .map_or(self.address.as_str(), |(host, _)| host);
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
            .map_err(|_| self.unreachable("the address is not host:port"))?;
        let secured = timeout(HANDSHAKE_TIME_MAX, async {
            let stream = TcpStream::connect(&self.address).await?;
            stream.set_nodelay(true)?;
            self.connector.connect(name, stream).await
        });
        let stream = match secured.await {
            Ok(result) => result.map_err(|error| self.unreachable(error))?,
            Err(_) => return Err(self.unreachable("no connection in time")),
        };
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.unreachable(error))?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "link connection ended");
            }
        });
        Ok(sender)
    }

    fn unreachable(&self, reason: impl ToString) -> LinkError {
        LinkError::Unreachable {
            address: self.address.clone(),
            reason: reason.to_string(),
        }
    }
}
