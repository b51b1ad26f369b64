//! An HTTP server that answers as it is told, and a feed that asks it.

#![allow(dead_code, reason = "each test uses a part of it")]

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, Response, StatusCode};
use event::Timestamp;
use feeds::{Config, Outcome, fetch};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::RootCertStore;
use rustls::server::WebPkiClientVerifier;
use rustls_pki_types::PrivateKeyDer;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The body goes on for ever without another byte.
pub const WAIT_FOR_EVER: bool = true;

/// What the server says.
#[derive(Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    waits: bool,
}

impl Answer {
    pub fn json(body: &str) -> Self {
        Self {
            status: 200,
            headers: vec![(
                "content-type",
                "application/taxii+json;version=2.1".to_owned(),
            )],
            body: body.to_owned(),
            waits: false,
        }
    }

    pub fn text(body: &str) -> Self {
        Self {
            headers: Vec::new(),
            ..Self::json(body)
        }
    }

    pub fn status(status: u16) -> Self {
        Self {
            status,
            ..Self::text("")
        }
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn then(mut self, waits: bool) -> Self {
        self.waits = waits;
        self
    }
}

#[derive(Default)]
struct Script {
    answers: BTreeMap<String, Answer>,
    once: BTreeMap<String, Answer>,
    asked: Vec<(String, HeaderMap)>,
    accept: Option<String>,
    authorization: Option<String>,
}

type Shared = Arc<Mutex<Script>>;

pub struct Server {
    address: SocketAddr,
    script: Shared,
    secrets: Option<Secrets>,
}

/// Of a server that wants certificates.
struct Secrets {
    folder: TempDir,
}

async fn serve(State(script): State<Shared>, request: Request<Body>) -> Response<Body> {
    let mut script = script.lock().unwrap();
    let (path, query) = (request.uri().path(), request.uri().query().unwrap_or(""));
    let wanted: Vec<&str> = query
        .split('&')
        .filter(|part| !part.starts_with("limit="))
        .collect();
    // The most special answer: with next, with added_after, then the path alone.
    let special = |name: &str| {
        let part = wanted.iter().find(|part| part.starts_with(name))?;
        Some(format!("{path}?{part}"))
    };
    let keys: Vec<String> = [
        special("next="),
        special("added_after="),
        Some(path.to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect();
    for key in &keys {
        script.asked.push((key.clone(), request.headers().clone()));
    }
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    if script.accept.is_some() && header("accept") != script.accept {
        return status(406);
    }
    if script.authorization.is_some() && header("authorization") != script.authorization {
        return status(401);
    }
    if let Some(answer) = script.once.remove(path) {
        return respond(&answer);
    }
    match keys.iter().find_map(|key| script.answers.get(key)) {
        Some(answer) => {
            let etag = answer.headers.iter().find(|(name, _)| *name == "etag");
            if etag.is_some() && etag.map(|(_, value)| value.clone()) == header("if-none-match") {
                return status(304);
            }
            respond(answer)
        }
        None => status(404),
    }
}

fn status(status: u16) -> Response<Body> {
    respond(&Answer::status(status))
}

fn respond(answer: &Answer) -> Response<Body> {
    let mut response = Response::builder().status(StatusCode::from_u16(answer.status).unwrap());
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    if answer.waits {
        // More is promised than ever comes.
        let endless = Endless(Some(answer.body.clone().into()));
        return response.body(Body::new(endless)).unwrap();
    }
    response.body(Body::from(answer.body.clone())).unwrap()
}

/// A body whose second part never comes.
struct Endless(Option<axum::body::Bytes>);

impl hyper::body::Body for Endless {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        match self.0.take() {
            Some(part) => std::task::Poll::Ready(Some(Ok(hyper::body::Frame::data(part)))),
            None => std::task::Poll::Pending,
        }
    }
}

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            script: Shared::default(),
            secrets: None,
        };
        let router = Router::new()
            .fallback(serve)
            .with_state(Arc::clone(&server.script));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        server
    }

    /// Over TLS, for clients with a certificate of the server's authority.
    pub async fn start_secured() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let made = |name: &str| {
            let key = KeyPair::generate().unwrap();
            let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
            (params.signed_by(&key, &authority).unwrap(), key)
        };
        let (certificate, key) = made("127.0.0.1");
        let (client, client_key) = made("client.example");
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("authority.pem", authority.pem()),
            ("client.pem", client.pem()),
            ("client.key", client_key.serialize_pem()),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            script: Shared::default(),
            secrets: Some(Secrets { folder }),
        };
        let router = Router::new()
            .fallback(serve)
            .with_state(Arc::clone(&server.script));
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let service = TowerToHyperService::new(router.clone());
                tokio::spawn(async move {
                    let _ = auto::Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        server
    }

    pub fn answers(&self, path: &str, answer: Answer) {
        self.script
            .lock()
            .unwrap()
            .answers
            .insert(path.to_owned(), answer);
    }

    pub fn answers_once(&self, path: &str, answer: Answer) {
        self.script
            .lock()
            .unwrap()
            .once
            .insert(path.to_owned(), answer);
    }

    /// Answers whose path begins so are gone.
    pub fn forget(&self, start: &str) {
        self.script
            .lock()
            .unwrap()
            .answers
            .retain(|path, _| !path.starts_with(start));
    }

    pub fn wants_accept(&self, value: &str) {
        self.script.lock().unwrap().accept = Some(value.to_owned());
    }

    pub fn wants_authorization(&self, value: &str) {
        self.script.lock().unwrap().authorization = Some(value.to_owned());
    }

    /// How often something was asked for.
    pub fn asked(&self, path: &str) -> usize {
        let script = self.script.lock().unwrap();
        script
            .asked
            .iter()
            .filter(|(asked, _)| asked == path)
            .count()
    }

    /// A header of the last question.
    pub fn last(&self, path: &str, header: &str) -> Option<String> {
        let script = self.script.lock().unwrap();
        let (_, headers) = script.asked.iter().rev().find(|(asked, _)| asked == path)?;
        Some(headers.get(header)?.to_str().unwrap().to_owned())
    }

    pub fn feed(&self, kind: &str, path: &str, options: &str) -> Feed {
        Feed::new(kind, &format!("http://{}{path}", self.address), options)
    }

    pub fn secured_feed(&self, kind: &str, path: &str, shows: bool) -> Feed {
        let folder = self.secrets.as_ref().unwrap().folder.path();
        let file = |name: &str| folder.join(name).display().to_string();
        let mut options = format!("authority_file = {:?}\n", file("authority.pem"));
        if shows {
            options += &format!(
                "certificate_file = {:?}\nkey_file = {:?}\n",
                file("client.pem"),
                file("client.key")
            );
        }
        Feed::new(kind, &format!("https://{}{path}", self.address), &options)
    }
}

/// A configuration with one feed, in a folder of its own.
pub struct Feed {
    config: Config,
    folder: TempDir,
}

impl Feed {
    fn new(kind: &str, url: &str, options: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "folder = {:?}\n[[feed]]\nname = \"test\"\nkind = \"{kind}\"\nurl = \"{url}\"\n{options}\n",
            folder.path().display().to_string()
        );
        let config: Config = toml::from_str(&text).unwrap();
        config.check().unwrap();
        Self { config, folder }
    }

    pub async fn fetch(&self) -> Outcome {
        let now = Timestamp::parse("2026-03-03T00:00:00Z").unwrap();
        let mut outcomes = fetch(&self.config, &[], now).await;
        let (name, outcome) = outcomes.remove(0);
        assert_eq!(name, "test");
        outcome
    }

    /// Whether the sensor, which reads the folder, would find a name.
    pub fn hits(&self, name: &str) -> bool {
        let (indicators, _) = intelligence::load([self.folder.path()]);
        indicators
            .match_domain(name, "", Timestamp::default())
            .is_some()
    }
}
