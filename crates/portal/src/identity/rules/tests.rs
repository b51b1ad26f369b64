//! A second factor that the tenant demands.

use crate::audit::Act;
use crate::database::query;
use crate::testing::{Browser, World};
use crate::{Role, Scope};
use axum::http::Method;
use serde_json::{Value, json};

const RULES: &str = "/api/v1/sign-in-rules";

async fn demand(browser: &Browser<'_>, demanded: bool) {
    let rules = json!({ "requires_second_factor": demanded });
    let answer = browser.send(Method::PUT, RULES, rules.clone()).await;
    assert_eq!(answer.is(200).json(), rules);
}

/// Sets an app up; the codes of the browser's owner are asked for from then on.
async fn set_up(world: &World, browser: &Browser<'_>) {
    let offer = browser
        .send(Method::POST, "/api/v1/me/totp", Value::Null)
        .await;
    let secret = offer.is(201).json()["secret"].as_str().unwrap().to_owned();
    let code = crate::identity::factors::code_of(world, &secret);
    let code = json!({ "code": code });
    browser
        .send(Method::PUT, "/api/v1/me/totp", code)
        .await
        .is(204);
}

#[tokio::test]
async fn who_lacks_a_demanded_factor_sets_one_up_and_does_nothing_else() {
    let world = World::new().await;
    let side = world.side("a").await;
    let viewer = world.user(side.tenant, "v", Role::Viewer).await;
    let stranger = world.side("b").await;
    let administrator = world.browser(&side.email).await;
    set_up(&world, &administrator).await;
    // Open before it was demanded.
    let open = world.browser(&viewer).await;
    open.get("/api/v1/incidents").await.is(200);
    demand(&administrator, true).await;
    administrator.get("/api/v1/incidents").await.is(200);

    for browser in [open, world.browser(&viewer).await] {
        let session = browser.get("/api/v1/session").await.is(200).json();
        assert_eq!(session["second_factor_due"], true);
        for path in [
            "/api/v1/incidents",
            "/api/v1/dashboard",
            "/api/v1/live",
            "/api/v1/me/sessions",
        ] {
            let answer = browser.get(path).await.is(403);
            assert_eq!(answer.code(), "second_factor_due", "{path}");
        }
        let change = json!({ "name": "x" });
        let answer = browser.send(Method::PATCH, "/api/v1/me", change).await;
        assert_eq!(answer.is(403).code(), "second_factor_due");
        browser.get("/api/v1/me/factors").await.is(200);
    }
    let browser = world.browser(&viewer).await;
    set_up(&world, &browser).await;
    let session = browser.get("/api/v1/session").await.is(200).json();
    assert_eq!(session["second_factor_due"], false);
    browser.get("/api/v1/incidents").await.is(200);
    // The last one cannot be dropped to go on without.
    let app = "/api/v1/me/totp";
    browser.send(Method::DELETE, app, Value::Null).await.is(204);
    browser.get("/api/v1/incidents").await.is(403);

    // Nobody else's tenant is touched.
    let elsewhere = world.browser(&stranger.email).await;
    elsewhere.get("/api/v1/incidents").await.is(200);
    assert_eq!(
        elsewhere.get(RULES).await.is(200).json()["requires_second_factor"],
        false
    );
    demand(&administrator, false).await;
    browser.get("/api/v1/incidents").await.is(200);
}

#[tokio::test]
async fn only_administrators_demand_and_prove_first_who_they_are() {
    let world = World::new().await;
    let side = world.side("a").await;
    let administrator = world.browser(&side.email).await;
    for role in [Role::Contact, Role::Viewer] {
        let email = world.user(side.tenant, "other", role).await;
        let browser = world.browser(&email).await;
        browser.get(RULES).await.is(403);
        let rules = json!({ "requires_second_factor": true });
        browser.send(Method::PUT, RULES, rules).await.is(403);
    }
    set_up(&world, &administrator).await;
    demand(&administrator, true).await;
    demand(&administrator, true).await;
    let act = Act::SecurityChanged.key();
    let log = administrator.get(&format!("/api/v1/audit?act={act}")).await;
    let entries = log.is(200).json()["items"].as_array().unwrap().clone();
    assert_eq!(entries.len(), 1, "a change is written once");
    assert_eq!(entries[0]["detail"], r#"{"requires_second_factor":true}"#);
    world.clock.advance_seconds(11 * 60);
    let rules = json!({ "requires_second_factor": false });
    let answer = administrator.send(Method::PUT, RULES, rules).await;
    assert_eq!(answer.is(403).code(), "proof_required");
}

#[tokio::test]
async fn secrets_of_apps_are_sealed_and_old_ones_are_sealed_at_the_start() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let offer = browser
        .send(Method::POST, "/api/v1/me/totp", Value::Null)
        .await;
    let secret = offer.is(201).json()["secret"].as_str().unwrap().to_owned();
    let stored = || async {
        let scope = Scope::system_in(side.tenant);
        let mut connection = world.context().database.read(&scope).await.unwrap();
        let row = query("SELECT secret FROM totp_secrets").fetch_one(&mut connection);
        let row = row.await.unwrap();
        row.try_get::<String, _>("secret").unwrap()
    };
    assert!(!stored().await.contains(&secret));
    // As an earlier version left it.
    let system = Scope::system();
    let mut transaction = world.context().database.write(&system).await.unwrap();
    let plain = query("UPDATE totp_secrets SET secret = $1").bind(secret.clone());
    plain.execute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(stored().await, secret);
    crate::identity::seal_secrets(world.context())
        .await
        .unwrap();
    assert!(!stored().await.contains(&secret));
    let sealed = stored().await;
    crate::identity::seal_secrets(world.context())
        .await
        .unwrap();
    assert_eq!(stored().await, sealed, "sealed once");
    let code = json!({ "code": crate::identity::factors::code_of(&world, &secret) });
    browser
        .send(Method::PUT, "/api/v1/me/totp", code)
        .await
        .is(204);
}
