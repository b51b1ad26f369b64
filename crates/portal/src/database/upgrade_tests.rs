//! A database of the first version, with data in it, opened by this one.

use super::{MIGRATIONS, query, scalar};
use crate::identity::PasswordHasher;
use crate::settings::Settings;
use crate::tenancy::{Id, Scope};
use crate::testing::{NOON, PASSWORD, World, fresh_postgres, samples};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _};
use std::borrow::Cow;

const TENANT: &str = "019a0000-0000-7000-8000-000000000001";
const USER: &str = "019a0000-0000-7000-8000-000000000002";
const SENSOR: &str = "019a0000-0000-7000-8000-000000000003";
const DONE: &str = "019a0000-0000-7000-8000-000000000004";
const NEW: &str = "019a0000-0000-7000-8000-000000000005";
const EMAIL: &str = "anna@example.jp";

/// The migrations up to a version.
fn up_to(version: i64) -> Migrator {
    let kept = MIGRATIONS.iter().filter(|one| one.version <= version);
    Migrator {
        migrations: Cow::Owned(kept.cloned().collect()),
        ..Migrator::DEFAULT
    }
}

/// What the first version has written: somebody signed up, one incident done, one new, of which a mail waits.
async fn first_version() -> Vec<String> {
    let at = NOON.micros();
    let hash = PasswordHasher::new()
        .hash(PASSWORD.to_owned())
        .await
        .unwrap();
    let quoted = |text: &str| text.replace('\'', "''");
    let mut statements = vec![
        format!("INSERT INTO tenants VALUES ('{TENANT}', '旧商事', {at})"),
        format!(
            "INSERT INTO users VALUES ('{USER}', '{TENANT}', '{EMAIL}', 'Anna', 'administrator', 'ja', '{hash}', 'medium', 'en', {at})"
        ),
        format!(
            "INSERT INTO sensors (id, tenant_id, name, location, created_at, announced_state)
             VALUES ('{SENSOR}', '{TENANT}', 'old', 'hall', {at}, 'never')"
        ),
    ];
    for (id, number, handling) in [(DONE, 1, "done"), (NEW, 4, "new")] {
        let incident = samples::incident(number, NOON);
        let body = serde_json::to_value(&incident).unwrap();
        let mut line = serde_json::Map::new();
        for name in [
            "status",
            "class",
            "communications",
            "stages",
            "host",
            "title",
        ] {
            line.insert(name.to_owned(), body[name].clone());
        }
        let line = quoted(&serde_json::Value::Object(line).to_string());
        let severity = incident.severity as i64;
        let (name, body) = (&incident.incident_id, quoted(&body.to_string()));
        statements.push(format!(
            "INSERT INTO incidents (id, tenant_id, sensor_id, incident_id, revision, severity, confidence, host_ip,
                first_seen, last_seen, handling, search, line, body, received_at, changed_at)
             VALUES ('{id}', '{TENANT}', '{SENSOR}', '{name}', 1, {severity}, 0.9, '10.20.0.5', {at}, {at}, '{handling}',
                'shop.example.com', '{line}', '{body}', {at}, {at})"
        ));
        statements.push(format!(
            "INSERT INTO mail_jobs VALUES ('mail-{handling}', '{TENANT}', '{USER}', '{id}', {severity}, '{}', 1, {at}, {at}, NULL)",
            if handling == "done" { "sent" } else { "waiting" }
        ));
    }
    for (number, kind, text) in [(1, "handling", "done"), (2, "note", "We cleaned it.")] {
        statements.push(format!(
            "INSERT INTO incident_history VALUES ('019a0000-0000-7000-8000-00000000001{number}', '{TENANT}', '{DONE}', {at}, '{USER}', '{kind}', '{text}')"
        ));
    }
    statements
}

/// Lays a database of the first version where the settings will find it.
async fn lay_down(settings: &Settings) {
    let statements = first_version().await;
    match &settings.database {
        Some(database) => {
            let options = database.options().unwrap();
            let mut connection = sqlx::PgConnection::connect_with(&options).await.unwrap();
            up_to(1).run(&mut connection).await.unwrap();
            for text in statements {
                sqlx::raw_sql(AssertSqlSafe(text))
                    .execute(&mut connection)
                    .await
                    .unwrap();
            }
            connection.close().await.unwrap();
        }
        None => {
            let file = settings.data_dir.join("portal.sqlite");
            let options = SqliteConnectOptions::new()
                .filename(file)
                .create_if_missing(true);
            let mut connection = sqlx::SqliteConnection::connect_with(&options)
                .await
                .unwrap();
            up_to(1).run(&mut connection).await.unwrap();
            for text in statements {
                sqlx::raw_sql(AssertSqlSafe(text))
                    .execute(&mut connection)
                    .await
                    .unwrap();
            }
            connection.close().await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_the_first_version_wrote_is_read_by_this_one() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        data_dir: folder.path().to_owned(),
        database: fresh_postgres().await,
        ..Settings::default()
    };
    lay_down(&settings).await;
    let world = World::with(|fresh| *fresh = settings).await;
    let browser = world.browser(EMAIL).await;
    let done = browser
        .get(&format!("/api/v1/incidents/{DONE}"))
        .await
        .is(200)
        .json();
    assert_eq!(done["handling"], "resolved");
    let history = done["history"].as_array().unwrap();
    assert_eq!(
        (&history[0]["text"], &history[1]["text"]),
        (&"resolved".into(), &"We cleaned it.".into())
    );
    let new = browser
        .get(&format!("/api/v1/incidents/{NEW}"))
        .await
        .is(200)
        .json();
    assert_eq!(new["handling"], "new");
    let found = browser
        .get("/api/v1/incidents?handling=resolved&q=shop")
        .await
        .is(200)
        .json();
    assert_eq!(found["total"], 1);

    let scope = Scope::system_in(Id::stored(TENANT).unwrap());
    let mut connection = world.context().database.read(&scope).await.unwrap();
    let rows = query("SELECT state, incident FROM deliveries ORDER BY state")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let states: Vec<(&str, &str)> = rows
        .iter()
        .map(|row| {
            (
                row.try_get("state").unwrap(),
                row.try_get("incident").unwrap(),
            )
        })
        .collect();
    assert_eq!(states, [("accepted", DONE), ("waiting", NEW)]);
    let kind: String = scalar("SELECT kind FROM tenants")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(kind, "customer");
}
