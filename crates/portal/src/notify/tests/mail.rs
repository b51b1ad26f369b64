//! Mails, over a real connection to a small mail server.

use super::servers::{Mail, MailServer};
use crate::fleet::{self, Heartbeat};
use crate::notify::queries::deliveries::{Taking, give_back, take_due, totals};
use crate::notify::{Mailer, post};
use crate::settings::{SmtpSettings, SmtpTls};
use crate::tenancy::TenantKind;
use crate::testing::{NOON, Side, World, samples};
use crate::{Role, Scope};
use axum::http::Method;
use event::{Incident, Severity};
use serde_json::json;

async fn world(server: &MailServer) -> (World, Side) {
    let settings = server.settings();
    let world = World::with(|portal| {
        portal.smtp = Some(settings);
        portal.base_url = Some("https://portal.example.jp".into());
    })
    .await;
    let side = world.side("a").await;
    (world, side)
}

async fn send(world: &World) -> u64 {
    post::send_due(world.context()).await.unwrap()
}

fn incident(severity: Severity, revision: u64) -> Incident {
    let mut incident = samples::incident(3, NOON);
    incident.severity = severity;
    incident.revision = revision;
    incident
}

#[tokio::test]
async fn each_severity_is_told_once_to_those_who_want_to_know() {
    let server = MailServer::start().await;
    let (world, side) = world(&server).await;
    let other = world.side("b").await;
    for (role, threshold) in [(Role::Contact, "critical"), (Role::Viewer, "none")] {
        let email = world.user(side.tenant, "a", role).await;
        let browser = world.browser(&email).await;
        let change = json!({ "mail_on_incident": threshold });
        browser
            .send(Method::PATCH, "/api/v1/me", change)
            .await
            .is(200);
    }
    let steps = [
        (Severity::Low, 0),
        (Severity::Medium, 1),
        (Severity::Medium, 0),
        (Severity::Critical, 2),
        (Severity::High, 0),
        (Severity::Critical, 0),
    ];
    for ((severity, mails), revision) in steps.into_iter().zip(1..) {
        world.accept(&side, &incident(severity, revision)).await;
        world.accept(&side, &incident(severity, revision)).await;
        assert_eq!(send(&world).await, mails, "revision {revision}");
    }
    assert_eq!(send(&world).await, 0);
    let mails = server.mails();
    let to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    let administrator = "RCPT TO:<a-administrator@example.jp>";
    assert_eq!(to[0], administrator);
    assert!(to[1..].contains(&administrator));
    assert!(to[1..].contains(&"RCPT TO:<a-contact@example.jp>"));
    assert!(!mails.iter().any(|mail| mail.to.contains(&other.email)));
}

#[tokio::test]
async fn a_mail_that_waits_gives_way_to_the_worse_news() {
    let server = MailServer::start().await;
    let (world, side) = world(&server).await;
    world.accept(&side, &incident(Severity::Medium, 1)).await;
    world.accept(&side, &incident(Severity::Critical, 2)).await;
    assert_eq!(send(&world).await, 1);
    assert!(
        server.mails()[0]
            .data
            .contains("Subject: [Hinomi] Critical: ")
    );
}

