//! Who comes in, as what, and to which tenant.

use super::{cookies, get_page, is_refused, set_up, sign_in, tenant, way, way_from, who, world};
use crate::testing::{Browser, PASSWORD, World, sign_in_body};
use crate::{Role, identity};
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

#[tokio::test]
async fn people_sign_in_by_their_tenants_own_service_and_stay_who_they_are() {
    let world = world().await;
    let (side, service) = tenant(&world, "a", json!({})).await;
    service.is_visited_by("1", &side.email.to_uppercase(), json!({}));
    let answer = sign_in(&world, &side, &service).await;
    let cookie = cookies(&answer);
    let session = who(&world, answer).await;
    assert_eq!(session["user"]["email"], side.email.as_str());
    assert_eq!(session["means"], "sign_on_alone");
    let list = get_page(&world, "/api/v1/me/sessions", &cookie).await;
    assert_eq!(list.is(200).json()["items"][0]["means"], "sign_on_alone");
    // The sign-in page of this browser offers the way from now on, and of no other.
    let offer = format!("/sign-in/company/{}?next=/app/", side.tenant);
    let company = format!("hinomi_company={}", side.tenant);
    let page = get_page(&world, "/sign-in", &company).await.is(200);
    assert!(page.text.contains(&offer));
    let page = get_page(&world, "/sign-in", "").await.is(200);
    assert!(!page.text.contains("/sign-in/company/"));
    let page = get_page(&world, "/sign-in", "hinomi_company=x\"><b>").await;
    assert!(!page.is(200).text.contains("/sign-in/company/"));

    // The service's own name counts from now on: the address may change, and goes to nobody else.
    let viewer = world.user(side.tenant, "v", Role::Viewer).await;
    service.is_visited_by("1", &viewer, json!({}));
    let session = who(&world, sign_in(&world, &side, &service).await).await;
    assert_eq!(session["user"]["email"], side.email.as_str());
    service.is_visited_by("2", &side.email, json!({}));
    let answer = sign_in(&world, &side, &service).await;
    is_refused(&world, &side, answer, "by another name").await;
    let browser = world.browser(&side.email).await;
    let log = browser.get("/api/v1/audit?act=sign_on_bound").await;
    assert_eq!(log.is(200).json()["items"].as_array().unwrap().len(), 1);

    // Who is removed does not come back, until somebody takes him in anew.
    service.is_visited_by("3", &viewer, json!({}));
    let session = who(&world, sign_in(&world, &side, &service).await).await;
    let path = format!("/api/v1/people/{}", session["user"]["id"].as_str().unwrap());
    let removed = browser.send(Method::DELETE, &path, Value::Null).await;
    removed.is(204);
    let answer = sign_in(&world, &side, &service).await;
    is_refused(&world, &side, answer, "nobody of this tenant").await;
}

#[tokio::test]
async fn a_service_lets_in_people_of_its_own_tenant_only() {
    let world = world().await;
    let (ours, service) = tenant(&world, "a", json!({ "new_role": "contact" })).await;
    let (theirs, their_service) = tenant(&world, "b", json!({})).await;
    // Ours vouches for somebody of theirs, whom theirs knows, or not yet.
    service.is_visited_by("1", &theirs.email, json!({}));
    let answer = sign_in(&world, &ours, &service).await;
    is_refused(&world, &ours, answer, "cannot be used here").await;
    their_service.is_visited_by("1", &theirs.email, json!({}));
    who(&world, sign_in(&world, &theirs, &their_service).await).await;
    let answer = sign_in(&world, &ours, &service).await;
    is_refused(&world, &ours, answer, "cannot be used here").await;
    // Even when both tenants name the same service: names are each tenant's own.
    let browser = world.browser(&ours.email).await;
    set_up(&browser, &their_service, json!({})).await;
    their_service.is_visited_by("1", &theirs.email, json!({}));
    let answer = sign_in(&world, &ours, &their_service).await;
    is_refused(&world, &ours, answer, "nobody of this tenant").await;
    let session = who(&world, sign_in(&world, &theirs, &their_service).await).await;
    assert_eq!(session["tenant"]["name"], "b");
    let their_browser = world.browser(&theirs.email).await;
    let log = their_browser.get("/api/v1/audit?act=sign_in_failed").await;
    assert_eq!(log.is(200).json()["items"], json!([]));
}

