//! Setting a service up.

use super::service::Service;
use super::{SIGN_ON, get_page, set_up, settings, sign_in, tenant, who, world};
use crate::Role;
use crate::database::query;
use crate::tenancy::{Scope, TenantKind};
use axum::http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_service_is_set_up_by_administrators_and_asked_at_once() {
    let world = world().await;
    let side = world.side("a").await;
    let service = Service::start().await;
    let browser = world.browser(&side.email).await;
    for role in [Role::Viewer, Role::Contact] {
        let other = world.user(side.tenant, "o", role).await;
        let other = world.browser(&other).await;
        other.get(SIGN_ON).await.is(403);
        let set = other.send(Method::PUT, SIGN_ON, settings(&service)).await;
        set.is(403);
        other
            .send(Method::DELETE, SIGN_ON, Value::Null)
            .await
            .is(403);
    }
    let shown = browser.get(SIGN_ON).await.is(200).json();
    assert_eq!(shown["settings"], Value::Null);
    let link = shown["link"].as_str().unwrap();
    assert!(link.ends_with(&format!("/sign-in/company/{}", side.tenant)));
    assert_eq!(shown["redirect_uri"], format!("{link}/return"));
    let slash = format!("{}/", service.issuer());
    let many: Vec<String> = (0..21).map(|one| format!("{one}.example.jp")).collect();
    let cases: [(Value, &str); 15] = [
        (json!({ "issuer": "" }), "invalid_request"),
        (
            json!({ "issuer": "ftp://login.example.jp" }),
            "invalid_request",
        ),
        (
            json!({ "issuer": "https://u:p@login.example.jp" }),
            "invalid_request",
        ),
        (
            json!({ "issuer": "https://login.example.jp/?x" }),
            "invalid_request",
        ),
        (
            json!({ "issuer": "http://127.0.0.1:1" }),
            "sign_on_unreachable",
        ),
        // Not the operator's own network.
        (
            json!({ "issuer": "http://10.0.0.1" }),
            "sign_on_unreachable",
        ),
        (json!({ "issuer": slash }), "sign_on_unreachable"),
        (json!({ "client_id": " " }), "invalid_request"),
        (
            json!({ "client_secret": "x".repeat(501) }),
            "invalid_request",
        ),
        (json!({ "domains": [] }), "invalid_request"),
        (json!({ "domains": ["no domain"] }), "invalid_request"),
        (json!({ "domains": many }), "invalid_request"),
        (json!({ "new_role": "administrator" }), "invalid_request"),
        (json!({ "new_role": "operator" }), "invalid_request"),
        (
            json!({ "domains": ["Gmail.com"], "new_role": "viewer" }),
            "invalid_request",
        ),
    ];
    for (differs, code) in cases {
        let mut new = settings(&service);
        for (name, value) in differs.as_object().unwrap() {
            new[name] = value.clone();
        }
        let answer = browser.send(Method::PUT, SIGN_ON, new).await;
        assert_eq!(answer.code(), code, "{differs}");
    }
    let shown = browser.get(SIGN_ON).await.is(200).json();
    assert_eq!(shown["settings"], Value::Null);
    set_up(
        &browser,
        &service,
        json!({ "domains": [" Example.JP", "@example.jp"] }),
    )
    .await;
    let shown = browser.get(SIGN_ON).await.is(200).json();
    assert_eq!(shown["settings"]["domains"], json!(["example.jp"]));
    world.clock.advance_seconds(11 * 60);
    let answer = browser.send(Method::PUT, SIGN_ON, settings(&service)).await;
    assert_eq!(answer.is(403).code(), "proof_required");
    let answer = browser.send(Method::DELETE, SIGN_ON, Value::Null).await;
    assert_eq!(answer.is(403).code(), "proof_required");
}

#[tokio::test]
async fn the_secret_is_sealed_and_stays_with_its_service() {
    let world = world().await;
    let (side, service) = tenant(&world, "a", json!({})).await;
    let browser = world.browser(&side.email).await;
    let scope = Scope::system_in(side.tenant);
    let stored = async || {
        let mut connection = world.context().database.read(&scope).await.unwrap();
        let row = query("SELECT client_secret FROM sign_on").fetch_one(&mut connection);
        let row = row.await.unwrap();
        row.try_get::<String, _>("client_secret").unwrap()
    };
    assert!(crate::seal::is_sealed(&stored().await));
    let without = |service: &Service| {
        let mut new = settings(service);
        new.as_object_mut().unwrap().remove("client_secret");
        new
    };
    let kept = browser.send(Method::PUT, SIGN_ON, without(&service)).await;
    assert_eq!(kept.is(200).json()["settings"]["has_secret"], true);
    service.is_visited_by("1", &side.email, json!({}));
    who(&world, sign_in(&world, &side, &service).await).await;
    let elsewhere = Service::start().await;
    let moved = browser
        .send(Method::PUT, SIGN_ON, without(&elsewhere))
        .await;
    assert_eq!(moved.is(200).json()["settings"]["has_secret"], false);
    assert_eq!(stored().await, "");
    let log = browser
        .get("/api/v1/audit?act=sign_on_changed")
        .await
        .is(200);
    assert!(log.text.contains(&elsewhere.issuer()));
    assert!(!log.text.contains("a secret"));
    browser
        .send(Method::DELETE, SIGN_ON, Value::Null)
        .await
        .is(204);
    browser
        .send(Method::DELETE, SIGN_ON, Value::Null)
        .await
        .is(404);
}

#[tokio::test]
async fn nothing_tells_tenants_without_a_service_from_what_does_not_exist() {
    let world = world().await;
    let side = world.side("b").await;
    let nowhere = "019a0000-0000-7000-8000-000000000001";
    let masked = |text: String| {
        let (before, rest) = text.split_once("form_token\" value=\"").unwrap();
        format!("{before}{}", rest.split_once('"').unwrap().1)
    };
    for tail in ["", "/return?code=1&state=1"] {
        let company = async |name: &str| {
            let path = format!("/sign-in/company/{name}{tail}");
            get_page(&world, &path, "").await.is(401)
        };
        let without = company(&side.tenant.to_string()).await;
        let (missing, odd) = (company(nowhere).await, company("x").await);
        assert_eq!(masked(without.text), masked(missing.text.clone()));
        assert_eq!(masked(missing.text), masked(odd.text));
    }
}

#[tokio::test]
async fn staff_signs_in_by_its_own_service_and_nobody_becomes_staff_by_it() {
    let world = world().await;
    let operator = world.staff("soc", TenantKind::Operator).await;
    let email = world.user(operator, "op", Role::Operator).await;
    let browser = world.browser(&email).await;
    let service = Service::start().await;
    let mut new = settings(&service);
    new["new_role"] = json!("viewer");
    let answer = browser.send(Method::PUT, SIGN_ON, new).await.is(400);
    assert!(
        answer.text.contains("none of a operator"),
        "{}",
        answer.text
    );
    set_up(&browser, &service, json!({ "is_required": true })).await;
    world.browser(&email).await;
}
