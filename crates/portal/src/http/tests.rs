//! The API's document, what every answer carries, and every route seen from outside.

use super::openapi;
use crate::tenancy::{Role, TenantId, TenantKind};
use crate::testing::{Browser, Side, World};
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

/// `BLESS=1 cargo test -p portal the_document` writes the file anew.
#[test]
fn the_document_is_the_committed_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let mut document = openapi().to_pretty_json().unwrap();
    document.push('\n');
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &document).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == document,
        "openapi.json is not what the code says: write it anew with BLESS=1 and look at the difference"
    );
}

/// Every route of the document: method, path with its places filled, operation.
fn routes(incident: &str, sensor: &str) -> Vec<(Method, String, String)> {
    let document = serde_json::to_value(openapi()).unwrap();
    let mut routes = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let id = if path.starts_with("/api/v1/sensors") {
                sensor
            } else {
                incident
            };
            let path = path.replace("{id}", id).replace("{key}", "isolate_host");
            let method = method.to_uppercase().parse().unwrap();
            let name = operation["operationId"].as_str().unwrap().to_owned();
            routes.push((method, path, name));
        }
    }
    assert!(routes.len() >= 19);
    routes
}

/// What somebody asks who is not signed in yet.
fn is_before_sign_in(operation: &str) -> bool {
    [
        "sign_in",
        "give_second_factor",
        "passkey_challenge",
        "sign_in_by_passkey",
    ]
    .contains(&operation)
}

/// A body that the operation takes.
fn body_of(operation: &str) -> Value {
    match operation {
        "change_incident" => json!({ "handling": "resolved", "resolution": "test" }),
        "tick_action" => json!({ "done": true }),
        "change_incidents" => {
            json!({ "ids": ["01900000-0000-7000-8000-000000000000"], "handling": "acknowledged" })
        }
        "create_suppression" => {
            let rule = json!({ "detector": "signature", "id": "1:1" });
            json!({ "scope": { "rules": [rule] }, "days": 30 })
        }
        "preview_suppression" => json!({ "peer": "192.0.2.1" }),
        "replace_contacts" => json!({ "items": [] }),
        "keep_view" => json!({ "name": "mine", "query": "severity=high" }),
        "say" => json!({ "text": "a message" }),
        "assign_incident" => json!({ "user": null }),
        "write_note" => json!({ "text": "a note" }),
        "create_site" | "change_site" => json!({ "name": "a site" }),
        "create_sensor" => json!({ "name": "another" }),
        "change_sensor" => json!({ "name": "renamed" }),
        "create_tenant" => json!({ "name": "another customer" }),
        "keep_notification_preferences" => {
            json!({ "push_from": "high", "digest": "none", "quiet_hours": null, "quiet_broken_from": "none", "subject_names_host": false })
        }
        "keep_tenant_notification" => {
            json!({ "time_zone": "Asia/Tokyo", "escalate_after_minutes": null, "escalate_from": "high", "escalate_to": [] })
        }
        "create_endpoint" => {
            json!({ "name": "hook", "channel": "webhook", "address": "https://hook.example.jp/" })
        }
        "test_own_notification" => json!({ "channel": "mail" }),
        "change_password" => json!({ "current": "wrong", "new": "a password of some length" }),
        "sign_in" => json!({ "email": "nobody@example.jp", "password": "x" }),
        "change_person" => json!({ "role": "viewer" }),
        "invite" => json!({ "email": "guest@example.jp", "role": "viewer", "language": "ja" }),
        _ => json!({}),
    }
}

/// Asks like a page would; of an endless answer only the beginning.
async fn ask(browser: &Browser<'_>, method: &Method, path: &str, operation: &str) -> (u16, String) {
    if operation == "live" {
        let response = browser.open(path, Some("0")).await;
        let status = response.status().as_u16();
        let mut body = response.into_body();
        let mut text = String::new();
        let pause = std::time::Duration::from_millis(50);
        while let Ok(Some(Ok(frame))) =
            tokio::time::timeout(pause, http_body_util::BodyExt::frame(&mut body)).await
        {
            text.push_str(&String::from_utf8_lossy(frame.data_ref().unwrap()));
        }
        return (status, text);
    }
    let answer = if *method == Method::GET {
        browser.get(path).await
    } else {
        browser.send(method.clone(), path, body_of(operation)).await
    };
    (answer.status.as_u16(), answer.text)
}

/// Everybody who is signed in and has no business with the tenant `theirs`.
async fn intruders(world: &World, ours: &Side) -> Vec<String> {
    let partner = world.staff("their rival", TenantKind::Partner).await;
    world.sold_by(ours, partner, true).await;
    let mut intruders = vec![ours.email.clone()];
    for role in [Role::Contact, Role::Viewer] {
        intruders.push(world.user(ours.tenant, "intruder", role).await);
    }
    intruders.push(world.user(partner, "rival", Role::Partner).await);
    intruders
}

