//! Ten thousand messages, and a portal that is killed again and again meanwhile. The portal is a process of its own: this very
//! test program, told by its environment to be one.
//!
//! Everybody gets each message at least once. Nobody gets one twice but where the kill fell between the other end's acceptance
//! and our note: each such copy belongs to a message that the database did not yet know as sent at that kill, and carries the
//! same name.

use super::servers::{MailServer, WebServer};
use crate::identity::NewUser;
use crate::notify::post;
use crate::notify::push::browser::TestBrowser;
use crate::notify::queries::deliveries::next_due;
use crate::settings::{DatabaseSettings, OutgoingSettings};
use crate::testing::{World, samples};
use crate::{Clock, Portal, Role, Scope, Settings, TenantId, fleet, incidents};
use axum::http::Method;
use event::{Language, Severity};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::sync::watch;

const PEOPLE: usize = 10;
const KILLS: usize = 5;
/// Tells the child its work, as JSON.
const WORK: &str = "HINOMI_TEST_CRASH";
const SENSOR_KEY: &str = "key of a";
const PATIENCE: Duration = Duration::from_secs(400);

fn settings(folder: PathBuf, database: Option<&str>, mail: u16) -> Settings {
    let mut settings = Settings {
        data_dir: folder,
        outgoing: OutgoingSettings {
            networks: vec!["127.0.0.0/8".into()],
            authority_file: None,
        },
        ..Settings::default()
    };
    settings.database = database.map(|url| DatabaseSettings {
        url: url.to_owned(),
        password_file: None,
        password_env: None,
    });
    settings.smtp = serde_json::from_value(json!({
        "host": "127.0.0.1", "port": mail, "tls": "none", "from": "Hinomi <hinomi@portal.example.jp>",
    }))
    .unwrap();
    settings
}

/// Does nothing but in the child: takes incidents and sends what they call for, until killed or until nothing waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(work) = std::env::var(WORK) else {
        return;
    };
    let work: Value = serde_json::from_str(&work).unwrap();
    let mail = u16::try_from(work["mail"].as_u64().unwrap()).unwrap();
    let folder = PathBuf::from(work["folder"].as_str().unwrap());
    let portal = Portal::open(settings(folder, work["database"].as_str(), mail))
        .await
        .unwrap();
    let context = portal.context();
    let close = watch::Sender::new(false);
    let posting = tokio::spawn(post::run(context.clone(), close.subscribe()));
    let sensor = fleet::service::identify(context, SENSOR_KEY).await.unwrap();
    let pause = Duration::from_micros(work["pause_micros"].as_u64().unwrap());
    // From the beginning each time, as a sensor does that was not answered: what is known changes nothing.
    for number in 0..work["incidents"].as_u64().unwrap() {
        let begun = Instant::now();
        let mut incident = samples::incident(number, Clock::system().now());
        incident.severity = Severity::High;
        incidents::accept(context, &sensor, &incident)
            .await
            .unwrap();
        tokio::time::sleep(pause.saturating_sub(begun.elapsed())).await;
    }
    loop {
        let system = Scope::system();
        let mut connection = context.database.read(&system).await.unwrap();
        let waiting = next_due(&mut connection, &system).await.unwrap();
        if waiting.is_none() {
            break;
        }
        drop(connection);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    close.send_replace(true);
    posting.await.unwrap();
}

/// The two other ends, and what the portal has to do.
struct Stage {
    world: Option<World>,
    tenant: TenantId,
    mail: MailServer,
    push: WebServer,
    browsers: Vec<TestBrowser>,
    work: Value,
}

impl Stage {
    async fn set(incidents: u64, pause: Duration) -> Self {
        let (mail, push) = (MailServer::start().await, WebServer::start().await);
        let mail_port = mail.address.port();
        let world = World::with(|portal| {
            let database = portal.database.clone();
            let folder = portal.data_dir.clone();
            *portal = settings(
                folder,
                database.as_ref().map(|one| one.url.as_str()),
                mail_port,
            );
        })
        .await;
        let side = world.side("a").await;
        let first = world.browser(&side.email).await;
        let mut browsers = vec![];
        for number in 0..PEOPLE {
            // The administrator is the first.
            let session = if number == 0 {
                first.clone()
            } else {
                let new = NewUser {
                    email: format!("person{number}@example.jp"),
                    name: format!("Person {number}"),
                    password: crate::testing::PASSWORD.to_owned(),
                    role: Role::Viewer,
                    language: if number % 2 == 0 {
                        Language::Ja
                    } else {
                        Language::En
                    },
                };
                let email = new.email.clone();
                world.portal.create_user(side.tenant, new).await.unwrap();
                world.browser(&email).await
            };
            let keys = TestBrowser::new();
            let body = json!({
                "endpoint": push.url(&format!("/{number}")), "device": "test",
                "keys": { "p256dh": keys.public(), "auth": keys.auth() },
            });
            session
                .send(Method::POST, "/api/v1/me/push", body)
                .await
                .is(201);
            browsers.push(keys);
        }
        let work = json!({
            "folder": world.folder.path(), "mail": mail_port, "incidents": incidents, "pause_micros": pause.as_micros() as u64,
            "database": world.context().settings.database.as_ref().map(|one| one.url.clone()),
        });
        Self {
            world: Some(world),
            tenant: side.tenant,
            mail,
            push,
            browsers,
            work,
        }
    }

