//! "This was us", from the tap to what stays visible.

use crate::testing::{Browser, NOON, Side, World, samples};
use crate::{Role, limits};
use axum::http::Method;
use event::Severity;
use serde_json::{Value, json};

// The samples 2, 26, 50 and 74 tell one story of one machine; 10 tells the same of another.

const PATH: &str = "/api/v1/suppressions";

fn beacon() -> Value {
    json!({ "host": "10.20.1.8", "rules": [{ "detector": "behaviour", "id": "beacon" }] })
}

fn wanted(scope: Value) -> Value {
    json!({ "scope": scope, "days": 30, "reason": "nightly backup" })
}

async fn accept(world: &World, side: &Side, number: u64) {
    world.accept(side, &samples::incident(number, NOON)).await;
}

async fn total(browser: &Browser<'_>, query: &str) -> u64 {
    let path = format!("/api/v1/incidents?{query}");
    let page = browser.get(&path).await.is(200).json();
    page["total"].as_u64().unwrap()
}

/// The one incident that a query finds.
async fn only(browser: &Browser<'_>, query: &str) -> Value {
    let path = format!("/api/v1/incidents?{query}");
    let page = browser.get(&path).await.is(200).json();
    assert_eq!(page["total"], 1, "{page}");
    let id = page["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/incidents/{id}");
    browser.get(&path).await.is(200).json()
}

#[tokio::test]
async fn it_hides_what_it_said_and_nothing_else() {
    let world = World::new().await;
    let (side, other) = (world.side("a").await, world.side("b").await);
    for number in [2, 26, 10, 1] {
        accept(&world, &side, number).await;
        accept(&world, &other, number).await;
    }
    let browser = world.browser(&side.email).await;
    let preview = browser
        .send(Method::POST, &format!("{PATH}/preview"), beacon())
        .await
        .is(200)
        .json();
    assert_eq!(preview["incidents"], 2);
    assert_eq!(preview["open"], 2);
    assert_eq!(preview["detections"], 3 + 27);
    assert_eq!(preview["partly"], 0);
    assert_eq!(preview["complete"], true);
    assert_eq!(preview["examples"].as_array().unwrap().len(), 2);
    assert_eq!(total(&browser, "").await, 4, "a preview changes nothing");

    let made = browser.send(Method::POST, PATH, wanted(beacon())).await;
    let made = made.is(201).json();
    assert_eq!(made["hidden"], 2);
    assert_eq!(made["created_by"]["name"], "a");
    assert_eq!(total(&browser, "").await, 2);
    assert_eq!(total(&browser, "suppressed=only").await, 2);
    assert_eq!(total(&browser, "suppressed=with").await, 4);
    accept(&world, &side, 50).await;
    assert_eq!(
        total(&browser, "").await,
        2,
        "what comes later is hidden, too"
    );
    let hidden = "suppressed=only&resolution=benign_true";
    assert_eq!(total(&browser, hidden).await, 3);
    let dashboard = browser.get("/api/v1/dashboard").await.is(200).json();
    assert_eq!(dashboard["open"]["high"], 1);
    let listed = browser.get(PATH).await.is(200).json();
    assert_eq!(listed["items"][0]["hidden"], 3);

    let stranger = world.browser(&other.email).await;
    accept(&world, &other, 50).await;
    assert_eq!(total(&stranger, "").await, 5);
    assert_eq!(stranger.get(PATH).await.is(200).json()["items"], json!([]));

    world.clock.advance_seconds(31 * 86_400);
    let browser = world.browser(&side.email).await;
    accept(&world, &side, 74).await;
    assert_eq!(
        total(&browser, "").await,
        3,
        "after its end it hides nothing"
    );
    let mut again = samples::incident(2, NOON);
    again.revision = 2;
    world.accept(&side, &again).await;
    assert_eq!(
        total(&browser, "").await,
        4,
        "what goes on after its end is told"
    );
}

#[tokio::test]
async fn one_detection_beside_brings_it_back() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    browser
        .send(Method::POST, PATH, wanted(beacon()))
        .await
        .is(201);
    accept(&world, &side, 2).await;
    assert_eq!(total(&browser, "").await, 0);
    let mut grown = samples::incident(2, NOON);
    grown.revision = 2;
    let mut beside = samples::incident(1, NOON).detections.remove(0);
    beside.host = None;
    grown.detections.push(beside);
    grown.severity = Severity::Critical;
    world.accept(&side, &grown).await;
    let detail = only(&browser, "").await;
    assert_eq!(detail["handling"], "new");
    assert_eq!(detail["resolution"], Value::Null);
    assert_eq!(detail["suppressed_by"], json!([]));
    let history = detail["history"].as_array().unwrap();
    let kinds: Vec<&str> = history
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["raised", "suppressed", "unsuppressed", "grew"]);
    let preview = browser
        .send(Method::POST, &format!("{PATH}/preview"), beacon())
        .await
        .is(200)
        .json();
    assert_eq!(
        (&preview["incidents"], &preview["partly"]),
        (&json!(0), &json!(1))
    );
}

