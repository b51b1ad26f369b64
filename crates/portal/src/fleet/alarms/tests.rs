//! When alarms open and close, and who is told.

use super::judge::{Known, Verdict, judge};
use super::{AlarmKind, service};
use crate::fleet::{
    Health, Heartbeat, HistoryPoint, InterfaceCounters, Measured, service as fleet,
};
use crate::identity::NewUser;
use crate::tenancy::{Role, TenantId, TenantKind};
use crate::testing::{NOON, PASSWORD, Side, World};
use axum::http::Method;
use event::{Language, Timestamp};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000_000;

/// A sensor whose last `minutes` were all like this one.
fn verdict(
    kind: AlarmKind,
    is_open: bool,
    minutes: i64,
    each: Measured,
    health: Health,
) -> Verdict {
    let now = NOON.micros();
    let point = |ago: i64| HistoryPoint {
        at: Timestamp::from_micros(now - ago * MINUTE),
        measured: Measured {
            covered_seconds: 60,
            ..each
        },
    };
    let minutes: Vec<HistoryPoint> = (1..=minutes).rev().map(point).collect();
    let heartbeat = Heartbeat {
        health,
        ..Heartbeat::default()
    };
    let known = Known {
        now,
        last_heartbeat_at: Some(now - 1_000_000),
        heartbeat: Some(&heartbeat),
        minutes: &minutes,
    };
    judge(kind, &known, is_open)
}

#[test]
fn each_alarm_opens_at_one_limit_and_closes_at_a_laxer_one() {
    use AlarmKind::{
        ClockOff, ContentOld, DiskNearlyFull, NoTraffic, OneDirection, OverRate, PacketLoss,
    };
    let sides = |one: u64| Measured {
        tcp_one_side: one,
        tcp_both_sides: 100 - one,
        ..Measured::default()
    };
    let lost = |drops: u64| Measured {
        packets: 1_000_000 - drops,
        drops,
        ..Measured::default()
    };
    let rate = |mbit: u64| Measured {
        bytes: mbit * 125_000 * 60,
        packets: 1,
        ..Measured::default()
    };
    let clock = |offset| Measured {
        clock_offset_ms: Some(offset),
        ..Measured::default()
    };
    for (kind, wrong, value, between, right) in [
        (OneDirection, sides(60), 600, sides(30), sides(10)),
        (PacketLoss, lost(2000), 2000, lost(500), lost(50)),
        (OverRate, rate(1100), 1100, rate(950), rate(800)),
        (ClockOff, clock(-6000), 6000, clock(3000), clock(500)),
        (NoTraffic, Measured::default(), 900, rate(1), rate(1)),
    ] {
        let told = |each, is_open| verdict(kind, is_open, 15, each, Health::default());
        assert_eq!(told(wrong, false), Verdict::Wrong(value), "{kind:?}");
        assert_eq!(told(right, true), Verdict::Right, "{kind:?}");
        assert_eq!(told(between, false), Verdict::Right, "{kind:?}");
        if kind != NoTraffic {
            assert!(matches!(told(between, true), Verdict::Wrong(_)), "{kind:?}");
        }
        let nothing = verdict(kind, true, 0, wrong, Health::default());
        assert_eq!(nothing, Verdict::Unknown, "{kind:?}");
    }
    let disk = |free| Health {
        disk_bytes: Some(1000),
        disk_free_bytes: Some(free),
        ..Health::default()
    };
    let content = |days: i64| Health {
        intelligence_at: Some(Timestamp::from_micros(NOON.micros() - days * 1440 * MINUTE)),
        rules_at: Some(Timestamp::from_micros(0)),
        ..Health::default()
    };
    for (kind, wrong, value, between, right) in [
        (DiskNearlyFull, disk(90), 90, disk(120), disk(160)),
        (ContentOld, content(15), 15, content(10), content(2)),
    ] {
        let told = |health, is_open| verdict(kind, is_open, 1, Measured::default(), health);
        assert_eq!(told(wrong, false), Verdict::Wrong(value), "{kind:?}");
        assert_eq!(told(between.clone(), false), Verdict::Right, "{kind:?}");
        assert!(matches!(told(between, true), Verdict::Wrong(_)), "{kind:?}");
        assert_eq!(told(right, true), Verdict::Right, "{kind:?}");
        assert_eq!(told(Health::default(), true), Verdict::Unknown, "{kind:?}");
    }
}

