//! Push, webhooks, chats and log servers, each over a real connection.

use super::servers::WebServer;
use crate::notify::carry::webhook::signature;
use crate::notify::post;
use crate::notify::push::browser::TestBrowser;
use crate::testing::{Answer, Browser, NOON, Side, World, samples};
use axum::http::Method;
use event::{Incident, Severity};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, UdpSocket};

/// A portal that may reach loopback.
async fn world() -> (World, Side) {
    let world = World::with(|portal| {
        portal.outgoing.networks = vec!["127.0.0.0/8".into()];
        portal.base_url = Some("https://portal.example.jp".into());
    })
    .await;
    let side = world.side("a").await;
    (world, side)
}

fn incident(severity: Severity, revision: u64) -> Incident {
    let mut incident = samples::incident(3, NOON);
    incident.severity = severity;
    incident.revision = revision;
    incident
}

async fn send(world: &World) -> u64 {
    post::send_due(world.context()).await.unwrap()
}

async fn subscribe(browser: &Browser<'_>, endpoint: &str, keys: &TestBrowser) -> Answer {
    let body = json!({
        "endpoint": endpoint, "device": "Chrome",
        "keys": { "p256dh": keys.public(), "auth": keys.auth() },
    });
    browser.send(Method::POST, "/api/v1/me/push", body).await
}

async fn create(browser: &Browser<'_>, body: Value) -> Value {
    let answer = browser
        .send(Method::POST, "/api/v1/notifications/endpoints", body)
        .await;
    answer.is(201).json()
}