    /// Lets go of the database and its folder, for the child.
    async fn leave(&mut self) -> tempfile::TempDir {
        let World {
            portal,
            router,
            folder,
            ..
        } = self.world.take().unwrap();
        drop(router);
        portal.context().database.close().await;
        folder
    }

    fn start(&self) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "notify::tests::crash::child", "--nocapture"])
            .env(WORK, self.work.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn count(&self) -> usize {
        self.mail.count() + self.push.count()
    }

    /// The portal's database, looked into while no portal runs.
    async fn look(&self) -> Portal {
        let folder = PathBuf::from(self.work["folder"].as_str().unwrap());
        Portal::open(settings(folder, self.work["database"].as_str(), 1))
            .await
            .unwrap()
    }

    /// What the database does not know as sent, yet may be on its way.
    async fn in_between(&self) -> HashSet<String> {
        let portal = self.look().await;
        let mut connection = portal
            .context()
            .database
            .read(&Scope::system_in(self.tenant))
            .await
            .unwrap();
        let rows = crate::database::query(
            "SELECT id FROM deliveries WHERE state = 'waiting' AND taken_by IS NOT NULL",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap();
        let ids = rows
            .iter()
            .map(|row| row.try_get::<String, _>("id").unwrap())
            .collect();
        drop(connection);
        portal.context().database.close().await;
        ids
    }

    /// How often each message has arrived, by its name: what a push service got is decrypted.
    fn arrived(&self) -> HashMap<String, u32> {
        let mut arrived = HashMap::new();
        for mail in self.mail.mails() {
            let (_, rest) = mail.data.split_once("Message-ID: <").unwrap();
            let (id, _) = rest.split_once('@').unwrap();
            *arrived.entry(id.to_owned()).or_default() += 1;
        }
        for sent in self.push.sent() {
            let number: usize = sent.path.trim_start_matches('/').parse().unwrap();
            let message = self.browsers[number].decrypt(&sent.body).unwrap();
            let message: Value = serde_json::from_slice(&message).unwrap();
            *arrived
                .entry(message["id"].as_str().unwrap().to_owned())
                .or_default() += 1;
        }
        arrived
    }

    /// From stored to handed over, in microseconds, shortest first.
    async fn times(&self) -> Vec<i64> {
        let portal = self.look().await;
        let mut connection = portal
            .context()
            .database
            .read(&Scope::system_in(self.tenant))
            .await
            .unwrap();
        let rows = crate::database::query("SELECT accepted_at - created_at AS took FROM deliveries WHERE state = 'accepted' ORDER BY took")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        let times = rows
            .iter()
            .map(|row| row.try_get("took").unwrap())
            .collect();
        drop(connection);
        portal.context().database.close().await;
        times
    }
}

async fn ended(child: &mut Child) {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "the portal ended badly");
            return;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "the portal does not come to an end"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_messages_survive_kills() {
    let incidents = 500;
    let all = incidents as usize * PEOPLE * 2;
    let mut stage = Stage::set(incidents, Duration::ZERO).await;
    let _folder = stage.leave().await;
    let mut between: Vec<HashSet<String>> = vec![];
    for kill in 1..=KILLS {
        let mut child = stage.start();
        let begun = Instant::now();
        while stage.count() < all * kill / (KILLS + 1) {
            assert!(begun.elapsed() < PATIENCE, "nothing is sent");
            assert!(
                child.try_wait().unwrap().is_none(),
                "the portal ended too early"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        between.push(stage.in_between().await);
    }
    let mut child = stage.start();
    ended(&mut child).await;
    let arrived = stage.arrived();
    assert_eq!(arrived.len(), all);
    let mut copies = 0;
    for (id, count) in &arrived {
        let excused = between.iter().filter(|ids| ids.contains(id)).count();
        assert!(*count as usize <= 1 + excused, "{id} arrived {count} times");
        copies += count - 1;
    }
    println!("{all} messages, {KILLS} kills, {copies} copies");
    assert_eq!(stage.times().await.len(), all);
}

/// `make notify-bench`: from an incident's commit to the other end's acceptance, at a steady rate and in one burst.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn benchmark() {
    if std::env::var_os("HINOMI_BENCHMARK").is_none() {
        println!("skipped: HINOMI_BENCHMARK is not set");
        return;
    }
    for (name, pause) in [
        ("steady, 10 incidents a second", Duration::from_millis(100)),
        ("one burst", Duration::ZERO),
    ] {
        let mut stage = Stage::set(500, pause).await;
        let _folder = stage.leave().await;
        let begun = Instant::now();
        let mut child = stage.start();
        ended(&mut child).await;
        let took = begun.elapsed();
        let times = stage.times().await;
        let at =
            |share: usize| times[(times.len() * share / 100).min(times.len() - 1)] as f64 / 1e6;
        println!(
            "{name}: {} messages in {:.1} s; stored to handed over p50 {:.3} s, p95 {:.3} s, p100 {:.3} s",
            times.len(),
            took.as_secs_f64(),
            at(50),
            at(95),
            at(100)
        );
    }
}
