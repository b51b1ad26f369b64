//! The embedded database. What differs between SQLite and PostgreSQL stands here and nowhere else.

use crate::Error;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::path::Path;
use std::time::Duration;

/// The kind of database.
pub type Backend = sqlx::Sqlite;
/// One connection, inside or outside a transaction.
pub type Connection = sqlx::SqliteConnection;
/// A row of a result.
pub type Row = sqlx::sqlite::SqliteRow;
/// A transaction; dropped without commit, it never was.
pub type Transaction = sqlx::Transaction<'static, Backend>;

/// Builds the text of a statement composed by sea-query.
pub type StatementBuilder = sea_query::SqliteQueryBuilder;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

const READERS: u32 = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);

/// The portal's database: many readers, one writer at a time.
#[derive(Clone)]
pub struct Database {
    reader: SqlitePool,
    writer: SqlitePool,
}

impl Database {
    /// Opens `portal.sqlite` in a folder, making it where it is missing, and brings its tables up to date.
    ///
    /// # Errors
    /// When the folder or file cannot be made or read, or was written by a newer version.
    pub async fn open(folder: &Path) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(folder.join("portal.sqlite"))
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
        MIGRATIONS
            .run(&writer)
            .await
            .map_err(|source| Error::Migration(Box::new(source)))?;
        let reader = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(Self { reader, writer })
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(&self) -> Result<sqlx::pool::PoolConnection<Backend>, Error> {
        Ok(self.reader.acquire().await?)
    }

    /// A transaction that may write; from its beginning no other writes.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn write(&self) -> Result<Transaction, Error> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Ends all connections and folds the log into the file.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
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

/// Runs a statement composed by sea-query.
pub fn composed(
    statement: String,
    values: sea_query::Values,
) -> sqlx::query::Query<'static, Backend, sqlx::sqlite::SqliteArguments> {
    // The text has only placeholders in it: every value that a caller gave is bound below.
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
    for value in values {
        query = match value {
            sea_query::Value::BigInt(number) => query.bind(number),
            sea_query::Value::BigUnsigned(number) => {
                query.bind(number.map(|number| i64::try_from(number).unwrap_or(i64::MAX)))
            }
            sea_query::Value::Double(number) => query.bind(number),
            sea_query::Value::Bool(truth) => query.bind(truth),
            sea_query::Value::String(text) => query.bind(text),
            other => query.bind(format!("{other:?}")),
        };
    }
    query
}

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
