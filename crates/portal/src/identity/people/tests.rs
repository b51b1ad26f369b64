//! Inviting, joining, changing, removing; forgotten passwords.

use super::service;
use crate::tenancy::Role;
use crate::testing::{Answer, Browser, PASSWORD, Side, World, sign_in_body};
use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};

const JOINED: &str = "three quiet herons at dawn";

async fn get(world: &World, path: &str) -> Answer {
    let request = Request::get(path)
        .header(header::ACCEPT_LANGUAGE, "en")
        .body(Body::empty());
    world.send(request.unwrap()).await
}

async fn post_form(world: &World, path: &str, form: &str) -> Answer {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT_LANGUAGE, "en")
        .body(Body::from(form.to_owned()));
    world.send(request.unwrap()).await
}

async fn sign_in(world: &World, email: &str, password: &str) -> Answer {
    let request = Request::post("/api/v1/session")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(sign_in_body(email, password)));
    world.send(request.unwrap()).await
}

async fn invite(browser: &Browser<'_>, email: &str, role: &str) -> Value {
    let new = json!({ "email": email, "name": "New", "role": role, "language": "en" });
    let answer = browser.send(Method::POST, "/api/v1/invitations", new).await;
    answer.is(201).json()
}

/// The path of a link that was handed over.
fn path_of(made: &Value) -> String {
    let link = made["link"].as_str().unwrap();
    link.strip_prefix("http://127.0.0.1:8080")
        .unwrap()
        .to_owned()
}

