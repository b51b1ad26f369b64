//! Opens a portal in a temporary folder with a partner, the operator, two customers and some forty incidents, for work on
//! the web app: `cargo run -p portal --example serve [ADDRESS [MAILPORT [directed]]]`. Mails go to MAILPORT of this machine,
//! without TLS. A new incident arrives every 20 seconds; with `directed` only when standard input says so (`stage.rs`).
//! Its data is in SQLite, or in a new database of the PostgreSQL at HINOMI_TEST_POSTGRES. Ctrl-C ends it and removes the
//! folder.

mod samples;
mod stage;

use event::Language;
use portal::fleet::{self, Health, Heartbeat, InterfaceCounters};
use portal::identity::NewUser;
use portal::{
    Clock, Error, NewTenant, OutgoingSettings, Portal, Role, Scope, Settings, SmtpSettings,
    SmtpTls, TenantId, TenantKind, incidents,
};
use std::net::SocketAddr;
use std::time::Duration;

const PASSWORD: &str = "correct horse battery";
const SAMPLES: u64 = 40;
const BEAT_EVERY: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listen: SocketAddr = match std::env::args().nth(1) {
        Some(address) => address.parse()?,
        None => SocketAddr::from(([127, 0, 0, 1], 8080)),
    };
    let smtp = match std::env::args().nth(2) {
        Some(port) => Some(SmtpSettings {
            host: "127.0.0.1".to_owned(),
            port: Some(port.parse()?),
            tls: SmtpTls::None,
            user: None,
            password_file: None,
            password_env: None,
            from: "Hinomi <hinomi@example.jp>".to_owned(),
        }),
        None => None,
    };
    let folder = tempfile::tempdir()?;
    let settings = Settings {
        smtp,
        listen,
        link_listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        data_dir: folder.path().to_owned(),
        database: stage::fresh_postgres().await?,
        // Webhooks and a sign-on service of this machine.
        outgoing: OutgoingSettings {
            networks: vec!["127.0.0.0/8".to_owned()],
            ..OutgoingSettings::default()
        },
        ..Settings::default()
    };
    let (clock, hand) = Clock::movable();
    let portal = Portal::open_at(settings, clock).await?;
    let partner = staff(&portal, "北斗システム販売", TenantKind::Partner).await?;
    let operator = staff(&portal, "火の見 SOC", TenantKind::Operator).await?;
    let customer = |name: &str| NewTenant {
        name: name.to_owned(),
        partner: Some(partner),
        licensed_endpoints: Some(120),
        ..NewTenant::default()
    };
    let tenant = portal.take_in(customer("株式会社サンプル商事")).await?;
    let neighbour = portal.take_in(customer("みなと歯科クリニック")).await?;
    for (home, name, email, role) in [
        (partner, "北野 販子", "partner@example.jp", Role::Partner),
        (operator, "空木 守", "analyst@example.jp", Role::Analyst),
        (
            operator,
            "Olga Operator",
            "operator@example.jp",
            Role::Operator,
        ),
    ] {
        let user = NewUser {
            email: email.to_owned(),
            name: name.to_owned(),
            password: PASSWORD.to_owned(),
            role,
            language: Language::Ja,
        };
        portal.create_user(home, user).await?;
    }
    for (home, name, email, role, language) in [
        (
            tenant,
            "火野 見守",
            "admin@example.jp",
            Role::Administrator,
            Language::Ja,
        ),
        (
            tenant,
            "Erin Contact",
            "contact@example.jp",
            Role::Contact,
            Language::En,
        ),
        (
            tenant,
            "Vic Viewer",
            "viewer@example.jp",
            Role::Viewer,
            Language::En,
        ),
        (
            neighbour,
            "湊 葉子",
            "neighbour@example.jp",
            Role::Administrator,
            Language::Ja,
        ),
    ] {
        let user = NewUser {
            email: email.to_owned(),
            name: name.to_owned(),
            password: PASSWORD.to_owned(),
            role,
            language,
        };
        portal.create_user(home, user).await?;
    }
    let sensor = sensor(&portal, tenant, "本社センサー", "東京 3F サーバー室").await?;
    let branch = sensor_late(&portal, tenant).await?;
    let now = Clock::system().now();
    for number in 0..SAMPLES {
        let by = if number % 3 == 0 { &branch } else { &sensor };
        incidents::accept(portal.context(), by, &samples::incident(number, now)).await?;
    }
    portal
        .create_sensor(tenant, "倉庫センサー", "大阪（設置前）")
        .await?;
    let next_door = self::sensor(&portal, neighbour, "受付センサー", "受付").await?;
    incidents::accept(portal.context(), &next_door, &samples::incident(2, now)).await?;
    let bound = portal.bind().await?;
    println!("portal   http://{}/", bound.address()?);
    println!(
        "sign in  admin@example.jp, contact@example.jp, viewer@example.jp or neighbour@example.jp"
    );
    println!("staff    partner@example.jp, analyst@example.jp or operator@example.jp");
    println!("password {PASSWORD}");
    let is_directed = std::env::args().nth(3).as_deref() == Some("directed");
    let beat = tokio::spawn(keep_beating(
        portal.clone(),
        [sensor, next_door],
        !is_directed,
    ));
    if is_directed {
        stage::listen(portal.clone(), sensor, hand);
    }
    bound
        .serve(async { tokio::signal::ctrl_c().await.unwrap_or_default() })
        .await;
    beat.abort();
    Ok(())
}

