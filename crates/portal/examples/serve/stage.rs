//! What the stories of the web app's tests need from a portal: a database of its own, and somebody who lets things happen.

use crate::samples;
use portal::{DatabaseSettings, ManualClock, Portal, Scope, incidents};
use sqlx::Connection as _;
use std::io::BufRead as _;

/// The variable with the address of a PostgreSQL server on which databases may be made.
const POSTGRES: &str = "HINOMI_TEST_POSTGRES";

/// A new database where the environment names a PostgreSQL server; none otherwise: SQLite.
pub async fn fresh_postgres() -> Result<Option<DatabaseSettings>, Box<dyn std::error::Error>> {
    let Ok(server) = std::env::var(POSTGRES) else {
        return Ok(None);
    };
    let name = format!("serve_{}", std::process::id());
    let mut connection = sqlx::PgConnection::connect(&format!("{server}/postgres")).await?;
    let statement = format!("CREATE DATABASE {name}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(&mut connection)
        .await?;
    Ok(Some(DatabaseSettings {
        url: format!("{server}/{name}"),
        password_file: None,
        password_env: None,
    }))
}

/// Does what the lines of standard input say: `pass SECONDS` puts the clock forward, `arrive NUMBER` lets the sample
/// incident of that number happen now.
pub fn listen(portal: Portal, sensor: Scope, hand: ManualClock) {
    let runtime = tokio::runtime::Handle::current();
    // The end of the process ends it: a thread that waits for a line holds up nobody.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            match line
                .split_once(' ')
                .map(|(word, number)| (word, number.parse::<u32>()))
            {
                Some(("pass", Ok(seconds))) => {
                    hand.advance_seconds(i64::from(seconds));
                    // What is due now has not to wait for the next look at the clock.
                    portal.context().post_bell.notify_one();
                }
                Some(("arrive", Ok(number))) => {
                    runtime.block_on(arrive(&portal, &sensor, number.into()));
                }
                _ => eprintln!("not understood: {line}"),
            }
        }
    });
}

/// Lets a sample incident happen now.
pub async fn arrive(portal: &Portal, sensor: &Scope, number: u64) {
    let now = portal.context().clock.now();
    let mut incident = samples::incident(number, now);
    incident.first_seen = now;
    incident.last_seen = now;
    if let Err(error) = incidents::accept(portal.context(), sensor, &incident).await {
        eprintln!("{}", portal::causes(&error));
    }
}
