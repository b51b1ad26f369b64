//! What is measured between heartbeats, and shown.

use crate::Scope;
use crate::fleet::{Health, Heartbeat, InterfaceCounters, service};
use crate::testing::{Side, World};
use serde_json::{Value, json};

fn beat(uptime_seconds: u64, packets: u64) -> Heartbeat {
    Heartbeat {
        version: "0.1.0".into(),
        uptime_seconds,
        interfaces: vec![InterfaceCounters {
            name: "eth1".into(),
            packets,
            bytes: packets.saturating_mul(500),
            drops: packets / 100,
        }],
        health: Health {
            events: Some(packets / 10),
            detections: Some(packets / 1000),
            clock_offset_ms: Some(-20),
            disk_free_bytes: Some(packets),
            ..Health::default()
        },
        ..Heartbeat::default()
    }
}

async fn say(world: &World, side: &Side, beat: Heartbeat) {
    service::heartbeat(world.context(), &side.sensor, beat)
        .await
        .unwrap();
}

async fn shown(world: &World, side: &Side, wish: &str) -> Value {
    let browser = world.browser(&side.email).await;
    let id = side.sensor.sensor_id().unwrap();
    let path = format!("/api/v1/sensors/{id}/history?{wish}");
    browser.get(&path).await.is(200).json()
}

#[tokio::test]
async fn what_comes_between_heartbeats_is_kept_by_minutes_and_hours() {
    let world = World::new().await;
    let side = world.side("a").await;
    say(&world, &side, beat(0, 1000)).await;
    for number in 1..=40 {
        world.clock.advance_seconds(30);
        say(&world, &side, beat(number * 30, 1000 + number * 10_000)).await;
    }
    // It starts anew: what it counts then came since.
    world.clock.advance_seconds(40);
    say(&world, &side, beat(10, 7000)).await;
    let minutes = shown(&world, &side, "hours=1&step_minutes=1").await;
    let points = minutes["points"].as_array().unwrap();
    assert_eq!(points.len(), 21);
    let full = &points[5];
    let figures = [
        "covered_seconds",
        "packets",
        "bytes",
        "drops",
        "events",
        "detections",
    ]
    .map(|name| full[name].as_u64().unwrap());
    assert_eq!(figures, [60, 20_000, 10_000_000, 200, 2000, 20]);
    assert_eq!(full["clock_offset_ms"], -20);
    assert_eq!(full["cpu_machine_permille"], Value::Null);
    let last = &points[20];
    assert_eq!(
        (&last["packets"], &last["covered_seconds"]),
        (&json!(17_000), &json!(40))
    );
    let hours = shown(&world, &side, "hours=1&step_minutes=60").await;
    let sum: u64 = hours["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["packets"].as_u64().unwrap())
        .sum();
    assert_eq!(sum, 407_000);
    // Where nothing is said, a chart has few points.
    for (wish, step) in [
        ("", 5),
        ("hours=48", 15),
        ("hours=168", 60),
        ("hours=2160", 1440),
    ] {
        assert_eq!(
            shown(&world, &side, wish).await["step_minutes"],
            step,
            "{wish}"
        );
    }
    let browser = world.browser(&side.email).await;
    let id = side.sensor.sensor_id().unwrap();
    for wrong in [
        "hours=0",
        "hours=2161",
        "hours=49&step_minutes=15",
        "step_minutes=7",
        "hours=48&step_minutes=x",
    ] {
        browser
            .get(&format!("/api/v1/sensors/{id}/history?{wrong}"))
            .await
            .is(400);
    }
}

#[tokio::test]
async fn what_is_old_is_forgotten_and_what_cannot_be_is_capped() {
    let world = World::new().await;
    let side = world.side("a").await;
    say(&world, &side, beat(0, 0)).await;
    world.clock.advance_seconds(1);
    say(&world, &side, beat(1, u64::MAX)).await;
    world.clock.advance_seconds(1);
    say(&world, &side, beat(2, u64::MAX)).await;
    let first = shown(&world, &side, "hours=1&step_minutes=1").await;
    assert_eq!(first["points"][0]["packets"], 12_500_000_000_u64);
    world.clock.advance_seconds(50 * 3600);
    service::forget(world.context()).await.unwrap();
    let scope = Scope::system_in(side.tenant);
    let id = side.sensor.sensor_id().unwrap();
    let mut connection = world.context().database.read(&scope).await.unwrap();
    let minutes = super::queries::steps(&mut connection, &scope, id, 60, 0)
        .await
        .unwrap();
    let hours = super::queries::steps(&mut connection, &scope, id, 3600, 0)
        .await
        .unwrap();
    assert_eq!((minutes.len(), hours.len()), (0, 1));
}
