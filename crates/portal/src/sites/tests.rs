//! Sites, and people who see some of them only.

use super::queries::Sighting;
use crate::testing::{Browser, NOON, Side, World, samples};
use crate::{Role, Scope, fleet, sites};
use axum::http::Method;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/sites";

async fn second_sensor(world: &World, side: &Side) -> Scope {
    let made = world.portal.create_sensor(side.tenant, "second", "").await;
    let secret = made.unwrap().enrolment_secret;
    let context = world.context();
    fleet::service::enrol(context, &secret, "second key")
        .await
        .unwrap();
    fleet::service::identify(context, "second key")
        .await
        .unwrap()
}

async fn user_id(browser: &Browser<'_>, email: &str) -> Value {
    let people = browser.get("/api/v1/people").await.is(200).json();
    let mut people = people["people"].as_array().unwrap().iter();
    people.find(|one| one["email"] == email).unwrap()["id"].clone()
}

async fn ids(browser: &Browser<'_>, path: &str) -> Vec<String> {
    let list = browser.get(path).await.is(200).json();
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

/// A tenant with two sites, a sensor and an incident at each, and a contact who sees the first only.
struct Group {
    side: Side,
    second: Scope,
    contact: String,
    sites: [Value; 2],
}

async fn group(world: &World) -> Group {
    let side = world.side("a").await;
    let second = second_sensor(world, &side).await;
    let contact = world.user(side.tenant, "branch", Role::Contact).await;
    let administrator = world.browser(&side.email).await;
    let person = user_id(&administrator, &contact).await;
    let mut made = Vec::new();
    for (name, sensor, people) in [
        ("Osaka", &side.sensor, vec![person]),
        ("Nagoya", &second, vec![]),
    ] {
        let sensor = sensor.sensor_id().unwrap();
        let site = json!({ "name": name, "note": "2F", "sensors": [sensor], "people": people });
        made.push(
            administrator
                .send(Method::POST, PATH, site)
                .await
                .is(201)
                .json(),
        );
    }
    let context = world.context();
    for (sensor, number) in [(&side.sensor, 2), (&second, 1)] {
        let incident = samples::incident(number, NOON);
        crate::incidents::accept(context, sensor, &incident)
            .await
            .unwrap();
    }
    let sites = made.try_into().unwrap();
    Group {
        side,
        second,
        contact,
        sites,
    }
}

#[tokio::test]
async fn a_limited_person_sees_the_given_sites_and_nothing_else() {
    let world = World::new().await;
    let group = group(&world).await;
    let administrator = world.browser(&group.side.email).await;
    let limited = world.browser(&group.contact).await;
    let all = ids(&administrator, "/api/v1/incidents").await;
    let seen = ids(&limited, "/api/v1/incidents").await;
    assert_eq!((all.len(), seen.len()), (2, 1));
    let hidden = all.iter().find(|id| !seen.contains(id)).unwrap();
    let sensors = ids(&limited, "/api/v1/sensors").await;
    assert_eq!(
        sensors,
        [group.side.sensor.sensor_id().unwrap().to_string()]
    );
    assert_eq!(
        ids(&limited, PATH).await,
        [group.sites[0]["id"].as_str().unwrap()]
    );
    for site in &group.sites {
        let path = format!("/api/v1/incidents?site={}", site["id"].as_str().unwrap());
        assert_eq!(ids(&administrator, &path).await.len(), 1);
        let own = usize::from(site["name"] == "Osaka");
        assert_eq!(ids(&limited, &path).await.len(), own);
    }
    let shown = limited
        .get(&format!("/api/v1/incidents/{}", seen[0]))
        .await
        .is(200)
        .json();
    assert_eq!(shown["sensor"]["site"], "Osaka");
    limited
        .get(&format!("/api/v1/incidents/{hidden}"))
        .await
        .is(404);
    let dashboard = limited.get("/api/v1/dashboard").await.is(200);
    let whole = administrator.get("/api/v1/dashboard").await.is(200);
    assert!(whole.text.contains("10.20.1.") && dashboard.text != whole.text);
    for path in ["/api/v1/suppressions", "/api/v1/audit", "/api/v1/people"] {
        assert!(
            [403, 404].contains(&limited.get(path).await.status.as_u16()),
            "{path}"
        );
    }

    // Moved away, the sensor takes its incidents along.
    let person = user_id(&administrator, &group.contact).await;
    let second = group.second.sensor_id().unwrap();
    let path = format!("{PATH}/{}", group.sites[0]["id"].as_str().unwrap());
    let site = json!({ "name": "Osaka", "sensors": [second], "people": [person] });
    administrator.send(Method::PUT, &path, site).await.is(200);
    assert_eq!(
        ids(&limited, "/api/v1/incidents").await,
        std::slice::from_ref(hidden)
    );
    // As long as somebody is limited to it, it stays.
    administrator
        .send(Method::DELETE, &path, json!({}))
        .await
        .is(409);
    let site = json!({ "name": "Osaka", "sensors": [second] });
    administrator.send(Method::PUT, &path, site).await.is(200);
    assert_eq!(ids(&limited, "/api/v1/incidents").await.len(), 2);
    administrator
        .send(Method::DELETE, &path, json!({}))
        .await
        .is(204);
    let sensor = format!("/api/v1/sensors/{second}");
    assert_eq!(
        administrator.get(&sensor).await.is(200).json()["site"],
        json!(null)
    );
}

#[tokio::test]
async fn only_who_sees_an_incident_is_told_of_it() {
    let world = World::new().await;
    let group = group(&world).await;
    let scope = Scope::system_in(group.side.tenant);
    let administrator = world.browser(&group.side.email).await;
    let person = user_id(&administrator, &group.contact).await;
    let all = ids(&administrator, "/api/v1/incidents").await;
    let limited = world.browser(&group.contact).await;
    let seen = ids(&limited, "/api/v1/incidents").await;
    let mut connection = world.context().database.read(&scope).await.unwrap();
    for id in &all {
        let blind = sites::queries::blind_to(
            &mut connection,
            &scope,
            Sighting::Incident(id.parse().unwrap()),
        );
        let blind: Vec<String> = blind
            .await
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        let expected = if seen.contains(id) {
            vec![]
        } else {
            vec![person.as_str().unwrap().to_owned()]
        };
        assert_eq!(blind, expected);
    }
}

#[tokio::test]
async fn a_site_has_a_name_of_its_own_and_members_of_the_tenant() {
    let world = World::new().await;
    let group = group(&world).await;
    let other = world.side("b").await;
    let administrator = world.browser(&group.side.email).await;
    let theirs = world.browser(&other.email).await;
    let stranger = user_id(&theirs, &other.email).await;
    let own = user_id(&administrator, &group.side.email).await;
    for (body, status) in [
        (json!({ "name": "Osaka" }), 409),
        (json!({ "name": " " }), 400),
        (json!({ "name": "x", "note": "x".repeat(501) }), 400),
        (json!({ "name": "x", "people": [own] }), 400),
        (json!({ "name": "x", "people": [stranger] }), 404),
        (
            json!({ "name": "x", "sensors": [other.sensor.sensor_id().unwrap()] }),
            404,
        ),
    ] {
        administrator
            .send(Method::POST, PATH, body.clone())
            .await
            .is(status);
    }
    let path = format!("{PATH}/{}", group.sites[0]["id"].as_str().unwrap());
    theirs
        .send(Method::PUT, &path, json!({ "name": "x" }))
        .await
        .is(404);
    theirs.send(Method::DELETE, &path, json!({})).await.is(404);
    assert!(ids(&theirs, PATH).await.is_empty());
    // Whoever comes to run the portal is limited no more.
    let person = user_id(&administrator, &group.contact).await;
    let path = format!("/api/v1/people/{}", person.as_str().unwrap());
    let change = json!({ "role": "administrator" });
    administrator
        .send(Method::PATCH, &path, change)
        .await
        .is(200);
    let promoted = world.browser(&group.contact).await;
    assert_eq!(ids(&promoted, "/api/v1/incidents").await.len(), 2);
}

#[tokio::test]
async fn what_is_wrong_with_a_sensor_is_said_to_who_sees_its_site() {
    let world = World::new().await;
    let group = group(&world).await;
    let context = world.context();
    let (near, far) = (
        group.side.sensor.sensor_id().unwrap(),
        group.second.sensor_id().unwrap(),
    );
    for sensor in [&group.side.sensor, &group.second] {
        let heartbeat = fleet::Heartbeat::default();
        fleet::service::heartbeat(context, sensor, heartbeat)
            .await
            .unwrap();
    }
    world.clock.advance_seconds(1800);
    assert_eq!(fleet::alarms::service::sweep(context).await.unwrap(), 2);
    let administrator = world.browser(&group.side.email).await;
    let limited = world.browser(&group.contact).await;
    assert_eq!(ids(&administrator, "/api/v1/alarms").await.len(), 2);
    let seen = limited.get("/api/v1/alarms").await.is(200).json();
    let seen: Vec<&Value> = seen["items"].as_array().unwrap().iter().collect();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["sensor"], near.to_string());
    let home = limited.get("/api/v1/dashboard").await.is(200);
    assert!(home.text.contains(&near.to_string()) && !home.text.contains(&far.to_string()));
    for (sensor, status) in [(near, 200), (far, 404)] {
        let path = format!("/api/v1/sensors/{sensor}/history");
        limited.get(&path).await.is(status);
    }
    let scope = Scope::system_in(group.side.tenant);
    let person = user_id(&administrator, &group.contact).await;
    let mut connection = context.database.read(&scope).await.unwrap();
    for (sensor, is_blind) in [(near, false), (far, true)] {
        let blind = sites::queries::blind_to(&mut connection, &scope, Sighting::Sensor(sensor));
        let blind = blind.await.unwrap();
        let told = blind.iter().any(|user| person == user.to_string().as_str());
        assert_eq!(told, is_blind);
    }
}
