//! Streams of events.

use super::LiveEvent;
use crate::tenancy::TenantKind;
use crate::testing::{NOON, World, samples};
use crate::{Role, fleet, limits};
use axum::body::Body;
use axum::http::Method;
use http_body_util::BodyExt as _;
use serde_json::json;
use std::time::Duration;

/// The next frame; None at the end of the stream, panics when none comes.
async fn next(body: &mut Body) -> Option<String> {
    let frame = tokio::time::timeout(Duration::from_secs(5), body.frame()).await;
    let frame = frame.expect("a frame comes")?.unwrap();
    Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
}

/// The value of a field of an event.
fn field<'a>(event: &'a str, name: &str) -> &'a str {
    let line = event.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name} in {event}"))
        .trim_start_matches(": ")
}

#[tokio::test]
async fn a_stream_tells_of_incidents_and_sensors_of_its_tenant() {
    let world = World::new().await;
    let (ours, theirs) = (world.side("ours").await, world.side("theirs").await);
    let browser = world.browser(&ours.email).await;
    let response = browser.open("/api/v1/live", None).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    assert!(next(&mut body).await.unwrap().starts_with(':'));
    world.accept(&theirs, &samples::incident(9, NOON)).await;
    let path = world.sample(&ours, 1).await;
    let event = next(&mut body).await.unwrap();
    assert_eq!(field(&event, "event"), "incident");
    let told: serde_json::Value = serde_json::from_str(field(&event, "data")).unwrap();
    assert!(path.ends_with(told["id"].as_str().unwrap()));
    assert_eq!(
        (&told["severity"], &told["new"]),
        (&json!("critical"), &json!(true))
    );

    let beat = fleet::Heartbeat {
        version: "1".into(),
        uptime_seconds: 1,
        interfaces: Vec::new(),
        rules_loaded: 0,
        rules_refused: 0,
        flows: 0,
        queue_length: 0,
        ..fleet::Heartbeat::default()
    };
    fleet::service::heartbeat(world.context(), &ours.sensor, beat)
        .await
        .unwrap();
    let event = next(&mut body).await.unwrap();
    assert_eq!(field(&event, "event"), "sensor");
    assert!(field(&event, "data").contains("\"online\""));
    world.clock.advance_seconds(100);
    fleet::service::announce_silent(world.context())
        .await
        .unwrap();
    assert!(next(&mut body).await.unwrap().contains("\"late\""));
    fleet::service::announce_silent(world.context())
        .await
        .unwrap();
    browser
        .send(
            Method::PATCH,
            &path,
            json!({ "handling": "resolved", "resolution": "test" }),
        )
        .await
        .is(200);
    assert!(next(&mut body).await.unwrap().contains("\"new\":false"));
}

#[tokio::test]
async fn a_stream_resumes_where_it_broke() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let mut body = browser.open("/api/v1/live", None).await.into_body();
    next(&mut body).await;
    world.sample(&side, 1).await;
    let first = next(&mut body).await.unwrap();
    drop(body);
    world.sample(&side, 2).await;
    world.sample(&side, 3).await;
    let mut body = browser
        .open("/api/v1/live", Some(field(&first, "id")))
        .await
        .into_body();
    next(&mut body).await;
    for _ in 0..2 {
        let event = next(&mut body).await.unwrap();
        assert!(event.contains("\"new\":true"), "{event}");
    }
    for number in 10..10 + limits::STREAM_RESUME_MAX.unsigned_abs() {
        world.accept(&side, &samples::incident(number, NOON)).await;
    }
    let mut body = browser
        .open("/api/v1/live", Some(field(&first, "id")))
        .await
        .into_body();
    next(&mut body).await;
    assert_eq!(field(&next(&mut body).await.unwrap(), "event"), "resync");
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_with_the_portal() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let mut body = browser.open("/api/v1/live", None).await.into_body();
    next(&mut body).await;
    browser
        .send(Method::DELETE, "/api/v1/session", json!(null))
        .await
        .is(204);
    world.sample(&side, 1).await;
    assert_eq!(next(&mut body).await, None);

    let browser = world.browser(&side.email).await;
    let mut body = browser.open("/api/v1/live", None).await.into_body();
    next(&mut body).await;
    world.context().hub.close();
    assert_eq!(next(&mut body).await, None);
}

#[tokio::test]
async fn a_slow_reader_is_told_to_read_anew() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let mut body = browser.open("/api/v1/live", None).await.into_body();
    next(&mut body).await;
    let id = side.sensor.sensor_id().unwrap();
    for number in 0..2 * limits::STREAM_BACKLOG_MAX as i64 {
        let state = fleet::SensorState::Late;
        let event = LiveEvent::Sensor(super::SensorEvent { id, state });
        world.context().hub.publish(side.tenant, number, event);
    }
    assert_eq!(field(&next(&mut body).await.unwrap(), "event"), "resync");
}

#[tokio::test]
async fn streams_of_a_tenant_are_limited() {
    let world = World::new().await;
    let (side, other) = (world.side("a").await, world.side("b").await);
    let browser = world.browser(&side.email).await;
    let mut open = Vec::new();
    for _ in 0..limits::STREAMS_PER_TENANT_MAX {
        open.push(browser.open("/api/v1/live", None).await);
    }
    assert_eq!(
        browser.get("/api/v1/live").await.is(429).code(),
        "too_many_streams"
    );
    assert_eq!(
        world
            .browser(&other.email)
            .await
            .open("/api/v1/live", None)
            .await
            .status(),
        200
    );
    open.pop();
    assert_eq!(browser.open("/api/v1/live", None).await.status(), 200);
}

