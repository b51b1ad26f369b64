//! Who is shown, and in which order.

use crate::tenancy::{Role, TenantKind};
use crate::testing::World;
use axum::http::Method;
use serde_json::{Value, json};

fn names(portfolio: &Value) -> Vec<&str> {
    let items = portfolio["items"].as_array().unwrap().iter();
    items
        .map(|item| item["tenant"]["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn customers_are_shown_worst_first_to_those_who_look_after_them() {
    let world = World::new().await;
    let (calm, late, fresh) = (
        world.side("calm").await,
        world.side("late").await,
        world.side("fresh").await,
    );
    let partner = world.staff("partner", TenantKind::Partner).await;
    world.sold_by(&late, partner, false).await;
    world.sold_by(&calm, partner, false).await;
    let operator = world.staff("operator", TenantKind::Operator).await;
    world.sample(&late, 1).await;
    world.clock.advance_seconds(3 * 3600);
    let path = world.sample(&fresh, 1).await;

    let analyst = world
        .browser(&world.user(operator, "a", Role::Analyst).await)
        .await;
    let all = analyst.get("/api/v1/portfolio").await.is(200).json();
    assert_eq!(names(&all), ["late", "fresh", "calm"]);
    let figures =
        ["customers", "waiting", "overdue", "silent"].map(|name| all[name].as_u64().unwrap());
    assert_eq!(figures, [3, 2, 1, 0]);
    assert_eq!(all["items"][0]["open"]["critical"], 1);
    assert_eq!(all["items"][0]["sensors"]["never"], 1);
    assert!(all["items"][2]["next_due"].is_null());

    let browser = world
        .browser(&world.user(partner, "p", Role::Partner).await)
        .await;
    let own = browser.get("/api/v1/portfolio").await.is(200).json();
    assert_eq!(names(&own), ["late", "calm"]);

    let customer = world.browser(&fresh.email).await;
    customer.get("/api/v1/portfolio").await.is(403);
    let taken = json!({ "handling": "in_progress" });
    customer.send(Method::PATCH, &path, taken).await.is(200);
    let all = analyst.get("/api/v1/portfolio").await.is(200).json();
    assert_eq!(
        (&all["waiting"], &all["items"][1]["needs_action"]),
        (&json!(1), &json!(0))
    );
}
