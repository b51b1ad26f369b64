//! Signing in, staying signed in, and what other sites and guessers try.

use crate::testing::{PASSWORD, World, sign_in_body};
use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::json;

fn sign_in(email: &str, password: &str) -> Request<Body> {
    Request::post("/api/v1/session")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT_LANGUAGE, "en-GB,en;q=0.9")
        .body(Body::from(sign_in_body(email, password)))
        .unwrap()
}

#[tokio::test]
async fn a_session_begins_is_used_and_ends() {
    let world = World::new().await;
    let side = world.side("a").await;
    let answer = world
        .send(sign_in(&side.email.to_uppercase(), PASSWORD))
        .await
        .is(200);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("hinomi_session="), "{cookie}");
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.json()["tenant"]["name"], "a");

    let browser = world.browser(&side.email).await;
    let session = browser.get("/api/v1/session").await.is(200).json();
    assert_eq!(session["user"]["email"], side.email.as_str());
    assert_eq!(session["csrf_token"], browser.csrf.as_str());
    let ended = browser
        .send(Method::DELETE, "/api/v1/session", json!(null))
        .await
        .is(204);
    assert!(ended.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(
        browser.get("/api/v1/session").await.is(401).code(),
        "sign_in_required"
    );
}

#[tokio::test]
async fn the_cookie_is_secure_behind_tls() {
    let world = World::with(|settings| {
        settings.base_url = Some("https://portal.example.jp/".into());
    })
    .await;
    let side = world.side("a").await;
    let answer = world.send(sign_in(&side.email, PASSWORD)).await.is(200);
    assert!(answer.header("set-cookie").contains("; Secure"));
    assert!(
        answer
            .header("strict-transport-security")
            .starts_with("max-age=")
    );
}

#[tokio::test]
async fn a_session_ends_after_idleness_and_at_its_latest_hour() {
    let world = World::new().await;
    let side = world.side("a").await;
    let idle = world.browser(&side.email).await;
    world.clock.advance_seconds(59 * 60);
    idle.get("/api/v1/session").await.is(200);
    world.clock.advance_seconds(59 * 60);
    idle.get("/api/v1/session").await.is(200);
    world.clock.advance_seconds(61 * 60);
    idle.get("/api/v1/session").await.is(401);

    let busy = world.browser(&side.email).await;
    for _ in 0..23 {
        world.clock.advance_seconds(30 * 60);
        busy.get("/api/v1/session").await.is(200);
    }
    world.clock.advance_seconds(31 * 60);
    busy.get("/api/v1/session").await.is(401);
}