/// A hostile tenant's service sends its visitor on to another tenant's, to get hold of the code that is given there (RFC 9700,
/// section 4.4).
#[tokio::test]
async fn a_code_is_never_shown_to_another_tenants_service() {
    let world = world().await;
    let (_, service) = tenant(&world, "a", json!({})).await;
    let (hostile, their_service) = tenant(&world, "b", json!({})).await;
    let link = format!("/sign-in/company/{}", hostile.tenant);
    let begun = get_page(&world, &link, "").await.is(303);
    let cookie = cookies(&begun);
    let to_hostile = begun.header("location").to_owned();
    let to_honest = to_hostile.replace(&their_service.issuer(), &service.issuer());
    // The honest service would refuse: the address to come back to is not the one that is entered there. Where it does not, the
    // answer is of another service.
    let back = service.visit(&to_honest).await;
    let (_, path) = back.split_once("/sign-in").unwrap();
    let path = format!("/sign-in{path}");
    let answer = get_page(&world, &path, &cookie).await;
    is_refused(&world, &hostile, answer, "the answer is of").await;
    assert_eq!(their_service.count(super::service::TOKEN), 0);
    // And with the address of the honest tenant the way is not found.
    let way = way(&world, &hostile, &their_service).await;
    let other = world.side("c").await;
    let swapped = way
        .back
        .replace(&hostile.tenant.to_string(), &other.tenant.to_string());
    get_page(&world, &swapped, &way.cookie).await.is(401);
    assert_eq!(their_service.count(super::service::TOKEN), 0);
}

#[tokio::test]
async fn newcomers_come_in_as_the_tenant_says() {
    let world = world().await;
    let (side, service) = tenant(&world, "a", json!({ "new_role": "viewer" })).await;
    let browser = world.browser(&side.email).await;
    service.is_visited_by("1", "nina@Example.jp", json!({ "name": "Nina\u{7} N" }));
    let session = who(&world, sign_in(&world, &side, &service).await).await;
    assert_eq!(session["user"]["role"], "viewer");
    assert_eq!(session["user"]["name"], "Nina N");
    assert_eq!(session["tenant"]["name"], "a");
    // Who is invited comes as what he is invited as, and needs no password.
    set_up(&browser, &service, json!({})).await;
    service.is_visited_by("2", "otto@example.jp", json!({}));
    let answer = sign_in(&world, &side, &service).await;
    is_refused(&world, &side, answer, "nobody of this tenant").await;
    let invited =
        json!({ "email": "otto@example.jp", "name": "Otto", "role": "contact", "language": "en" });
    let made = browser.send(Method::POST, "/api/v1/invitations", invited);
    made.await.is(201);
    let session = who(&world, sign_in(&world, &side, &service).await).await;
    assert_eq!(session["user"]["role"], "contact");
    assert_eq!(session["user"]["name"], "Otto");
    let list = browser.get("/api/v1/people").await.is(200).json();
    assert_eq!(list["invitations"], json!([]));
}

/// Sets an app up for the browser's owner; its secret.
async fn add_app(world: &World, browser: &Browser<'_>) -> String {
    let path = "/api/v1/me/totp";
    let offer = browser.send(Method::POST, path, Value::Null).await.is(201);
    let secret = offer.json()["secret"].as_str().unwrap().to_owned();
    let code = json!({ "code": identity::code_of(world, &secret) });
    browser.send(Method::PUT, path, code).await.is(204);
    secret
}

#[tokio::test]
async fn the_second_factor_is_asked_for_by_the_service_or_here() {
    let world = world().await;
    let (side, service) = tenant(&world, "a", json!({})).await;
    let viewer = world.user(side.tenant, "v", Role::Viewer).await;
    let browser = world.browser(&side.email).await;
    let secret = add_app(&world, &browser).await;
    let rules = json!({ "requires_second_factor": true });
    let set = browser.send(Method::PUT, "/api/v1/sign-in-rules", rules);
    set.await.is(200);
    // The service does not say that it asked: the own app is asked for, and sets one up who has none.
    service.is_visited_by("1", &side.email, json!({ "amr": ["pwd"] }));
    let step = sign_in(&world, &side, &service).await.is(303);
    assert_eq!(step.header("location"), "/sign-in/code?next=/app/incidents");
    assert!(!cookies(&step).contains("hinomi_session"));
    world.clock.advance_seconds(30);
    let code = identity::code_of(&world, &secret);
    let request = Request::post("/sign-in/code")
        .header("cookie", cookies(&step))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("code={code}&next=/app/incidents")));
    let answer = world.send(request.unwrap()).await;
    let session = who(&world, answer).await;
    assert_eq!(session["means"], "sign_on_code");
    assert_eq!(session["second_factor_due"], false);
    service.is_visited_by("2", &viewer, json!({}));
    let session = who(&world, sign_in(&world, &side, &service).await).await;
    assert_eq!(session["second_factor_due"], true);
    // It says so, or is trusted without.
    let ways = [
        json!({ "amr": ["pwd", "mfa"] }),
        json!({ "amr": ["pwd", "otp"] }),
        json!({ "acr": "phr" }),
    ];
    for said in ways {
        service.is_visited_by("2", &viewer, said);
        let session = who(&world, sign_in(&world, &side, &service).await).await;
        assert_eq!(session["second_factor_due"], false);
        assert_eq!(session["means"], "sign_on");
    }
    set_up(&browser, &service, json!({ "is_trusted": true })).await;
    for (subject, email) in [("1", &side.email), ("2", &viewer)] {
        service.is_visited_by(subject, email, json!({}));
        let session = who(&world, sign_in(&world, &side, &service).await).await;
        assert_eq!(session["second_factor_due"], false);
    }
}

