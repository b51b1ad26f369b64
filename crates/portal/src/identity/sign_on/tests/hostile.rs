//! What must not let anybody in.

use super::service::{DISCOVERY, KEYS, Service, Signer, TOKEN, Trick, text};
use super::{get_page, is_refused, settings, sign_in, tenant, way, who, world};
use crate::testing::NOON;
use axum::http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn wrong_claims_let_nobody_in_and_the_log_says_why() {
    let world = world().await;
    let (side, service) = tenant(&world, "a", json!({})).await;
    let now = NOON.seconds();
    let cases = [
        ("exp", json!(now - 61), "Expired"),
        ("exp", Value::Null, "Failed to parse"),
        ("exp", json!("soon"), "Failed to parse"),
        ("iat", json!(now + 120), "issued at"),
        ("iat", json!(now - 3600), "issued at"),
        ("aud", json!("another"), "Invalid audiences"),
        (
            "aud",
            json!(["portal", "another"]),
            "not a trusted audience",
        ),
        ("aud", Value::Null, "Invalid audiences"),
        ("azp", json!("another"), "another application"),
        ("nonce", json!("another"), "Invalid nonce"),
        ("nonce", Value::Null, "Invalid nonce"),
        ("iss", json!("https://login.example.jp"), "Invalid issuer"),
        ("email_verified", json!(false), "verified"),
        ("email_verified", Value::Null, "verified"),
        ("email", Value::Null, "verified"),
        (
            "email",
            json!("x@example.jp.evil.example"),
            "no mail domain",
        ),
        ("email", json!("evil@x@example.jp"), "no mail domain"),
        ("email", json!("nobody"), "no mail domain"),
        ("sub", json!(""), "(sub)"),
        ("sub", json!("x".repeat(256)), "(sub)"),
    ];
    for (name, value, reason) in cases {
        let mut more = json!({});
        more[name] = value;
        service.is_visited_by("1", &side.email, more);
        let answer = sign_in(&world, &side, &service).await;
        is_refused(&world, &side, answer, reason).await;
    }
    service.is_visited_by("1", &side.email, json!({ "azp": "portal" }));
    who(&world, sign_in(&world, &side, &service).await).await;
}

#[tokio::test]
async fn wrong_signatures_let_nobody_in() {
    let world = world().await;
    let (side, service) = tenant(&world, "a", json!({})).await;
    service.is_visited_by("1", &side.email, json!({}));
    let unsigned = |head: Value, claims: &Value| {
        format!(
            "{}.{}.",
            text(head.to_string().as_bytes()),
            text(claims.to_string().as_bytes())
        )
    };
    // By nobody.
    service.forges(move |_, claims| unsigned(json!({ "alg": "none" }), &claims));
    let answer = sign_in(&world, &side, &service).await;
    is_refused(&world, &side, answer, "No signature found").await;
    // By the public key, taken for a secret, and by the secret itself.
    for use_public in [true, false] {
        service.forges(move |inside, claims| {
            let head = json!({ "alg": "HS256", "kid": inside.kid });
            let signed = unsigned(head, &claims);
            let signed = signed.trim_end_matches('.');
            let secret = if use_public {
                inside.public()["x"].as_str().unwrap().as_bytes().to_vec()
            } else {
                super::service::SECRET.as_bytes().to_vec()
            };
            let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &secret);
            let tag = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
            format!("{signed}.{}", text(tag.as_ref()))
        });
        let answer = sign_in(&world, &side, &service).await;
        is_refused(&world, &side, answer, "Disallowed signature algorithm").await;
    }
    // By another service's key under this one's name, changed afterwards, or no token at all.
    let stranger = Service::start().await;
    service.forges(move |_, claims| stranger.inside().signed(&claims));
    let answer = sign_in(&world, &side, &service).await;
    is_refused(&world, &side, answer, "Signature verification failed").await;
    service.forges(|inside, mut claims| {
        let right = inside.signed(&claims);
        claims["name"] = json!("changed");
        let other = inside.signed(&claims);
        let (head_and_claims, _) = other.rsplit_once('.').unwrap();
        format!("{head_and_claims}.{}", right.rsplit_once('.').unwrap().1)
    });
    let answer = sign_in(&world, &side, &service).await;
    is_refused(&world, &side, answer, "Signature verification failed").await;
    for broken in ["x", "", "..", "a.b.c"] {
        service.forges(move |_, _| broken.to_owned());
        let answer = sign_in(&world, &side, &service).await;
        is_refused(&world, &side, answer, "parse").await;
    }
    // The algorithm of another kind of key than the one that the token names.
    service.forges(|inside, claims| {
        inside.signed_as(&json!({ "alg": "RS256", "kid": inside.kid }), &claims)
    });
    let answer = sign_in(&world, &side, &service).await;
    is_refused(&world, &side, answer, "no key of the service").await;
    service.inside().forge = None;
    who(&world, sign_in(&world, &side, &service).await).await;
}

