//! What lists are made of, in memory: a short row for each incident of the tenants that somebody looks at, so that any
//! filters together, any order and the count of all that they find are one pass over an array, on either database.
//!
//! Nothing is kept here that the database has not: a table is filled when it is first asked for, and before each answer
//! takes what has changed since (every change of an incident raises the tenant's `changed_at`, [`queries::next_change`]),
//! by whichever portal. Only identifiers leave this room; what they stand for is then read within the scope. Where memory
//! ends the database answers itself, from the same query ([`IncidentQuery`]), slower.

mod search;
mod table;
#[cfg(test)]
mod tests;
mod words;

use super::filter::IncidentQuery;
use super::model::IncidentKey;
use super::queries;
use crate::context::Context;
use crate::database::Connection;
use crate::tenancy::{Scope, TenantId};
use crate::{Error, limits};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use table::Table;
use tokio::sync::RwLock;

/// A stretch of a list, and how many incidents are on all of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// In order.
    pub ids: Vec<IncidentKey>,
    /// All, before and behind the stretch.
    pub total: u64,
}

/// The tables of the tenants asked for last.
pub struct Archive {
    shelves: Mutex<HashMap<TenantId, Arc<Shelf>>>,
    uses: AtomicU64,
    bytes_max: usize,
}

/// The table of a tenant.
#[derive(Default)]
struct Shelf {
    table: Arc<RwLock<Table>>,
    /// Held while changes are read and taken, so that an older state is never put over a newer one.
    reading: tokio::sync::Mutex<Reading>,
    bytes: AtomicUsize,
    last_use: AtomicU64,
}

/// How far changes have been read.
#[derive(Default)]
struct Reading {
    /// Time and identifier of the last change.
    last: Option<(i64, String)>,
    /// It was more than memory is meant for.
    is_too_large: bool,
}

impl Default for Archive {
    /// Without tables.
    fn default() -> Self {
        Self::within(limits::ARCHIVE_BYTES_MAX)
    }
}

impl Archive {
    fn within(bytes_max: usize) -> Self {
        Self {
            shelves: Mutex::default(),
            uses: AtomicU64::new(0),
            bytes_max,
        }
    }

    /// What a query finds; none where the tenant's incidents do not fit into memory.
    async fn find(
        &self,
        connection: &mut Connection,
        scope: &Scope,
        query: &IncidentQuery,
        limit: u64,
        offset: u64,
    ) -> Result<Option<Found>, Error> {
        let shelf = self.shelf(scope.tenant()?);
        if !self.bring_up_to_date(&shelf, connection, scope).await? {
            return Ok(None);
        }
        // Tables hold what the whole tenant has; whoever is limited to sites finds what their sensors told.
        let sensors = queries::sensors_within(connection, scope, &query.site).await?;
        let table = Arc::clone(&shelf.table).read_owned().await;
        let query = query.clone();
        // Milliseconds for a million incidents: too long for the thread that serves others.
        let found = tokio::task::spawn_blocking(move || {
            table.find(&query, sensors.as_deref(), limit, offset)
        });
        found
            .await
            .map_err(|_| Error::Stored { what: "archive" })?
            .map(Some)
    }

    fn shelf(&self, tenant: TenantId) -> Arc<Shelf> {
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        let shelf = Arc::clone(shelves.entry(tenant).or_default());
        let now = self.uses.fetch_add(1, Ordering::Relaxed);
        shelf.last_use.store(now, Ordering::Relaxed);
        shelf
    }

    /// Reads what has changed; whether the tenant's incidents are all in memory then.
    async fn bring_up_to_date(
        &self,
        shelf: &Shelf,
        connection: &mut Connection,
        scope: &Scope,
    ) -> Result<bool, Error> {
        let mut reading = shelf.reading.lock().await;
        while !reading.is_too_large {
            let rows = queries::rows_after(connection, scope, reading.last.as_ref()).await?;
            let is_last = rows.len() < queries::ROWS_AT_ONCE;
            if let Some(last) = rows.last() {
                let mut table = shelf.table.write().await;
                for row in &rows {
                    table.take(row)?;
                }
                reading.last = Some((last.changed_at, last.id.to_string()));
                shelf.bytes.store(table.bytes(), Ordering::Relaxed);
                if table.bytes() > self.bytes_max {
                    tracing::warn!(
                        tenant = %scope.tenant()?,
                        "the incidents of a tenant are more than memory is meant for: lists of them are slow"
                    );
                    *table = Table::default();
                    shelf.bytes.store(0, Ordering::Relaxed);
                    reading.is_too_large = true;
                }
                drop(table);
                self.make_room(shelf);
            }
            if is_last {
                break;
            }
        }
        Ok(!reading.is_too_large)
    }

    /// Lets tables go, those that were used longest ago first, but never this one.
    fn make_room(&self, but: &Shelf) {
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let sizes = shelves
                .values()
                .map(|one| one.bytes.load(Ordering::Relaxed));
            if sizes.sum::<usize>() <= self.bytes_max {
                return;
            }
            let others = shelves.iter().filter(|(_, one)| {
                one.bytes.load(Ordering::Relaxed) > 0 && !std::ptr::eq(Arc::as_ptr(one), but)
            });
            let oldest = others.min_by_key(|(_, one)| one.last_use.load(Ordering::Relaxed));
            let Some(tenant) = oldest.map(|(tenant, _)| *tenant) else {
                return;
            };
            shelves.remove(&tenant);
        }
    }
}

/// What a query finds: from memory, or else from the database. `connection` is one that only reads: what a transaction
/// has not committed must not get here.
///
/// # Errors
/// Invalid request when the query goes on after what is no place in its order; or the database fails.
pub async fn find(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    query: &IncidentQuery,
    limit: u64,
    offset: u64,
) -> Result<Found, Error> {
    let archive = &context.archive;
    if let Some(found) = archive
        .find(connection, scope, query, limit, offset)
        .await?
    {
        return Ok(found);
    }
    Ok(Found {
        total: queries::count(connection, scope, query).await?,
        ids: queries::ids(connection, scope, query, limit, offset).await?,
    })
}