async fn person_id(browser: &Browser<'_>, email: &str) -> String {
    let list = browser.get("/api/v1/people").await.is(200).json();
    let people = list["people"].as_array().unwrap();
    let found = people.iter().find(|person| person["email"] == email);
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

async fn side(world: &World) -> (Side, Browser<'_>) {
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    (side, browser)
}

#[tokio::test]
async fn somebody_is_invited_joins_and_is_in() {
    let world = World::new().await;
    let (_, browser) = side(&world).await;
    let made = invite(&browser, " New@Example.jp ", "viewer").await;
    assert_eq!(made["mail"], "off");
    assert_eq!(made["expires_at"], "2026-11-29T03:00:00.000000Z");
    let list = browser.get("/api/v1/people").await.is(200).json();
    assert_eq!(list["invitations"][0]["email"], "new@example.jp");
    assert_eq!(list["invitations"][0]["invited_by"], "a");
    assert!(
        !list
            .to_string()
            .contains(path_of(&made).rsplit('/').next().unwrap())
    );

    let path = path_of(&made);
    let page = get(&world, &path).await.is(200).text;
    assert!(page.contains("You are joining the portal of a.") && page.contains("new@example.jp"));
    for (form, says) in [
        (
            "name=&password=three+quiet+herons+at+dawn",
            "check what you entered",
        ),
        ("name=New&password=short", "too short"),
        ("name=New&password=aaaaaaaaaaaaaaaaaaaa", "easily guessed"),
        ("name=New&password=Qwerty123456789", "leaked passwords"),
        ("name=New&password=2026iloveyouforever", "leaked passwords"),
    ] {
        let answer = post_form(&world, &path, form).await;
        assert!(answer.text.contains(says), "{form}: {}", answer.text);
    }
    let form = "name=Nina+New&password=three+quiet+herons+at+dawn";
    let answer = post_form(&world, &path, form).await.is(303);
    assert_eq!(answer.header("location"), "/app/settings");
    assert!(answer.header("set-cookie").starts_with("hinomi_session="));
    let session = sign_in(&world, "new@example.jp", JOINED)
        .await
        .is(200)
        .json();
    assert_eq!(session["user"]["role"], "viewer");
    assert_eq!(session["user"]["name"], "Nina New");
    // The link worked once.
    get(&world, &path).await.is(404);
    post_form(&world, &path, form).await.is(404);
    let log = browser.get("/api/v1/audit").await.is(200).text;
    assert!(log.contains("person_invited") && log.contains("invitation_accepted"));
}

#[tokio::test]
async fn invitations_end_are_renewed_and_revoked() {
    let world = World::new().await;
    let (_, browser) = side(&world).await;
    let made = invite(&browser, "new@example.jp", "contact").await;
    let again = json!({ "email": "new@example.jp", "role": "viewer", "language": "ja" });
    let answer = browser
        .send(Method::POST, "/api/v1/invitations", again)
        .await;
    assert_eq!(answer.is(409).code(), "already_invited");
    world.clock.advance_seconds(7 * 86_400);
    get(&world, &path_of(&made)).await.is(404);

    let browser = world.browser("a-administrator@example.jp").await;
    let list = browser.get("/api/v1/people").await.json();
    assert_eq!(list["invitations"][0]["has_expired"], true);
    let id = list["invitations"][0]["id"].as_str().unwrap();
    let path = format!("/api/v1/invitations/{id}");
    let renewed = browser
        .send(Method::POST, &path, json!(null))
        .await
        .is(201)
        .json();
    get(&world, &path_of(&made)).await.is(404);
    get(&world, &path_of(&renewed)).await.is(200);
    browser
        .send(Method::DELETE, &path, json!(null))
        .await
        .is(204);
    get(&world, &path_of(&renewed)).await.is(404);
    browser
        .send(Method::DELETE, &path, json!(null))
        .await
        .is(404);
}

#[tokio::test]
async fn an_address_of_another_tenant_is_not_betrayed() {
    let world = World::new().await;
    let (side, browser) = side(&world).await;
    let other = world.side("other").await;
    let made = invite(&browser, &other.email, "viewer").await;
    let form = "name=X&password=three+quiet+herons+at+dawn";
    let answer = post_form(&world, &path_of(&made), form).await;
    assert!(answer.text.contains("already a user"), "{}", answer.text);
    let own = json!({ "email": side.email, "role": "viewer", "language": "ja" });
    let answer = browser.send(Method::POST, "/api/v1/invitations", own).await;
    assert_eq!(answer.is(409).code(), "email_taken");
    for role in ["operator", "analyst", "partner"] {
        let new = json!({ "email": "x@example.jp", "role": role, "language": "ja" });
        browser
            .send(Method::POST, "/api/v1/invitations", new)
            .await
            .is(400);
    }
}

#[tokio::test]
async fn roles_change_but_never_of_the_last_administrator() {
    let world = World::new().await;
    let (side, browser) = side(&world).await;
    let email = world.user(side.tenant, "b", Role::Viewer).await;
    let (me, them) = (
        person_id(&browser, &side.email).await,
        person_id(&browser, &email).await,
    );
    let change = |role: &str| json!({ "role": role });
    let path = |id: &str| format!("/api/v1/people/{id}");
    for (method, body) in [
        (Method::PATCH, change("viewer")),
        (Method::DELETE, json!(null)),
    ] {
        let answer = browser.send(method, &path(&me), body).await.is(409);
        assert_eq!(answer.code(), "last_administrator");
    }
    let changed = browser
        .send(Method::PATCH, &path(&them), change("administrator"))
        .await;
    assert_eq!(changed.is(200).json()["role"], "administrator");
    browser
        .send(Method::PATCH, &path(&them), change("operator"))
        .await
        .is(400);
    browser
        .send(Method::PATCH, &path(&me), change("viewer"))
        .await
        .is(200);
    // At once, in the open session.
    browser
        .send(Method::PATCH, &path(&them), change("viewer"))
        .await
        .is(403);
    browser.get("/api/v1/people").await.is(403);
}

#[tokio::test]
async fn who_is_removed_is_out_at_once_and_keeps_the_name_in_the_history() {
    let world = World::new().await;
    let (side, browser) = side(&world).await;
    let email = world.user(side.tenant, "leaver", Role::Contact).await;
    let incident = world.sample(&side, 1).await;
    let leaver = world.browser(&email).await;
    let note = json!({ "text": "looked at it" });
    leaver
        .send(Method::POST, &format!("{incident}/notes"), note)
        .await
        .is(201);
    let path = format!("/api/v1/people/{}", person_id(&browser, &email).await);
    browser
        .send(Method::DELETE, &path, json!(null))
        .await
        .is(204);
    leaver.get("/api/v1/session").await.is(401);
    sign_in(&world, &email, PASSWORD).await.is(401);
    browser
        .send(Method::DELETE, &path, json!(null))
        .await
        .is(404);
    let shown = browser.get(&incident).await.is(200).text;
    assert!(shown.contains("\"leaver\""), "{shown}");
    // The address is free again.
    invite(&browser, &email, "viewer").await;
}

#[tokio::test]
async fn people_are_their_own_administrators_affair() {
    let world = World::new().await;
    let (side, browser) = side(&world).await;
    let other = world.side("other").await;
    let intruder = world.browser(&other.email).await;
    invite(&browser, "new@example.jp", "viewer").await;
    let list = browser.get("/api/v1/people").await.json();
    let invitation = list["invitations"][0]["id"].as_str().unwrap();
    let person = person_id(&browser, &side.email).await;
    for (method, path, body) in [
        (
            Method::PATCH,
            format!("/api/v1/people/{person}"),
            json!({ "role": "viewer" }),
        ),
        (
            Method::DELETE,
            format!("/api/v1/people/{person}"),
            json!(null),
        ),
        (
            Method::POST,
            format!("/api/v1/people/{person}/password-link"),
            json!(null),
        ),
        (
            Method::POST,
            format!("/api/v1/invitations/{invitation}"),
            json!(null),
        ),
        (
            Method::DELETE,
            format!("/api/v1/invitations/{invitation}"),
            json!(null),
        ),
    ] {
        let answer = intruder.send(method, &path, body).await.is(404);
        assert_eq!(answer.code(), "not_found", "{path}");
    }
    let theirs = intruder.get("/api/v1/people").await.is(200).text;
    assert!(!theirs.contains("new@example.jp") && !theirs.contains(&side.email));
    let viewer = world.user(side.tenant, "v", Role::Viewer).await;
    let viewer = world.browser(&viewer).await;
    viewer.get("/api/v1/people").await.is(403);
}

#[tokio::test]
async fn what_is_dangerous_asks_anew_after_ten_minutes() {
    let world = World::new().await;
    let (_, browser) = side(&world).await;
    world.clock.advance_seconds(601);
    let new = json!({ "email": "new@example.jp", "role": "viewer", "language": "ja" });
    let ask = || browser.send(Method::POST, "/api/v1/invitations", new.clone());
    assert_eq!(ask().await.is(403).code(), "proof_required");
    let path = "/api/v1/session/proof";
    let wrong = json!({ "password": "wrong" });
    let answer = browser.send(Method::POST, path, wrong).await.is(422);
    assert_eq!(answer.code(), "password_wrong");
    browser.send(Method::POST, path, json!({})).await.is(422);
    browser
        .send(Method::POST, path, json!({ "password": PASSWORD }))
        .await
        .is(204);
    ask().await.is(201);
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_link() {
    let world = World::new().await;
    let (side, browser) = side(&world).await;
    let there = world.browser(&side.email).await;
    let id = person_id(&browser, &side.email).await;
    let path = format!("/api/v1/people/{id}/password-link");
    let first = browser
        .send(Method::POST, &path, json!(null))
        .await
        .is(201)
        .json();
    let made = browser
        .send(Method::POST, &path, json!(null))
        .await
        .is(201)
        .json();
    get(&world, &path_of(&first)).await.is(404);
    let path = path_of(&made);
    get(&world, &path).await.is(200);
    let answer = post_form(&world, &path, "password=a-administrator").await;
    assert!(answer.text.contains("easily guessed"), "{}", answer.text);
    let answer = post_form(&world, &path, "password=1qaz2wsx3edc4rfv").await;
    assert!(answer.text.contains("leaked passwords"), "{}", answer.text);
    let answer = post_form(&world, &path, "password=three+quiet+herons+at+dawn").await;
    assert_eq!(answer.is(303).header("location"), "/sign-in");
    there.get("/api/v1/session").await.is(401);
    sign_in(&world, &side.email, PASSWORD).await.is(401);
    sign_in(&world, &side.email, JOINED).await.is(200);
    post_form(&world, &path, "password=three+quiet+herons+at+dawn")
        .await
        .is(404);
}

#[tokio::test]
async fn asking_for_a_new_password_betrays_nobody() {
    let world = World::new().await;
    let (side, _) = side(&world).await;
    let mut said = Vec::new();
    for email in [side.email.as_str(), "nobody@example.jp"] {
        let form = format!("email={}", email.replace('@', "%40"));
        said.push(
            post_form(&world, "/forgotten-password", &form)
                .await
                .is(200)
                .text,
        );
    }
    assert_eq!(said[0], said[1]);
    service::mail_password_link(world.context(), "nobody@example.jp")
        .await
        .unwrap();
    world.clock.advance_seconds(3601);
    get(&world, "/new-password/0000").await.is(404);
}
