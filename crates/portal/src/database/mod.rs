//! The database: SQLite in the portal's folder, or PostgreSQL. Statements have one text for both; what differs stands in
//! this room and nowhere else.

mod copy;
mod notices;
mod query;
mod row;
mod rows;

pub use notices::Heard;
pub use query::{Query, Value, composed, query, scalar};
pub use row::Row;

use crate::Error;
use crate::settings::Settings;
use crate::tenancy::Scope;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Postgres, Sqlite};
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::time::Duration;

/// Builds the text of a statement composed by sea-query: names in double quotes, values as `$1`. SQLite reads it too.
pub type StatementBuilder = sea_query::PostgresQueryBuilder;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

const READERS: u32 = 4;
const CONNECTIONS: u32 = 16;
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);

/// As SQLite has it: one writer at a time, so that what a writer has read is still true when it writes. Nobody else
/// takes this lock, and readers do not wait for it.
const ONE_WRITER: &str = "LOCK TABLE tenants IN SHARE ROW EXCLUSIVE MODE";

/// The portal's database: many readers, one writer at a time.
#[derive(Clone)]
pub struct Database(Pools);

#[derive(Clone)]
enum Pools {
    Sqlite {
        reader: SqlitePool,
        writer: SqlitePool,
    },
    Postgres(PgPool),
}

/// A connection, inside or outside a transaction.
pub struct Connection(Held);

enum Held {
    Sqlite(PoolConnection<Sqlite>),
    SqliteTransaction(sqlx::Transaction<'static, Sqlite>),
    Postgres(PoolConnection<Postgres>),
    PostgresTransaction(sqlx::Transaction<'static, Postgres>),
}

/// A connection as the statement needs it that runs on it.
enum Lent<'a> {
    Sqlite(&'a mut sqlx::SqliteConnection),
    Postgres(&'a mut sqlx::PgConnection),
}

/// A transaction; dropped without commit, it never was.
pub struct Transaction(Connection);

impl Database {
    /// Opens the database that the settings name, making it where it is a file and missing, and brings its tables up to date.
    ///
    /// # Errors
    /// When it cannot be reached, made or read, or was written by a newer version.
    pub async fn open(settings: &Settings) -> Result<Self, Error> {
        match &settings.database {
            Some(database) => Self::postgres(database.options()?).await,
            None => Self::sqlite(&settings.data_dir.join("portal.sqlite")).await,
        }
    }

    async fn sqlite(file: &Path) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What is acknowledged is on disk first: FULL syncs the log at every commit.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        MIGRATIONS.run(&writer).await.map_err(not_migrated)?;
        let reader = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(Self(Pools::Sqlite { reader, writer }))
    }

    async fn postgres(options: PgConnectOptions) -> Result<Self, Error> {
        let options = options.application_name("hinomi");
        rows::prepare(&options).await?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(BUSY_TIMEOUT)
            .connect_with(options)
            .await?;
        Ok(Self(Pools::Postgres(pool)))
    }

    /// A connection to read with what the scope may see.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(&self, scope: &Scope) -> Result<Connection, Error> {
        Ok(Connection(match &self.0 {
            Pools::Sqlite { reader, .. } => Held::Sqlite(reader.acquire().await?),
            Pools::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                rows::show(&mut connection, scope, rows::Until::AskedAgain).await?;
                Held::Postgres(connection)
            }
        }))
    }

    /// A transaction that may write what the scope may see; from its beginning no other writes.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn write(&self, scope: &Scope) -> Result<Transaction, Error> {
        let held = match &self.0 {
            Pools::Sqlite { writer, .. } => {
                Held::SqliteTransaction(writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            Pools::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                rows::show(&mut transaction, scope, rows::Until::TransactionEnds).await?;
                sqlx::query(ONE_WRITER).execute(&mut *transaction).await?;
                Held::PostgresTransaction(transaction)
            }
        };
        Ok(Transaction(Connection(held)))
    }

    /// Ends all connections; SQLite folds its log into the file.
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { reader, writer } => {
                reader.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

impl Connection {
    fn lend(&mut self) -> Lent<'_> {
        match &mut self.0 {
            Held::Sqlite(connection) => Lent::Sqlite(connection),
            Held::SqliteTransaction(transaction) => Lent::Sqlite(transaction),
            Held::Postgres(connection) => Lent::Postgres(connection),
            Held::PostgresTransaction(transaction) => Lent::Postgres(transaction),
        }
    }
}

impl Transaction {
    /// Nothing was written.
    ///
    /// # Errors
    /// When the database fails: then nothing was written, either.
    pub async fn rollback(self) -> Result<(), Error> {
        match self.0.0 {
            Held::SqliteTransaction(transaction) => transaction.rollback().await?,
            Held::PostgresTransaction(transaction) => transaction.rollback().await?,
            Held::Sqlite(_) | Held::Postgres(_) => {}
        }
        Ok(())
    }

    /// What was written is on disk and seen by all.
    ///
    /// # Errors
    /// When the database fails: then nothing was written.
    pub async fn commit(self) -> Result<(), Error> {
        match self.0.0 {
            Held::SqliteTransaction(transaction) => transaction.commit().await?,
            Held::PostgresTransaction(transaction) => transaction.commit().await?,
            Held::Sqlite(_) | Held::Postgres(_) => {}
        }
        Ok(())
    }
}

impl Deref for Transaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}

fn not_migrated(source: sqlx::migrate::MigrateError) -> Error {
    Error::Migration(Box::new(source))
}

/// Makes a folder that only its owner may look into.
///
/// # Errors
/// When it cannot be made.
pub fn make_private_folder(folder: &Path) -> Result<(), Error> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| Error::File {
            path: folder.to_owned(),
            source,
        })
}

#[cfg(test)]
mod upgrade_tests;

#[cfg(test)]
mod tests {
    use super::MIGRATIONS;
    use crate::secret::hexadecimal;

    /// A migration that has been released is never changed: databases out there remember its checksum.
    #[test]
    fn migrations_are_only_ever_added() {
        let known: Vec<String> = MIGRATIONS
            .iter()
            .map(|one| format!("{} {}", one.version, hexadecimal(&one.checksum)))
            .collect();
        insta::assert_snapshot!(known.join("\n"));
    }
}
