//! Authenticator apps, recovery codes, passkeys as far as no authenticator is needed, sessions.

use crate::testing::{Answer, Browser, PASSWORD, World, sign_in_body};
use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::json;

/// The code of an app at the world's time.
pub fn code_of(world: &World, secret: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new()
        .with_secret(secret)
        .with_account_name("x")
        .build()
        .unwrap();
    let now = world.context().clock.now().seconds();
    totp.generate(now.unsigned_abs()).to_string()
}

async fn post(world: &World, path: &str, cookie: &str, body: String) -> Answer {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::HOST, "localhost:8080")
        .header(header::COOKIE, cookie)
        .body(Body::from(body));
    world.send(request.unwrap()).await
}

/// The password is right; the cookie of the step between.
async fn first_step(world: &World, email: &str) -> String {
    let body = sign_in_body(email, PASSWORD);
    let answer = post(world, "/api/v1/session", "", body).await.is(403);
    let cookie = answer.header("set-cookie").to_owned();
    assert_eq!(answer.code(), "second_factor_required");
    assert!(
        cookie.contains("; HttpOnly; SameSite=Lax; Max-Age=600"),
        "{cookie}"
    );
    cookie.split(';').next().unwrap().to_owned()
}

async fn second_step(world: &World, cookie: &str, code: &str) -> Answer {
    let body = json!({ "code": code }).to_string();
    post(world, "/api/v1/session/second-factor", cookie, body).await
}

/// Sets an app up; its secret.
async fn set_up(world: &World, browser: &Browser<'_>) -> String {
    let offer = browser
        .send(Method::POST, "/api/v1/me/totp", json!(null))
        .await;
    let offer = offer.is(201).json();
    let secret = offer["secret"].as_str().unwrap().to_owned();
    let path = "/api/v1/me/totp";
    let answer = browser
        .send(Method::PUT, path, json!({ "code": "000000" }))
        .await;
    assert_eq!(answer.is(422).code(), "code_wrong");
    let code = json!({ "code": code_of(world, &secret) });
    browser.send(Method::PUT, path, code).await.is(204);
    secret
}

#[tokio::test]
async fn an_app_is_asked_for_and_no_code_is_good_twice() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let secret = set_up(&world, &browser).await;
    let again = browser
        .send(Method::POST, "/api/v1/me/totp", json!(null))
        .await;
    assert_eq!(again.is(409).code(), "factor_limit");
    let step = first_step(&world, &side.email).await;
    let used = code_of(&world, &secret);
    assert_eq!(
        second_step(&world, &step, &used).await.is(422).code(),
        "code_wrong"
    );
    world.clock.advance_seconds(30);
    let code = code_of(&world, &secret);
    let answer = second_step(&world, &step, &code).await.is(200);
    assert!(answer.headers.get_all("set-cookie").iter().count() == 2);
    second_step(&world, &step, &code).await.is(401);
    let sessions = browser.get("/api/v1/me/sessions").await.is(200).json();
    assert_eq!(sessions["items"][0]["means"], "totp");
    let other = first_step(&world, &side.email).await;
    assert_eq!(
        second_step(&world, &other, &code).await.is(422).code(),
        "code_wrong"
    );
}

#[tokio::test]
async fn codes_cannot_be_guessed_after_a_right_password() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    set_up(&world, &browser).await;
    let step = first_step(&world, &side.email).await;
    let mut refused = 0;
    for number in 0..20 {
        let answer = second_step(&world, &step, &format!("{number:06}")).await;
        assert!(answer.status.is_client_error());
        refused += u32::from(answer.status.as_u16() == 429 || answer.status.as_u16() == 401);
    }
    assert!(refused >= 14, "{refused}");
    // The owner's password is not locked by it.
    first_step(&world, &side.email).await;
    second_step(&world, "", "123456").await.is(401);
    second_step(&world, "hinomi_step=0", "123456").await.is(401);
}