#[tokio::test]
async fn the_database_knows_neither_password_nor_token() {
    let world = World::in_files().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let token = browser.cookie.split_once('=').unwrap().1.to_owned();
    for name in ["portal.sqlite", "portal.sqlite-wal"] {
        let bytes = std::fs::read(world.folder.path().join(name)).unwrap();
        for secret in [token.as_str(), PASSWORD] {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "{name} holds a secret");
        }
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_look_the_same() {
    let world = World::new().await;
    let side = world.side("a").await;
    let wrong = world
        .send(sign_in(&side.email, "wrong password"))
        .await
        .is(401);
    let unknown = world
        .send(sign_in("nobody@example.jp", "wrong password"))
        .await
        .is(401);
    assert_eq!(wrong.text, unknown.text);
    assert_eq!(
        wrong.json()["message"],
        "The e-mail address or the password is wrong."
    );
    let long = "x".repeat(10_000);
    world.send(sign_in(&long, &long)).await.is(401);
}

#[tokio::test]
async fn guessing_is_slowed_down_even_when_the_guess_becomes_right() {
    let world = World::new().await;
    let side = world.side("a").await;
    for _ in 0..5 {
        world
            .send(sign_in(&side.email, "wrong password"))
            .await
            .is(401);
    }
    let answer = world.send(sign_in(&side.email, PASSWORD)).await.is(429);
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(answer.json()["retry_after_seconds"], 1);
    world.clock.advance_seconds(1);
    world.send(sign_in(&side.email, PASSWORD)).await.is(200);
}

/// From an address behind the proxy, with the token of a browser or without.
fn sign_in_from(number: u8, browser: &str, email: &str, password: &str) -> Request<Body> {
    let mut request = sign_in(email, password);
    let address = std::net::SocketAddr::from(([198, 51, 100, number], 4000));
    request.extensions_mut().insert(crate::http::Peer(address));
    let cookie = format!("hinomi_browser={browser}");
    request
        .headers_mut()
        .insert("cookie", cookie.parse().unwrap());
    request
}

#[tokio::test]
async fn a_hundred_guesses_do_not_keep_the_owner_out_of_a_browser_that_knows_him() {
    let world = World::new().await;
    let side = world.side("a").await;
    let page = Request::get("/sign-in").body(Body::empty()).unwrap();
    let page = world.router_answer(page).await;
    let cookies = page.headers().get_all("set-cookie").iter();
    let cookie = cookies
        .filter_map(|one| one.to_str().unwrap().strip_prefix("hinomi_browser="))
        .next()
        .expect("the page gives a browser its token");
    assert!(
        cookie.contains("; HttpOnly; SameSite=Lax; Max-Age=31536000"),
        "{cookie}"
    );
    let known = cookie.split(';').next().unwrap();
    let unknown = "0".repeat(64);
    world
        .send(sign_in_from(1, known, &side.email, PASSWORD))
        .await
        .is(200);
    let mut refused = 0;
    for number in 0..100 {
        let guess = sign_in_from(number % 20, &unknown, &side.email, "a wrong guess");
        refused += usize::from(world.send(guess).await.status.as_u16() == 429);
    }
    assert!(refused >= 40, "the guesser was slowed down: {refused}");
    // With the right password, too, and from the owner's own network.
    world
        .send(sign_in_from(1, &unknown, &side.email, PASSWORD))
        .await
        .is(429);
    world
        .send(sign_in_from(1, known, &side.email, PASSWORD))
        .await
        .is(200);
    world
        .send(sign_in_from(99, known, &side.email, PASSWORD))
        .await
        .is(200);
    // A stolen browser is no way to guess for ever, and knows its owner alone.
    for _ in 0..5 {
        world
            .send(sign_in_from(1, known, &side.email, "a wrong guess"))
            .await
            .is(401);
    }
    world
        .send(sign_in_from(1, known, &side.email, PASSWORD))
        .await
        .is(429);
}

#[tokio::test]
async fn requests_that_other_sites_forge_are_refused() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let path = "/api/v1/me";
    let change = || Some(json!({ "name": "x" }));

    let mut without = browser.request(Method::PATCH, path, change());
    without.headers_mut().remove("x-csrf-token");
    assert_eq!(world.send(without).await.is(403).code(), "csrf_failed");

    let mut wrong = browser.request(Method::PATCH, path, change());
    wrong
        .headers_mut()
        .insert("x-csrf-token", "0".repeat(64).parse().unwrap());
    assert_eq!(world.send(wrong).await.is(403).code(), "csrf_failed");

    for (origin, status) in [
        ("https://evil.example", 403),
        ("null", 403),
        ("http://portal.example.jp", 200),
        ("http://127.0.0.1:8080", 200),
    ] {
        let mut request = browser.request(Method::PATCH, path, change());
        request
            .headers_mut()
            .insert("origin", origin.parse().unwrap());
        request
            .headers_mut()
            .insert("host", "portal.example.jp".parse().unwrap());
        assert_eq!(
            world.send(request).await.status.as_u16(),
            status,
            "{origin}"
        );
    }

    let mut forged = sign_in(&side.email, PASSWORD);
    forged
        .headers_mut()
        .insert("origin", "https://evil.example".parse().unwrap());
    assert_eq!(world.send(forged).await.is(403).code(), "origin_refused");

    // A plain form of another site cannot send JSON.
    let mut form = sign_in(&side.email, PASSWORD);
    form.headers_mut()
        .insert("content-type", "text/plain".parse().unwrap());
    assert_eq!(
        world.send(form).await.is(415).code(),
        "unsupported_media_type"
    );
}

