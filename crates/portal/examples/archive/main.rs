//! How long a tenant with very many incidents waits for lists, searches, figures and files: fills a portal in a temporary
//! folder through the way that sensors' incidents take, serves it on loopback, and asks as a browser does.
//! `make archive-bench`; incidents are counted in ARCHIVE_INCIDENTS, questions are asked ARCHIVE_ROUNDS times. Beside
//! `scripts/with-postgres.sh` the database is PostgreSQL. Fails where one answer in twenty takes longer than 100 ms.

mod browser;
mod incidents;
#[path = "../serve/samples.rs"]
mod samples;

use browser::Browser;
use event::{Language, Timestamp};
use portal::fleet;
use portal::identity::NewUser;
use portal::{Clock, Portal, Role, Scope, Settings, TenantId};
use serde_json::{Value, json};
use sqlx::Connection as _;
use std::error::Error;
use std::time::{Duration, Instant};

const PASSWORD: &str = "correct horse battery";
const EMAIL: &str = "archive@example.jp";
/// 2026-11-22T03:00:00Z.
const NOW: Timestamp = Timestamp::new(1_795_316_400, 0);
const AT_ONCE: u64 = 1000;
const LIMIT: Duration = Duration::from_millis(100);

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let number =
        |name: &str, otherwise: u64| std::env::var(name).map_or(Ok(otherwise), |text| text.parse());
    let slow = run(
        number("ARCHIVE_INCIDENTS", 1_000_000)?,
        number("ARCHIVE_ROUNDS", 40)?,
    )
    .await?;
    if slow.is_empty() {
        return Ok(());
    }
    Err(format!("slower than {} ms: {}", LIMIT.as_millis(), slow.join(", ")).into())
}

/// Fills, asks, prints; what was too slow.
async fn run(incidents: u64, rounds: u64) -> Outcome<Vec<&'static str>> {
    let folder = tempfile::tempdir()?;
    let mut settings = Settings {
        data_dir: folder.path().to_owned(),
        listen: ([127, 0, 0, 1], 0).into(),
        link_listen: ([127, 0, 0, 1], 0).into(),
        ..Settings::default()
    };
    if let Ok(server) = std::env::var("HINOMI_TEST_POSTGRES") {
        let url = new_database(&server).await?;
        settings.database = Some(serde_json::from_value(json!({ "url": url }))?);
    }
    let (clock, _) = Clock::manual(NOW);
    let portal = Portal::open_at(settings, clock).await?;
    let tenant = portal.create_tenant("株式会社アーカイブ").await?;
    portal.create_user(tenant, administrator(EMAIL)).await?;
    let begun = Instant::now();
    let sensors = [
        sensor(&portal, tenant, "本社").await?,
        sensor(&portal, tenant, "支店").await?,
    ];
    fill(&portal, &sensors, incidents).await?;
    let neighbour = portal.create_tenant("みなと歯科クリニック").await?;
    let theirs = [sensor(&portal, neighbour, "医院").await?];
    fill(&portal, &theirs, incidents / 20).await?;
    println!(
        "{incidents} incidents beside {} of a neighbour, stored in {:.0?}",
        incidents / 20,
        begun.elapsed()
    );

    let bound = portal.bind().await?;
    let address = bound.address()?;
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(bound.serve(async { ended.await.unwrap_or_default() }));
    let mut browser = Browser::sign_in(address, EMAIL, PASSWORD).await?;
    let (first, _) = browser.timed("/api/v1/incidents").await?;
    println!("the first list after the start: {:.1?}", first.last);
    work(&mut browser, incidents).await?;
    let slow = ask_all(&mut browser, rounds).await?;
    drop(browser);
    end.send(()).map_err(|()| "the server has ended")?;
    server.await?;
    Ok(slow)
}

fn administrator(email: &str) -> NewUser {
    NewUser {
        email: email.to_owned(),
        name: "火野 見守".to_owned(),
        password: PASSWORD.to_owned(),
        role: Role::Administrator,
        language: Language::Ja,
    }
}

async fn sensor(portal: &Portal, tenant: TenantId, name: &str) -> Outcome<Scope> {
    let made = portal.create_sensor(tenant, name, "").await?;
    let key = format!("key of {name}");
    fleet::service::enrol(portal.context(), &made.enrolment_secret, &key).await?;
    Ok(fleet::service::identify(portal.context(), &key).await?)
}

async fn fill(portal: &Portal, sensors: &[Scope], incidents: u64) -> Outcome<()> {
    for (start, sensor) in (0..incidents)
        .step_by(AT_ONCE as usize)
        .zip(sensors.iter().cycle())
    {
        let some: Vec<_> = (start..incidents.min(start + AT_ONCE))
            .map(|number| incidents::incident(number, NOW))
            .collect();
        portal::incidents::accept_many(portal.context(), sensor, &some).await?;
    }
    Ok(())
}

