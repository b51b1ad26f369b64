//! The database into a file and back, while it is in use: SQLite's `VACUUM INTO`, PostgreSQL's `pg_dump` and `pg_restore`.

use super::{Database, rows};
use crate::settings::{DatabaseSettings, Settings};
use crate::{Error, secret};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use std::ffi::OsStr;
use std::path::Path;
use tokio::process::Command;

const SQLITE_FILE: &str = "portal.sqlite";
const DUMP_FILE: &str = "portal.dump";

impl Database {
    /// Copies the database of the settings into a file in a folder, as it is at one moment.
    ///
    /// # Errors
    /// When there is no database, it fails, or the file cannot be written.
    pub async fn copy_to(settings: &Settings, folder: &Path) -> Result<(), Error> {
        let Some(database) = &settings.database else {
            let file = settings.data_dir.join(SQLITE_FILE);
            require_file(&file)?;
            let copy = folder.join(SQLITE_FILE);
            let mut connection =
                SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await?;
            sqlx::query("VACUUM INTO $1")
                .bind(copy.display().to_string())
                .execute(&mut connection)
                .await?;
            connection.close().await?;
            return Ok(());
        };
        let file = folder.join(DUMP_FILE);
        let arguments = [
            "--format=custom",
            "--enable-row-security",
            "--no-owner",
            "--file",
        ];
        run("pg_dump", database, arguments, [file.as_os_str()]).await
    }

    /// Makes the database of the settings from such a file.
    ///
    /// # Errors
    /// When the file is missing or no such file, the database is not empty, or fails.
    pub async fn copy_from(settings: &Settings, folder: &Path) -> Result<(), Error> {
        let Some(database) = &settings.database else {
            let file = folder.join(SQLITE_FILE);
            require_file(&file)?;
            let copy = settings.data_dir.join(SQLITE_FILE);
            let copied = std::fs::copy(&file, copy);
            return copied
                .map(|_| ())
                .map_err(|source| Error::File { path: file, source });
        };
        let file = folder.join(DUMP_FILE);
        require_file(&file)?;
        let name = database.options()?;
        let name = name.get_database().unwrap_or_default().to_owned();
        let arguments = [
            "--exit-on-error",
            "--single-transaction",
            "--no-owner",
            "--dbname",
        ];
        run(
            "pg_restore",
            database,
            arguments,
            [OsStr::new(&name), file.as_os_str()],
        )
        .await
    }
}

fn require_file(file: &Path) -> Result<(), Error> {
    match std::fs::metadata(file) {
        Ok(_) => Ok(()),
        Err(source) => Err(Error::File {
            path: file.to_owned(),
            source,
        }),
    }
}

/// Runs a tool of PostgreSQL's. The password goes by the environment, which other users of the machine do not see; one
/// that stands in the address does not reach it.
async fn run<const A: usize, const B: usize>(
    tool: &'static str,
    database: &DatabaseSettings,
    arguments: [&str; A],
    rest: [&OsStr; B],
) -> Result<(), Error> {
    let options = database.options()?;
    let (file, variable) = (
        database.password_file.as_deref(),
        database.password_env.as_deref(),
    );
    let mut command = Command::new(tool);
    command
        .arg("--no-password")
        .args(arguments)
        .args(rest)
        .env("PGHOST", options.get_host())
        .env("PGPORT", options.get_port().to_string())
        .env("PGUSER", options.get_username())
        .env("PGDATABASE", options.get_database().unwrap_or_default())
        .env("PGOPTIONS", rows::every_row());
    if let Some(password) = secret::configured("database.password", file, variable)? {
        command.env("PGPASSWORD", password);
    }
    let failed = |reason: String| Error::Tool { name: tool, reason };
    let output = command
        .output()
        .await
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(
        String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    ))
}
