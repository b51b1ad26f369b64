//! Several people who work on incidents: who has one, what is said, what is noted.

use crate::Role;
use crate::tenancy::TenantKind;
use crate::testing::World;
use axum::http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn an_incident_is_given_to_somebody_who_may_work_on_it() {
    let world = World::new().await;
    let (side, other) = (world.side("a").await, world.side("b").await);
    let viewer = world.user(side.tenant, "viewer", Role::Viewer).await;
    world.user(side.tenant, "contact", Role::Contact).await;
    let browser = world.browser(&side.email).await;
    let path = world.sample(&side, 1).await;
    let people = browser
        .get("/api/v1/incidents/assignees")
        .await
        .is(200)
        .json();
    let names: Vec<&str> = people["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|person| person["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["a", "contact"]);
    let contact = &people["items"][1]["id"];
    let assign = |user: Value| {
        browser.send(
            Method::PUT,
            format!("{path}/assignee").leak(),
            json!({ "user": user }),
        )
    };
    let detail = assign(contact.clone()).await.is(200).json();
    assert_eq!(detail["assigned_to"]["name"], "contact");
    let query = format!("/api/v1/incidents?assignee={}", contact.as_str().unwrap());
    assert_eq!(browser.get(&query).await.is(200).json()["total"], 1);
    let stranger = world.browser(&other.email).await;
    let theirs = stranger
        .get("/api/v1/incidents/assignees")
        .await
        .is(200)
        .json();
    assign(theirs["items"][0]["id"].clone()).await.is(404);
    let viewer = world.browser(&viewer).await;
    viewer.get("/api/v1/incidents/assignees").await.is(403);
    let detail = assign(Value::Null).await.is(200).json();
    assert_eq!(detail["assigned_to"], Value::Null);
    let history = detail["history"].as_array().unwrap();
    assert_eq!(history[1]["text"], "contact");
    assert_eq!(history[2]["text"], "");
}

#[tokio::test]
async fn an_end_is_kept_with_its_answers() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let path = world.sample(&side, 1).await;
    let end = json!({ "handling": "resolved", "resolution": "false_alarm", "answers": [
        { "question": "happens_again", "answer": "yes" },
        { "question": "what_it_was", "answer": " バックアップ " },
    ] });
    let detail = browser.send(Method::PATCH, &path, end).await.is(200).json();
    assert_eq!(detail["resolution"], "false_alarm");
    let written = &detail["history"].as_array().unwrap()[1];
    assert_eq!(written["text"], "resolved");
    assert_eq!(
        written["closing"],
        json!({ "resolution": "false_alarm", "answers": [
            { "question": "what_it_was", "answer": "バックアップ" },
            { "question": "happens_again", "answer": "yes" },
        ] })
    );
    for wrong in [
        json!({ "handling": "resolved" }),
        json!({ "handling": "new", "resolution": "test" }),
        json!({ "handling": "done" }),
    ] {
        browser.send(Method::PATCH, &path, wrong).await.is(400);
    }
    let again = json!({ "handling": "in_progress" });
    let detail = browser
        .send(Method::PATCH, &path, again)
        .await
        .is(200)
        .json();
    assert_eq!(detail["resolution"], Value::Null);
}

#[tokio::test]
async fn what_is_not_taken_up_in_time_is_overdue() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let path = world.sample(&side, 1).await;
    let due = browser.get(&path).await.is(200).json()["due_at"].clone();
    assert_eq!(due, "2026-11-22T03:30:00.000000Z");
    let overdue = async || {
        let page = browser.get("/api/v1/incidents?overdue=true").await;
        page.is(200).json()["total"].as_u64().unwrap()
    };
    assert_eq!(overdue().await, 0);
    world.clock.advance_seconds(1801);
    assert_eq!(overdue().await, 1);
    browser
        .send(Method::PATCH, &path, json!({ "handling": "acknowledged" }))
        .await
        .is(200);
    assert_eq!(overdue().await, 0);
    browser
        .get("/api/v1/incidents?overdue=perhaps")
        .await
        .is(400);
}

#[tokio::test]
async fn people_talk_and_viewers_listen() {
    let world = World::new().await;
    let (side, other) = (world.side("a").await, world.side("b").await);
    let browser = world.browser(&side.email).await;
    let path = format!("{}/messages", world.sample(&side, 1).await);
    let said = browser
        .send(
            Method::POST,
            &path,
            json!({ "text": " LAN を抜きました\n<b> " }),
        )
        .await
        .is(201)
        .json();
    assert_eq!(said["text"], "LAN を抜きました\n<b>");
    assert_eq!(said["by_staff"], false);
    let viewer = world.user(side.tenant, "v", Role::Viewer).await;
    let viewer = world.browser(&viewer).await;
    let heard = viewer.get(&path).await.is(200).json();
    assert_eq!(heard["items"][0]["id"], said["id"]);
    viewer
        .send(Method::POST, &path, json!({ "text": "x" }))
        .await
        .is(403);
    for text in ["", " ", &"x".repeat(4001)] {
        let body = json!({ "text": text });
        browser.send(Method::POST, &path, body).await.is(400);
    }
    let stranger = world.browser(&other.email).await;
    stranger.get(&path).await.is(404);
    stranger
        .send(Method::POST, &path, json!({ "text": "x" }))
        .await
        .is(404);
}

#[tokio::test]
async fn customers_neither_write_nor_get_internal_notes() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let incident = world.sample(&side, 1).await;
    let path = format!("{incident}/messages");
    let note = json!({ "text": "x", "internal": true });
    browser.send(Method::POST, &path, note).await.is(403);
    let before = browser.get(&incident).await.text;
    let text = "only the SOC may know";
    let note = json!({ "text": text, "internal": true });
    let operator = world.staff("operator", TenantKind::Operator).await;
    let partner = world.staff("partner", TenantKind::Partner).await;
    world.sold_by(&side, partner, true).await;
    let asked = format!("?tenant={}", side.tenant);
    let at = |path: &str| format!("{path}{asked}");
    let analyst = world.user(operator, "Ana", Role::Analyst).await;
    let analyst = world.browser(&analyst).await;
    let said = analyst.send(Method::POST, &at(&path), note.clone()).await;
    let said = said.is(201).json();
    assert_eq!(
        (&said["internal"], &said["by_staff"]),
        (&json!(true), &json!(true))
    );
    for role in [Role::Lab, Role::Operator] {
        let email = world.user(operator, "colleague", role).await;
        let colleague = world.browser(&email).await;
        assert!(colleague.get(&at(&path)).await.is(200).text.contains(text));
    }
    let first_line = world.user(partner, "partner", Role::Partner).await;
    let first_line = world.browser(&first_line).await;
    assert!(!first_line.get(&at(&path)).await.is(200).text.contains(text));
    first_line
        .send(Method::POST, &at(&path), note)
        .await
        .is(403);
    for role in [Role::Administrator, Role::Contact, Role::Viewer] {
        let email = world.user(side.tenant, "another", role).await;
        let browser = world.browser(&email).await;
        for path in [
            path.clone(),
            incident.clone(),
            format!("{incident}/export.json"),
        ] {
            assert!(!browser.get(&path).await.is(200).text.contains(text));
        }
    }
    assert_eq!(browser.get(&incident).await.text, before);
    let answer = json!({ "text": "please look at the screen" });
    analyst.send(Method::POST, &at(&path), answer).await.is(201);
    let heard = browser.get(&path).await.is(200).json();
    assert_eq!(heard["items"][0]["by"]["name"], "Ana");
    assert_eq!(heard["items"][0]["by_staff"], true);
}
