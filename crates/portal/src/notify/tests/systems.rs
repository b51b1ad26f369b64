//! A customer's systems: changed, and spoken to over TLS.

use super::servers::WebServer;
use crate::notify::carry::webhook::signature;
use crate::notify::post;
use crate::testing::{Browser, NOON, Side, World, samples};
use axum::http::Method;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls_pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

async fn world(authority: Option<&Path>) -> (World, Side) {
    let authority = authority.map(Path::to_owned);
    let world = World::with(|portal| {
        portal.outgoing.networks = vec!["127.0.0.0/8".into()];
        portal.outgoing.authority_file = authority;
    })
    .await;
    let side = world.side("a").await;
    (world, side)
}

async fn create(browser: &Browser<'_>, body: Value) -> Value {
    let path = "/api/v1/notifications/endpoints";
    browser.send(Method::POST, path, body).await.is(201).json()
}

/// What became of the last message to the only system.
async fn last(browser: &Browser<'_>) -> Value {
    let path = "/api/v1/notifications/endpoints";
    let list = browser.get(path).await.is(200).json();
    list["items"][0]["last"].clone()
}

async fn send(world: &World) -> u64 {
    post::send_due(world.context()).await.unwrap()
}

#[tokio::test]
async fn a_system_is_changed_where_it_stands() {
    let (old, new) = (WebServer::start().await, WebServer::start().await);
    let (world, side) = world(None).await;
    let other = world.side("b").await;
    let (browser, stranger) = (
        world.browser(&side.email).await,
        world.browser(&other.email).await,
    );
    let made = create(
        &browser,
        json!({ "name": "SIEM", "channel": "webhook", "address": old.url("/in") }),
    )
    .await;
    let path = format!(
        "/api/v1/notifications/endpoints/{}",
        made["endpoint"]["id"].as_str().unwrap()
    );
    let renew = format!("{path}/secret");
    let wanted = json!({ "name": "New SIEM", "address": new.url("/other"), "severity_from": "low", "language": "en" });
    stranger
        .send(Method::PATCH, &path, wanted.clone())
        .await
        .is(404);
    stranger.send(Method::POST, &renew, json!({})).await.is(404);
    let changed = browser
        .send(Method::PATCH, &path, wanted.clone())
        .await
        .is(200)
        .json();
    for (name, value) in wanted.as_object().unwrap() {
        assert_eq!(changed[name], *value, "{name}");
    }
    for wrong in [
        json!({ "address": "ftp://x" }),
        json!({ "address": "" }),
        json!({ "name": " " }),
        json!({ "token": "x" }),
        json!({ "recipient": "x" }),
        json!({ "channel": "slack" }),
    ] {
        browser.send(Method::PATCH, &path, wrong).await.is(400);
    }
    let renewed = browser
        .send(Method::POST, &renew, json!({}))
        .await
        .is(200)
        .json();
    let secret = renewed["secret"].as_str().unwrap();
    assert_ne!(made["secret"], secret);
    world.accept(&side, &samples::incident(1, NOON)).await;
    assert_eq!(send(&world).await, 1);
    assert_eq!((old.count(), new.count()), (0, 1));
    let sent = &new.sent()[0];
    let time: i64 = sent.header("webhook-timestamp").parse().unwrap();
    let signed = signature(secret, sent.header("webhook-id"), time, &sent.body).unwrap();
    assert_eq!(sent.header("webhook-signature"), signed);

    // A chat's address is a secret that is shown to nobody; there is none to renew.
    let chat = create(
        &browser,
        json!({ "name": "chat", "channel": "slack", "address": old.url("/T0/first") }),
    )
    .await;
    let path = format!(
        "/api/v1/notifications/endpoints/{}",
        chat["endpoint"]["id"].as_str().unwrap()
    );
    let moved = json!({ "address": new.url("/T0/second") });
    let answer = browser.send(Method::PATCH, &path, moved).await.is(200);
    assert!(!answer.text.contains("second"), "{}", answer.text);
    let renew = format!("{path}/secret");
    browser.send(Method::POST, &renew, json!({})).await.is(400);
    let line = create(
        &browser,
        json!({ "name": "LINE", "channel": "line", "token": "one", "recipient": "U1" }),
    )
    .await;
    let path = format!(
        "/api/v1/notifications/endpoints/{}",
        line["endpoint"]["id"].as_str().unwrap()
    );
    for (change, status) in [
        (json!({ "recipient": "U2", "token": "two" }), 200),
        (json!({ "recipient": " " }), 400),
        (json!({ "token": "t\no" }), 400),
        (json!({ "address": "https://line.example" }), 400),
    ] {
        browser.send(Method::PATCH, &path, change).await.is(status);
    }
}

/// An authority, and certificates that it signs.
struct Signer(CertifiedIssuer<'static, KeyPair>);

impl Signer {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// A log server whose certificate is for a name; what the first to connect sends, none where nothing comes.
    async fn serve(&self, name: &str) -> (SocketAddr, JoinHandle<Option<String>>) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.ok()?;
            let acceptor = TlsAcceptor::from(Arc::new(config));
            let mut stream = acceptor.accept(stream).await.ok()?;
            let mut text = String::new();
            stream.read_to_string(&mut text).await.ok()?;
            Some(text)
        });
        (address, heard)
    }
}

#[tokio::test]
async fn a_log_server_is_spoken_to_over_tls_once_it_is_known_who_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    let (ours, foreign) = (Signer::new(), Signer::new());
    std::fs::write(&file, ours.0.pem()).unwrap();
    let (world, side) = world(Some(&file)).await;
    let browser = world.browser(&side.email).await;
    let (address, heard) = ours.serve("127.0.0.1").await;
    let made = create(
        &browser,
        json!({ "name": "log", "channel": "syslog", "address": format!("tls://{address}") }),
    )
    .await;
    world.accept(&side, &samples::incident(1, NOON)).await;
    assert_eq!(send(&world).await, 1);
    let text = heard.await.unwrap().unwrap();
    let (count, line) = text.split_once(' ').unwrap();
    assert_eq!(count.parse::<usize>().unwrap(), line.len());
    assert!(
        line.contains(" - hinomi - raised - CEF:0|Hinomi|"),
        "{line}"
    );
    assert_eq!(last(&browser).await["state"], "sent");

    let path = format!(
        "/api/v1/notifications/endpoints/{}",
        made["endpoint"]["id"].as_str().unwrap()
    );
    for (signer, name, reason) in [
        (
            &foreign,
            "127.0.0.1",
            "no authority that this portal trusts has signed it; the operator can name one in [outgoing] authority_file",
        ),
        (&ours, "log.example.jp", "it is for another name"),
    ] {
        let (address, heard) = signer.serve(name).await;
        let moved = json!({ "address": format!("tls://{address}") });
        browser.send(Method::PATCH, &path, moved).await.is(200);
        world.clock.advance_seconds(1);
        let test = format!("{path}/test");
        browser.send(Method::POST, &test, json!({})).await.is(202);
        assert_eq!(send(&world).await, 0);
        assert_eq!(heard.await.unwrap(), None, "nothing is said to a stranger");
        let last = last(&browser).await;
        assert_eq!(
            last["last_error"],
            format!("the certificate of 127.0.0.1 was refused: {reason}")
        );
    }
}
