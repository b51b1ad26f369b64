//! Real connections over loopback.

use crate::testing::World;
use crate::{BoundPortal, Portal, Settings, TlsSettings};
use rustls_pki_types::{CertificateDer, ServerName};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Running {
    fn start(bound: BoundPortal) -> Self {
        let address = bound.address().unwrap();
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(bound.serve(async {
            let _ = stopped.await;
        }));
        Self {
            address,
            stop,
            ended,
        }
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(5), self.ended).await;
        ended.expect("the portal ends in time").unwrap();
    }
}

fn any_port(settings: &mut Settings) {
    settings.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    settings.link_listen = settings.listen;
}

/// Asks for a path; the answer until the connection ends.
async fn ask(stream: impl AsyncRead + AsyncWrite, path: &str) -> String {
    let mut stream = std::pin::pin!(stream);
    let request = format!("GET {path} HTTP/1.1\r\nHost: portal\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn the_portal_answers_and_ends_although_browsers_listen() {
    let world = World::with(any_port).await;
    let side = world.side("a").await;
    let cookie = world.browser(&side.email).await.cookie;
    let running = Running::start(world.portal.bind().await.unwrap());
    let answer = ask(
        TcpStream::connect(running.address).await.unwrap(),
        "/healthz",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let figures = ask(
        TcpStream::connect(running.address).await.unwrap(),
        "/metrics",
    )
    .await;
    assert!(figures.contains("hinomi_portal_sensors 1"), "{figures}");

    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let request = format!("GET /api/v1/live HTTP/1.1\r\nHost: portal\r\nCookie: {cookie}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut beginning = [0; 15];
    stream.read_exact(&mut beginning).await.unwrap();
    assert_eq!(&beginning, b"HTTP/1.1 200 OK");
    // Connected and silent.
    let _idle = TcpStream::connect(running.address).await.unwrap();
    running.stop().await;
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert!(rest.ends_with(b"0\r\n\r\n"));
}

#[tokio::test]
async fn browsers_speak_tls_when_there_is_a_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["portal.test".to_owned()]).unwrap();
    let tls = TlsSettings {
        certificate: folder.path().join("certificate.pem"),
        key: folder.path().join("key.pem"),
    };
    std::fs::write(&tls.certificate, made.cert.pem()).unwrap();
    std::fs::write(&tls.key, made.signing_key.serialize_pem()).unwrap();
    let world = World::with(|settings| {
        any_port(settings);
        settings.tls = Some(tls);
    })
    .await;
    let running = Running::start(world.portal.bind().await.unwrap());

    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from(made.cert.der().to_vec()))
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(running.address).await.unwrap();
    let name = ServerName::try_from("portal.test").unwrap();
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .unwrap();
    let answer = ask(stream, "/healthz").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.contains("strict-transport-security: max-age=63072000"),
        "{answer}"
    );

    let plain = ask(
        TcpStream::connect(running.address).await.unwrap(),
        "/healthz",
    )
    .await;
    assert!(!plain.contains("HTTP/1.1"));
    running.stop().await;
}

#[tokio::test]
async fn wrong_certificates_and_taken_ports_and_folders_are_named() {
    let world = World::with(any_port).await;
    let bound = world.portal.bind().await.unwrap();
    let message = |error: crate::Error| error.to_string();

    let taken = World::with(|settings| settings.listen = bound.address().unwrap()).await;
    let error = taken.portal.bind().await.err().map(message).unwrap();
    assert_eq!(
        error,
        format!("cannot listen on {}", bound.address().unwrap())
    );

    let in_files = World::in_files().await;
    let settings = Settings {
        data_dir: in_files.folder.path().to_owned(),
        ..Settings::default()
    };
    let error = Portal::open(settings).await.err().map(message).unwrap();
    assert_eq!(error, "setting data_dir: another portal uses this folder");

    let wrong = World::with(|settings| {
        any_port(settings);
        settings.tls = Some(TlsSettings {
            certificate: "nowhere.pem".into(),
            key: "nowhere.pem".into(),
        });
    })
    .await;
    let error = wrong.portal.bind().await.err().map(message).unwrap();
    assert!(error.starts_with("setting tls.certificate: "), "{error}");
}
