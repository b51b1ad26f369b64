//! Incidents from sensor to list, page and export.

use super::{Accepted, accept};
use crate::testing::{NOON, World, samples};
use crate::{Code, Scope, limits};
use axum::http::Method;
use event::{Communication as C, Incident, Severity, Stage, Timestamp};
use serde_json::{Value, json};

fn titles(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["title"]["en"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_revision_is_taken_once_and_the_highest_stays() {
    let world = World::new().await;
    let side = world.side("a").await;
    let mut incident = samples::incident(1, NOON);
    incident.revision = 2;
    assert_eq!(world.accept(&side, &incident).await, Accepted::New);
    assert_eq!(world.accept(&side, &incident).await, Accepted::Duplicate);
    let mut older = incident.clone();
    older.revision = 1;
    assert_eq!(world.accept(&side, &older).await, Accepted::Stale);
    incident.revision = 5;
    incident.title.to_mut_en("grown");
    assert_eq!(world.accept(&side, &incident).await, Accepted::Updated);
    let browser = world.browser(&side.email).await;
    let page = browser.get("/api/v1/incidents").await.is(200).json();
    assert_eq!(page["total"], 1);
    assert_eq!(page["items"][0]["revision"], 5);
    assert_eq!(titles(&page), ["grown"]);
}

fn code(outcome: Result<Accepted, crate::Error>) -> Option<Code> {
    outcome.unwrap_err().code()
}

trait EnglishMut {
    fn to_mut_en(&mut self, text: &'static str);
}

impl EnglishMut for event::Text {
    fn to_mut_en(&mut self, text: &'static str) {
        self.en = text.into();
    }
}

#[tokio::test]
async fn the_same_incident_sent_many_times_at_once_is_one() {
    let world = World::new().await;
    let side = world.side("a").await;
    let incident = samples::incident(1, NOON);
    let sends = (0..16).map(|_| accept(world.context(), &side.sensor, &incident));
    let outcomes = futures_util::future::join_all(sends).await;
    let new = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(Accepted::New)))
        .count();
    let again = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(Accepted::Duplicate)));
    assert_eq!((new, again.count()), (1, 15));
}

#[tokio::test]
async fn two_sensors_may_name_their_incidents_alike() {
    let world = World::new().await;
    let (a, b) = (world.side("a").await, world.side("b").await);
    let incident = samples::incident(1, NOON);
    assert_eq!(world.accept(&a, &incident).await, Accepted::New);
    assert_eq!(world.accept(&b, &incident).await, Accepted::New);
}

