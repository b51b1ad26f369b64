//! What is done with sensors, by people and by the sensors themselves.

use super::alarms::{self, AlarmKind, AlarmQuery};
use super::model::{
    Heartbeat, NewSensor, Sensor, SensorChange, SensorList, SensorState, SensorWithSecret,
};
use super::{history, queries};
use crate::audit::{self, Act, Target};
use crate::context::Context;
use crate::database::Connection;
use crate::live::{LiveEvent, SensorEvent};
use crate::tenancy::{Action, Resource, Scope, SensorId, TenantId};
use crate::text::{checked_name, optional_name};
use crate::{Code, Error, limits, secret};
use event::Timestamp;
use link::EnrolmentCode;
use serde_json::json;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// All sensors of the tenant.
///
/// # Errors
/// When the database fails.
pub async fn list(context: &Context, scope: &Scope) -> Result<SensorList, Error> {
    scope.authorize(Action::Read, Resource::Sensor)?;
    let mut connection = context.database.read(scope).await?;
    let mut items = queries::all(&mut connection, scope, context.clock.micros()).await?;
    add_alarms(&mut connection, scope, &mut items).await?;
    Ok(SensorList { items })
}

/// A sensor.
///
/// # Errors
/// Not found, or the database fails.
pub async fn one(context: &Context, scope: &Scope, id: SensorId) -> Result<Sensor, Error> {
    scope.authorize(Action::Read, Resource::Sensor)?;
    let mut connection = context.database.read(scope).await?;
    let mut sensor = queries::one(&mut connection, scope, id, context.clock.micros()).await?;
    add_alarms(&mut connection, scope, std::slice::from_mut(&mut sensor)).await?;
    Ok(sensor)
}

/// Puts open alarms beside their sensors.
async fn add_alarms(
    connection: &mut Connection,
    scope: &Scope,
    sensors: &mut [Sensor],
) -> Result<(), Error> {
    let wish = AlarmQuery {
        open: Some(true),
        ..AlarmQuery::default()
    };
    let mut open = alarms::queries::list(connection, scope, &wish).await?;
    open.sort_by_key(|alarm| AlarmKind::ALL.iter().position(|kind| *kind == alarm.kind));
    for alarm in open {
        if let Some(sensor) = sensors.iter_mut().find(|one| one.id == alarm.sensor) {
            sensor.alarms.push(alarm);
        }
    }
    Ok(())
}

/// Enters a sensor, with a secret by which it enrols.
///
/// # Errors
/// Forbidden; invalid name or location; too many sensors; or the database fails.
pub async fn create(
    context: &Context,
    scope: &Scope,
    new: &NewSensor,
) -> Result<SensorWithSecret, Error> {
    scope.authorize(Action::Create, Resource::Sensor)?;
    let name = checked_name("name", &new.name)?;
    let location = optional_name("location", &new.location)?;
    let now = context.clock.micros();
    let id = SensorId::generate();
    let mut transaction = context.database.write(scope).await?;
    if queries::count(&mut transaction, scope).await? >= limits::SENSORS_MAX {
        return Err(Code::SensorLimit.into());
    }
    queries::insert(&mut transaction, scope, id, &name, &location, now).await?;
    let made = give_secret(context, &mut transaction, scope, id).await?;
    note(
        context,
        &mut transaction,
        scope,
        Act::SensorCreated,
        &made.sensor,
    )
    .await?;
    transaction.commit().await?;
    Ok(made)
}

/// Writes to the audit log what was done with a sensor.
async fn note(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    act: Act,
    sensor: &Sensor,
) -> Result<(), Error> {
    let target = Target::of("sensor", sensor.id, &sensor.name);
    let detail = json!({ "location": sensor.location });
    audit::service::write(context, connection, scope, act, target, detail).await
}

async fn give_secret(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    id: SensorId,
) -> Result<SensorWithSecret, Error> {
    let now = context.clock.micros();
    let hours = i64::from(context.settings.enrolment_secret_hours);
    let expires_at = now.saturating_add(hours.saturating_mul(3600 * MICROS_PER_SECOND));
    let secret = secret::random_token();
    let code = EnrolmentCode {
        secret: secret.clone(),
        authority_sha256: context.authority.sha256(),
    };
    queries::set_secret(connection, scope, id, &secret::hash(&secret), expires_at).await?;
    Ok(SensorWithSecret {
        sensor: queries::one(connection, scope, id, now).await?,
        enrolment_secret: code.to_string(),
        expires_at: Timestamp::from_micros(expires_at),
    })
}