/// Few connections, few packets: no verdict. An early version of a sensor says nothing.
#[test]
fn little_says_nothing() {
    let few = Measured {
        tcp_one_side: 3,
        packets: 9,
        drops: 9,
        ..Measured::default()
    };
    for kind in [
        AlarmKind::OneDirection,
        AlarmKind::PacketLoss,
        AlarmKind::ClockOff,
        AlarmKind::DiskNearlyFull,
        AlarmKind::ContentOld,
    ] {
        assert_eq!(
            verdict(kind, false, 10, few, Health::default()),
            Verdict::Unknown,
            "{kind:?}"
        );
    }
}

fn beat(minute: u64, one_side: u64, both_sides: u64) -> Heartbeat {
    Heartbeat {
        version: "1".into(),
        uptime_seconds: minute * 60,
        interfaces: vec![InterfaceCounters {
            name: "eth1".into(),
            packets: minute * 100,
            bytes: minute * 9000,
            drops: 0,
        }],
        health: Health {
            tcp_one_side: Some(one_side),
            tcp_both_sides: Some(both_sides),
            ..Health::default()
        },
        ..Heartbeat::default()
    }
}

async fn say(world: &World, side: &Side, beat: Heartbeat) {
    world.clock.advance_seconds(60);
    fleet::heartbeat(world.context(), &side.sensor, beat)
        .await
        .unwrap();
}

async fn person(world: &World, tenant: TenantId, name: &str, role: Role) -> String {
    let email = format!("{name}@example.jp");
    let user = NewUser {
        email: email.clone(),
        name: name.to_owned(),
        password: PASSWORD.to_owned(),
        role,
        language: Language::En,
    };
    world.portal.create_user(tenant, user).await.unwrap();
    email
}

async fn told(world: &World, tenant: TenantId) -> Vec<(String, String, String)> {
    let scope = crate::Scope::system_in(tenant);
    let mut connection = world.context().database.read(&scope).await.unwrap();
    let rows = crate::database::query(
        "SELECT u.email, d.reason, d.state FROM deliveries d JOIN users u ON u.id = d.user_id WHERE d.tenant_id = $1 AND d.alarm IS NOT NULL ORDER BY 1, 2",
    )
    .bind(tenant.to_string())
    .fetch_all(&mut connection)
    .await
    .unwrap();
    rows.iter()
        .map(|row| {
            (
                row.try_get("email").unwrap(),
                row.try_get("reason").unwrap(),
                row.try_get("state").unwrap(),
            )
        })
        .collect()
}

async fn alarms(world: &World, side: &Side) -> Value {
    world
        .browser(&side.email)
        .await
        .get("/api/v1/alarms")
        .await
        .is(200)
        .json()["items"]
        .clone()
}

/// A mail server that nobody asks in these tests: that there is one is enough for messages to be stored.
async fn with_mail() -> World {
    World::with(|settings| {
        settings.smtp = Some(crate::settings::SmtpSettings {
            host: "127.0.0.1".into(),
            port: Some(9),
            tls: crate::settings::SmtpTls::None,
            user: None,
            password_file: None,
            password_env: None,
            from: "Hinomi <hinomi@example.jp>".into(),
        });
    })
    .await
}

