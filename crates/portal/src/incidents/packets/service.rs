//! What people see of captures, and how room is made for new ones.

use super::{PacketsHeld, pcap, queries};
use crate::audit::{self, Act, Target};
use crate::context::Context;
use crate::database::Connection;
use crate::incidents::{IncidentKey, queries as incidents};
use crate::tenancy::{Action, Resource, Scope, SensorId};
use crate::{Code, Error, limits};
use serde_json::json;

const DAY_MICROS: i64 = 24 * 3600 * 1_000_000;

/// What may be downloaded of an incident by whoever asks; none where there is nothing, or not for them.
///
/// # Errors
/// When the database fails.
pub(in crate::incidents) async fn held(
    connection: &mut Connection,
    scope: &Scope,
    incident: IncidentKey,
) -> Result<Option<PacketsHeld>, Error> {
    if scope.authorize(Action::Read, Resource::Packets).is_err() {
        return Ok(None);
    }
    let held = queries::held(connection, scope, incident).await?;
    Ok((held.captures > 0).then_some(held))
}

/// The packets of an incident as one pcap file. That they were taken is noted first.
///
/// # Errors
/// Forbidden; not found, also when there are no packets; or the database fails.
pub(super) async fn download(
    context: &Context,
    scope: &Scope,
    incident: IncidentKey,
) -> Result<Vec<u8>, Error> {
    scope.authorize(Action::Read, Resource::Packets)?;
    let mut transaction = context.database.write(scope).await?;
    incidents::require(&mut transaction, scope, incident).await?;
    let captures = queries::contents(&mut transaction, scope, incident).await?;
    // A classic pcap has one link type. A sensor watches the same kind of cable on all its interfaces, as good as always.
    let link = captures.first().ok_or(Code::NotFound)?.0;
    let same: Vec<Vec<u8>> = captures
        .into_iter()
        .filter_map(|(other, capture)| (other == link).then_some(capture))
        .collect();
    let file = pcap::merged(link, &same);
    let target = Target::of("incident", incident, "");
    let detail = json!({ "bytes": file.len() });
    let act = Act::PacketsDownloaded;
    audit::service::write(context, &mut transaction, scope, act, target, detail).await?;
    transaction.commit().await?;
    Ok(file)
}

/// Drops the oldest captures of a sensor that has more than it may.
pub(super) async fn make_room_of_sensor(
    connection: &mut Connection,
    scope: &Scope,
    now: i64,
) -> Result<(), Error> {
    let sensor = Some(scope.sensor_id()?);
    drop_oldest(connection, sensor, limits::SENSOR_PACKETS_BYTES_MAX, now).await
}

/// Drops the oldest captures of all tenants when there are more than the portal keeps, and forgets those that were dropped
/// long ago: no sensor asks for them any longer.
///
/// # Errors
/// When the database fails.
pub(crate) async fn make_room(context: &Context) -> Result<(), Error> {
    let now = context.clock.micros();
    let mut transaction = context.database.write(&Scope::system()).await?;
    drop_oldest(&mut transaction, None, limits::PACKETS_BYTES_MAX, now).await?;
    queries::forget_dropped(&mut transaction, now.saturating_sub(DAY_MICROS)).await?;
    transaction.commit().await
}

pub(super) async fn drop_oldest(
    connection: &mut Connection,
    of: Option<SensorId>,
    bytes_max: u64,
    now: i64,
) -> Result<(), Error> {
    let mut total = queries::total(connection, of).await?;
    while total > bytes_max {
        let Some((id, bytes)) = queries::oldest(connection, of).await? else {
            return Ok(());
        };
        queries::drop_content(connection, id, now).await?;
        total = total.saturating_sub(bytes);
    }
    Ok(())
}
