//! The log is written, shown to administrators of its tenant alone, exported, and found out when tampered with.

use super::chain;
use crate::Scope;
use crate::database::query;
use crate::tenancy::Role;
use crate::testing::{PASSWORD, Side, World, sign_in_body};
use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};

fn sign_in(email: &str, password: &str) -> Request<Body> {
    Request::post("/api/v1/session")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(sign_in_body(email, password)))
        .unwrap()
}

fn acts(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|entry| entry["act"].as_str().unwrap())
        .collect()
}

/// A failed sign-in is noted apart from its request.
async fn failure_is_noted(world: &World, side: &Side) {
    let scope = Scope::system_in(side.tenant);
    let pairs = vec![("act".to_owned(), "sign_in_failed".to_owned())];
    let query = super::filter::AuditQuery::from_pairs(pairs).unwrap();
    while super::service::page(world.context(), &scope, &query)
        .await
        .unwrap()
        .items
        .is_empty()
    {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_happens_is_written_and_shown_the_newest_first() {
    let world = World::new().await;
    let side = world.side("a").await;
    world
        .send(sign_in(&side.email, "wrong password"))
        .await
        .is(401);
    failure_is_noted(&world, &side).await;
    let browser = world.browser(&side.email).await;
    let made = browser
        .send(Method::POST, "/api/v1/sensors", json!({ "name": "倉庫" }))
        .await
        .is(201)
        .json();
    let page = browser.get("/api/v1/audit").await.is(200).json();
    assert_eq!(
        acts(&page),
        [
            "sensor_created",
            "signed_in",
            "sign_in_failed",
            "sensor_enrolled",
            "sensor_created",
            "person_created"
        ]
    );
    let newest = &page["items"][0];
    assert_eq!(newest["actor_kind"], "person");
    assert_eq!(newest["actor_name"], "a");
    assert_eq!(newest["target"]["name"], "倉庫");
    assert_eq!(newest["at"], "2026-11-22T03:00:00.000000Z");
    assert_eq!(page["items"][2]["actor_kind"], "portal");
    assert_eq!(page["items"][3]["actor_kind"], "sensor");
    let secret = made["enrolment_secret"].as_str().unwrap();
    for hidden in [secret, PASSWORD, "wrong password"] {
        assert!(!page.to_string().contains(hidden));
    }
}

#[tokio::test]
async fn pages_and_filters_find_what_they_say() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    for number in 0..7 {
        world.clock.advance_seconds(60);
        let change = json!({ "name": format!("sensor {number}") });
        let path = format!("/api/v1/sensors/{}", side.sensor.sensor_id().unwrap());
        browser.send(Method::PATCH, &path, change).await.is(200);
    }
    let mut sequences = Vec::new();
    let mut path = "/api/v1/audit?limit=3&act=sensor_changed".to_owned();
    loop {
        let page = browser.get(&path).await.is(200).json();
        let items = page["items"].as_array().unwrap();
        sequences.extend(items.iter().map(|one| one["sequence"].as_i64().unwrap()));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/audit?limit=3&act=sensor_changed&cursor={next}");
    }
    assert_eq!(sequences, [11, 10, 9, 8, 7, 6, 5]);
    let me = browser.get("/api/v1/session").await.json()["user"]["id"].clone();
    for (filter, expected) in [
        ("act=signed_in&act=person_created".to_owned(), 2),
        (format!("actor={}", me.as_str().unwrap()), 8),
        ("from=2026-11-22T03:06:00Z".to_owned(), 2),
        ("to=2026-11-22T03:00:30Z&lang=ja".to_owned(), 4),
    ] {
        let page = browser.get(&format!("/api/v1/audit?{filter}")).await;
        assert_eq!(acts(&page.is(200).json()).len(), expected, "{filter}");
    }
    for wrong in ["act=x", "limit=0", "limit=201", "cursor=x", "from=x", "x=1"] {
        let answer = browser.get(&format!("/api/v1/audit?{wrong}")).await.is(400);
        assert_eq!(answer.code(), "invalid_request", "{wrong}");
    }
}

#[tokio::test]
async fn administrators_of_the_tenant_see_it_and_nobody_else() {
    let world = World::new().await;
    let side = world.side("a").await;
    let other = world.side("b").await;
    for role in [Role::Contact, Role::Viewer] {
        let email = world.user(side.tenant, "x", role).await;
        let browser = world.browser(&email).await;
        for path in ["", "/verification", "/export.csv", "/export.json"] {
            let answer = browser.get(&format!("/api/v1/audit{path}")).await.is(403);
            assert_eq!(answer.code(), "forbidden");
        }
    }
    let browser = world.browser(&other.email).await;
    let text = browser.get("/api/v1/audit").await.is(200).text;
    assert!(!text.contains(&side.email) && !text.contains(&side.tenant.to_string()));
}

#[tokio::test]
async fn exports_hold_the_chain_and_defuse_formulas() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let path = format!("/api/v1/sensors/{}", side.sensor.sensor_id().unwrap());
    let change = json!({ "name": "=cmd" });
    browser.send(Method::PATCH, &path, change).await.is(200);
    let table = browser.get("/api/v1/audit/export.csv").await.is(200);
    assert!(table.header("content-disposition").contains("audit.csv"));
    assert!(table.text.starts_with('\u{feff}'));
    assert!(table.text.contains("\"'=cmd\"") && table.text.contains("\"Changed a sensor\""));

    let answer = browser.get("/api/v1/audit/export.json").await.is(200);
    let mut entries: Vec<super::AuditEntry> = serde_json::from_str(&answer.text).unwrap();
    entries.reverse();
    let mut hash = chain::BEGINNING.to_owned();
    for (entry, sequence) in entries.iter().zip(1..) {
        assert_eq!(entry.sequence, sequence);
        hash = chain::hash(&hash, side.tenant, entry);
        assert_eq!(entry.hash, hash);
    }
    let verification = browser.get("/api/v1/audit/verification").await.json();
    assert_eq!(verification["hash"], hash.as_str());
    assert_eq!(verification["intact"], true);
}