#[tokio::test]
async fn a_mail_waits_until_the_server_takes_it() {
    let server = MailServer::start().await;
    let (world, side) = world(&server).await;
    server.refuse(3);
    world.accept(&side, &incident(Severity::High, 1)).await;
    for wait in [30, 60, 120] {
        assert_eq!(send(&world).await, 0);
        world.clock.advance_seconds(wait - 1);
        assert_eq!(send(&world).await, 0);
        world.clock.advance_seconds(1);
    }
    assert_eq!(send(&world).await, 1);
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_mail_is_given_up_after_three_days() {
    let server = MailServer::start().await;
    let (world, side) = world(&server).await;
    server.refuse(u32::MAX);
    world.accept(&side, &incident(Severity::High, 1)).await;
    for _ in 0..100 {
        send(&world).await;
        world.clock.advance_seconds(3600);
    }
    let mut connection = world
        .context()
        .database
        .read(&Scope::system())
        .await
        .unwrap();
    let totals = totals(&mut connection, &Scope::system()).await.unwrap();
    assert_eq!(totals, (0, 1));
}

/// A portal that dies between taking a job and sending it leaves the job for the next.
#[tokio::test]
async fn a_mail_survives_the_portal_that_took_it() {
    let server = MailServer::start().await;
    let (world, side) = world(&server).await;
    world.accept(&side, &incident(Severity::High, 1)).await;
    let now = world.context().clock.micros();
    let mut transaction = world
        .context()
        .database
        .write(&Scope::system())
        .await
        .unwrap();
    let taking = Taking {
        by: "another portal",
        now,
        until: now + 300_000_000,
        count: 10,
    };
    let system = Scope::system();
    let taken = take_due(&mut transaction, &system, &taking).await.unwrap();
    assert_eq!(taken.len(), 1);
    // This portal had not taken it.
    let own = &world.context().instance;
    assert_eq!(
        give_back(&mut transaction, &system, own, now)
            .await
            .unwrap(),
        0
    );
    transaction.commit().await.unwrap();
    assert_eq!(send(&world).await, 0);
    world.clock.advance_seconds(300);
    assert_eq!(send(&world).await, 1);
}

#[tokio::test]
async fn without_a_mail_server_nothing_is_queued() {
    let world = World::new().await;
    let side = world.side("a").await;
    world.accept(&side, &incident(Severity::High, 1)).await;
    let mut connection = world
        .context()
        .database
        .read(&Scope::system())
        .await
        .unwrap();
    let totals = totals(&mut connection, &Scope::system()).await.unwrap();
    assert_eq!(totals, (0, 0));
}

/// Undoes quoted-printable (RFC 2045, section 6.7), which carries the bodies.
fn plain(data: &str) -> String {
    let joined = data.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) if *first == b'=' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Undoes the base64 (RFC 2045, section 6.8) of a mail's first part.
fn first_part(data: &str) -> String {
    let (_, part) = data
        .split_once("Content-Transfer-Encoding: base64")
        .unwrap();
    let (_, coded) = part.split_once("\n\n").unwrap();
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut bytes) = (0_u32, 0_u32, Vec::new());
    for sign in coded
        .bytes()
        .take_while(|sign| *sign != b'=' && *sign != b'-')
    {
        let Some(value) = alphabet.iter().position(|known| *known == sign) else {
            continue;
        };
        held = (held << 6) | u32::try_from(value).unwrap();
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(((held >> bits) & 0xff) as u8);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// The mail with what differs each time made the same.
fn settled(mail: &Mail, world_incident: &str) -> String {
    let text = plain(&mail.data).replace(world_incident, "INCIDENT");
    let boundary = text
        .split("boundary=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let text = boundary.map_or(text.clone(), |boundary| text.replace(boundary, "BOUNDARY"));
    let settled = |line: &str| {
        for name in ["Message-ID: ", "Date: "] {
            if line.starts_with(name) {
                return format!("{name}...");
            }
        }
        line.trim_end().to_owned()
    };
    text.lines().map(settled).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_english_mail_is_one_that_a_manager_can_act_on() {
    let server = MailServer::start().await;
    let (world, side) = world(&server).await;
    let path = world.sample(&side, 3).await;
    assert_eq!(send(&world).await, 1);
    let id = path.rsplit('/').next().unwrap();
    insta::assert_snapshot!(settled(&server.mails()[0], id));
}

#[tokio::test]
async fn the_japanese_mail_goes_to_those_who_read_japanese() {
    let server = MailServer::start().await;
    let (world, side) = world(&server).await;
    let browser = world.browser(&side.email).await;
    let change = json!({ "mail_language": "ja" });
    browser
        .send(Method::PATCH, "/api/v1/me", change)
        .await
        .is(200);
    world.accept(&side, &incident(Severity::Medium, 1)).await;
    world.accept(&side, &incident(Severity::High, 2)).await;
    assert_eq!(send(&world).await, 1);
    let text = first_part(&server.mails()[0].data);
    assert!(
        text.contains("検知済みのインシデントの深刻度が上がりました。"),
        "{text}"
    );
    assert!(text.contains("いま行うこと"), "{text}");
}

#[tokio::test]
async fn what_a_sensor_writes_cannot_add_headers_or_markup() {
    let server = MailServer::start().await;
    let (world, side) = world(&server).await;
    let mut hostile = incident(Severity::High, 1);
    hostile.title.en = "x\r\nBcc: victim@example.jp\r\n\r\n<script>alert(1)</script>".into();
    hostile.summary.en = "\r\n.\r\nMAIL FROM:<x@example.jp>".into();
    world.accept(&side, &hostile).await;
    assert_eq!(send(&world).await, 1);
    let mail = &server.mails()[0];
    assert!(
        !mail.data.lines().any(|line| line.starts_with("Bcc:")),
        "{}",
        mail.data
    );
    let text = plain(&mail.data);
    let (_, html) = text.split_once("<!DOCTYPE html>").unwrap();
    assert!(!html.contains("<script"));
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn wrong_settings_are_named() {
    let mut settings = SmtpSettings {
        host: "mail.example.jp".into(),
        port: None,
        tls: SmtpTls::Starttls,
        user: None,
        password_file: None,
        password_env: None,
        from: "nobody".into(),
    };
    let message = |settings: &SmtpSettings| {
        Mailer::new(settings)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    assert!(message(&settings).starts_with("setting smtp.from: "));
    settings.from = "Hinomi <a@example.jp>".into();
    settings.user = Some("u".into());
    assert_eq!(
        message(&settings),
        "setting smtp.user: needs password_file or password_env"
    );
}

#[tokio::test]
async fn an_alarm_reaches_customer_and_partner_once_and_its_end_too() {
    let server = MailServer::start().await;
    let (world, side) = world(&server).await;
    let partner = world.staff("p", TenantKind::Partner).await;
    world.sold_by(&side, partner, false).await;
    let partners = world.user(partner, "p", Role::Partner).await;
    let beat = || fleet::service::heartbeat(world.context(), &side.sensor, Heartbeat::default());
    beat().await.unwrap();
    world.clock.advance_seconds(400);
    let sweep = async || {
        fleet::alarms::service::sweep(world.context())
            .await
            .unwrap()
    };
    assert_eq!((sweep().await, sweep().await), (1, 0));
    assert_eq!((send(&world).await, send(&world).await), (2, 0));
    let mails = server.mails();
    let to = |who: &str| {
        let found = mails.iter().find(|mail| mail.to.contains(who)).unwrap();
        plain(&found.data)
    };
    let id = side.sensor.sensor_id().unwrap();
    let link = format!("https://portal.example.jp/app/sensors/{id}");
    assert!(to(&side.email).contains(&link));
    // Staff are led to the customer.
    assert!(to(&partners).contains("?tenant="));
    for _ in 0..2 {
        world.clock.advance_seconds(60);
        beat().await.unwrap();
    }
    assert_eq!((sweep().await, sweep().await), (1, 0));
    assert_eq!((send(&world).await, send(&world).await), (2, 0));
    assert_eq!(server.count(), 4);
}