#[tokio::test]
async fn keys_turn_and_unknown_ones_are_asked_for_at_most_twice_a_minute() {
    let world = world().await;
    let (side, service) = tenant(&world, "a", json!({})).await;
    service.is_visited_by("1", &side.email, json!({}));
    who(&world, sign_in(&world, &side, &service).await).await;
    who(&world, sign_in(&world, &side, &service).await).await;
    assert_eq!((service.count(DISCOVERY), service.count(KEYS)), (1, 1));
    world.clock.advance_seconds(30);
    service.turn(Signer::rsa(), "two", true);
    who(&world, sign_in(&world, &side, &service).await).await;
    assert_eq!(service.count(KEYS), 2);
    service.turn(Signer::curve(), "three", false);
    for _ in 0..5 {
        let answer = sign_in(&world, &side, &service).await;
        is_refused(&world, &side, answer, "no key of the service").await;
    }
    assert_eq!((service.count(DISCOVERY), service.count(KEYS)), (1, 2));
    world.clock.advance_seconds(30);
    sign_in(&world, &side, &service).await.is(401);
    assert_eq!(service.count(KEYS), 3);
}

#[tokio::test]
async fn endless_answers_and_redirections_are_not_followed() {
    let world = world().await;
    let (side, service) = tenant(&world, "a", json!({})).await;
    service.is_visited_by("1", &side.email, json!({}));
    for trick in [Trick::Huge, Trick::Loop] {
        service.inside().tricks.insert(TOKEN, trick);
        let before = service.count(TOKEN);
        let answer = sign_in(&world, &side, &service).await;
        let reason = match trick {
            Trick::Huge => "too long",
            Trick::Loop => "redirections are not followed",
        };
        is_refused(&world, &side, answer, reason).await;
        assert_eq!(service.count(TOKEN), before + 1);
    }
    let browser = world.browser(&side.email).await;
    for (path, trick) in [
        (KEYS, Trick::Huge),
        (KEYS, Trick::Loop),
        (DISCOVERY, Trick::Huge),
        (DISCOVERY, Trick::Loop),
    ] {
        service.inside().tricks = [(path, trick)].into();
        let before = service.count(path);
        let answer = browser.send(Method::PUT, super::SIGN_ON, settings(&service));
        assert_eq!(answer.await.is(502).code(), "sign_on_unreachable");
        assert_eq!(service.count(path), before + 1);
    }
    // Strangers do not make the portal ask a service that does not answer again and again.
    let link = format!("/sign-in/company/{}", side.tenant);
    world.clock.advance_seconds(3600);
    let before = service.count(DISCOVERY);
    for _ in 0..5 {
        let answer = get_page(&world, &link, "").await.is(502);
        assert!(answer.text.contains("cannot be reached"));
    }
    assert_eq!(service.count(DISCOVERY), before + 1);
}

#[tokio::test]
async fn a_way_is_its_browsers_own_good_once_and_soon_over() {
    let world = world().await;
    let (side, service) = tenant(&world, "a", json!({})).await;
    service.is_visited_by("1", &side.email, json!({}));
    // The link of somebody else's way, in a browser without its cookie, with its own, or with what the address shows.
    let theirs = way(&world, &side, &service).await;
    let ours = way(&world, &side, &service).await;
    let state = service.inside().asked["state"].clone();
    for cookie in [
        String::new(),
        "hinomi_sign_on=0".to_owned(),
        theirs.cookie.clone(),
        format!("hinomi_sign_on={state}"),
    ] {
        get_page(&world, &ours.back, &cookie).await.is(401);
    }
    who(&world, ours.end(&world).await).await;
    ours.end(&world).await.is(401);
    // The other one still is.
    world.clock.advance_seconds(10 * 60);
    theirs.end(&world).await.is(401);
    // What the service itself refuses.
    let way = way(&world, &side, &service).await;
    let back = way.back.replace("code=", "error=access_denied&x=");
    let answer = get_page(&world, &back, &way.cookie).await;
    is_refused(&world, &side, answer, "access_denied").await;
}