/// What the files hold at the moment of the acknowledgement is what a machine that loses power finds.
#[tokio::test]
async fn what_is_acknowledged_is_in_the_files() {
    let world = World::in_files().await;
    let side = world.side("a").await;
    let copy = tempfile::tempdir().unwrap();
    world.accept(&side, &samples::incident(3, NOON)).await;
    std::fs::create_dir(copy.path().join("authority")).unwrap();
    for name in [
        "portal.sqlite",
        "portal.sqlite-wal",
        "authority/authority.pem",
        "authority/authority.key",
        "secrets.key",
    ] {
        std::fs::copy(world.folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let settings = crate::Settings {
        data_dir: copy.path().to_owned(),
        ..Default::default()
    };
    let after = crate::Portal::open(settings).await.unwrap();
    let again = accept(after.context(), &side.sensor, &samples::incident(3, NOON)).await;
    assert_eq!(again.unwrap(), Accepted::Duplicate);
}

#[tokio::test]
async fn barred_sensors_and_strangers_are_refused() {
    let world = World::new().await;
    let side = world.side("a").await;
    let other = world.side("b").await;
    let incident = samples::incident(1, NOON);
    let context = world.context();
    let forged = Scope::sensor(other.tenant, side.sensor.sensor_id().unwrap());
    assert_eq!(
        code(accept(context, &forged, &incident).await),
        Some(Code::SensorBarred)
    );
    let nobody = Scope::system_in(side.tenant);
    assert_eq!(
        code(accept(context, &nobody, &incident).await),
        Some(Code::Forbidden)
    );
    let browser = world.browser(&side.email).await;
    let path = format!("/api/v1/sensors/{}", side.sensor.sensor_id().unwrap());
    browser
        .send(Method::DELETE, &path, json!(null))
        .await
        .is(204);
    assert_eq!(
        code(accept(context, &side.sensor, &incident).await),
        Some(Code::SensorBarred)
    );
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused() {
    let world = World::new().await;
    let side = world.side("a").await;
    let incident = samples::incident(1, NOON);
    let context = world.context();
    let mut monster = incident.clone();
    monster.summary.to_mut_en(Box::leak(
        "x".repeat(limits::INCIDENT_BYTES_MAX).into_boxed_str(),
    ));
    assert_eq!(
        code(accept(context, &side.sensor, &monster).await),
        Some(Code::TooLarge)
    );
    let mut deep = event::Value::Null;
    for _ in 0..200 {
        deep = event::Value::List(vec![deep]);
    }
    let changes: [&dyn Fn(&mut Incident); 5] = [
        &|one| one.confidence = f32::NAN,
        &|one| one.detections[0].event.set("deep", deep.clone()),
        &|one| one.revision = u64::MAX,
        &|one| one.incident_id = String::new(),
        &|one| one.incident_id = "x".repeat(201),
    ];
    for change in changes {
        let mut wrong = incident.clone();
        change(&mut wrong);
        let outcome = accept(context, &side.sensor, &wrong).await;
        assert_eq!(code(outcome), Some(Code::InvalidRequest));
    }
}

#[tokio::test]
async fn what_was_done_is_new_again_when_it_grows() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let path = world.sample(&side, 4).await;
    browser
        .send(
            Method::PATCH,
            &path,
            json!({ "handling": "resolved", "resolution": "test" }),
        )
        .await
        .is(200);
    let mut incident = samples::incident(4, NOON);
    incident.revision = 2;
    world.accept(&side, &incident).await;
    assert_eq!(browser.get(&path).await.json()["handling"], "resolved");
    incident.revision = 3;
    incident.severity = Severity::Critical;
    world.accept(&side, &incident).await;
    let detail = browser.get(&path).await.json();
    assert_eq!(detail["handling"], "new");
    let history = detail["history"].as_array().unwrap();
    let kinds: Vec<&str> = history
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["raised", "handling", "grew", "reopened"]);
}

#[tokio::test]
async fn an_incident_is_shown_whole_and_worked_on() {
    let world = World::new().await;
    let side = world.side("a").await;
    let browser = world.browser(&side.email).await;
    let path = world.sample(&side, 1).await;
    let detail = browser.get(&path).await.is(200).json();
    // Through text, since a value of its own would carry more digits of a number than JSON does.
    let sent = serde_json::to_string(&samples::incident(1, NOON)).unwrap();
    let sent: Value = serde_json::from_str(&sent).unwrap();
    for field in [
        "incident_id",
        "revision",
        "status",
        "class",
        "communications",
        "stages",
        "severity",
        "host",
        "peers",
        "first_seen",
        "last_seen",
        "detections",
        "title",
        "summary",
    ] {
        assert_eq!(detail[field], sent[field], "{field}");
    }
    let tick = format!("{path}/actions/isolate_host");
    let detail = browser
        .send(Method::PUT, &tick, json!({ "done": true }))
        .await
        .is(200)
        .json();
    assert_eq!(detail["actions"][0]["done"], true);
    assert_eq!(detail["actions"][0]["done_by"]["name"], "a");
    browser
        .send(Method::PUT, &tick, json!({ "done": true }))
        .await
        .is(200);
    let detail = browser
        .send(Method::PUT, &tick, json!({ "done": false }))
        .await
        .is(200)
        .json();
    assert_eq!(detail["actions"][0]["done_at"], Value::Null);
    let unknown = format!("{path}/actions/no_such_action");
    browser
        .send(Method::PUT, &unknown, json!({ "done": true }))
        .await
        .is(404);
    browser
        .send(Method::PATCH, &path, json!({ "handling": "in_progress" }))
        .await
        .is(200);
    let note = json!({ "text": " 確認しました\n<b> " });
    let entry = browser
        .send(Method::POST, &format!("{path}/notes"), note)
        .await
        .is(201)
        .json();
    assert_eq!(entry["text"], "確認しました\n<b>");
    for text in [String::new(), "  ".into(), "x".repeat(4001)] {
        let note = json!({ "text": text });
        browser
            .send(Method::POST, &format!("{path}/notes"), note)
            .await
            .is(400);
    }
    let detail = browser.get(&path).await.is(200).json();
    let history = detail["history"].as_array().unwrap();
    let kinds: Vec<&str> = history
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["raised", "action_done", "action_undone", "handling", "note"]
    );
    assert_eq!(history[0]["by"], Value::Null);
    assert_eq!(history[3]["text"], "in_progress");
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let world = World::new().await;
    let side = world.side("a").await;
    for number in 0..40 {
        world.accept(&side, &samples::incident(number, NOON)).await;
    }
    let browser = world.browser(&side.email).await;
    let named = |incident: &Incident, name: &str| incident.host.name.as_deref() == Some(name);
    let has = |incident: &Incident, one: C| incident.communications.contains(&one);
    let time = |text: &str| Timestamp::parse(text).unwrap();
    type Test<'a> = &'a dyn Fn(&Incident) -> bool;
    let cases: &[(&str, Test<'_>)] = &[
        ("", &|_| true),
        ("severity=critical", &|one| {
            one.severity == Severity::Critical
        }),
        ("severity=critical&severity=high", &|one| {
            one.severity >= Severity::High
        }),
        ("communication=tor", &|one| has(one, C::Tor)),
        ("communication=tor&communication=ransomware", &|one| {
            has(one, C::Tor) || has(one, C::Ransomware)
        }),
        ("communication=tor&severity=high", &|_| false),
        ("stage=impact", &|one| one.stages.contains(&Stage::Impact)),
        ("handling=new", &|_| true),
        ("handling=resolved", &|_| false),
        ("host=pc-23", &|one| named(one, "PC-23")),
        ("host=10.20.0.77&host=PC-23", &|one| {
            named(one, "PC-23") || one.host.name.is_none()
        }),
        ("host=pc", &|_| false),
        ("q=keiri", &|one| named(one, "KEIRI-PC02")),
        ("q=%EF%BC%AB%EF%BC%A5%EF%BC%A9%EF%BC%B2%EF%BC%A9", &|one| {
            named(one, "KEIRI-PC02")
        }),
        ("q=TOR+pc-23", &|one| {
            has(one, C::Tor) && named(one, "PC-23")
        }),
        ("q=T1486", &|one| has(one, C::Ransomware)),
        ("q=%E5%96%B6%E6%A5%AD", &|one| named(one, "営業ノート08")),
        ("q=shop.example.com", &|one| {
            one.peers.contains(&"shop.example.com".to_owned())
        }),
        ("from=2026-11-20T00:00:00Z", &|one| {
            one.last_seen >= time("2026-11-20T00:00:00Z")
        }),
        ("to=2026-11-20T00:00:00Z", &|one| {
            one.first_seen <= time("2026-11-20T00:00:00Z")
        }),
    ];
    for (query, test) in cases {
        let page = browser
            .get(&format!("/api/v1/incidents?{query}"))
            .await
            .is(200)
            .json();
        let expected = (0..40)
            .filter(|number| test(&samples::incident(*number, NOON)))
            .count();
        assert_eq!(page["total"], expected, "{query}");
    }
    let path = format!(
        "/api/v1/incidents?sensor={}",
        side.sensor.sensor_id().unwrap()
    );
    assert_eq!(browser.get(&path).await.is(200).json()["total"], 40);
}

#[tokio::test]
async fn signs_of_sql_and_of_patterns_are_only_text() {
    let world = World::new().await;
    let side = world.side("a").await;
    let mut incident = samples::incident(1, NOON);
    incident.title.to_mut_en(r"100%_of 'it' \o/ --");
    world.accept(&side, &incident).await;
    world.accept(&side, &samples::incident(2, NOON)).await;
    let browser = world.browser(&side.email).await;
    for (search, expected) in [
        ("%25", 1),
        ("_", 1),
        ("100%25_of", 1),
        ("1%25f", 0),
        ("%5Co/", 1),
        ("'it'", 1),
        ("'%20OR%20'1'='1", 0),
        ("'%3B%20DROP%20TABLE%20incidents%3B--", 0),
        ("%00", 2),
        ("it%00", 1),
        ("%00it", 1),
    ] {
        let page = browser
            .get(&format!("/api/v1/incidents?q={search}"))
            .await
            .is(200)
            .json();
        assert_eq!(page["total"], expected, "{search}");
    }
    for wrong in [
        "sort=severity;DROP",
        "order=sideways",
        "severity=' OR 1=1",
        "sensor=1",
        "page=0",
        "page=-1",
        "per_page=201",
        "per_page=99999999999999999999",
        "from=yesterday",
        "unknown=1",
    ] {
        let path = format!("/api/v1/incidents?{}", wrong.replace(' ', "%20"));
        assert_eq!(
            browser.get(&path).await.is(400).code(),
            "invalid_request",
            "{wrong}"
        );
    }
    let long = format!("/api/v1/incidents?q={}", "x".repeat(201));
    browser.get(&long).await.is(400);
    let many = format!("/api/v1/incidents?{}", "severity=low&".repeat(51));
    browser.get(&many).await.is(400);
}

#[tokio::test]
async fn pages_are_whole_and_in_order() {
    let world = World::new().await;
    let side = world.side("a").await;
    for number in 0..40 {
        world.accept(&side, &samples::incident(number, NOON)).await;
    }
    let browser = world.browser(&side.email).await;
    for sort in ["last_seen", "first_seen", "severity", "confidence", "host"] {
        for order in ["asc", "desc"] {
            let mut seen = Vec::new();
            for number in 1..=5 {
                let query = format!("sort={sort}&order={order}&per_page=9&page={number}");
                let page = browser
                    .get(&format!("/api/v1/incidents?{query}"))
                    .await
                    .is(200)
                    .json();
                assert_eq!(page["total"], 40);
                seen.extend(page["items"].as_array().unwrap().clone());
            }
            let mut ids: Vec<&str> = seen
                .iter()
                .map(|item| item["id"].as_str().unwrap())
                .collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), 40, "{sort} {order}");
            let key = |item: &Value| -> String {
                match sort {
                    "host" => item["host"]["ip"].as_str().unwrap().to_owned(),
                    "confidence" => item["confidence"].to_string(),
                    "severity" => {
                        let named = item["severity"].as_str().unwrap();
                        let place = Severity::ALL.iter().position(|one| one.key() == named);
                        place.unwrap().to_string()
                    }
                    time => item[time].as_str().unwrap().to_owned(),
                }
            };
            let keys: Vec<String> = seen.iter().map(key).collect();
            let mut sorted = keys.clone();
            sorted.sort();
            if order == "desc" {
                sorted.reverse();
            }
            assert_eq!(keys, sorted, "{sort} {order}");
        }
    }
    let beyond = browser
        .get("/api/v1/incidents?page=1000000&per_page=200")
        .await
        .is(200)
        .json();
    assert_eq!(beyond["items"], json!([]));
}

#[tokio::test]
async fn the_export_has_the_lists_rows() {
    let world = World::new().await;
    let side = world.side("a").await;
    for number in 0..16 {
        world.accept(&side, &samples::incident(number, NOON)).await;
    }
    let mut hostile = samples::incident(20, NOON);
    hostile.title.to_mut_en("=1+1,\"x\"\r\ny");
    world.accept(&side, &hostile).await;
    let browser = world.browser(&side.email).await;
    let path = "/api/v1/incidents/export.csv?severity=medium&sort=host&order=asc";
    let answer = browser.get(path).await.is(200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert!(
        answer
            .header("content-disposition")
            .contains("incidents.csv")
    );
    assert!(
        answer
            .text
            .starts_with("\u{feff}\"Number\",\"Severity\",\"Incident\"")
    );
    assert!(answer.text.contains("\"'=1+1,\"\"x\"\"\r\ny\""));
    assert_eq!(answer.text.matches("\",\"Medium\",\"").count(), 5);
    assert!(!answer.text.contains("Critical"));
}