#[tokio::test]
async fn users_change_what_is_their_own() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let change = json!({ "name": " 見守 ", "language": "ja", "mail_on_incident": "critical" });
    let user = browser
        .send(Method::PATCH, "/api/v1/me", change)
        .await
        .is(200)
        .json();
    assert_eq!(user["name"], "見守");
    assert_eq!(user["language"], "ja");
    assert_eq!(user["mail_on_incident"], "critical");
    assert_eq!(user["mail_language"], "en");
    for wrong in [
        json!({ "name": "" }),
        json!({ "name": "a\nb" }),
        json!({ "role": "administrator" }),
        json!({ "language": "de" }),
    ] {
        let answer = browser
            .send(Method::PATCH, "/api/v1/me", wrong)
            .await
            .is(400);
        assert_eq!(answer.code(), "invalid_request");
    }
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let world = World::new().await;
    let side = world.side("a").await;
    let here = world.browser(&side.email).await;
    let there = world.browser(&side.email).await;
    let path = "/api/v1/me/password";
    let new = "another long password";
    let change = |current: &str, new: &str| json!({ "current": current, "new": new });
    let answer = here
        .send(Method::POST, path, change("wrong", new))
        .await
        .is(422);
    assert_eq!(answer.code(), "password_wrong");
    let answer = here
        .send(Method::POST, path, change(PASSWORD, "short"))
        .await
        .is(422);
    assert_eq!(answer.code(), "password_too_short");
    let answer = here
        .send(Method::POST, path, change(PASSWORD, &"x".repeat(300)))
        .await
        .is(422);
    assert_eq!(answer.code(), "password_too_long");
    for leaked in ["correcthorsebatterystaple", "Iloveyouforever!!"] {
        let answer = here
            .send(Method::POST, path, change(PASSWORD, leaked))
            .await;
        assert_eq!(answer.is(422).code(), "password_breached", "{leaked}");
    }
    here.send(Method::POST, path, change(PASSWORD, new))
        .await
        .is(204);
    here.get("/api/v1/session").await.is(200);
    there.get("/api/v1/session").await.is(401);
    world.send(sign_in(&side.email, PASSWORD)).await.is(401);
    world.send(sign_in(&side.email, new)).await.is(200);
}

#[tokio::test]
async fn bodies_are_limited_and_must_be_json() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let large = json!({ "name": "x".repeat(70_000) });
    assert_eq!(
        browser
            .send(Method::PATCH, "/api/v1/me", large)
            .await
            .is(413)
            .code(),
        "too_large"
    );
    let mut broken = browser.request(Method::PATCH, "/api/v1/me", Some(json!({})));
    *broken.body_mut() = Body::from("{");
    assert_eq!(world.send(broken).await.is(400).code(), "invalid_json");
    let answer = browser
        .send(Method::PUT, "/api/v1/me", json!({}))
        .await
        .is(405);
    assert_eq!(answer.code(), "method_not_allowed");
}

#[tokio::test]
async fn an_address_is_taken_once_over_all_tenants() {
    let world = World::new().await;
    let side = world.side("a").await;
    let other = world.portal.create_tenant("b").await.unwrap();
    let mut user = crate::identity::NewUser {
        email: side.email.to_uppercase(),
        name: "x".into(),
        password: PASSWORD.into(),
        role: crate::Role::Viewer,
        language: event::Language::Ja,
    };
    let error = world
        .portal
        .create_user(other, user.clone())
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some(crate::Code::EmailTaken));
    user.email = "free@example.jp".into();
    user.password = "1qaz2wsx3edc4rfv".into();
    let error = world.portal.create_user(other, user.clone()).await;
    let code = error.unwrap_err().code();
    assert_eq!(code, Some(crate::Code::PasswordBreached));
    user.password = PASSWORD.into();
    user.email = "not an address".into();
    let error = world.portal.create_user(other, user).await.unwrap_err();
    assert_eq!(error.code(), Some(crate::Code::InvalidRequest));
}