/// What is asked of a tenant by its identifiers, and the same of one that does not exist.
struct Asked<'a> {
    tenant: &'a str,
    incident: &'a str,
    sensor: &'a str,
}

#[tokio::test]
async fn no_route_shows_or_changes_or_betrays_what_is_another_tenants() {
    let world = World::new().await;
    let ours = world.side("ours").await;
    let theirs = world.side("theirs").await;
    let incident = world.sample(&theirs, 1).await;
    let incident = incident.rsplit('/').next().unwrap();
    let sensor = theirs.sensor.sensor_id().unwrap().to_string();
    let tenant = theirs.tenant.to_string();
    let nothing = [(); 3].map(|()| TenantId::generate().to_string());
    let real = Asked {
        tenant: &tenant,
        incident,
        sensor: &sensor,
    };
    let made_up = Asked {
        tenant: &nothing[0],
        incident: &nothing[1],
        sensor: &nothing[2],
    };
    let victim = world.browser(&theirs.email).await;
    let shown = format!("/api/v1/incidents/{incident}");
    let before = victim.get(&shown).await.is(200).json();
    let mut tried = 0;
    for email in intruders(&world, &ours).await {
        let intruder = world.browser(&email).await;
        let pairs = routes(real.incident, real.sensor)
            .into_iter()
            .zip(routes(made_up.incident, made_up.sensor));
        for ((method, path, operation), (_, unreal, _)) in pairs {
            if operation == "sign_out" || is_before_sign_in(&operation) {
                continue;
            }
            let (_, text) = ask(&intruder, &method, &path, &operation).await;
            for secret in ["theirs", "KEIRI", "sample-0001", incident, &sensor] {
                assert!(
                    !text.contains(secret),
                    "{email} {operation} shows {secret}: {text}"
                );
            }
            let by_tenant =
                |path: &str, asked: &Asked<'_>| format!("{path}?tenant={}", asked.tenant);
            let mut questions = vec![(by_tenant(&path, &real), by_tenant(&unreal, &made_up))];
            if path != unreal {
                questions.push((path, unreal));
            }
            for (path, unreal) in questions {
                let (status, text) = ask(&intruder, &method, &path, &operation).await;
                let (_, of_nothing) = ask(&intruder, &method, &unreal, &operation).await;
                assert!(
                    status == 403 || status == 404,
                    "{email} {operation} {status}: {text}"
                );
                assert_eq!(text, of_nothing, "{email} {operation}");
                tried += 1;
            }
        }
    }
    assert!(tried >= 4 * 19, "{tried}");
    let intruder = world.browser(&ours.email).await;
    for path in [
        format!("/api/v1/incidents?sensor={sensor}"),
        "/api/v1/incidents?q=KEIRI".to_owned(),
    ] {
        assert_eq!(intruder.get(&path).await.is(200).json()["total"], 0);
    }
    assert_eq!(before, victim.get(&shown).await.is(200).json());
    victim
        .get(&format!("/api/v1/sensors/{sensor}"))
        .await
        .is(200);
}

/// Whoever is limited to a site asks for everything of another site of the same tenant: as of what does not exist.
#[tokio::test]
async fn no_route_shows_or_changes_or_betrays_what_is_another_sites() {
    let world = World::new().await;
    let ours = world.side("ours").await;
    let incident = world.sample(&ours, 1).await;
    let incident = incident.rsplit('/').next().unwrap();
    let sensor = ours.sensor.sensor_id().unwrap().to_string();
    let administrator = world.browser(&ours.email).await;
    let nothing = [(); 2].map(|()| TenantId::generate().to_string());
    let mut tried = 0;
    for role in [Role::Contact, Role::Viewer] {
        let email = world.user(ours.tenant, "branch", role).await;
        let people = administrator.get("/api/v1/people").await.is(200).json();
        let mut people = people["people"].as_array().unwrap().iter();
        let person = people.find(|one| one["email"] == email).unwrap()["id"].clone();
        let site = json!({ "name": format!("of the {}", role.key()), "people": [person] });
        let made = administrator
            .send(Method::POST, "/api/v1/sites", site)
            .await;
        made.is(201);
        let intruder = world.browser(&email).await;
        let pairs = routes(incident, &sensor)
            .into_iter()
            .zip(routes(&nothing[0], &nothing[1]));
        for ((method, path, operation), (_, unreal, _)) in pairs {
            if operation == "sign_out" || is_before_sign_in(&operation) {
                continue;
            }
            let (status, text) = ask(&intruder, &method, &path, &operation).await;
            for secret in ["KEIRI", "sample-0001", incident, &sensor] {
                assert!(!text.contains(secret), "{role:?} {operation}: {text}");
            }
            if path != unreal {
                let (_, of_nothing) = ask(&intruder, &method, &unreal, &operation).await;
                assert!(status == 403 || status == 404, "{operation} {status}");
                assert_eq!(text, of_nothing, "{role:?} {operation}");
                tried += 1;
            }
        }
    }
    assert!(tried >= 2 * 12, "{tried}");
}