#[tokio::test]
async fn taken_back_it_brings_back_what_it_hid() {
    let world = World::new().await;
    let (side, other) = (world.side("a").await, world.side("b").await);
    let browser = world.browser(&side.email).await;
    let incident = world.sample(&side, 2).await;
    browser
        .send(
            Method::PATCH,
            &incident,
            json!({ "handling": "in_progress" }),
        )
        .await
        .is(200);
    let make = || browser.send(Method::POST, PATH, wanted(beacon()));
    let first = make().await.is(201).json();
    let second = make().await.is(201).json();
    let path_of = |made: &Value| format!("{PATH}/{}", made["id"].as_str().unwrap());
    let detail = browser.get(&incident).await.is(200).json();
    assert_eq!(detail["resolution"], "benign_true");
    assert_eq!(detail["suppressed_by"], json!([first["id"]]));

    let stranger = world.browser(&other.email).await;
    let viewer = world.user(side.tenant, "v", Role::Viewer).await;
    let viewer = world.browser(&viewer).await;
    let delete = |browser, made| {
        let path = path_of(made);
        async move { Browser::send(browser, Method::DELETE, &path, json!(null)).await }
    };
    delete(&stranger, &first).await.is(404);
    delete(&viewer, &first).await.is(403);
    viewer
        .send(Method::POST, PATH, wanted(beacon()))
        .await
        .is(403);
    viewer.get(PATH).await.is(200);

    delete(&browser, &first).await.is(200);
    let detail = browser.get(&incident).await.is(200).json();
    assert_eq!(
        detail["suppressed_by"],
        json!([second["id"]]),
        "the other one still hides it"
    );
    let revoked = delete(&browser, &second).await.is(200).json();
    assert_eq!(revoked["revoked_by"]["name"], "a");
    assert_eq!(revoked["hidden"], 0);
    delete(&browser, &second).await.is(200);
    let detail = browser.get(&incident).await.is(200).json();
    assert_eq!(detail["handling"], "in_progress");
    assert_eq!(detail["resolution"], Value::Null);
    assert_eq!(detail["suppressed"], false);
}

#[tokio::test]
async fn what_a_person_takes_up_again_stays_visible() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let incident = world.sample(&side, 2).await;
    browser
        .send(Method::POST, PATH, wanted(beacon()))
        .await
        .is(201);
    assert_eq!(total(&browser, "").await, 0);
    browser
        .send(
            Method::PATCH,
            &incident,
            json!({ "handling": "in_progress" }),
        )
        .await
        .is(200);
    let mut again = samples::incident(2, NOON);
    again.revision = 2;
    world.accept(&side, &again).await;
    let detail = only(&browser, "").await;
    assert_eq!(detail["handling"], "in_progress");
}

#[tokio::test]
async fn what_has_no_bounds_is_refused() {
    let world = World::new().await;
    let side = world.side("a").await;
    let other = world.side("b").await;
    let theirs = world.sample(&other, 2).await;
    let theirs = theirs.rsplit('/').next().unwrap();
    let browser = world.browser(&side.email).await;
    let rule = json!({ "detector": "signature", "id": "1:1" });
    let long = "x".repeat(limits::PEER_CHARS_MAX + 1);
    for scope in [
        json!({}),
        json!({ "host": "10.0.0.1" }),
        json!({ "host": "somewhere", "rules": [rule] }),
        json!({ "rules": [{ "detector": "signature", "id": "" }] }),
        json!({ "rules": [{ "detector": "nobody", "id": "1" }] }),
        json!({ "rules": vec![rule.clone(); 21] }),
        json!({ "peer": " " }),
        json!({ "peer": long }),
        json!({ "everything": true, "rules": [rule] }),
    ] {
        browser
            .send(Method::POST, PATH, wanted(scope))
            .await
            .is(400);
    }
    for days in [0, 366] {
        let body = json!({ "scope": beacon(), "days": days });
        browser.send(Method::POST, PATH, body).await.is(400);
    }
    let foreign = json!({ "scope": beacon(), "days": 1, "incident": theirs });
    browser.send(Method::POST, PATH, foreign).await.is(404);
}