/// The ledger of the one incident.
async fn ledger(browser: &Browser<'_>) -> Vec<Value> {
    let list = browser.get("/api/v1/incidents").await.is(200).json();
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    let ledger = browser
        .get(&format!("/api/v1/incidents/{id}/deliveries"))
        .await
        .is(200)
        .json();
    ledger["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_push_message_is_for_the_browser_alone_and_says_nothing_confidential() {
    let server = WebServer::start().await;
    let (world, side) = world().await;
    let browser = world.browser(&side.email).await;
    let keys = TestBrowser::new();
    subscribe(&browser, &server.url("/send/1"), &keys)
        .await
        .is(201);
    world.accept(&side, &incident(Severity::High, 1)).await;
    assert_eq!(send(&world).await, 1);
    let sent = &server.sent()[0];
    assert_eq!(sent.path, "/send/1");
    assert_eq!(sent.header("content-encoding"), "aes128gcm");
    assert_eq!(sent.header("urgency"), "high");
    assert!(sent.header("authorization").starts_with("vapid t="));
    let state = browser.get("/api/v1/me/push").await.is(200).json();
    let key = state["public_key"].as_str().unwrap();
    assert!(
        sent.header("authorization")
            .ends_with(&format!(", k={key}"))
    );
    let text = String::from_utf8(keys.decrypt(&sent.body).unwrap()).unwrap();
    let message: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(message["title"], "New incident");
    assert_eq!(message["body"], "Severity: High");
    let id = ledger(&browser).await[0]["id"].clone();
    assert_eq!(message["id"], id);
    assert!(
        message["path"]
            .as_str()
            .unwrap()
            .starts_with("/app/incidents/")
    );
    let told = incident(Severity::High, 1);
    for secret in [
        told.host.ip.to_string(),
        told.peers[0].clone(),
        told.title.en.to_string(),
    ] {
        assert!(!text.contains(&secret), "{text}");
    }
    // One's own browser is known by the hash of its address; the address is a secret.
    assert!(!state.to_string().contains("/send/1"));
}

#[tokio::test]
async fn a_push_service_is_asked_again_and_a_browser_that_is_gone_is_forgotten() {
    let server = WebServer::start().await;
    let (world, side) = world().await;
    let browser = world.browser(&side.email).await;
    let keys = TestBrowser::new();
    subscribe(&browser, &server.url("/send/1"), &keys)
        .await
        .is(201);
    server.answer(&[(503, "busy"), (429, ""), (201, ""), (410, "")]);
    world.accept(&side, &incident(Severity::High, 1)).await;
    assert_eq!(send(&world).await, 0);
    let line = &ledger(&browser).await[0];
    assert_eq!(
        (&line["state"], &line["attempts"], &line["last_error"]),
        (&json!("waiting"), &json!(1), &json!("HTTP 503: busy"))
    );
    // Retry-After: 90 is longer than the portal's own 30 seconds.
    world.clock.advance_seconds(89);
    assert_eq!(send(&world).await, 0);
    assert_eq!(server.sent().len(), 1);
    world.clock.advance_seconds(1);
    assert_eq!(send(&world).await, 0);
    world.clock.advance_seconds(90);
    assert_eq!(send(&world).await, 1);
    assert_eq!(server.sent().len(), 3);
    let topics: Vec<_> = server
        .sent()
        .iter()
        .map(|sent| sent.header("topic").to_owned())
        .collect();
    assert!(
        topics
            .iter()
            .all(|topic| *topic == topics[0] && topic.len() == 22)
    );
    world.accept(&side, &incident(Severity::Critical, 2)).await;
    assert_eq!(send(&world).await, 0);
    let line = &ledger(&browser).await[0];
    assert_eq!(line["state"], "failed");
    let state = browser.get("/api/v1/me/push").await.is(200).json();
    assert_eq!(state["subscriptions"], json!([]));
}

#[tokio::test]
async fn a_browser_belongs_to_who_sits_before_it() {
    let (world, side) = world().await;
    let other = world.side("b").await;
    let (ours, theirs) = (
        world.browser(&side.email).await,
        world.browser(&other.email).await,
    );
    let keys = TestBrowser::new();
    let address = "https://push.example.net/send/1";
    let state = subscribe(&ours, address, &keys).await.is(201).json();
    let id = state["subscriptions"][0]["id"].as_str().unwrap().to_owned();
    // Who knows the address and not the keys gets nothing, and takes nothing away.
    subscribe(&theirs, address, &TestBrowser::new())
        .await
        .is(400);
    theirs
        .send(Method::DELETE, &format!("/api/v1/me/push/{id}"), json!({}))
        .await
        .is(404);
    let count = |state: Value| state["subscriptions"].as_array().unwrap().len();
    assert_eq!(count(ours.get("/api/v1/me/push").await.is(200).json()), 1);
    assert_eq!(count(theirs.get("/api/v1/me/push").await.is(200).json()), 0);
    subscribe(&theirs, address, &keys).await.is(201);
    assert_eq!(count(ours.get("/api/v1/me/push").await.is(200).json()), 0);
    assert_eq!(count(theirs.get("/api/v1/me/push").await.is(200).json()), 1);
    for (endpoint, keys) in [
        ("ftp://x", TestBrowser::new()),
        ("https://a@b/", TestBrowser::new()),
        ("", TestBrowser::new()),
    ] {
        subscribe(&ours, endpoint, &keys).await.is(400);
    }
}

#[tokio::test]
async fn a_webhook_is_signed_and_its_secret_shown_once() {
    let server = WebServer::start().await;
    let (world, side) = world().await;
    let browser = world.browser(&side.email).await;
    let made = create(&browser, json!({ "name": "SIEM", "channel": "webhook", "address": server.url("/in?x=1"), "severity_from": "low" })).await;
    let secret = made["secret"].as_str().unwrap();
    let list = browser
        .get("/api/v1/notifications/endpoints")
        .await
        .is(200)
        .text;
    assert!(!list.contains(secret), "{list}");
    world.accept(&side, &incident(Severity::Low, 1)).await;
    assert_eq!(send(&world).await, 1);
    let sent = &server.sent()[0];
    let time: i64 = sent.header("webhook-timestamp").parse().unwrap();
    let signed = signature(secret, sent.header("webhook-id"), time, &sent.body).unwrap();
    assert_eq!(sent.header("webhook-signature"), signed);
    assert_eq!(time, NOON.seconds());
    let told = sent.json();
    assert_eq!(told["type"], "incident.raised");
    assert_eq!(told["data"]["incident"]["severity"], "low");
    assert!(
        told["data"]["url"]
            .as_str()
            .unwrap()
            .starts_with("https://portal.example.jp/app/incidents/")
    );
    let line = &ledger(&browser).await[0];
    assert_eq!(
        (&line["state"], &line["label"], &line["person"]),
        (&json!("accepted"), &json!("SIEM"), &Value::Null)
    );
}

#[tokio::test]
async fn chats_are_spoken_to_in_their_own_forms() {
    let server = WebServer::start().await;
    let (world, side) = world().await;
    let browser = world.browser(&side.email).await;
    for channel in ["slack", "teams"] {
        create(&browser, json!({ "name": channel, "channel": channel, "address": server.url("/T0/secret"), "language": "en" })).await;
    }
    let list = browser
        .get("/api/v1/notifications/endpoints")
        .await
        .is(200)
        .text;
    assert!(!list.contains("secret"), "{list}");
    let mut hostile = incident(Severity::High, 1);
    hostile.title.en = "<!channel> <http://evil.example|click>".into();
    world.accept(&side, &hostile).await;
    assert_eq!(send(&world).await, 2);
    let sent = server.sent();
    let (slack, teams) = match sent[0].json().get("blocks") {
        Some(_) => (sent[0].json(), sent[1].json()),
        None => (sent[1].json(), sent[0].json()),
    };
    let text = slack["blocks"][0]["text"]["text"].as_str().unwrap();
    assert!(
        text.contains("*&lt;!channel&gt; &lt;http://evil.example|click&gt;*"),
        "{text}"
    );
    assert_eq!(teams["attachments"][0]["content"]["type"], "AdaptiveCard");
    assert_eq!(
        teams["attachments"][0]["content"]["body"][1]["text"],
        hostile.title.en.as_ref()
    );
    // LINE's address is its own; what it takes is checked here.
    for (token, recipient, status) in [
        ("token", "U123", 201),
        ("", "U123", 400),
        ("token", "", 400),
        ("to\nken", "U123", 400),
    ] {
        let body =
            json!({ "name": "LINE", "channel": "line", "token": token, "recipient": recipient });
        let answer = browser
            .send(Method::POST, "/api/v1/notifications/endpoints", body)
            .await
            .is(status);
        assert!(
            !answer.text.contains("\"token\"") && !answer.text.contains("whsec_"),
            "{}",
            answer.text
        );
    }
}

#[tokio::test]
async fn log_servers_get_a_line_over_udp_and_tcp() {
    let (world, side) = world().await;
    let browser = world.browser(&side.email).await;
    let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("udp://{}", udp.local_addr().unwrap());
    create(
        &browser,
        json!({ "name": "one", "channel": "syslog", "address": address }),
    )
    .await;
    let other = format!("tcp://{}", tcp.local_addr().unwrap());
    create(
        &browser,
        json!({ "name": "other", "channel": "syslog", "address": other }),
    )
    .await;
    let heard = tokio::spawn(async move {
        let (mut stream, _) = tcp.accept().await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    });
    world.accept(&side, &incident(Severity::Critical, 1)).await;
    assert_eq!(send(&world).await, 2);
    let mut buffer = [0; 4096];
    let length = udp.recv(&mut buffer).await.unwrap();
    let line = String::from_utf8(buffer[..length].to_vec()).unwrap();
    assert!(line.starts_with("<105>1 2026-11-22T03:00:00"), "{line}");
    assert!(
        line.contains(" - hinomi - raised - CEF:0|Hinomi|Hinomi|"),
        "{line}"
    );
    assert!(line.contains("|10|externalId="), "{line}");
    let frame = heard.await.unwrap();
    let (count, line) = frame.split_once(' ').unwrap();
    assert_eq!(count.parse::<usize>().unwrap(), line.len());
    // Nobody confirms a line.
    let states: Vec<_> = ledger(&browser)
        .await
        .iter()
        .map(|line| line["state"].clone())
        .collect();
    assert_eq!(states, [json!("sent"), json!("sent")]);
    for wrong in ["udp://", "log.example.jp", "https://log.example.jp"] {
        let body = json!({ "name": "x", "channel": "syslog", "address": wrong });
        browser
            .send(Method::POST, "/api/v1/notifications/endpoints", body)
            .await
            .is(400);
    }
}

/// What a customer enters must not lead into the portal's own network, nor answers elsewhere.
#[tokio::test]
async fn addresses_lead_to_the_public_internet_only() {
    let server = WebServer::start().await;
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let port = server.address.port();
    let addresses = [
        format!("http://127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://0.0.0.0:{port}/"),
        format!("http://2130706433:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
    ];
    for address in &addresses {
        create(
            &browser,
            json!({ "name": address, "channel": "webhook", "address": address }),
        )
        .await;
    }
    for address in ["udp://127.0.0.1", "tcp://10.0.0.1:22"] {
        create(
            &browser,
            json!({ "name": address, "channel": "syslog", "address": address }),
        )
        .await;
    }
    world.accept(&side, &incident(Severity::Critical, 1)).await;
    assert_eq!(send(&world).await, 0);
    assert_eq!(server.sent().len(), 0);
    let lines = ledger(&browser).await;
    assert_eq!(lines.len(), addresses.len() + 2);
    for line in lines {
        let reason = line["last_error"].as_str().unwrap();
        assert!(
            reason.ends_with("is not an address of the public Internet")
                || reason.ends_with("has no address"),
            "{reason}"
        );
    }
    for address in [
        "https://user:secret@example.jp/",
        "file:///etc/passwd",
        "gopher://x/",
        "",
        "example.jp",
    ] {
        let body = json!({ "name": "x", "channel": "webhook", "address": address });
        browser
            .send(Method::POST, "/api/v1/notifications/endpoints", body)
            .await
            .is(400);
    }
}

#[tokio::test]
async fn no_redirection_is_followed_and_what_is_refused_is_told() {
    let (server, elsewhere) = (WebServer::start().await, WebServer::start().await);
    let (world, side) = world().await;
    let browser = world.browser(&side.email).await;
    create(
        &browser,
        json!({ "name": "hook", "channel": "webhook", "address": server.url("/") }),
    )
    .await;
    for (answer, reason) in [
        ((302, ""), "HTTP 302"),
        ((401, "who\r\nare you?"), "HTTP 401: who  are you?"),
    ] {
        server.answer(&[answer]);
        let list = browser
            .get("/api/v1/notifications/endpoints")
            .await
            .is(200)
            .json();
        let id = list["items"][0]["id"].as_str().unwrap().to_owned();
        world.clock.advance_seconds(1);
        browser
            .send(
                Method::POST,
                &format!("/api/v1/notifications/endpoints/{id}/test"),
                json!({}),
            )
            .await
            .is(202);
        assert_eq!(send(&world).await, 0);
        let list = browser
            .get("/api/v1/notifications/endpoints")
            .await
            .is(200)
            .json();
        let last = &list["items"][0]["last"];
        assert_eq!(
            (&last["state"], last["last_error"].as_str()),
            (&json!("failed"), Some(reason))
        );
    }
    assert_eq!(elsewhere.sent().len(), 0);
}

#[tokio::test]
async fn systems_of_another_tenant_are_not_there() {
    let server = WebServer::start().await;
    let (world, side) = world().await;
    let other = world.side("b").await;
    let (ours, theirs) = (
        world.browser(&side.email).await,
        world.browser(&other.email).await,
    );
    let made = create(
        &ours,
        json!({ "name": "hook", "channel": "webhook", "address": server.url("/") }),
    )
    .await;
    let id = made["endpoint"]["id"].as_str().unwrap();
    let path = format!("/api/v1/notifications/endpoints/{id}");
    theirs
        .send(Method::PATCH, &path, json!({ "name": "mine" }))
        .await
        .is(404);
    theirs.send(Method::DELETE, &path, json!({})).await.is(404);
    theirs
        .send(Method::POST, &format!("{path}/test"), json!({}))
        .await
        .is(404);
    assert_eq!(
        theirs
            .get("/api/v1/notifications/endpoints")
            .await
            .is(200)
            .json()["items"],
        json!([])
    );
    world.accept(&other, &incident(Severity::Critical, 1)).await;
    assert_eq!(send(&world).await, 0);
    ours.send(
        Method::PATCH,
        &path,
        json!({ "name": "renamed", "severity_from": "high" }),
    )
    .await
    .is(200);
    let list = ours
        .get("/api/v1/notifications/endpoints")
        .await
        .is(200)
        .json();
    assert_eq!(list["items"][0]["name"], "renamed");
    ours.send(Method::DELETE, &path, json!({})).await.is(204);
    ours.send(Method::DELETE, &path, json!({})).await.is(404);
    assert_eq!(server.sent().len(), 0);
}
