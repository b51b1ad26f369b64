//! How people want to be told: quiet hours, summaries, escalation; and what the ledger says of it.

use super::servers::MailServer;
use crate::notify::post;
use crate::testing::{Browser, NOON, Side, World, samples};
use crate::{Role, Scope};
use axum::http::Method;
use event::{Incident, Severity};
use serde_json::{Value, json};

async fn world(server: &MailServer) -> (World, Side) {
    let settings = server.settings();
    let world = World::with(|portal| {
        portal.smtp = Some(settings);
        // Hours pass in these tests.
        portal.session_idle_minutes = 10_000;
        portal.session_hours_max = 1000;
    })
    .await;
    let side = world.side("a").await;
    (world, side)
}

fn incident(number: u64, severity: Severity, revision: u64) -> Incident {
    let mut incident = samples::incident(number, NOON);
    incident.severity = severity;
    incident.revision = revision;
    incident
}

async fn send(world: &World) -> u64 {
    post::send_due(world.context()).await.unwrap()
}

async fn prefer(browser: &Browser<'_>, change: Value) {
    let mut wanted = browser.get("/api/v1/me/notifications").await.is(200).json();
    for (name, value) in change.as_object().unwrap() {
        wanted[name] = value.clone();
    }
    let kept = browser
        .send(Method::PUT, "/api/v1/me/notifications", wanted.clone())
        .await
        .is(200)
        .json();
    assert_eq!(kept, wanted);
    assert_eq!(
        browser.get("/api/v1/me/notifications").await.is(200).json(),
        wanted
    );
}

