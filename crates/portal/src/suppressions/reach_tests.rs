//! How suppressions come to the sensors, and what the portal makes of what sensors say of them.

use super::reach::exchange;
use crate::Scope;
use crate::testing::{Browser, NOON, Side, World, samples};
use axum::http::Method;
use link::SuppressionSet;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/suppressions";

async fn made(browser: &Browser<'_>, scope: Value, days: u32) -> Value {
    let body = json!({ "scope": scope, "days": days });
    browser.send(Method::POST, PATH, body).await.is(201).json()
}

fn beacon() -> Value {
    json!({ "host": "10.20.1.8", "rules": [{ "detector": "behaviour", "id": "beacon" }] })
}

async fn beat(world: &World, sensor: &Scope, has: u64) -> Option<SuppressionSet> {
    exchange(world.context(), sensor, Some(has)).await.unwrap()
}

async fn reach(browser: &Browser<'_>) -> Value {
    let listed = browser.get(PATH).await.is(200).json();
    listed["items"][0]["reach"].clone()
}

/// The summary of how many are told and hidden.
async fn told(browser: &Browser<'_>) -> u64 {
    let page = browser.get("/api/v1/incidents").await.is(200).json();
    page["total"].as_u64().unwrap()
}

async fn second_sensor(world: &World, side: &Side) -> Scope {
    let made = world.portal.create_sensor(side.tenant, "second", "").await;
    let secret = made.unwrap().enrolment_secret;
    let context = world.context();
    crate::fleet::service::enrol(context, &secret, "second key")
        .await
        .unwrap();
    crate::fleet::service::identify(context, "second key")
        .await
        .unwrap()
}

#[tokio::test]
async fn each_sensor_gets_what_holds_and_the_portal_knows_it() {
    let world = World::new().await;
    let (side, other) = (world.side("a").await, world.side("b").await);
    let second = second_sensor(&world, &side).await;
    let browser = world.browser(&side.email).await;
    assert_eq!(beat(&world, &side.sensor, 0).await, None);
    let first = made(&browser, beacon(), 30).await;
    let nowhere = json!({ "sensors": 2, "reached": 0, "complete_at": null });
    assert_eq!(reach(&browser).await, nowhere);

    let set = beat(&world, &side.sensor, 0).await.unwrap();
    assert_eq!(set.items.len(), 1);
    assert_eq!(set.items[0].id, first["id"]);
    assert_eq!(reach(&browser).await["reached"], 0, "sent is not arrived");
    world.clock.advance_seconds(5);
    assert_eq!(beat(&world, &side.sensor, set.version).await, None);
    assert_eq!(reach(&browser).await["reached"], 1);
    world.clock.advance_seconds(5);
    assert_eq!(beat(&world, &second, set.version).await, None);
    let complete = reach(&browser).await;
    assert_eq!(complete["reached"], 2);
    let since = complete["complete_at"].clone();
    assert!(since.is_string());

    // A later one does not make the first one younger.
    world.clock.advance_seconds(5);
    made(&browser, json!({ "peer": "update.example.com" }), 30).await;
    let later = beat(&world, &second, set.version).await.unwrap();
    assert!(later.version > set.version);
    beat(&world, &second, later.version).await;
    let listed = browser.get(PATH).await.is(200).json();
    assert_eq!(listed["items"][0]["reach"]["reached"], 1);
    assert_eq!(listed["items"][1]["reach"]["complete_at"], since);

    // Another tenant's sensor gets nothing of it.
    assert_eq!(beat(&world, &other.sensor, 0).await, None);
    // An older sensor says nothing, and is not asked.
    let silent = exchange(world.context(), &second, None).await.unwrap();
    assert_eq!(silent, None);
}

#[tokio::test]
async fn what_is_taken_back_or_forgotten_reaches_them_as_well() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let one = made(&browser, beacon(), 30).await;
    let set = beat(&world, &side.sensor, 0).await.unwrap();
    beat(&world, &side.sensor, set.version).await;
    let path = format!("{PATH}/{}", one["id"].as_str().unwrap());
    let revoked = browser.send(Method::DELETE, &path, json!({})).await.is(200);
    assert_eq!(revoked.json()["reach"]["reached"], 0);
    let empty = beat(&world, &side.sensor, set.version).await.unwrap();
    assert!(empty.items.is_empty());
    beat(&world, &side.sensor, empty.version).await;
    assert_eq!(reach(&browser).await["reached"], 1);

    // The sensor has lost its disk; then it says what this portal never sent.
    assert!(beat(&world, &side.sensor, 0).await.is_some());
    assert_eq!(reach(&browser).await["reached"], 0);
    let again = beat(&world, &side.sensor, u64::MAX).await.unwrap();
    assert_eq!(again.version, empty.version);
    assert_eq!(reach(&browser).await["reached"], 0);
    beat(&world, &side.sensor, again.version).await;
    assert_eq!(reach(&browser).await["reached"], 1);
}

#[tokio::test]
async fn a_sensors_mark_hides_what_waited_and_never_more_than_was_said() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let one = made(&browser, beacon(), 1).await;
    let id = one["id"].as_str().unwrap().to_owned();
    let marked = |number: u64| {
        let mut incident = samples::incident(number, NOON);
        incident.suppressed_by = vec![id.clone()];
        incident
    };
    // It ends while incidents of before its end wait on the sensor's disk.
    world.clock.advance_seconds(86_400 + 60);
    let browser = world.browser(&side.email).await;
    world.accept(&side, &marked(2)).await;
    assert_eq!(told(&browser).await, 0, "it held when it was seen");
    world.accept(&side, &samples::incident(26, NOON)).await;
    assert_eq!(told(&browser).await, 1, "the sensor does not say so");
    world.accept(&side, &marked(10)).await;
    assert_eq!(told(&browser).await, 2, "another machine's");
    let mut late = marked(50);
    late.last_seen = event::Timestamp::from_micros(world.context().clock.micros());
    world.accept(&side, &late).await;
    assert_eq!(told(&browser).await, 3, "it was over when it was seen");
    let mut named = marked(74);
    named.suppressed_by = vec!["nobody".into(), "'; --".into()];
    world.accept(&side, &named).await;
    assert_eq!(told(&browser).await, 4, "no suppression of that name");

    // Taken back, it hides nothing, whatever a sensor says.
    let path = format!("{PATH}/{id}");
    browser.send(Method::DELETE, &path, json!({})).await.is(200);
    assert_eq!(told(&browser).await, 5);
    let mut again = marked(2);
    again.revision = 2;
    world.accept(&side, &again).await;
    assert_eq!(told(&browser).await, 5);
    world.accept(&side, &marked(98)).await;
    assert_eq!(told(&browser).await, 6);
}
