//! Pages without JavaScript.

use crate::testing::{Answer, PASSWORD, World};
use axum::body::Body;
use axum::http::Request;

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

async fn form(world: &World, path: &str) -> Answer {
    world
        .send(Request::get(path).body(Body::empty()).unwrap())
        .await
        .is(200)
}

async fn submit(world: &World, cookie: &str, token: &str, next: &str, password: &str) -> Answer {
    let body = format!(
        "email=a-administrator%40example.jp&password={}&form_token={token}&next={next}",
        password.replace(' ', "+")
    );
    let request = Request::post("/sign-in")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", cookie)
        .header("accept-language", "en")
        .body(Body::from(body))
        .unwrap();
    world.send(request).await
}

#[tokio::test]
async fn the_form_signs_in_and_goes_on() {
    let world = World::new().await;
    world.side("a").await;
    let shown = form(&world, "/sign-in?next=/app/incidents/1%3Ftab%3Dx").await;
    let cookie = shown
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert!(
        shown
            .header("set-cookie")
            .ends_with("; Path=/sign-in; HttpOnly; SameSite=Strict")
    );
    let token = hidden(&shown.text, "form_token");
    assert_eq!(hidden(&shown.text, "next"), "/app/incidents/1?tab=x");
    let wrong = submit(&world, &cookie, &token, "/app/", "wrong")
        .await
        .is(401);
    assert!(
        wrong
            .text
            .contains("The e-mail address or the password is wrong.")
    );
    assert!(wrong.text.contains("value=\"a-administrator@example.jp\""));
    let right = submit(&world, &cookie, &token, "/app/x%3Fy=1", PASSWORD)
        .await
        .is(303);
    assert_eq!(right.header("location"), "/app/x?y=1");
    let session = right
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let get = |path: &str| {
        Request::get(path)
            .header("cookie", &session)
            .body(Body::empty())
            .unwrap()
    };
    world.send(get("/api/v1/session")).await.is(200);
    assert_eq!(
        world.send(get("/")).await.is(303).header("location"),
        "/app/"
    );
    assert_eq!(
        world.send(get("/sign-in")).await.is(303).header("location"),
        "/app/"
    );
}

#[tokio::test]
async fn a_form_without_our_token_signs_nobody_in() {
    let world = World::new().await;
    world.side("a").await;
    let shown = form(&world, "/sign-in").await;
    let cookie = shown
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let token = hidden(&shown.text, "form_token");
    for (cookie, token) in [
        ("", token.as_str()),
        (&cookie, ""),
        ("", ""),
        ("hinomi_form=", ""),
    ] {
        let answer = submit(&world, cookie, token, "/app/", PASSWORD)
            .await
            .is(403);
        assert!(
            !answer
                .headers
                .get_all("set-cookie")
                .iter()
                .any(|one| { one.to_str().unwrap().starts_with("hinomi_session") })
        );
    }
}

#[tokio::test]
async fn the_way_on_never_leaves_the_portal() {
    let world = World::new().await;
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/app//evil",
        "/app/%5Cevil",
        "/api/v1/me",
        "/app/%0d%0ax",
    ] {
        let shown = form(&world, &format!("/sign-in?next={next}")).await;
        assert_eq!(hidden(&shown.text, "next"), "/app/", "{next}");
    }
    let shown = form(&world, "/sign-in?next=/app/%22%3E%3Cscript%3E").await;
    assert!(!shown.text.contains("<script>"));
}

#[tokio::test]
async fn pages_speak_the_readers_language() {
    let world = World::new().await;
    let page = async |path: &str, accepted: &str, cookie: &str| {
        let request = Request::get(path)
            .header("accept-language", accepted)
            .header("cookie", cookie)
            .body(Body::empty())
            .unwrap();
        world.send(request).await
    };
    let japanese = page("/sign-in", "de, ja;q=0.5, en;q=0.3", "").await;
    assert!(japanese.text.contains("<html lang=\"ja\">") && japanese.text.contains("サインイン"));
    let english = page("/sign-in", "en-US,en;q=0.9,ja;q=0.8", "").await;
    assert!(english.text.contains("<html lang=\"en\">") && english.text.contains("Sign in"));
    let chosen = page("/sign-in?lang=en", "ja", "").await;
    assert!(chosen.text.contains("<html lang=\"en\">"));
    assert!(
        chosen
            .headers
            .get_all("set-cookie")
            .iter()
            .any(|one| { one.to_str().unwrap().starts_with("hinomi_language=en;") })
    );
    assert!(
        page("/sign-in", "ja", "hinomi_language=en")
            .await
            .text
            .contains("lang=\"en\"")
    );
    assert!(
        page("/nowhere", "en", "")
            .await
            .is(404)
            .text
            .contains("There is no such page")
    );
    assert!(
        page("/offline", "ja", "")
            .await
            .is(200)
            .text
            .contains("接続できません")
    );
}