#[tokio::test]
async fn a_recovery_code_is_good_once_however_it_is_typed() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    set_up(&world, &browser).await;
    let path = "/api/v1/me/recovery-codes";
    let old = browser
        .send(Method::POST, path, json!(null))
        .await
        .is(201)
        .json();
    let made = browser
        .send(Method::POST, path, json!(null))
        .await
        .is(201)
        .json();
    let codes = made["codes"].as_array().unwrap();
    assert_eq!(codes.len(), 10);
    let typed = codes[0].as_str().unwrap().to_uppercase().replace('-', " ");
    let step = first_step(&world, &side.email).await;
    second_step(&world, &step, old["codes"][0].as_str().unwrap())
        .await
        .is(422);
    second_step(&world, &step, &typed).await.is(200);
    let step = first_step(&world, &side.email).await;
    second_step(&world, &step, &typed).await.is(422);
    let factors = browser.get("/api/v1/me/factors").await.is(200).json();
    assert_eq!(factors["recovery_codes_left"], 9);
    assert_eq!(factors["totp"], true);
    let log = browser.get("/api/v1/audit").await.is(200).text;
    assert!(log.contains("recovery_code_used") && !log.contains(&typed));
}

#[tokio::test]
async fn removing_the_app_lets_the_password_alone_in_again() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    set_up(&world, &browser).await;
    let people = browser.get("/api/v1/people").await.is(200).json();
    assert_eq!(people["people"][0]["has_second_factor"], true);
    world.clock.advance_seconds(601);
    let path = "/api/v1/me/totp";
    let answer = browser
        .send(Method::DELETE, path, json!(null))
        .await
        .is(403);
    assert_eq!(answer.code(), "proof_required");
    let proof = json!({ "password": PASSWORD });
    browser
        .send(Method::POST, "/api/v1/session/proof", proof)
        .await
        .is(204);
    browser
        .send(Method::DELETE, path, json!(null))
        .await
        .is(204);
    browser
        .send(Method::DELETE, path, json!(null))
        .await
        .is(404);
    world.browser(&side.email).await;
}

#[tokio::test]
async fn what_no_passkey_answered_is_refused() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let path = "/api/v1/session/passkey/challenge";
    let asked = post(&world, path, "", "{}".to_owned()).await.is(200).json();
    assert_eq!(asked["options"]["publicKey"]["rpId"], "localhost");
    assert_eq!(
        asked["options"]["publicKey"]["userVerification"],
        "required"
    );
    let answer = json!({ "ceremony": asked["ceremony"], "credential": {} }).to_string();
    for _ in 0..2 {
        let refused = post(&world, "/api/v1/session/passkey", "", answer.clone()).await;
        assert_eq!(refused.is(422).code(), "passkey_refused");
    }
    // Browsers know no passkeys for bare addresses.
    let refused = browser
        .send(Method::POST, "/api/v1/me/passkeys/challenge", json!({}))
        .await;
    assert_eq!(refused.is(422).code(), "passkey_refused");
    let body = Some(json!({}));
    let mut request = browser.request(Method::POST, "/api/v1/me/passkeys/challenge", body);
    request
        .headers_mut()
        .insert("host", "localhost".parse().unwrap());
    let offered = world.send(request).await.is(200).json();
    let selection = &offered["options"]["publicKey"]["authenticatorSelection"];
    assert_eq!(selection["residentKey"], "required");
    assert_eq!(selection["userVerification"], "required");
}

#[tokio::test]
async fn sessions_are_told_apart_and_ended_by_their_owner_alone() {
    let world = World::new().await;
    let side = world.side("a").await;
    let (here, there, third) = (
        world.browser(&side.email).await,
        world.browser(&side.email).await,
        world.browser(&side.email).await,
    );
    let list = here.get("/api/v1/me/sessions").await.is(200).json();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    let own = items.iter().filter(|one| one["is_this"] == true);
    assert_eq!(own.count(), 1);
    let other = there.get("/api/v1/me/sessions").await.json();
    let other = other["items"].as_array().unwrap();
    let id = other.iter().find(|one| one["is_this"] == true).unwrap()["id"].clone();
    let path = format!("/api/v1/me/sessions/{}", id.as_str().unwrap());
    let stranger = world.side("b").await;
    let stranger = world.browser(&stranger.email).await;
    stranger
        .send(Method::DELETE, &path, json!(null))
        .await
        .is(404);
    there.get("/api/v1/session").await.is(200);
    here.send(Method::DELETE, &path, json!(null)).await.is(204);
    there.get("/api/v1/session").await.is(401);
    here.send(Method::DELETE, "/api/v1/me/sessions", json!(null))
        .await
        .is(204);
    third.get("/api/v1/session").await.is(401);
    here.get("/api/v1/session").await.is(200);
    stranger.get("/api/v1/session").await.is(200);
}