#[tokio::test]
async fn what_was_changed_or_taken_out_is_found() {
    for (tampering, broken_at) in [
        (
            "UPDATE audit_entries SET actor_name = 'x' WHERE tenant_id = $1 AND sequence = 3",
            3,
        ),
        (
            "UPDATE audit_entries SET written_at = 1 WHERE tenant_id = $1 AND sequence = 1",
            1,
        ),
        (
            "DELETE FROM audit_entries WHERE tenant_id = $1 AND sequence = 2",
            2,
        ),
        (
            "DELETE FROM audit_entries WHERE tenant_id = $1 AND sequence = 4",
            4,
        ),
        ("DELETE FROM audit_entries WHERE tenant_id = $1", 1),
        ("DELETE FROM audit_heads WHERE tenant_id = $1", 1),
    ] {
        let world = World::new().await;
        let side = world.side("a").await;
        world.browser(&side.email).await;
        let context = world.context();
        let mut transaction = context.database.write(&Scope::system()).await.unwrap();
        query(tampering)
            .bind(side.tenant.to_string())
            .execute(&mut transaction)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        let scope = Scope::system_in(side.tenant);
        let found = super::service::verify(context, &scope).await.unwrap();
        assert_eq!(found.broken_at, Some(broken_at), "{tampering}");
        assert!(!found.intact);
    }
}

#[tokio::test]
async fn work_on_incidents_and_channels_is_written_with_who_did_it() {
    let world = World::new().await;
    let side = world.side("a").await;
    let path = world.sample(&side, 1).await;
    let browser = world.browser(&side.email).await;
    let session = browser.get("/api/v1/session").await.is(200).json();
    let me = session["user"]["id"].clone();
    let detail = browser.get(&path).await.is(200).json();
    let action = detail["actions"][0]["key"].as_str().unwrap().to_owned();
    let endpoints = "/api/v1/notifications/endpoints";
    let assignee = format!("{path}/assignee");
    let note = format!("{path}/notes");
    let resolved = json!({ "handling": "resolved", "resolution": "test" });
    browser
        .send(Method::PUT, &assignee, json!({ "user": me }))
        .await
        .is(200);
    // Said again, it is no news.
    browser
        .send(Method::PUT, &assignee, json!({ "user": me }))
        .await
        .is(200);
    let tick = format!("{path}/actions/{action}");
    browser
        .send(Method::PUT, &tick, json!({ "done": true }))
        .await
        .is(200);
    browser
        .send(Method::POST, &note, json!({ "text": "Cleaned it." }))
        .await
        .is(201);
    browser.send(Method::PATCH, &path, resolved).await.is(200);
    let hook = json!({ "name": "Our hook", "channel": "webhook", "address": "https://hook.example.jp/secret", "severity_from": "medium", "language": "en" });
    let made = browser
        .send(Method::POST, endpoints, hook)
        .await
        .is(201)
        .json();
    let hook = format!("{endpoints}/{}", made["endpoint"]["id"].as_str().unwrap());
    browser
        .send(Method::PATCH, &hook, json!({ "name": "Hook" }))
        .await
        .is(200);
    browser
        .send(Method::DELETE, &hook, Value::Null)
        .await
        .is(204);
    let log = browser.get("/api/v1/audit").await.is(200);
    assert!(!log.text.contains("hook.example.jp") && !log.text.contains("Cleaned it."));
    let page = log.json();
    let expected = [
        "channel_removed",
        "channel_changed",
        "channel_created",
        "incident_changed",
        "incident_noted",
        "action_ticked",
        "incident_changed",
    ];
    assert_eq!(acts(&page)[..7], expected);
    for entry in page["items"].as_array().unwrap().iter().take(7) {
        assert_eq!(entry["actor_id"], me);
    }
    assert_eq!(
        page["items"][3]["detail"],
        r#"{"handling":"resolved","resolution":"test"}"#
    );
}

#[tokio::test]
async fn secrets_of_sensors_are_made_by_who_proved_himself_a_short_while_ago() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let sensors = "/api/v1/sensors";
    let made = browser
        .send(Method::POST, sensors, json!({ "name": "x" }))
        .await
        .is(201)
        .json();
    let renew = format!(
        "{sensors}/{}/secret",
        made["sensor"]["id"].as_str().unwrap()
    );
    world.clock.advance_seconds(11 * 60);
    for path in [sensors, &renew] {
        let answer = browser
            .send(Method::POST, path, json!({ "name": "y" }))
            .await;
        assert_eq!(answer.is(403).code(), "proof_required", "{path}");
    }
    let proof = json!({ "password": PASSWORD });
    browser
        .send(Method::POST, "/api/v1/session/proof", proof)
        .await
        .is(204);
    browser
        .send(Method::POST, &renew, Value::Null)
        .await
        .is(201);
    let page = browser.get("/api/v1/audit").await.is(200).json();
    assert_eq!(
        acts(&page)[..3],
        ["sensor_secret_made", "stepped_up", "sensor_created"]
    );
}