async fn ids(browser: &Browser<'_>) -> Vec<String> {
    let list = browser.get("/api/v1/incidents").await.is(200).json();
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn ledger(browser: &Browser<'_>, id: &str) -> Vec<Value> {
    let ledger = browser
        .get(&format!("/api/v1/incidents/{id}/deliveries"))
        .await
        .is(200)
        .json();
    ledger["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn at_night_only_what_may_wakes_somebody() {
    let server = MailServer::start().await;
    let (world, side) = world(&server).await;
    let browser = world.browser(&side.email).await;
    let hours = json!({ "from": "11:30", "until": "13:00" });
    prefer(
        &browser,
        json!({ "quiet_hours": hours, "quiet_broken_from": "critical" }),
    )
    .await;
    world.accept(&side, &incident(1, Severity::High, 1)).await;
    assert_eq!(send(&world).await, 0);
    let line = &ledger(&browser, &ids(&browser).await[0]).await[0];
    // Noon in Tokyo, where one o'clock is four o'clock in London.
    assert_eq!(
        (&line["state"], &line["next_at"]),
        (&json!("waiting"), &json!("2026-11-22T04:00:00.000000Z"))
    );
    world
        .accept(&side, &incident(2, Severity::Critical, 1))
        .await;
    assert_eq!(send(&world).await, 1);
    world.clock.advance_seconds(3600);
    assert_eq!(send(&world).await, 1);
    assert_eq!(server.mails().len(), 2);
    for wrong in [
        json!({ "from": "25:00", "until": "13:00" }),
        json!({ "from": "9:00", "until": "13:00" }),
        json!("x"),
    ] {
        let mut body = browser.get("/api/v1/me/notifications").await.json();
        body["quiet_hours"] = wrong;
        browser
            .send(Method::PUT, "/api/v1/me/notifications", body)
            .await
            .is(400);
    }
}

#[tokio::test]
async fn what_is_less_severe_comes_in_one_mail() {
    let server = MailServer::start().await;
    let (world, side) = world(&server).await;
    let browser = world.browser(&side.email).await;
    prefer(&browser, json!({ "digest": "hourly" })).await;
    for number in 1..=3 {
        world
            .accept(&side, &incident(number, Severity::Low, 1))
            .await;
    }
    // One of them becomes grave before the hour is over: it is told at once and not again.
    world.accept(&side, &incident(3, Severity::High, 2)).await;
    assert_eq!(send(&world).await, 1);
    world.clock.advance_seconds(3599);
    assert_eq!(send(&world).await, 0);
    world.clock.advance_seconds(1);
    assert_eq!(send(&world).await, 1);
    let mails = server.mails();
    assert!(
        mails[1]
            .data
            .contains("Subject: [Hinomi] Summary: 2 new incidents"),
        "{}",
        mails[1].data
    );
    for id in ids(&browser).await {
        for line in ledger(&browser, &id).await {
            let is_told = line["state"] == "accepted";
            assert!(is_told || line["state"] == "superseded", "{line}");
        }
    }
    assert_eq!(send(&world).await, 0);
}

#[tokio::test]
async fn the_ledger_says_who_has_opened_the_incident() {
    let server = MailServer::start().await;
    let (world, side) = world(&server).await;
    let other = world.side("b").await;
    world.accept(&side, &incident(1, Severity::High, 1)).await;
    assert_eq!(send(&world).await, 1);
    let (ours, theirs) = (
        world.browser(&side.email).await,
        world.browser(&other.email).await,
    );
    let id = &ids(&ours).await[0];
    let line = &ledger(&ours, id).await[0];
    assert_eq!(
        (&line["state"], &line["person"], &line["opened_at"]),
        (&json!("accepted"), &json!("a"), &Value::Null)
    );
    theirs
        .get(&format!("/api/v1/incidents/{id}/deliveries"))
        .await
        .is(404);
    theirs
        .send(
            Method::POST,
            &format!("/api/v1/incidents/{id}/opened"),
            json!({}),
        )
        .await
        .is(404);
    world.clock.advance_seconds(60);
    for _ in 0..2 {
        ours.send(
            Method::POST,
            &format!("/api/v1/incidents/{id}/opened"),
            json!({}),
        )
        .await
        .is(204);
        world.clock.advance_seconds(60);
    }
    let line = &ledger(&ours, id).await[0];
    assert_eq!(
        (&line["state"], &line["opened_at"]),
        (&json!("opened"), &json!("2026-11-22T03:01:00.000000Z"))
    );
}

#[tokio::test]
async fn silence_reaches_the_next_person() {
    let server = MailServer::start().await;
    let (world, side) = world(&server).await;
    let other = world.side("b").await;
    let deputy = world.user(side.tenant, "deputy", Role::Contact).await;
    let boss = world.user(side.tenant, "boss", Role::Viewer).await;
    let (administrator, stranger) = (
        world.browser(&side.email).await,
        world.browser(&other.email).await,
    );
    let view = administrator
        .get("/api/v1/notifications")
        .await
        .is(200)
        .json();
    let id_of = |name: &str| {
        let people = view["people"].as_array().unwrap().iter();
        people.clone().find(|one| one["name"] == name).unwrap()["id"].clone()
    };
    for email in [&deputy, &boss] {
        let browser = world.browser(email).await;
        browser
            .send(
                Method::PATCH,
                "/api/v1/me",
                json!({ "mail_on_incident": "none" }),
            )
            .await
            .is(200);
        browser.get("/api/v1/notifications").await.is(403);
    }
    let wanted = json!({
        "time_zone": "Asia/Tokyo", "escalate_after_minutes": 15, "escalate_from": "high", "escalate_to": [id_of("deputy"), id_of("boss")],
        "escalate_to_partner": false,
        "business_days": { "weekdays": ["monday", "saturday"], "rests_on_holidays": false },
    });
    // Nobody names people of another tenant, or zones that are none.
    stranger
        .send(Method::PUT, "/api/v1/notifications", wanted.clone())
        .await
        .is(400);
    let mut wrong = wanted.clone();
    wrong["time_zone"] = json!("Mars/Olympus");
    administrator
        .send(Method::PUT, "/api/v1/notifications", wrong)
        .await
        .is(400);
    let mut wrong = wanted.clone();
    wrong["business_days"]["weekdays"] = json!([]);
    administrator
        .send(Method::PUT, "/api/v1/notifications", wrong)
        .await
        .is(400);
    let kept = administrator
        .send(Method::PUT, "/api/v1/notifications", wanted.clone())
        .await
        .is(200)
        .json();
    assert_eq!(kept["settings"], wanted);

    world.accept(&side, &incident(1, Severity::Medium, 1)).await;
    world.accept(&side, &incident(2, Severity::High, 1)).await;
    assert_eq!(send(&world).await, 2);
    let to = |server: &MailServer| server.mails().last().unwrap().to.clone();
    for (seconds, sent, recipient) in [
        (899, 0, ""),
        (1, 1, "deputy-contact"),
        (899, 0, ""),
        (1, 1, "boss-viewer"),
        (900, 0, ""),
        (9000, 0, ""),
    ] {
        world.clock.advance_seconds(seconds);
        assert_eq!(send(&world).await, sent, "{recipient}");
        assert!(to(&server).contains(recipient));
    }
    assert!(
        server
            .mails()
            .last()
            .unwrap()
            .data
            .contains("Nobody has opened this incident yet")
    );

    // Whoever opens an incident, or takes it up, has stirred.
    for (number, path, method, body) in [
        (3, "opened", Method::POST, json!({})),
        (4, "", Method::PATCH, json!({ "handling": "in_progress" })),
    ] {
        world
            .accept(&side, &incident(number, Severity::Critical, 1))
            .await;
        assert_eq!(send(&world).await, 1);
        let mut newest = ids(&administrator).await;
        newest.sort();
        let path = format!("/api/v1/incidents/{}/{path}", newest.last().unwrap());
        let answer = administrator
            .send(method, path.trim_end_matches('/'), body)
            .await;
        assert!(answer.status.is_success(), "{}", answer.text);
        world.clock.advance_seconds(3600);
        assert_eq!(send(&world).await, 0);
    }
}

#[tokio::test]
async fn a_test_message_goes_to_who_asks_and_is_tried_once() {
    let server = MailServer::start().await;
    let (world, side) = world(&server).await;
    let browser = world.browser(&side.email).await;
    world.user(side.tenant, "other", Role::Contact).await;
    let test = async |channel: &str| {
        browser
            .send(
                Method::POST,
                "/api/v1/me/notifications/test",
                json!({ "channel": channel }),
            )
            .await
    };
    assert_eq!(test("push").await.is(409).code(), "no_such_way");
    test("webhook").await.is(409);
    test("mail").await.is(202);
    assert_eq!(send(&world).await, 1);
    assert!(server.mails()[0].to.contains(&side.email));
    world.clock.advance_seconds(1);
    server.refuse(1);
    test("mail").await.is(202);
    assert_eq!(send(&world).await, 0);
    world.clock.advance_seconds(3600);
    assert_eq!(send(&world).await, 0);
    let own = browser.get("/api/v1/me/deliveries").await.is(200).json();
    let states: Vec<_> = own["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["state"].clone())
        .collect();
    assert_eq!(states, [json!("failed"), json!("accepted")]);
}

#[tokio::test]
async fn a_subject_names_a_machine_only_for_who_wants_it() {
    let server = MailServer::start().await;
    let (world, side) = world(&server).await;
    let named = |number| {
        let mut named = incident(number, Severity::High, 1);
        named.title.en = "KEIRI-01 talks to a server".into();
        named
    };
    let browser = world.browser(&side.email).await;
    world.accept(&side, &named(1)).await;
    send(&world).await;
    prefer(&browser, json!({ "subject_names_host": true })).await;
    world.accept(&side, &named(2)).await;
    send(&world).await;
    let subject = |place: usize| {
        let data = server.mails()[place].data.clone();
        data.lines()
            .find(|line| line.starts_with("Subject: "))
            .unwrap()
            .to_owned()
    };
    assert!(!subject(0).contains("KEIRI"), "{}", subject(0));
    assert!(subject(1).contains("KEIRI"), "{}", subject(1));
}

/// A mailbox that is not there is not asked for three days.
#[tokio::test]
async fn what_cannot_arrive_is_given_up_at_once() {
    let server = MailServer::start().await;
    let (world, side) = world(&server).await;
    server.unknown("a-administrator@example.jp");
    world.accept(&side, &incident(1, Severity::High, 1)).await;
    assert_eq!(send(&world).await, 0);
    let browser = world.browser(&side.email).await;
    let line = &ledger(&browser, &ids(&browser).await[0]).await[0];
    assert_eq!(line["state"], "failed");
    assert!(
        line["last_error"].as_str().unwrap().contains("550"),
        "{line}"
    );
    let mut connection = world
        .context()
        .database
        .read(&Scope::system())
        .await
        .unwrap();
    let (waiting, failed) = crate::notify::queries::totals(&mut connection, &Scope::system())
        .await
        .unwrap();
    assert_eq!((waiting, failed), (0, 1));
}
