//! Many incidents: going through them, files of them, the same done with many, views.

use crate::Role;
use crate::testing::{NOON, World, samples};
use axum::http::Method;
use serde_json::{Value, json};

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn cursors_go_through_every_order_as_pages_do() {
    let world = World::new().await;
    let side = world.side("a").await;
    for number in 0..23 {
        world.accept(&side, &samples::incident(number, NOON)).await;
    }
    let browser = world.browser(&side.email).await;
    for sort in ["last_seen", "first_seen", "severity", "confidence", "host"] {
        for order in ["asc", "desc"] {
            let path = format!("/api/v1/incidents?sort={sort}&order={order}");
            let whole = browser
                .get(&format!("{path}&per_page=200"))
                .await
                .is(200)
                .json();
            assert_eq!(whole["next"], Value::Null);
            let mut gone_through = Vec::new();
            let mut next = String::new();
            loop {
                let page = browser
                    .get(&format!("{path}&per_page=5{next}"))
                    .await
                    .is(200)
                    .json();
                assert_eq!(page["total"], 23);
                gone_through.extend(ids(&page));
                match page["next"].as_str() {
                    Some(cursor) => next = format!("&after={cursor}"),
                    None => break,
                }
            }
            assert_eq!(gone_through, ids(&whole), "{sort} {order}");
        }
    }
    for wrong in [
        "x",
        "1~2",
        "1~2~3",
        "a~2~01900000-0000-7000-8000-000000000000",
    ] {
        let path = format!("/api/v1/incidents?after={wrong}");
        browser.get(&path).await.is(400);
    }
}

#[tokio::test]
async fn files_have_what_the_list_has() {
    let world = World::new().await;
    let (side, other) = (world.side("a").await, world.side("b").await);
    let browser = world.browser(&side.email).await;
    let path = "/api/v1/incidents/export.json";
    assert_eq!(browser.get(path).await.is(200).json(), json!([]));
    for number in 0..9 {
        world.accept(&side, &samples::incident(number, NOON)).await;
    }
    let listed = browser
        .get("/api/v1/incidents?class=malware_communication")
        .await
        .is(200)
        .json();
    let answer = browser
        .get(&format!("{path}?class=malware_communication"))
        .await
        .is(200);
    assert!(
        answer
            .header("content-disposition")
            .contains("incidents.json")
    );
    assert_eq!(answer.json(), listed["items"]);
    assert!(!ids(&listed).is_empty() && ids(&listed).len() < 9);
    let one = format!("/api/v1/incidents/{}/export.json", ids(&listed)[0]);
    let answer = browser.get(&one).await.is(200);
    assert!(
        answer
            .header("content-disposition")
            .starts_with("attachment")
    );
    assert!(answer.json()["detections"].is_array());
    let stranger = world.browser(&other.email).await;
    stranger.get(&one).await.is(404);
    assert_eq!(stranger.get(path).await.is(200).json(), json!([]));
}

#[tokio::test]
async fn many_are_changed_each_by_itself() {
    let world = World::new().await;
    let (side, other) = (world.side("a").await, world.side("b").await);
    let browser = world.browser(&side.email).await;
    for number in 0..3 {
        world.accept(&side, &samples::incident(number, NOON)).await;
    }
    let theirs = world.sample(&other, 0).await;
    let theirs = theirs.rsplit('/').next().unwrap();
    let mut all = ids(&browser.get("/api/v1/incidents").await.is(200).json());
    all.insert(1, theirs.to_owned());
    let path = "/api/v1/incidents/changes";
    let change = json!({ "ids": all, "handling": "resolved", "resolution": "test" });
    let outcome = browser
        .send(Method::POST, path, change.clone())
        .await
        .is(200)
        .json();
    let told: Vec<(bool, &Value)> = outcome["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["changed"].as_bool().unwrap(), &one["code"]))
        .collect();
    let none = Value::Null;
    assert_eq!(
        told,
        [
            (true, &none),
            (false, &json!("not_found")),
            (true, &none),
            (true, &none)
        ]
    );
    let done = browser
        .get("/api/v1/incidents?resolution=test")
        .await
        .is(200)
        .json();
    assert_eq!(done["total"], 3);
    let me = browser.get("/api/v1/session").await.is(200).json()["user"]["id"].clone();
    let assign = json!({ "ids": [all[0]], "assignee": { "user": me } });
    browser.send(Method::POST, path, assign).await.is(200);
    assert_eq!(
        browser
            .get(&format!("/api/v1/incidents/{}", all[0]))
            .await
            .json()["assigned_to"]["id"],
        me
    );
    for wrong in [
        json!({ "ids": [], "handling": "new" }),
        json!({ "ids": all }),
        json!({ "ids": all, "handling": "resolved" }),
        json!({ "ids": all, "resolution": "test" }),
        json!({ "ids": vec![theirs; 201], "handling": "new" }),
    ] {
        browser.send(Method::POST, path, wrong).await.is(400);
    }
    let viewer = world.user(side.tenant, "v", Role::Viewer).await;
    let viewer = world.browser(&viewer).await;
    viewer.send(Method::POST, path, change).await.is(403);
}

#[tokio::test]
async fn views_are_each_persons_own() {
    let world = World::new().await;
    let side = world.side("a").await;
    let colleague = world.user(side.tenant, "colleague", Role::Viewer).await;
    let browser = world.browser(&side.email).await;
    let colleague = world.browser(&colleague).await;
    let path = "/api/v1/views";
    let keep = |query: &str| {
        let view = json!({ "name": "急ぎ", "query": query });
        browser.send(Method::POST, path, view)
    };
    keep("severity=high&severity=critical").await.is(201);
    let kept = keep("overdue=true").await.is(201).json();
    let views = browser.get(path).await.is(200).json();
    assert_eq!(views["items"], json!([kept]));
    assert_eq!(kept["query"], "overdue=true");
    assert_eq!(colleague.get(path).await.is(200).json()["items"], json!([]));
    let own = format!("{path}/{}", kept["id"].as_str().unwrap());
    colleague
        .send(Method::DELETE, &own, json!(null))
        .await
        .is(404);
    browser
        .send(Method::DELETE, &own, json!(null))
        .await
        .is(204);
    browser
        .send(Method::DELETE, &own, json!(null))
        .await
        .is(404);
    for query in ["severity=awful", "nothing=1", "a b", &"x".repeat(2001)] {
        keep(query).await.is(400);
    }
}

#[tokio::test]
async fn alike_is_what_has_host_rule_or_peer_in_common() {
    let world = World::new().await;
    let (side, other) = (world.side("a").await, world.side("b").await);
    for number in [26, 10, 4, 1] {
        world.accept(&side, &samples::incident(number, NOON)).await;
        world.accept(&other, &samples::incident(number, NOON)).await;
    }
    let path = world.sample(&side, 2).await;
    let browser = world.browser(&side.email).await;
    let alike = browser.get(&format!("{path}/alike")).await.is(200).json();
    let common: Vec<&Value> = alike["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["common"])
        .collect();
    assert_eq!(common[0], &json!(["host", "peer", "rule"]));
    assert_eq!(common[1], &json!(["peer", "rule"]));
    assert!(common.len() < 4);
    let stranger = world.browser(&other.email).await;
    stranger.get(&format!("{path}/alike")).await.is(404);
}