#[tokio::test]
async fn two_portals_on_one_database_tell_each_others_browsers() {
    let first = World::new().await;
    let Some((second, closing)) = first.beside().await else {
        println!("skipped: SQLite is for one portal");
        return;
    };
    let side = first.side("a").await;
    let other = first.side("b").await;
    // A session is good at either.
    let browser = first.browser(&side.email).await;
    let browser = crate::testing::Browser {
        world: &second,
        ..browser
    };
    browser.get("/api/v1/session").await.is(200);
    let mut body = browser.open("/api/v1/live", None).await.into_body();
    next(&mut body).await;
    first.sample(&other, 1).await;
    let path = first.sample(&side, 2).await;
    let event = next(&mut body).await.unwrap();
    let told: serde_json::Value = serde_json::from_str(field(&event, "data")).unwrap();
    assert!(path.ends_with(told["id"].as_str().unwrap()));
    browser.get(&path).await.is(200);
    closing.send_replace(true);
}

#[tokio::test]
async fn a_portal_that_sensors_would_not_trust_does_not_open() {
    let first = World::new().await;
    let Some(database) = first.context().settings.database.clone() else {
        println!("skipped: SQLite is for one portal");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let key = "secrets.key";
    std::fs::copy(first.folder.path().join(key), folder.path().join(key)).unwrap();
    let settings = crate::Settings {
        data_dir: folder.path().to_owned(),
        database: Some(database),
        ..crate::Settings::default()
    };
    let opened = crate::Portal::open(settings).await.err().unwrap();
    assert!(
        crate::http::causes(&opened).contains("authority"),
        "{opened}"
    );
}

/// A stream that has said hello.
async fn stream(browser: &crate::testing::Browser<'_>, path: &str) -> Body {
    let response = browser.open(path, None).await;
    assert_eq!(response.status(), 200);
    let mut body = response.into_body();
    assert!(next(&mut body).await.unwrap().starts_with(':'));
    body
}

#[tokio::test]
async fn a_partner_looks_in_as_long_as_it_has_leave() {
    let world = World::new().await;
    let (side, other) = (world.side("customer").await, world.side("other").await);
    let partner = world.staff("partner", TenantKind::Partner).await;
    let next_partner = world.staff("next partner", TenantKind::Partner).await;
    world.sold_by(&side, partner, true).await;
    world.sold_by(&other, partner, true).await;
    let pat = world
        .browser(&world.user(partner, "pat", Role::Partner).await)
        .await;
    let administrator = world.browser(&side.email).await;
    let inside = format!("/api/v1/live?tenant={}", side.tenant);
    let elsewhere = format!("/api/v1/live?tenant={}", other.tenant);
    let (mut visiting, mut beside) = (stream(&pat, &inside).await, stream(&pat, &elsewhere).await);
    let mut own = stream(&administrator, "/api/v1/live").await;
    let withdrawn = json!({ "partner_may_act": false });
    administrator
        .send(Method::PATCH, "/api/v1/tenant", withdrawn)
        .await
        .is(200);
    assert_eq!(next(&mut visiting).await, None);
    // Others go on, and hear nothing of it.
    world.sample(&side, 1).await;
    assert_eq!(field(&next(&mut own).await.unwrap(), "event"), "incident");
    world.sample(&other, 2).await;
    assert_eq!(
        field(&next(&mut beside).await.unwrap(), "event"),
        "incident"
    );

    // To read, a partner needs no leave; a partner that is the customer's no more reads nothing.
    let mut visiting = stream(&pat, &inside).await;
    world.sold_by(&side, next_partner, true).await;
    assert_eq!(next(&mut visiting).await, None);
    pat.get(&inside).await.is(404);
}

#[tokio::test]
async fn a_stream_ends_with_who_reads_it() {
    let world = World::new().await;
    let side = world.side("a").await;
    let administrator = world.browser(&side.email).await;
    let email = world.user(side.tenant, "vera", Role::Contact).await;
    let (first, second) = (world.browser(&email).await, world.browser(&email).await);
    let mut own = stream(&administrator, "/api/v1/live").await;
    let (mut left, mut kept) = (
        stream(&first, "/api/v1/live").await,
        stream(&second, "/api/v1/live").await,
    );
    first
        .send(Method::DELETE, "/api/v1/session", json!(null))
        .await
        .is(204);
    // Without anything that happens at the customer's.
    assert_eq!(next(&mut left).await, None);
    world.sample(&side, 1).await;
    assert!(next(&mut kept).await.is_some() && next(&mut own).await.is_some());

    let me = second.get("/api/v1/session").await.is(200).json();
    let person = format!("/api/v1/people/{}", me["user"]["id"].as_str().unwrap());
    administrator
        .send(Method::PATCH, &person, json!({ "role": "viewer" }))
        .await
        .is(200);
    assert_eq!(next(&mut kept).await, None);
    let mut again = stream(&second, "/api/v1/live").await;
    administrator
        .send(Method::DELETE, &person, json!(null))
        .await
        .is(204);
    assert_eq!(next(&mut again).await, None);
    world.sample(&side, 2).await;
    assert!(next(&mut own).await.is_some());
}