/// Takes in a partner or the operator.
async fn staff(portal: &Portal, name: &str, kind: TenantKind) -> Result<TenantId, Error> {
    let new = NewTenant {
        name: name.to_owned(),
        kind,
        ..NewTenant::default()
    };
    portal.take_in(new).await
}

/// Enters a sensor and lets it enrol, as a real one does.
async fn sensor(
    portal: &Portal,
    tenant: TenantId,
    name: &str,
    location: &str,
) -> Result<Scope, Error> {
    let made = portal.create_sensor(tenant, name, location).await?;
    let key = format!("example key of {name}");
    fleet::service::enrol(portal.context(), &made.enrolment_secret, &key).await?;
    fleet::service::identify(portal.context(), &key).await
}

async fn sensor_late(portal: &Portal, tenant: TenantId) -> Result<Scope, Error> {
    let scope = sensor(portal, tenant, "名古屋支店センサー", "名古屋 1F").await?;
    fleet::service::heartbeat(portal.context(), &scope, heartbeat(1)).await?;
    Ok(scope)
}

fn heartbeat(step: u64) -> Heartbeat {
    Heartbeat {
        version: "0.1.0".to_owned(),
        uptime_seconds: 86_400 + step * BEAT_EVERY.as_secs(),
        interfaces: vec![
            InterfaceCounters {
                name: "eth1".to_owned(),
                packets: 48_201_774 + step * 61_000,
                bytes: 33_918_002_441 + step * 44_000_000,
                drops: 0,
            },
            InterfaceCounters {
                name: "eth2".to_owned(),
                packets: 1_201_774 + step * 900,
                bytes: 918_002_441 + step * 610_000,
                drops: step % 3,
            },
        ],
        rules_loaded: 31_204,
        rules_refused: 212,
        flows: 2_400 + step * 37 % 500,
        queue_length: 0,
        health: health(step),
    }
}

/// A sensor whose mirror port copies one direction only.
fn health(step: u64) -> Health {
    let days_ago = |days: i64| {
        Clock::system()
            .now()
            .plus_nanos(-days * 86_400 * 1_000_000_000)
    };
    Health {
        clock_offset_ms: Some(-12),
        cpu_process_permille: Some(180 + step * 13 % 90),
        cpu_machine_permille: Some(240 + step * 17 % 160),
        memory_bytes: Some(612 << 20),
        memory_machine_bytes: Some(8 << 30),
        memory_available_bytes: Some((5 << 30) + (step << 20)),
        disk_bytes: Some(120_000_000_000),
        disk_free_bytes: Some(81_000_000_000 - step * 1_000_000),
        packets_shed: Some(0),
        events: Some(1_904_000 + step * 2_100),
        detections: Some(412 + step / 3),
        incidents_lost: Some(0),
        endpoints: Some(37),
        tcp_both_sides: Some(90_000 + step * 40),
        tcp_one_side: Some(1_200 + step * 160),
        vlans: Some(vec![10, 20, 110]),
        indicators: Some(84_120),
        rules_at: Some(days_ago(1)),
        intelligence_at: Some(days_ago(0)),
    }
}

/// Heartbeats, and a new incident each time where that is wanted, so that live update can be seen.
async fn keep_beating(portal: Portal, sensors: [Scope; 2], with_incidents: bool) {
    for step in 1.. {
        for sensor in &sensors {
            let beat = fleet::service::heartbeat(portal.context(), sensor, heartbeat(step)).await;
            if let Err(error) = beat {
                eprintln!("{}", portal::causes(&error));
            }
        }
        if with_incidents {
            stage::arrive(&portal, &sensors[0], SAMPLES + step).await;
        }
        tokio::time::sleep(BEAT_EVERY).await;
    }
}
