//! Single sign-on against a real service on loopback, which signs real tokens, and wrong ones.

mod hostile;
mod people;
mod service;
mod set_up;

use crate::testing::{Answer, Browser, Side, World};
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use service::Service;

const SIGN_ON: &str = "/api/v1/sign-on";

async fn world() -> World {
    World::with(|settings| settings.outgoing.networks = vec!["127.0.0.0/8".to_owned()]).await
}

fn settings(service: &Service) -> Value {
    json!({
        "issuer": service.issuer(), "client_id": "portal", "client_secret": service::SECRET, "domains": ["example.jp"],
    })
}

/// Sets a service up for a tenant, with what differs from the least.
async fn set_up(browser: &Browser<'_>, service: &Service, differs: Value) {
    let mut new = settings(service);
    for (name, value) in differs.as_object().unwrap() {
        new[name] = value.clone();
    }
    let answer = browser.send(Method::PUT, SIGN_ON, new).await.is(200);
    assert!(!answer.text.contains("a secret"), "{}", answer.text);
    assert_eq!(answer.json()["settings"]["has_secret"], true);
}

/// A tenant with a service.
async fn tenant(world: &World, name: &str, differs: Value) -> (Side, Service) {
    let side = world.side(name).await;
    let service = Service::start().await;
    let browser = world.browser(&side.email).await;
    set_up(&browser, &service, differs).await;
    (side, service)
}

async fn get_page(world: &World, path: &str, cookie: &str) -> Answer {
    let request = Request::get(path)
        .header("cookie", cookie)
        .header("accept-language", "en");
    world.send(request.body(Body::empty()).unwrap()).await
}

/// The cookies of an answer that are not taken away.
fn cookies(answer: &Answer) -> String {
    let all = answer.headers.get_all("set-cookie").iter();
    let set = all.map(|one| one.to_str().unwrap().split(';').next().unwrap());
    let kept: Vec<&str> = set.filter(|pair| !pair.ends_with('=')).collect();
    kept.join("; ")
}

/// A browser on its way back from the service.
struct Way {
    cookie: String,
    /// Path and query to which the service sends it.
    back: String,
}

/// From the link over the service: what it is sent back with.
async fn way_from(world: &World, service: &Service, link: &str, cookie: &str) -> Way {
    let answer = get_page(world, link, cookie).await.is(303);
    let cookie = [cookie, &cookies(&answer)].join("; ");
    let back = service.visit(answer.header("location")).await;
    let (_, path) = back.split_once("://").unwrap();
    let (_, path) = path.split_once('/').unwrap();
    Way {
        cookie,
        back: format!("/{path}"),
    }
}

async fn way(world: &World, side: &Side, service: &Service) -> Way {
    let link = format!("/sign-in/company/{}?next=/app/incidents", side.tenant);
    way_from(world, service, &link, "").await
}

impl Way {
    async fn end(&self, world: &World) -> Answer {
        get_page(world, &self.back, &self.cookie).await
    }
}

/// The whole way of somebody.
async fn sign_in(world: &World, side: &Side, service: &Service) -> Answer {
    way(world, side, service).await.end(world).await
}

/// Who has signed in.
async fn who(world: &World, answer: Answer) -> Value {
    let answer = answer.is(303);
    assert_eq!(answer.header("location"), "/app/incidents");
    let session = get_page(world, "/api/v1/session", &cookies(&answer)).await;
    session.is(200).json()
}

/// Refused, without a session, for a reason that stands in the tenant's log.
async fn is_refused(world: &World, side: &Side, answer: Answer, reason: &str) {
    let answer = answer.is(401);
    assert!(!cookies(&answer).contains("hinomi_session"));
    assert!(
        answer.text.contains("ask your administrator"),
        "{}",
        answer.text
    );
    let browser = world.browser(&side.email).await;
    let log = browser.get("/api/v1/audit?act=sign_in_failed").await;
    let log = log.is(200).json();
    let detail = log["items"][0]["detail"].as_str().unwrap_or_default();
    assert!(detail.contains(reason), "{reason}: {detail}");
}
