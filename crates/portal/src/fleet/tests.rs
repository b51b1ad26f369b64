//! Sensors from entry to bar.

use super::{Heartbeat, InterfaceCounters, service};
use crate::testing::World;
use crate::{Code, Error, Scope};
use axum::http::Method;
use serde_json::json;

fn heartbeat(packets: u64) -> Heartbeat {
    Heartbeat {
        version: "0.1.0".into(),
        uptime_seconds: 60,
        interfaces: vec![InterfaceCounters {
            name: "eth1".into(),
            packets,
            bytes: packets.saturating_mul(500),
            drops: 1,
        }],
        rules_loaded: 30_000,
        rules_refused: 12,
        flows: 99,
        queue_length: 3,
        ..Heartbeat::default()
    }
}

fn code<T>(outcome: Result<T, Error>) -> Option<Code> {
    outcome.err().and_then(|error| error.code())
}

#[tokio::test]
async fn a_secret_enrols_one_key_and_no_other() {
    let world = World::new().await;
    let tenant = world.portal.create_tenant("a").await.unwrap();
    let made = world.portal.create_sensor(tenant, "s", "").await.unwrap();
    let (context, secret) = (world.context(), made.enrolment_secret.as_str());
    assert_eq!(
        code(service::enrol(context, "wrong", "key 1").await),
        Some(Code::SecretRefused)
    );
    let first = service::enrol(context, secret, "key 1").await.unwrap();
    assert_eq!(first, (tenant, made.sensor.id));
    let repeated = service::enrol(context, secret, "key 1").await.unwrap();
    assert_eq!(repeated, first);
    assert_eq!(
        code(service::enrol(context, secret, "key 2").await),
        Some(Code::SecretRefused)
    );
    let scope = service::identify(context, "key 1").await.unwrap();
    assert_eq!(scope, Scope::sensor(tenant, made.sensor.id));
    assert_eq!(
        code(service::identify(context, "key 2").await),
        Some(Code::SensorBarred)
    );
}

#[tokio::test]
async fn of_many_keys_at_once_one_wins() {
    let world = World::new().await;
    let tenant = world.portal.create_tenant("a").await.unwrap();
    let made = world.portal.create_sensor(tenant, "s", "").await.unwrap();
    let keys: Vec<String> = (0..12).map(|number| format!("key {number}")).collect();
    let tries = keys
        .iter()
        .map(|key| service::enrol(world.context(), &made.enrolment_secret, key));
    let outcomes = futures_util::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
}

#[tokio::test]
async fn a_secret_ends_and_is_replaced() {
    let world = World::new().await;
    let tenant = world.portal.create_tenant("a").await.unwrap();
    let made = world.portal.create_sensor(tenant, "s", "").await.unwrap();
    let context = world.context();
    world.clock.advance_seconds(14 * 86_400 + 1);
    let late = service::enrol(context, &made.enrolment_secret, "key").await;
    assert_eq!(code(late), Some(Code::SecretRefused));
    let scope = Scope::system_in(tenant);
    let second = service::renew_secret(context, &scope, made.sensor.id)
        .await
        .unwrap();
    let third = service::renew_secret(context, &scope, made.sensor.id)
        .await
        .unwrap();
    let replaced = service::enrol(context, &second.enrolment_secret, "key").await;
    assert_eq!(code(replaced), Some(Code::SecretRefused));
    service::enrol(context, &third.enrolment_secret, "key")
        .await
        .unwrap();
}

#[tokio::test]
async fn a_sensor_is_online_late_offline_by_the_clock() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let path = format!("/api/v1/sensors/{}", side.sensor.sensor_id().unwrap());
    assert_eq!(browser.get(&path).await.json()["state"], "never");
    service::heartbeat(world.context(), &side.sensor, heartbeat(5))
        .await
        .unwrap();
    for (seconds, state) in [
        (0, "online"),
        (90, "online"),
        (1, "late"),
        (209, "late"),
        (1, "offline"),
    ] {
        world.clock.advance_seconds(seconds);
        assert_eq!(browser.get(&path).await.json()["state"], state);
    }
    let list = browser.get("/api/v1/sensors").await.json();
    assert_eq!(list["items"][0]["heartbeat"]["interfaces"][0]["packets"], 5);
    service::heartbeat(world.context(), &side.sensor, heartbeat(6))
        .await
        .unwrap();
    assert_eq!(browser.get(&path).await.json()["state"], "online");
}

#[tokio::test]
async fn what_a_sensor_says_is_cut_to_size() {
    let world = World::new().await;
    let side = world.side("a").await;
    let mut hostile = heartbeat(u64::MAX);
    hostile.version = "火".repeat(1000);
    hostile.interfaces = vec![hostile.interfaces[0].clone(); 1000];
    hostile.flows = u64::MAX;
    service::heartbeat(world.context(), &side.sensor, hostile)
        .await
        .unwrap();
    let browser = world.browser(&side.email).await;
    let list = browser.get("/api/v1/sensors").await.is(200).json();
    let shown = &list["items"][0]["heartbeat"];
    assert_eq!(shown["version"].as_str().unwrap().chars().count(), 64);
    assert_eq!(shown["interfaces"].as_array().unwrap().len(), 32);
    assert_eq!(shown["flows"], (1_u64 << 53) - 1);
}

#[tokio::test]
async fn people_enter_name_and_bar_sensors() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let new = json!({ "name": " 支店 ", "location": "名古屋" });
    let made = browser
        .send(Method::POST, "/api/v1/sensors", new)
        .await
        .is(201)
        .json();
    assert_eq!(made["sensor"]["name"], "支店");
    assert_eq!(made["enrolment_secret"].as_str().unwrap().len(), 129);
    let path = format!("/api/v1/sensors/{}", made["sensor"]["id"].as_str().unwrap());
    assert!(
        !browser
            .get(&path)
            .await
            .text
            .contains(made["enrolment_secret"].as_str().unwrap())
    );
    let change = json!({ "location": "" });
    let sensor = browser
        .send(Method::PATCH, &path, change)
        .await
        .is(200)
        .json();
    assert_eq!(
        (&sensor["name"], &sensor["location"]),
        (&json!("支店"), &json!(""))
    );
    for wrong in [
        json!({}),
        json!({ "name": "" }),
        json!({ "name": "x".repeat(101) }),
    ] {
        browser
            .send(Method::POST, "/api/v1/sensors", wrong)
            .await
            .is(400);
    }
    service::enrol(
        world.context(),
        made["enrolment_secret"].as_str().unwrap(),
        "key",
    )
    .await
    .unwrap();
    let scope = service::identify(world.context(), "key").await.unwrap();
    browser
        .send(Method::DELETE, &path, json!(null))
        .await
        .is(204);
    browser.get(&path).await.is(404);
    assert_eq!(
        code(service::identify(world.context(), "key").await),
        Some(Code::SensorBarred)
    );
    let beat = service::heartbeat(world.context(), &scope, heartbeat(1)).await;
    assert_eq!(code(beat), Some(Code::SensorBarred));
    let again = service::enrol(
        world.context(),
        made["enrolment_secret"].as_str().unwrap(),
        "key",
    );
    assert_eq!(code(again.await), Some(Code::SecretRefused));
}