/// Gives a sensor a new secret; its key stays good until it enrols with the secret.
///
/// # Errors
/// Forbidden, not found, or the database fails.
pub async fn renew_secret(
    context: &Context,
    scope: &Scope,
    id: SensorId,
) -> Result<SensorWithSecret, Error> {
    scope.authorize(Action::Create, Resource::SensorSecret)?;
    let mut transaction = context.database.write(scope).await?;
    queries::one(&mut transaction, scope, id, context.clock.micros()).await?;
    let made = give_secret(context, &mut transaction, scope, id).await?;
    note(
        context,
        &mut transaction,
        scope,
        Act::SensorSecretMade,
        &made.sensor,
    )
    .await?;
    transaction.commit().await?;
    Ok(made)
}

/// Names a sensor and its place.
///
/// # Errors
/// Forbidden, not found, invalid name or location, or the database fails.
pub async fn change(
    context: &Context,
    scope: &Scope,
    id: SensorId,
    change: SensorChange,
) -> Result<Sensor, Error> {
    scope.authorize(Action::Update, Resource::Sensor)?;
    let now = context.clock.micros();
    let mut transaction = context.database.write(scope).await?;
    let mut sensor = queries::one(&mut transaction, scope, id, now).await?;
    if let Some(name) = change.name {
        sensor.name = checked_name("name", &name)?;
    }
    if let Some(location) = change.location {
        sensor.location = optional_name("location", &location)?;
    }
    queries::rename(&mut transaction, scope, id, &sensor.name, &sensor.location).await?;
    note(
        context,
        &mut transaction,
        scope,
        Act::SensorChanged,
        &sensor,
    )
    .await?;
    transaction.commit().await?;
    Ok(sensor)
}

/// Bars a sensor at once and for ever. What it found stays.
///
/// # Errors
/// Forbidden, not found, or the database fails.
pub async fn bar(context: &Context, scope: &Scope, id: SensorId) -> Result<(), Error> {
    scope.authorize(Action::Delete, Resource::Sensor)?;
    let now = context.clock.micros();
    let mut transaction = context.database.write(scope).await?;
    let sensor = queries::one(&mut transaction, scope, id, now).await?;
    queries::bar(&mut transaction, scope, id, now).await?;
    alarms::queries::close_all(&mut transaction, scope, id, now).await?;
    note(context, &mut transaction, scope, Act::SensorBarred, &sensor).await?;
    transaction.commit().await?;
    Ok(())
}

/// Spends a one-time secret, alone or within its enrolment code, on a sensor's key (`key_fingerprint`: SHA-256 of
/// its public key, hexadecimal). The same key may repeat it until the secret ends, since the answer may have been lost.
///
/// # Errors
/// Secret refused when it is unknown, spent by another key, or has ended; or the database fails.
pub async fn enrol(
    context: &Context,
    secret: &str,
    key_fingerprint: &str,
) -> Result<(TenantId, SensorId), Error> {
    let now = context.clock.micros();
    let mut transaction = context.database.write(&Scope::system()).await?;
    let secret = secret.split_once('.').map_or(secret, |(secret, _)| secret);
    let hash = secret::hash(secret);
    let scope = Scope::system();
    let spent = queries::spend_secret(&mut transaction, &scope, &hash, key_fingerprint, now);
    let found = spent.await?.ok_or(Code::SecretRefused)?;
    let (tenant, id) = found;
    let enrolled = Scope::sensor(tenant, id);
    let sensor = queries::one(&mut transaction, &Scope::system_in(tenant), id, now).await?;
    note(
        context,
        &mut transaction,
        &enrolled,
        Act::SensorEnrolled,
        &sensor,
    )
    .await?;
    transaction.commit().await?;
    Ok(found)
}

/// The name of a sensor that has just enrolled.
///
/// # Errors
/// Not found, or the database fails.
pub async fn name(context: &Context, tenant: TenantId, id: SensorId) -> Result<String, Error> {
    let scope = Scope::system_in(tenant);
    let mut connection = context.database.read(&scope).await?;
    let now = context.clock.micros();
    Ok(queries::one(&mut connection, &scope, id, now).await?.name)
}

/// The scope of the sensor that has proved to hold a key.
///
/// # Errors
/// Sensor barred when the key is unknown or the sensor barred; or the database fails.
pub async fn identify(context: &Context, key_fingerprint: &str) -> Result<Scope, Error> {
    let mut connection = context.database.read(&Scope::system()).await?;
    let found = queries::by_key(&mut connection, &Scope::system(), key_fingerprint).await?;
    let (tenant, sensor) = found.ok_or(Code::SensorBarred)?;
    let scope = Scope::sensor(tenant, sensor);
    require_admitted(&mut connection, &scope).await?;
    Ok(scope)
}