#[tokio::test]
async fn where_it_is_the_only_way_administrators_keep_theirs() {
    let world = world().await;
    let (side, service) = tenant(&world, "a", json!({})).await;
    let other = world.side("b").await;
    let viewer = world.user(side.tenant, "v", Role::Viewer).await;
    let elsewhere = world.browser(&other.email).await;
    let before = world.browser(&viewer).await;
    let browser = world.browser(&side.email).await;
    service.is_visited_by("1", &viewer, json!({}));
    let by_service = sign_in(&world, &side, &service).await;
    set_up(&browser, &service, json!({ "is_required": true })).await;
    // Open sessions that began otherwise end; those by the service, the administrator's, and of other tenants do not.
    before.get("/api/v1/session").await.is(401);
    who(&world, by_service).await;
    browser.get("/api/v1/session").await.is(200);
    elsewhere.get("/api/v1/session").await.is(200);
    world.browser(&side.email).await;
    world.browser(&other.email).await;
    let try_password = async |password: &str| {
        let request = Request::post("/api/v1/session")
            .header("content-type", "application/json")
            .body(Body::from(sign_in_body(&viewer, password)));
        world.send(request.unwrap()).await
    };
    assert_eq!(try_password("wrong").await.is(401).code(), "sign_in_failed");
    let answer = try_password(PASSWORD).await.is(403);
    assert_eq!(answer.code(), "sign_on_required");
    let link = format!("/sign-in/company/{}", side.tenant);
    assert!(answer.text.contains(&link), "{}", answer.text);
    // The service is gone: the way back.
    let answer = browser.send(Method::DELETE, super::SIGN_ON, Value::Null);
    answer.await.is(204);
    try_password(PASSWORD).await.is(200);
}

#[tokio::test]
async fn the_service_proves_anew_who_somebody_is_when_it_has_just_asked() {
    let world = world().await;
    let (side, service) = tenant(&world, "a", json!({})).await;
    service.is_visited_by("1", &side.email, json!({}));
    let cookie = cookies(&sign_in(&world, &side, &service).await.is(303));
    let session = get_page(&world, "/api/v1/session", &cookie).await.json();
    let browser = Browser {
        world: &world,
        cookie: cookie.clone(),
        csrf: session["csrf_token"].as_str().unwrap().to_owned(),
    };
    let rules = json!({ "requires_second_factor": false });
    let dangerous = async || {
        let path = "/api/v1/sign-in-rules";
        browser
            .send(Method::PUT, path, rules.clone())
            .await
            .status
            .as_u16()
    };
    assert_eq!(dangerous().await, 200);
    world.clock.advance_seconds(11 * 60);
    assert_eq!(dangerous().await, 403);
    let now = world.context().clock.now().seconds();
    let fresh = json!({ "iat": now, "exp": now + 300, "auth_time": now });
    let proof = "/sign-in/proof?next=/app/people";
    let refused = [
        ("1", json!({ "auth_time": Value::Null }), "auth_time"),
        ("1", json!({ "auth_time": now - 61 }), "auth_time"),
        ("2", json!({}), "somebody else"),
    ];
    for (subject, differs, reason) in refused {
        let mut claims = fresh.clone();
        for (name, value) in differs.as_object().unwrap() {
            claims[name] = value.clone();
        }
        service.is_visited_by(subject, &side.email, claims);
        let way = way_from(&world, &service, proof, &cookie).await;
        let asked = service.inside().asked.clone();
        assert_eq!(
            (asked["prompt"].as_str(), asked["max_age"].as_str()),
            ("login", "0")
        );
        is_refused(&world, &side, way.end(&world).await, reason).await;
        assert_eq!(dangerous().await, 403);
    }
    // In the browser of the session only.
    service.is_visited_by("1", &side.email, fresh);
    let way = way_from(&world, &service, proof, &cookie).await;
    let own = way.cookie.rsplit_once("hinomi_sign_on").unwrap().1;
    let without = format!("hinomi_sign_on{own}");
    get_page(&world, &way.back, &without).await.is(401);
    assert_eq!(dangerous().await, 403);
    let way = way_from(&world, &service, proof, &cookie).await;
    let answer = way.end(&world).await.is(303);
    assert_eq!(answer.header("location"), "/app/people");
    assert!(!cookies(&answer).contains("hinomi_session"));
    assert_eq!(dangerous().await, 200);
    // Nobody is signed in: nobody to prove.
    let answer = get_page(&world, proof, "").await.is(401);
    assert!(answer.text.contains("sign in"), "{}", answer.text);
}
