//! Whom to call.

use crate::Role;
use crate::testing::World;
use axum::http::Method;
use serde_json::json;

#[tokio::test]
async fn cards_are_kept_in_order_and_are_the_tenants_own() {
    let world = World::new().await;
    let side = world.side("a").await;
    let other = world.side("b").await;
    let browser = world.browser(&side.email).await;
    let path = "/api/v1/contacts";
    assert_eq!(browser.get(path).await.is(200).json()["items"], json!([]));
    let card = |kind: &str, name: &str| {
        json!({ "kind": kind, "name": name, "phone": "+81 (0)3-1234-5678",
            "email": "soc@example.jp", "hours": "24 時間" })
    };
    for cards in [
        json!([card("soc", "監視センター"), card("partner", "Partner")]),
        json!([card("support", "Support"), card("soc", "監視センター")]),
    ] {
        let body = json!({ "items": cards });
        let answer = browser.send(Method::PUT, path, body.clone()).await;
        assert_eq!(answer.is(200).json(), body);
        assert_eq!(browser.get(path).await.is(200).json(), body);
    }
    let stranger = world.browser(&other.email).await;
    assert_eq!(stranger.get(path).await.is(200).json()["items"], json!([]));
    let viewer = world.user(side.tenant, "v", Role::Viewer).await;
    let viewer = world.browser(&viewer).await;
    assert_eq!(
        viewer.get(path).await.is(200).json()["items"][0]["name"],
        "Support"
    );
    viewer
        .send(Method::PUT, path, json!({ "items": [] }))
        .await
        .is(403);
}

#[tokio::test]
async fn what_is_no_card_is_refused() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let many: Vec<_> = (0..11)
        .map(|_| json!({ "kind": "soc", "name": "x" }))
        .collect();
    for items in [
        json!([{ "kind": "soc", "name": " " }]),
        json!([{ "kind": "nobody", "name": "x" }]),
        json!([{ "kind": "soc", "name": "x", "phone": "<script>" }]),
        json!([{ "kind": "soc", "name": "x", "phone": "1".repeat(41) }]),
        json!([{ "kind": "soc", "name": "x", "email": "nobody" }]),
        json!([{ "kind": "soc", "name": "x", "email": "a@b\r\nBcc: c@d" }]),
        json!([{ "kind": "soc", "name": "x", "hours": "y".repeat(101) }]),
        json!(many),
    ] {
        let body = json!({ "items": items });
        browser
            .send(Method::PUT, "/api/v1/contacts", body)
            .await
            .is(400);
    }
}
