//! The web app's files. With the app built, its real ones; without, the notice that it is not.

use super::{Files, mime};
use crate::testing::World;
use axum::body::Body;
use axum::http::Request;

#[tokio::test]
async fn the_app_wants_somebody_signed_in_and_carries_a_fresh_nonce() {
    let world = World::new().await;
    let side = world.side("a").await;
    let get = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    assert_eq!(
        world.send(get("/")).await.is(303).header("location"),
        "/sign-in"
    );
    let browser = world.browser(&side.email).await;
    if Files::get("index.html").is_none() {
        world.send(get("/app/")).await.is(503);
        let answer = browser.get("/app/incidents").await.is(503);
        assert!(
            answer
                .text
                .contains("The web app is not part of this program")
        );
        return;
    }
    let away = world.send(get("/app/incidents/1?x=y")).await.is(303);
    assert_eq!(
        away.header("location"),
        "/sign-in?next=/app/incidents/1%3Fx%3Dy"
    );
    let mut nonces = Vec::new();
    for path in ["/app/", "/app/incidents/1"] {
        let answer = browser.get(path).await.is(200);
        assert!(!answer.text.contains("__CSP_NONCE__"));
        let policy = answer.header("content-security-policy");
        let (_, rest) = policy.split_once("script-src 'self' 'nonce-").unwrap();
        let nonce = rest.split_once('\'').unwrap().0.to_owned();
        assert_eq!(answer.header("cache-control"), "no-store");
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn files_are_cached_and_known_again() {
    let world = World::new().await;
    let Some(path) = Files::iter().find(|path| path.starts_with("assets/")) else {
        return;
    };
    let path = format!("/app/{path}");
    let first = Request::get(&path).body(Body::empty()).unwrap();
    let answer = world.router_answer(first).await;
    assert_eq!(
        answer.headers()["cache-control"],
        "public, max-age=31536000, immutable"
    );
    let again = Request::get(&path)
        .header("if-none-match", &answer.headers()["etag"])
        .body(Body::empty())
        .unwrap();
    assert_eq!(world.router_answer(again).await.status(), 304);
}

#[tokio::test]
async fn the_service_worker_may_ask_the_portal_and_nobody_else() {
    let world = World::new().await;
    if Files::get("sw.js").is_none() {
        return;
    }
    let request = Request::get("/app/sw.js").body(Body::empty()).unwrap();
    let answer = world.router_answer(request).await;
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .unwrap();
    assert!(
        policy.starts_with("default-src 'none'; connect-src 'self';"),
        "{policy}"
    );
    // A new one must reach the browsers soon.
    assert_eq!(answer.headers()["cache-control"], "no-cache");
}

#[tokio::test]
async fn no_path_leads_out_of_the_folder() {
    let world = World::new().await;
    for path in [
        "/app/assets/../../Cargo.toml",
        "/app/assets/%2e%2e/%2e%2e/Cargo.toml",
        "/app/assets/..%2f..%2fCargo.toml",
        "/app/assets/missing.js",
    ] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        assert_eq!(world.router_answer(request).await.status(), 404, "{path}");
    }
}

#[test]
fn text_says_its_encoding() {
    assert_eq!(mime("text/css"), "text/css; charset=utf-8");
    assert_eq!(mime("image/png"), "image/png");
}