/// Passes a sensor that is known and not barred.
///
/// # Errors
/// Sensor barred; forbidden when the scope is no sensor's; or the database fails.
pub(crate) async fn require_admitted(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<(), Error> {
    if queries::is_admitted(connection, scope).await? {
        Ok(())
    } else {
        Err(Code::SensorBarred.into())
    }
}

/// Notes what a sensor says of itself.
///
/// # Errors
/// Sensor barred; forbidden when the scope is no sensor's; or the database fails.
pub async fn heartbeat(
    context: &Context,
    scope: &Scope,
    heartbeat: Heartbeat,
) -> Result<(), Error> {
    let heartbeat = within_limits(heartbeat);
    let json = serde_json::to_string(&heartbeat)?;
    let sensor = scope.sensor_id()?;
    let now = context.clock.micros();
    let mut transaction = context.database.write(scope).await?;
    require_admitted(&mut transaction, scope).await?;
    let before = queries::said_before(&mut transaction, scope).await?;
    let (covered, measured) = history::service::since(before.as_ref(), &heartbeat, now);
    queries::set_heartbeat(&mut transaction, scope, &json, now).await?;
    history::service::keep(&mut transaction, scope, now, covered, &measured).await?;
    let state = SensorState::Online;
    let changed = queries::announce(&mut transaction, scope, sensor, state).await?;
    transaction.commit().await?;
    if changed {
        let told = LiveEvent::Sensor(SensorEvent { id: sensor, state });
        context.hub.publish(scope.tenant()?, now, told);
    }
    Ok(())
}

/// A sensor may send anything; names are shortened, interfaces beyond the limit left out, and what the tenant's
/// browsers could not read as a number is capped.
fn within_limits(mut heartbeat: Heartbeat) -> Heartbeat {
    /// JavaScript's largest exact integer.
    const NUMBER_MAX: u64 = (1 << 53) - 1;
    let most = limits::HEARTBEAT_NAME_CHARS_MAX;
    let short = |name: &str| crate::text::shortened(name, most).to_owned();
    heartbeat.version = short(&heartbeat.version);
    heartbeat.interfaces.truncate(limits::INTERFACES_MAX);
    for interface in &mut heartbeat.interfaces {
        interface.name = short(&interface.name);
        for count in [
            &mut interface.packets,
            &mut interface.bytes,
            &mut interface.drops,
        ] {
            *count = (*count).min(NUMBER_MAX);
        }
    }
    for count in [
        &mut heartbeat.uptime_seconds,
        &mut heartbeat.rules_loaded,
        &mut heartbeat.rules_refused,
        &mut heartbeat.flows,
        &mut heartbeat.queue_length,
    ] {
        *count = (*count).min(NUMBER_MAX);
    }
    heartbeat.health.within_limits(NUMBER_MAX);
    heartbeat
}

/// Passes a portal that signs sensors' certificates as the first portal on this database did: others would not be
/// believed by the sensors that have enrolled.
///
/// # Errors
/// A setting, where the authority is another; or the database fails.
pub(crate) async fn require_common_authority(context: &Context) -> Result<(), Error> {
    let scope = Scope::system();
    let mut transaction = context.database.write(&scope).await?;
    let own = context.authority.sha256();
    let common = queries::common_authority(&mut transaction, &scope, &own).await?;
    transaction.commit().await?;
    if common == own {
        return Ok(());
    }
    Err(Error::Setting {
        name: "data_dir",
        reason: "its folder `authority` is not the one of the first portal on this database, whom the sensors trust: copy that one"
            .to_owned(),
    })
}

/// Tells browsers of sensors that have fallen silent. Called every few seconds.
///
/// # Errors
/// When the database fails.
pub async fn announce_silent(context: &Context) -> Result<(), Error> {
    let now = context.clock.micros();
    let known = {
        let mut connection = context.database.read(&Scope::system()).await?;
        queries::announced(&mut connection, &Scope::system()).await?
    };
    for sensor in known {
        let state = SensorState::at(now, sensor.last_heartbeat_at);
        if state == sensor.state {
            continue;
        }
        let scope = Scope::system_in(sensor.tenant);
        let mut transaction = context.database.write(&scope).await?;
        queries::announce(&mut transaction, &scope, sensor.id, state).await?;
        transaction.commit().await?;
        let id = sensor.id;
        let told = LiveEvent::Sensor(SensorEvent { id, state });
        context.hub.publish(sensor.tenant, now, told);
    }
    Ok(())
}

/// Forgets old history and alarms. Called now and then.
///
/// # Errors
/// When the database fails.
pub async fn forget(context: &Context) -> Result<(), Error> {
    history::service::forget(context).await?;
    alarms::service::forget(context).await
}
