//! Partners and the operator in the data of customers.

use super::{Role, TenantKind};
use crate::testing::World;
use axum::http::Method;
use serde_json::json;

#[tokio::test]
async fn a_partner_acts_for_a_customer_that_lets_it_and_is_seen_there() {
    let world = World::new().await;
    let side = world.side("customer").await;
    let incident = world.sample(&side, 1).await;
    let partner = world.staff("The partner", TenantKind::Partner).await;
    let browser = world
        .browser(&world.user(partner, "pat", Role::Partner).await)
        .await;
    let inside = |path: &str| format!("{path}?tenant={}", side.tenant);
    browser.get(&inside(&incident)).await.is(404);
    world.sold_by(&side, partner, false).await;
    browser.get(&inside(&incident)).await.is(200);
    browser.get(&incident).await.is(403);
    let notes = inside(&format!("{incident}/notes"));
    let note = json!({ "text": "We look into it." });
    browser
        .send(Method::POST, &notes, note.clone())
        .await
        .is(403);

    let customer = world.browser(&side.email).await;
    let allow = json!({ "partner_may_act": true });
    let allowed = customer.send(Method::PATCH, "/api/v1/tenant", allow).await;
    assert_eq!(allowed.is(200).json()["partner"]["name"], "The partner");
    browser.send(Method::POST, &notes, note).await.is(201);
    let history = customer.get(&incident).await.is(200).json();
    let written = history["history"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(written["by"]["name"], "pat");

    world.clock.advance_seconds(600);
    browser.get(&inside(&incident)).await.is(200);
    world.clock.advance_seconds(40 * 60);
    browser.get(&inside(&incident)).await.is(200);
    let visits = customer.get("/api/v1/tenant/visits").await.is(200).json();
    let visits = visits["items"].as_array().unwrap();
    assert_eq!(visits.len(), 2, "{visits:?}");
    assert_eq!(
        (&visits[0]["name"], &visits[0]["of"]),
        (&json!("pat"), &json!("The partner"))
    );
    assert_ne!(visits[1]["began_at"], visits[1]["last_at"]);
}

#[tokio::test]
async fn what_is_whose_to_change_of_a_tenant() {
    let world = World::new().await;
    let side = world.side("customer").await;
    let partner = world.staff("partner", TenantKind::Partner).await;
    let home = world.staff("operator", TenantKind::Operator).await;
    let operator = world
        .browser(&world.user(home, "olga", Role::Operator).await)
        .await;
    let customer = world.browser(&side.email).await;
    let inside = format!("/api/v1/tenant?tenant={}", side.tenant);
    for refused in [
        json!({ "name": "x" }),
        json!({ "licensed_endpoints": 1 }),
        json!({ "partner": partner }),
    ] {
        customer
            .send(Method::PATCH, "/api/v1/tenant", refused)
            .await
            .is(403);
    }
    let uncountable = json!({ "licensed_endpoints": 9_223_372_036_854_775_808_u64 });
    operator
        .send(Method::PATCH, &inside, uncountable)
        .await
        .is(400);
    let allow = json!({ "partner_may_act": true });
    operator
        .send(Method::PATCH, &inside, allow.clone())
        .await
        .is(403);
    let sold = json!({ "partner": partner, "licensed_endpoints": 120, "name": "顧客" });
    let changed = operator
        .send(Method::PATCH, &inside, sold)
        .await
        .is(200)
        .json();
    assert_eq!(
        (&changed["name"], &changed["licensed_endpoints"]),
        (&json!("顧客"), &json!(120))
    );
    customer
        .send(Method::PATCH, "/api/v1/tenant", allow)
        .await
        .is(200);
    // Leave was given to a partner, not to whoever comes after.
    let other = world.staff("other partner", TenantKind::Partner).await;
    let moved = operator
        .send(Method::PATCH, &inside, json!({ "partner": other }))
        .await;
    assert_eq!(moved.is(200).json()["partner_may_act"], false);
    let wrong = json!({ "partner": side.tenant });
    operator.send(Method::PATCH, &inside, wrong).await.is(400);
}

#[tokio::test]
async fn people_are_at_home_where_their_role_is() {
    let world = World::new().await;
    let side = world.side("customer").await;
    let operator = world.staff("operator", TenantKind::Operator).await;
    for (tenant, role) in [
        (side.tenant, Role::Analyst),
        (side.tenant, Role::Partner),
        (operator, Role::Administrator),
        (operator, Role::Partner),
    ] {
        let user = crate::identity::NewUser {
            email: "x@example.jp".into(),
            name: "x".into(),
            password: crate::testing::PASSWORD.into(),
            role,
            language: event::Language::En,
        };
        assert!(
            world.portal.create_user(tenant, user).await.is_err(),
            "{role:?}"
        );
    }
}

#[tokio::test]
async fn staff_sees_whom_it_looks_after() {
    let world = World::new().await;
    let (one, two) = (world.side("one").await, world.side("two").await);
    let partner = world.staff("partner", TenantKind::Partner).await;
    let home = world.staff("operator", TenantKind::Operator).await;
    world.sold_by(&two, partner, false).await;
    for (tenant, role, seen) in [
        (partner, Role::Partner, vec!["two"]),
        (
            home,
            Role::Analyst,
            vec!["one", "operator", "partner", "two"],
        ),
    ] {
        let browser = world.browser(&world.user(tenant, "s", role).await).await;
        let list = browser.get("/api/v1/tenants").await.is(200).json();
        let names: Vec<&str> = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, seen);
        let new = json!({ "name": "new" });
        browser
            .send(Method::POST, "/api/v1/tenants", new)
            .await
            .is(403);
    }
    let customer = world.browser(&one.email).await;
    customer.get("/api/v1/tenants").await.is(403);
    let operator = world
        .browser(&world.user(home, "o", Role::Operator).await)
        .await;
    let new = json!({ "name": "new", "partner": partner, "licensed_endpoints": 30 });
    let made = operator.send(Method::POST, "/api/v1/tenants", new).await;
    assert_eq!(made.is(201).json()["partner"]["name"], "partner");
    let log = operator.get("/api/v1/audit").await.is(200).json();
    let written = log["items"].as_array().unwrap().iter();
    let written: Vec<&serde_json::Value> = written
        .filter(|one| one["act"] == "tenant_created")
        .collect();
    assert_eq!(written.len(), 1);
    assert_eq!(written[0]["target"]["name"], "new");
    let wrong = json!({ "name": "another operator", "kind": "operator" });
    operator
        .send(Method::POST, "/api/v1/tenants", wrong)
        .await
        .is(400);
}
