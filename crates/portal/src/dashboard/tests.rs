//! The first page's figures.

use crate::tenancy::{Scope, TenantChange};
use crate::testing::{NOON, World, samples};
use crate::{fleet, tenancy};
use axum::http::Method;
use event::{Communication, Severity, Timestamp};
use serde_json::json;

#[tokio::test]
async fn an_empty_tenant_has_a_dashboard_too() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let shown = browser.get("/api/v1/dashboard?days=3").await.is(200).json();
    let none = json!({ "low": 0, "medium": 0, "high": 0, "critical": 0 });
    assert_eq!(shown["open"], none);
    assert_eq!(shown["per_day"].as_array().unwrap().len(), 3);
    assert_eq!(
        shown["sensors"],
        json!({ "online": 0, "late": 0, "offline": 0, "never": 1 })
    );
    assert_eq!(shown["latest"], json!([]));
    for wrong in ["days=0", "days=367", "days=x", "weeks=1"] {
        browser
            .get(&format!("/api/v1/dashboard?{wrong}"))
            .await
            .is(400);
    }
}

#[tokio::test]
async fn days_are_days_in_japan() {
    let world = World::new().await;
    let side = world.side("a").await;
    // Two minutes around midnight in Japan, and one before the first day shown.
    for (number, time) in [
        (1, "2026-11-21T14:59:00Z"),
        (2, "2026-11-21T15:01:00Z"),
        (3, "2026-11-22T02:59:00Z"),
        (4, "2026-11-20T14:59:59Z"),
    ] {
        let mut incident = samples::incident(number, NOON);
        incident.first_seen = Timestamp::parse(time).unwrap();
        incident.last_seen = incident.first_seen;
        incident.severity = Severity::High;
        world.accept(&side, &incident).await;
    }
    let browser = world.browser(&side.email).await;
    let shown = browser.get("/api/v1/dashboard?days=2").await.is(200).json();
    let day = |day: &str, high: u64| json!({ "day": day, "low": 0, "medium": 0, "high": high, "critical": 0 });
    assert_eq!(
        shown["per_day"],
        json!([day("2026-11-21", 1), day("2026-11-22", 2)])
    );
    assert_eq!(shown["open"]["high"], 4);
}

#[tokio::test]
async fn figures_agree_with_the_list() {
    let world = World::new().await;
    let side = world.side("a").await;
    for number in 0..40 {
        world.accept(&side, &samples::incident(number, NOON)).await;
    }
    let browser = world.browser(&side.email).await;
    let shown = browser
        .get("/api/v1/dashboard?days=366")
        .await
        .is(200)
        .json();
    let listed = async |query: &str| {
        let page = browser
            .get(&format!("/api/v1/incidents?{query}"))
            .await
            .is(200)
            .json();
        page["total"].as_u64().unwrap()
    };
    for severity in Severity::ALL {
        let query = format!("severity={}", severity.key());
        assert_eq!(shown["open"][severity.key()], listed(&query).await);
    }
    for count in shown["communications"].as_array().unwrap() {
        let name = count["communication"].as_str().unwrap();
        assert_eq!(
            count["count"],
            listed(&format!("communication={name}")).await
        );
    }
    assert_eq!(
        shown["communications"].as_array().unwrap().len(),
        Communication::ALL.len()
    );
    let hosts = shown["hosts"].as_array().unwrap();
    assert_eq!(hosts.len(), 6);
    for host in hosts {
        let ip = host["ip"].as_str().unwrap();
        assert_eq!(host["count"], listed(&format!("host={ip}")).await);
    }
    let page = browser.get("/api/v1/incidents?per_page=5").await.json();
    assert_eq!(shown["latest"], page["items"]);

    let before = shown["needs_action"].as_u64().unwrap();
    let id = shown["latest"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["severity"] != "low")
        .unwrap();
    let path = format!("/api/v1/incidents/{}", id["id"].as_str().unwrap());
    browser
        .send(
            Method::PATCH,
            &path,
            json!({ "handling": "resolved", "resolution": "test" }),
        )
        .await
        .is(200);
    let shown = browser.get("/api/v1/dashboard?days=366").await.json();
    assert_eq!(shown["needs_action"], before - 1);
}

#[tokio::test]
async fn the_funnel_leads_from_packets_to_who_was_told() {
    let world = World::new().await;
    let side = world.side("a").await;
    let scope = Scope::system_in(side.tenant);
    let change = TenantChange {
        licensed_endpoints: Some(50),
        ..TenantChange::default()
    };
    tenancy::service::change(world.context(), &scope, change)
        .await
        .unwrap();
    let browser = world.browser(&side.email).await;
    let shown = browser.get("/api/v1/dashboard").await.is(200).json();
    assert_eq!(
        shown["coverage"],
        json!({ "endpoints_seen": null, "endpoints_licensed": 50 })
    );
    for number in 0..2 {
        let beat = fleet::Heartbeat {
            uptime_seconds: number * 60,
            interfaces: vec![fleet::InterfaceCounters {
                name: "eth1".into(),
                packets: number * 5000,
                bytes: number * 1_000_000,
                drops: 0,
            }],
            health: fleet::Health {
                events: Some(number * 400),
                detections: Some(number * 9),
                endpoints: Some(37),
                ..fleet::Health::default()
            },
            ..fleet::Heartbeat::default()
        };
        fleet::service::heartbeat(world.context(), &side.sensor, beat)
            .await
            .unwrap();
        world.clock.advance_seconds(60);
    }
    let path = world.sample(&side, 1).await;
    world.sample(&side, 2).await;
    let shown = browser.get("/api/v1/dashboard?days=7").await.is(200).json();
    assert_eq!(
        shown["funnel"],
        json!({ "packets": 5000, "events": 400, "detections": 9, "incidents": 2, "notified": 0 })
    );
    assert_eq!(shown["coverage"]["endpoints_seen"], 37);
    let incident = browser.get(&path).await.is(200).json();
    let classes = shown["classes"].as_array().unwrap();
    assert!(classes.iter().any(|one| one["class"] == incident["class"]));
    assert_eq!(
        classes
            .iter()
            .map(|one| one["count"].as_u64().unwrap())
            .sum::<u64>(),
        2
    );
}
