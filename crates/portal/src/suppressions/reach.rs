//! How suppressions come to the sensors: each says by which version it goes, and gets the whole set when there is another.

use super::queries;
use crate::Error;
use crate::context::Context;
use crate::tenancy::Scope;
use event::{Suppression, Timestamp};
use link::SuppressionSet;

/// Notes by which version the sensor that asks goes, and gives what holds when that is another. Sensors that know of no
/// suppressions say no version.
///
/// # Errors
/// Forbidden to whoever is no sensor, or the database fails.
pub async fn exchange(
    context: &Context,
    scope: &Scope,
    has: Option<u64>,
) -> Result<Option<SuppressionSet>, Error> {
    let Some(has) = has else { return Ok(None) };
    let now = context.clock.micros();
    let (current, known) = {
        let mut connection = context.database.read(scope).await?;
        let current = queries::version(&mut connection, scope).await?;
        (current, queries::reached(&mut connection, scope).await?)
    };
    // A version that there is not yet is one of before a backup was put back: nobody knows what it says.
    let has = i64::try_from(has).ok().filter(|has| *has <= current);
    let noted = has.unwrap_or(0);
    if known != Some(noted) {
        let mut transaction = context.database.write(scope).await?;
        queries::set_reached(&mut transaction, scope, noted, now).await?;
        transaction.commit().await?;
    }
    if has == Some(current) {
        return Ok(None);
    }
    let mut connection = context.database.read(scope).await?;
    let items = queries::active(&mut connection, scope, now).await?;
    let items = items.into_iter().map(|one| Suppression {
        id: one.id.to_string(),
        scope: one.scope,
        expires_at: Timestamp::from_micros(one.expires_at),
    });
    // What has changed since the version was read comes again with the next one.
    Ok(Some(SuppressionSet {
        version: u64::try_from(current).unwrap_or(0),
        items: items.collect(),
    }))
}
