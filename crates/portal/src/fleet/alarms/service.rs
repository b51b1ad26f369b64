//! Opens and closes alarms, and shows them.

use super::judge::{self, Known, Verdict, judge};
use super::kind::AlarmKind;
use super::model::{Alarm, AlarmList, AlarmQuery};
use super::queries;
use crate::context::Context;
use crate::database::Connection;
use crate::fleet::history::queries as history;
use crate::fleet::history::service::MINUTE_SECONDS;
use crate::fleet::{HistoryPoint, SensorState};
use crate::live::{LiveEvent, SensorEvent};
use crate::notify::announce;
use crate::notify::model::Reason;
use crate::tenancy::{Action, Resource, Scope, SensorId, TenantId};
use crate::{Error, limits};
use std::collections::HashMap;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// Alarms of the tenant, newest first.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn list(context: &Context, scope: &Scope, wish: &AlarmQuery) -> Result<AlarmList, Error> {
    scope.authorize(Action::Read, Resource::Sensor)?;
    let mut connection = context.database.read(scope).await?;
    let items = queries::list(&mut connection, scope, wish).await?;
    Ok(AlarmList { items })
}

/// Where an alarm opens: whose sensor it is, and when that was heard last.
#[derive(Clone, Copy)]
struct Place {
    tenant: TenantId,
    sensor: SensorId,
    last_heartbeat_at: Option<i64>,
}

/// A change of an alarm that is to be made.
enum Change {
    Open(Place, AlarmKind, i64),
    Close(Alarm),
}

/// Judges all sensors; how many alarms opened or closed. Called every minute. Each change is one transaction with the messages
/// that tell of it: where two portals see it at once, one of them makes it.
///
/// # Errors
/// When the database fails.
pub async fn sweep(context: &Context) -> Result<u64, Error> {
    let mut changed = 0;
    for change in changes(context).await? {
        let told = {
            let mut transaction = context.database.write(&Scope::system()).await?;
            let told = make(context, &mut transaction, change).await?;
            transaction.commit().await?;
            told
        };
        if let Some((alarm, state)) = told {
            changed += 1;
            context.post_bell.notify_one();
            let news = SensorEvent {
                id: alarm.sensor,
                state,
            };
            let now = context.clock.micros();
            context
                .hub
                .publish(alarm.tenant, now, LiveEvent::Sensor(news));
        }
    }
    Ok(changed)
}

async fn changes(context: &Context) -> Result<Vec<Change>, Error> {
    let system = Scope::system();
    let now = context.clock.micros();
    let from = now.saturating_sub(judge::WINDOW_MINUTES * 60 * MICROS_PER_SECOND);
    let mut connection = context.database.read(&system).await?;
    let watched = queries::watched(&mut connection, &system).await?;
    let mut open: HashMap<(SensorId, AlarmKind), Alarm> = HashMap::new();
    for alarm in queries::all_open(&mut connection, &system).await? {
        open.insert((alarm.sensor, alarm.kind), alarm);
    }
    let mut minutes: HashMap<SensorId, Vec<HistoryPoint>> = HashMap::new();
    let steps = history::of_all(&mut connection, &system, MINUTE_SECONDS, from).await?;
    for (_, sensor, point) in steps {
        minutes.entry(sensor).or_default().push(point);
    }
    let mut changes = Vec::new();
    for sensor in watched {
        let known = Known {
            now,
            last_heartbeat_at: sensor.last_heartbeat_at,
            heartbeat: sensor.heartbeat.as_ref(),
            minutes: minutes.get(&sensor.id).map_or(&[], Vec::as_slice),
        };
        let mut opens = Vec::new();
        for kind in AlarmKind::ALL {
            let alarm = open.remove(&(sensor.id, kind));
            match (judge(kind, &known, alarm.is_some()), alarm) {
                (Verdict::Wrong(value), None) => opens.push((kind, value)),
                (Verdict::Right, Some(alarm)) => changes.push(Change::Close(alarm)),
                _ => {}
            }
        }
        let place = Place {
            tenant: sensor.tenant,
            sensor: sensor.id,
            last_heartbeat_at: sensor.last_heartbeat_at,
        };
        let opened = opens.into_iter();
        changes.extend(opened.map(|(kind, value)| Change::Open(place, kind, value)));
    }
    Ok(changes)
}

/// Makes a change, where nobody else has; what it was.
async fn make(
    context: &Context,
    connection: &mut Connection,
    change: Change,
) -> Result<Option<(Alarm, SensorState)>, Error> {
    let now = context.clock.micros();
    let (id, last, reason) = match change {
        Change::Open(place, kind, value) => {
            let scope = Scope::system_in(place.tenant);
            let opened = queries::open(connection, &scope, place.sensor, kind, value, now).await?;
            (opened, place.last_heartbeat_at, Reason::AlarmOpened)
        }
        Change::Close(alarm) => {
            let scope = Scope::system_in(alarm.tenant);
            let closed = queries::close(connection, &scope, alarm.id, now).await?;
            (closed.then_some(alarm.id), Some(now), Reason::AlarmClosed)
        }
    };
    let Some(id) = id else { return Ok(None) };
    let alarm = queries::one(connection, &Scope::system(), id).await?;
    announce::announce_alarm(context, connection, &alarm, reason).await?;
    Ok(Some((alarm, SensorState::at(now, last))))
}

/// Forgets what closed long ago. Called now and then.
///
/// # Errors
/// When the database fails.
pub async fn forget(context: &Context) -> Result<(), Error> {
    let now = context.clock.micros();
    let before = now.saturating_sub(limits::ALARMS_KEPT_DAYS * MICROS_PER_DAY);
    let system = Scope::system();
    let mut transaction = context.database.write(&system).await?;
    queries::forget(&mut transaction, &system, before).await?;
    transaction.commit().await
}
