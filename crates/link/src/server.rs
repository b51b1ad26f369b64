//! The portal's side: takes sensors' connections and hands what they say to an [`Inbox`].

use crate::limits::{BODY_BYTES_MAX, CONNECTIONS_MAX, HANDSHAKE_TIME_MAX, REQUEST_TIME_MAX};
use crate::{
    Accepted, Admitted, Authority, AuthorityError, Delivery, Enrolment, Heartbeat, HeartbeatReply,
    Receipt, Refusal, SensorRef, tls,
};
use event::Timestamp;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls_pki_types::CertificateDer;
use serde::de::DeserializeOwned;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// Who takes what sensors say. What a call has returned for is on disk.
pub trait Inbox: Send + Sync + 'static {
    /// Lets a new sensor in: uses the secret up and has the key signed by the authority.
    fn enrol(&self, enrolment: Enrolment)
    -> impl Future<Output = Result<Admitted, Refusal>> + Send;

    /// Takes one incident; the same one may come again.
    fn incident(
        &self,
        sensor: &SensorRef,
        delivery: Delivery,
    ) -> impl Future<Output = Result<Receipt, Refusal>> + Send;

    /// Notes that a sensor is alive, and says what there is for it.
    fn heartbeat(
        &self,
        sensor: &SensorRef,
        heartbeat: Heartbeat,
    ) -> impl Future<Output = Result<HeartbeatReply, Refusal>> + Send;
}

/// Takes connections until `stop` is ready.
pub async fn serve<I: Inbox>(
    listener: TcpListener,
    authority: &Authority,
    now: Timestamp,
    inbox: Arc<I>,
    stop: impl Future<Output = ()>,
) -> Result<(), AuthorityError> {
    let acceptor = TlsAcceptor::from(Arc::new(authority.server_config(now)?));
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    tokio::pin!(stop);
    loop {
        let stream = tokio::select! {
            () = &mut stop => return Ok(()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Too many open files passes; spinning on it would not help.
                    tracing::warn!(%error, "cannot take a sensor's connection");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        // Beyond the limit the connection is closed at once; sensors try again.
        let Ok(permit) = room.clone().try_acquire_owned() else {
            continue;
        };
        let (acceptor, inbox) = (acceptor.clone(), inbox.clone());
        tokio::spawn(async move {
            if let Err(error) = connection(acceptor, stream, inbox).await {
                tracing::debug!(%error, "a sensor's connection ended");
            }
            drop(permit);
        });
    }
}

async fn connection<I: Inbox>(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    inbox: Arc<I>,
) -> io::Result<()> {
    let stream = timeout(HANDSHAKE_TIME_MAX, acceptor.accept(stream)).await??;
    let sensor = stream
        .get_ref()
        .1
        .peer_certificates()
        .and_then(|chain| chain.first())
        .and_then(sensor_of);
    let sensor = Arc::new(sensor);
    let service = service_fn(move |request| {
        let (inbox, sensor) = (inbox.clone(), sensor.clone());
        async move { Ok::<_, Infallible>(answer(&*inbox, (*sensor).as_ref(), request).await) }
    });
    hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_TIME_MAX * 10)
        .serve_connection(TokioIo::new(stream), service)
        .await
        .map_err(io::Error::other)
}

/// The sensor that a certificate of ours names (its chain has been verified).
fn sensor_of(certificate: &CertificateDer<'_>) -> Option<SensorRef> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let name = parsed.subject().iter_common_name().next()?.as_str().ok()?;
    Some(SensorRef {
        sensor_id: name.to_owned(),
        key_sha256: tls::fingerprint(parsed.public_key().raw),
    })
}

async fn answer<I: Inbox>(
    inbox: &I,
    sensor: Option<&SensorRef>,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    match timeout(REQUEST_TIME_MAX, route(inbox, sensor, request)).await {
        Ok(Ok(body)) => response(StatusCode::OK, body),
        Ok(Err((status, reason))) => response(status, reason.into_bytes()),
        Err(_) => response(StatusCode::REQUEST_TIMEOUT, b"too slow".to_vec()),
    }
}

type Failure = (StatusCode, String);

async fn route<I: Inbox>(
    inbox: &I,
    sensor: Option<&SensorRef>,
    request: Request<Incoming>,
) -> Result<Vec<u8>, Failure> {
    if request.method() != Method::POST {
        return Err((StatusCode::METHOD_NOT_ALLOWED, "only POST".into()));
    }
    let path = request.uri().path().to_owned();
    if path == "/link/v1/enrol" {
        let admitted = inbox.enrol(body(request).await?).await.map_err(refused)?;
        return json(&admitted);
    }
    let Some(sensor) = sensor else {
        return Err((
            StatusCode::UNAUTHORIZED,
            "a sensor's certificate is needed".into(),
        ));
    };
    match path.as_str() {
        "/link/v1/incidents" => {
            let deliveries: Vec<Delivery> = body(request).await?;
            let mut receipts = Vec::with_capacity(deliveries.len());
            for delivery in deliveries {
                receipts.push(inbox.incident(sensor, delivery).await.map_err(refused)?);
            }
            json(&Accepted { receipts })
        }
        "/link/v1/heartbeat" => {
            let reply = inbox.heartbeat(sensor, body(request).await?).await;
            json(&reply.map_err(refused)?)
        }
        _ => Err((StatusCode::NOT_FOUND, "no such thing".into())),
    }
}

async fn body<T: DeserializeOwned>(request: Request<Incoming>) -> Result<T, Failure> {
    let bytes = Limited::new(request.into_body(), BODY_BYTES_MAX)
        .collect()
        .await
        .map_err(|error| (StatusCode::PAYLOAD_TOO_LARGE, error.to_string()))?
        .to_bytes();
    serde_json::from_slice(&bytes).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))
}

fn json<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value)
        .map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

fn refused(refusal: Refusal) -> Failure {
    let status = match refusal {
        Refusal::BadSecret | Refusal::Barred => StatusCode::FORBIDDEN,
        Refusal::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, refusal.to_string())
}

fn response(status: StatusCode, body: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response
}