/// What people have done with some of the incidents, old and new.
async fn work(browser: &mut Browser, incidents: u64) -> Outcome<()> {
    let (_, me) = browser.timed("/api/v1/session").await?;
    let me = serde_json::from_slice::<Value>(&me)?["user"]["id"].clone();
    for part in 1..=5 {
        let page = incidents / 200 * part / 6 + 1;
        let (_, list) = browser
            .timed(&format!("/api/v1/incidents?per_page=200&page={page}"))
            .await?;
        let list: Value = serde_json::from_slice(&list)?;
        let ids: Vec<&Value> = list["items"]
            .as_array()
            .ok_or("no list")?
            .iter()
            .map(|one| &one["id"])
            .collect();
        let (done, begun) = ids.split_at(ids.len() / 2);
        for change in [
            json!({ "ids": done, "handling": "resolved", "resolution": "true_attack" }),
            json!({ "ids": begun, "handling": "acknowledged" }),
            json!({ "ids": begun, "assignee": { "user": me } }),
        ] {
            browser.post("/api/v1/incidents/changes", change).await?;
        }
    }
    Ok(())
}

async fn ask_all(browser: &mut Browser, rounds: u64) -> Outcome<Vec<&'static str>> {
    let list = |filter: &str| format!("/api/v1/incidents?{filter}");
    let (_, page) = browser.timed(&list("per_page=200")).await?;
    let page: Value = serde_json::from_slice(&page)?;
    let next = page["next"].as_str().ok_or("no next page")?.to_owned();
    let one = &page["items"][0];
    let (id, sensor) = (
        one["id"].as_str().ok_or("no id")?,
        one["sensor"]["id"].as_str().ok_or("no sensor")?,
    );
    let deep = page["total"].as_u64().ok_or("no total")? / 25 - 2;
    let (_, deep_page) = browser.timed(&list(&format!("page={deep}"))).await?;
    let deep_page: Value = serde_json::from_slice(&deep_page)?;
    let deep_next = deep_page["next"].as_str().ok_or("no next page")?;
    let (_, me) = browser.timed("/api/v1/session").await?;
    let me = serde_json::from_slice::<Value>(&me)?;
    let me = me["user"]["id"].as_str().ok_or("nobody")?;
    let mut questions: Vec<(&'static str, String)> = incidents::filters(NOW)
        .into_iter()
        .map(|(name, filter)| (name, list(&filter)))
        .collect();
    questions.extend([
        ("sensor", list(&format!("sensor={sensor}"))),
        ("assignee", list(&format!("assignee={me}"))),
        (
            "assignee and severity",
            list(&format!("assignee={me}&severity=high")),
        ),
        ("next page", list(&format!("after={next}"))),
        (
            "page by number, near the end",
            list(&format!("page={deep}")),
        ),
        (
            "next page, near the end",
            list(&format!("after={deep_next}")),
        ),
        ("page of 200", list("per_page=200")),
        ("one incident", format!("/api/v1/incidents/{id}")),
        ("ones alike", format!("/api/v1/incidents/{id}/alike")),
        ("home, 7 days", "/api/v1/dashboard?days=7".to_owned()),
        ("home, 30 days", "/api/v1/dashboard?days=30".to_owned()),
        ("home, 90 days", "/api/v1/dashboard?days=90".to_owned()),
    ]);
    println!(
        "{:<34} {:>9} {:>8} {:>8} {:>8}",
        "", "found", "p50 ms", "p95 ms", "max ms"
    );
    let mut slow = Vec::new();
    for (name, path) in questions {
        let p95 = ask(browser, name, &path, rounds).await?;
        if p95 > LIMIT {
            slow.push(name);
        }
    }
    for (name, path) in [
        ("CSV, 50,000 rows", "/api/v1/incidents/export.csv"),
        ("JSON, 50,000 rows", "/api/v1/incidents/export.json"),
    ] {
        let (took, bytes) = browser.timed(path).await?;
        println!(
            "{name:<34} first bytes after {:.1?}, {} bytes after {:.1?}",
            took.first,
            bytes.len(),
            took.last
        );
    }
    Ok(slow)
}

/// Makes a database on the server; its address.
async fn new_database(server: &str) -> Outcome<String> {
    let name = format!("archive_{}", uuid::Uuid::new_v4().simple());
    let mut connection = sqlx::PgConnection::connect(&format!("{server}/postgres")).await?;
    let statement = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(statement).execute(&mut connection).await?;
    connection.close().await?;
    Ok(format!("{server}/{name}"))
}

/// Asks the same again and again; prints, and says what 19 of 20 answers did not exceed.
async fn ask(browser: &mut Browser, name: &str, path: &str, rounds: u64) -> Outcome<Duration> {
    let mut times = Vec::new();
    let mut found = String::new();
    for _ in 0..rounds {
        let (took, bytes) = browser.timed(path).await?;
        times.push(took.last);
        let answer: Value = serde_json::from_slice(&bytes)?;
        found = answer["total"]
            .as_u64()
            .map(|total| total.to_string())
            .unwrap_or_default();
    }
    times.sort_unstable();
    let at = |share: f64| {
        times[((times.len() as f64 * share).ceil() as usize).clamp(1, times.len()) - 1]
    };
    let ms = |share: f64| at(share).as_secs_f64() * 1000.0;
    println!(
        "{name:<34} {found:>9} {:>8.1} {:>8.1} {:>8.1}",
        ms(0.5),
        ms(0.95),
        ms(1.0)
    );
    Ok(at(0.95))
}

/// The whole of it over few incidents, so that it still works when somebody needs it. How long it took is no matter.
#[tokio::test]
async fn few_incidents_are_asked_for_in_every_way() {
    run(2000, 1).await.unwrap();
}