#[tokio::test]
async fn a_one_sided_mirror_is_told_once_to_each_who_looks_after_it_and_so_is_its_end() {
    let world = with_mail().await;
    let (side, other) = (world.side("a").await, world.side("b").await);
    let partner = world.staff("p", TenantKind::Partner).await;
    let operator = world.staff("o", TenantKind::Operator).await;
    world.sold_by(&side, partner, false).await;
    person(&world, side.tenant, "viewer", Role::Viewer).await;
    person(&world, side.tenant, "contact", Role::Contact).await;
    person(&world, partner, "partner", Role::Partner).await;
    person(&world, operator, "analyst", Role::Analyst).await;
    person(&world, operator, "lab", Role::Lab).await;
    say(&world, &side, beat(1, 0, 0)).await;
    say(&world, &side, beat(2, 90, 10)).await;
    assert_eq!(service::sweep(world.context()).await.unwrap(), 1);
    assert_eq!(service::sweep(world.context()).await.unwrap(), 0);
    let open = alarms(&world, &side).await;
    assert_eq!(
        (&open[0]["kind"], &open[0]["value"], &open[0]["closed_at"]),
        (&json!("one_direction"), &json!(900), &Value::Null)
    );
    assert!(open[0]["advice"]["en"].as_str().unwrap().contains("90%"));
    assert_eq!(alarms(&world, &other).await, json!([]));
    let line =
        |who: &str, state: &str| (who.to_owned(), "alarm_opened".to_owned(), state.to_owned());
    let customer = [
        line(&side.email, "waiting"),
        line("contact@example.jp", "waiting"),
    ];
    let mut expected = customer.to_vec();
    expected.sort();
    assert_eq!(told(&world, side.tenant).await, expected);
    assert_eq!(
        told(&world, partner).await,
        [line("partner@example.jp", "waiting")]
    );
    assert_eq!(
        told(&world, operator).await,
        [line("analyst@example.jp", "waiting")]
    );
    assert_eq!(told(&world, other.tenant).await, []);

    // It is mended before anybody was told: nobody is.
    world.clock.advance_seconds(3600);
    say(&world, &side, beat(63, 90, 10)).await;
    say(&world, &side, beat(64, 90, 900)).await;
    service::sweep(world.context()).await.unwrap();
    let closed = alarms(&world, &side).await;
    assert!(closed[0]["closed_at"].is_string());
    assert_eq!(
        told(&world, partner).await,
        [line("partner@example.jp", "superseded")]
    );
}

#[tokio::test]
async fn a_silent_sensor_is_an_alarm_until_it_has_been_heard_for_a_while() {
    let world = World::new().await;
    let side = world.side("a").await;
    // One that has never been heard from is none.
    assert_eq!(service::sweep(world.context()).await.unwrap(), 0);
    say(&world, &side, beat(1, 0, 0)).await;
    world.clock.advance_seconds(301);
    assert_eq!(service::sweep(world.context()).await.unwrap(), 1);
    assert_eq!(alarms(&world, &side).await[0]["kind"], "offline");
    let browser = world.browser(&side.email).await;
    let home = browser.get("/api/v1/dashboard").await.is(200).json();
    assert_eq!(home["alarms"][0]["kind"], "offline");
    let sensors = browser.get("/api/v1/sensors").await.is(200).json();
    assert_eq!(sensors["items"][0]["alarms"][0]["kind"], "offline");
    say(&world, &side, beat(7, 0, 0)).await;
    assert_eq!(service::sweep(world.context()).await.unwrap(), 0);
    say(&world, &side, beat(8, 0, 0)).await;
    assert_eq!(service::sweep(world.context()).await.unwrap(), 1);
    assert!(alarms(&world, &side).await[0]["closed_at"].is_string());

    // A sensor that is barred has nothing wrong any more.
    world.clock.advance_seconds(301);
    assert_eq!(service::sweep(world.context()).await.unwrap(), 1);
    let path = format!("/api/v1/sensors/{}", side.sensor.sensor_id().unwrap());
    browser
        .send(Method::DELETE, &path, Value::Null)
        .await
        .is(204);
    assert_eq!(service::sweep(world.context()).await.unwrap(), 0);
    let open = browser.get("/api/v1/alarms?open=true").await.is(200).json();
    assert_eq!(open["items"], json!([]));
}
