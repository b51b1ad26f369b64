//! Row-level security of PostgreSQL: the second belt. Every statement names its tenant by itself; should one ever forget
//! it, the server shows the rows of the tenant that the connection was opened for, and no others.

use super::{MIGRATIONS, not_migrated};
use crate::Error;
use crate::tenancy::Scope;
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};

/// The setting of a connection that says whose rows it sees: a tenant's identifier, or `*`.
const SETTING: &str = "hinomi.tenant";
const EVERYBODY: &str = "*";

/// Guards every table that has a column `tenant_id`, those that later migrations bring as well. Staff works in customers'
/// data and is named there, so that their users are seen by all.
const GUARD: &str = include_str!("rows.sql");

/// How long a connection shows the rows of a scope.
#[derive(Clone, Copy)]
pub enum Until {
    /// Its next use says anew whose.
    AskedAgain,
    /// The end of the transaction.
    TransactionEnds,
}

/// Brings the tables up to date and guards them, on a connection of its own that sees all rows.
pub async fn prepare(options: &PgConnectOptions) -> Result<(), Error> {
    let options = options.clone().options([(SETTING, EVERYBODY)]);
    let mut connection = PgConnection::connect_with(&options).await?;
    MIGRATIONS
        .run(&mut connection)
        .await
        .map_err(not_migrated)?;
    sqlx::raw_sql(GUARD).execute(&mut connection).await?;
    let is_unbound: bool = sqlx::query_scalar(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user",
    )
    .fetch_one(&mut connection)
    .await?;
    if is_unbound {
        tracing::warn!(
            "the portal's role in PostgreSQL is a superuser or bypasses row-level security: give it a plain role that owns the database"
        );
    }
    connection.close().await?;
    Ok(())
}

/// What lets PostgreSQL's own tools see all rows, in `PGOPTIONS`.
pub fn every_row() -> String {
    format!("-c {SETTING}={EVERYBODY}")
}

/// The setting that says to whose sites incidents and sensors are limited: a user's identifier, or nothing.
const PERSON: &str = "hinomi.person";

/// Lets a connection see the rows of a scope.
pub async fn show(connection: &mut PgConnection, scope: &Scope, until: Until) -> Result<(), Error> {
    let tenant = scope
        .only_tenant()
        .map_or_else(|| EVERYBODY.to_owned(), |tenant| tenant.to_string());
    let person = scope.limited_person();
    sqlx::query("SELECT set_config($1, $2, $5), set_config($3, $4, $5)")
        .bind(SETTING)
        .bind(tenant)
        .bind(PERSON)
        .bind(person.map_or_else(String::new, |person| person.to_string()))
        .bind(matches!(until, Until::TransactionEnds))
        .execute(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::Error;
    use crate::database::{query, scalar};
    use crate::tenancy::Scope;
    use crate::testing::World;

    /// What a statement sees that has forgotten to name its tenant.
    #[tokio::test]
    async fn a_statement_without_tenant_sees_and_changes_one_tenant_only() {
        let world = World::new().await;
        if world.context().settings.database.is_none() {
            println!("skipped: row-level security is PostgreSQL's");
            return;
        }
        let (ours, theirs) = (world.side("ours").await, world.side("theirs").await);
        world.sample(&ours, 1).await;
        world.sample(&theirs, 2).await;
        let database = &world.context().database;
        let scope = Scope::system_in(ours.tenant);
        let mut connection = database.read(&scope).await.unwrap();
        for (table, all, seen) in [("incidents", 2, 1), ("users", 2, 1), ("sensors", 2, 1)] {
            let text: &'static str = format!("SELECT COUNT(*) FROM {table}").leak();
            let count: i64 = scalar(text).fetch_one(&mut connection).await.unwrap();
            assert_eq!(count, seen, "{table}");
            let mut whole = database.read(&Scope::system()).await.unwrap();
            let count: i64 = scalar(text).fetch_one(&mut whole).await.unwrap();
            assert_eq!(count, all, "{table}");
        }
        let mut transaction = database.write(&scope).await.unwrap();
        let changed = query("UPDATE incidents SET severity = 0")
            .execute(&mut transaction)
            .await;
        assert_eq!(changed.unwrap(), 1);
        let foreign = query("INSERT INTO incident_marks (tenant_id, kind, value, incident) SELECT $1, 'x', 'x', id FROM incidents")
            .bind(theirs.tenant.to_string())
            .execute(&mut transaction)
            .await;
        assert!(matches!(foreign, Err(Error::Database(_))), "{foreign:?}");
    }

    #[tokio::test]
    async fn every_table_with_a_tenant_is_guarded() {
        let world = World::new().await;
        if world.context().settings.database.is_none() {
            println!("skipped: row-level security is PostgreSQL's");
            return;
        }
        let mut connection = world
            .context()
            .database
            .read(&Scope::system())
            .await
            .unwrap();
        let open: i64 = scalar(
            "SELECT COUNT(*) FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'tenant_id'
             WHERE t.relkind = 'r' AND NOT (t.relrowsecurity AND t.relforcerowsecurity)",
        )
        .fetch_one(&mut connection)
        .await
        .unwrap();
        assert_eq!(open, 0);
    }
}