#[tokio::test]
async fn every_route_wants_somebody_signed_in() {
    let world = World::new().await;
    let side = world.side("a").await;
    let incident = world.sample(&side, 1).await;
    let incident = incident.rsplit('/').next().unwrap();
    let sensor = side.sensor.sensor_id().unwrap().to_string();
    for (method, path, operation) in routes(incident, &sensor) {
        if is_before_sign_in(&operation) {
            continue;
        }
        for cookie in ["", "hinomi_session=", "hinomi_session=0000; other=1"] {
            let request = Request::builder()
                .method(method.clone())
                .uri(&path)
                .header("cookie", cookie)
                .header("content-type", "application/json")
                .body(Body::from(body_of(&operation).to_string()))
                .unwrap();
            assert_eq!(world.send(request).await.is(401).code(), "sign_in_required");
        }
    }
}

#[tokio::test]
async fn roles_may_do_over_the_api_what_the_policy_says() {
    let world = World::new().await;
    let side = world.side("a").await;
    let allowing = world.side("allowing").await;
    let partner = world.staff("partner", TenantKind::Partner).await;
    world.sold_by(&side, partner, false).await;
    world.sold_by(&allowing, partner, true).await;
    let operator = world.staff("operator", TenantKind::Operator).await;
    let mut matrix = String::new();
    for role in Role::ALL {
        let home = match role.home() {
            TenantKind::Customer => side.tenant,
            TenantKind::Partner => partner,
            TenantKind::Operator => operator,
        };
        let email = match role {
            Role::Administrator => side.email.clone(),
            role => world.user(home, "user", role).await,
        };
        let browser = world.browser(&email).await;
        let mut places = vec![("home", &side, String::new())];
        if role.is_staff() {
            places.push(("customer", &side, format!("?tenant={}", side.tenant)));
            places.push((
                "allowing",
                &allowing,
                format!("?tenant={}", allowing.tenant),
            ));
        }
        for (place, side, tenant) in places {
            let incident = world.sample(side, 1).await;
            let incident = incident.rsplit('/').next().unwrap();
            let sensor = side.sensor.sensor_id().unwrap().to_string();
            for (method, path, operation) in routes(incident, &sensor) {
                if operation == "sign_out"
                    || is_before_sign_in(&operation)
                    || operation == "bar_sensor"
                {
                    continue;
                }
                let path = format!("{path}{tenant}");
                let (status, _) = ask(&browser, &method, &path, &operation).await;
                let line = format!("{:<14} {place:<9} {operation:<20} {status}\n", role.key());
                matrix.push_str(&line);
            }
        }
    }
    insta::assert_snapshot!(matrix);
}

#[tokio::test]
async fn answers_carry_the_headers_that_protect() {
    let world = World::new().await;
    for path in [
        "/",
        "/sign-in",
        "/api/v1/session",
        "/nowhere",
        "/pages.css",
        "/app/",
    ] {
        let answer = world
            .send(Request::get(path).body(Body::empty()).unwrap())
            .await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "{path}");
    }
}

#[tokio::test]
async fn health_is_told_and_figures_only_to_the_machine_itself() {
    let world = World::new().await;
    let side = world.side("a").await;
    world.sample(&side, 1).await;
    let get = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    assert_eq!(world.send(get("/healthz")).await.is(200).text, "ok\n");
    assert_eq!(world.send(get("/readyz")).await.is(200).text, "ready\n");
    world.send(get("/metrics")).await.is(404);
    let from = |address: &str, forwarded: bool| {
        let mut request = get("/metrics");
        let peer = super::Peer(address.parse().unwrap());
        request.extensions_mut().insert(peer);
        if forwarded {
            request
                .headers_mut()
                .insert("x-forwarded-for", "192.0.2.1".parse().unwrap());
        }
        request
    };
    world.send(from("192.0.2.1:5", false)).await.is(404);
    world.send(from("127.0.0.1:5", true)).await.is(404);
    let figures = world.send(from("127.0.0.1:5", false)).await.is(200).text;
    assert!(
        figures.contains("\nhinomi_portal_incidents 1\n"),
        "{figures}"
    );
    assert!(!figures.contains(&side.email));
}

#[tokio::test]
async fn the_document_and_unknown_paths_of_the_api_answer_in_json() {
    let world = World::new().await;
    let get = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    let document = world.send(get("/api/v1/openapi.json")).await.is(200).json();
    assert_eq!(document["info"]["title"], "Hinomi portal");
    assert_eq!(
        world.send(get("/api/v1/nothing")).await.is(404).code(),
        "not_found"
    );
    assert_eq!(world.send(get("/api/")).await.status, 404);
}

#[tokio::test]
async fn a_list_is_no_body() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    for list in ["[null, null]", "[]"] {
        let list: Value = serde_json::from_str(list).unwrap();
        let answer = browser.send(Method::PATCH, "/api/v1/me", list).await;
        assert_eq!(answer.is(400).code(), "invalid_request");
    }
}
