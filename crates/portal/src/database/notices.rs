//! Notices between portals that work on one PostgreSQL (`LISTEN`, `NOTIFY`). With SQLite there is nobody else.

use super::{Database, Pools};
use crate::Error;
use sqlx::postgres::PgListener;

const CHANNEL: &str = "hinomi";

/// What other portals, and this one, send.
pub struct Notices(PgListener);

/// What is heard.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// A notice.
    Notice(String),
    /// The line was broken: notices may have been missed.
    Gap,
}

impl Database {
    /// Listens from now on; none where there can be no other portal.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn notices(&self) -> Result<Option<Notices>, Error> {
        let Pools::Postgres(pool) = &self.0 else {
            return Ok(None);
        };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Some(Notices(listener)))
    }

    /// Tells all portals on this database, of at most 8,000 bytes.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn notify(&self, notice: &str) -> Result<(), Error> {
        if let Pools::Postgres(pool) = &self.0 {
            sqlx::query("SELECT pg_notify($1, $2)")
                .bind(CHANNEL)
                .bind(notice)
                .execute(pool)
                .await?;
        }
        Ok(())
    }
}

impl Notices {
    /// The next one; a line that breaks is mended.
    ///
    /// # Errors
    /// When the database cannot be reached again.
    pub async fn next(&mut self) -> Result<Heard, Error> {
        Ok(match self.0.try_recv().await? {
            Some(notice) => Heard::Notice(notice.payload().to_owned()),
            None => Heard::Gap,
        })
    }
}
