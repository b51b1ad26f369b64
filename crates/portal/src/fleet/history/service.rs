//! Measures what comes between two heartbeats, and shows it.

use super::model::{History, HistoryPoint, HistoryQuery, Measured};
use super::queries;
use crate::context::Context;
use crate::database::Connection;
use crate::fleet::queries as sensors;
use crate::fleet::{Heartbeat, InterfaceCounters};
use crate::tenancy::{Action, Resource, Scope, SensorId};
use crate::{Error, limits};
use event::Timestamp;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_HOUR: i64 = 3600 * MICROS_PER_SECOND;
pub(in crate::fleet) const MINUTE_SECONDS: i64 = 60;
const HOUR_SECONDS: i64 = 3600;
const HOURS_DEFAULT: u32 = 24;
/// Steps that can be asked for, in minutes.
const STEPS: [u32; 6] = [1, 5, 15, 60, 360, 1440];
/// Points of a chart, where the caller does not say how fine it is.
const POINTS_WISHED: u32 = 300;
/// No sensor counts more than this in a microsecond: bytes at 100 Gbit/s. What claims more is capped, so that sums stay sums.
const COUNT_PER_MICRO_MAX: u64 = 12_500;
/// Of a first heartbeat, what came before is at most this old.
const FIRST_MICROS_MAX: i64 = MICROS_PER_HOUR;

/// What a sensor said before, and when.
pub(crate) struct Before {
    pub heartbeat: Heartbeat,
    pub at: i64,
}

/// What came since the last heartbeat, and in how many microseconds.
pub(in crate::fleet) fn since(
    before: Option<&Before>,
    beat: &Heartbeat,
    now: i64,
) -> (i64, Measured) {
    let uptime_micros = i64::try_from(beat.uptime_seconds)
        .unwrap_or(i64::MAX)
        .saturating_mul(MICROS_PER_SECOND);
    let gone = before.map_or(FIRST_MICROS_MAX, |before| now.saturating_sub(before.at));
    // Counters of a sensor that started anew began anew.
    let running = before.filter(|before| {
        before.heartbeat.uptime_seconds <= beat.uptime_seconds
            && sum(&before.heartbeat, |one| one.packets) <= sum(beat, |one| one.packets)
    });
    let covered = match running {
        Some(_) => gone,
        None => gone.min(uptime_micros),
    };
    let covered = covered.max(0);
    let most = covered.unsigned_abs().saturating_mul(COUNT_PER_MICRO_MAX);
    let said = running.map(|before| &before.heartbeat);
    let grown = |now: u64, before: Option<u64>| now.saturating_sub(before.unwrap_or(0)).min(most);
    let counted = |of: fn(&InterfaceCounters) -> u64| {
        grown(sum(beat, of), said.map(|before| sum(before, of)))
    };
    let (health, known) = (&beat.health, said.map(|before| &before.health));
    let told = |of: fn(&super::super::Health) -> Option<u64>| {
        of(health).map_or(0, |now| grown(now, known.and_then(of)))
    };
    let measured = Measured {
        covered_seconds: covered.unsigned_abs() / 1_000_000,
        packets: counted(|one| one.packets),
        bytes: counted(|one| one.bytes),
        drops: counted(|one| one.drops),
        shed: told(|health| health.packets_shed),
        events: told(|health| health.events),
        detections: told(|health| health.detections),
        tcp_both_sides: told(|health| health.tcp_both_sides),
        tcp_one_side: told(|health| health.tcp_one_side),
        flows: beat.flows,
        queue_length: beat.queue_length,
        cpu_machine_permille: health.cpu_machine_permille,
        memory_bytes: health.memory_bytes,
        memory_available_bytes: health.memory_available_bytes,
        disk_free_bytes: health.disk_free_bytes,
        clock_offset_ms: health.clock_offset_ms,
    };
    (covered, measured)
}

fn sum(beat: &Heartbeat, of: fn(&InterfaceCounters) -> u64) -> u64 {
    let counts = beat.interfaces.iter().map(of);
    counts.fold(0, u64::saturating_add)
}

/// Keeps what a sensor measured, in its minute and its hour.
///
/// # Errors
/// When the database fails.
pub(in crate::fleet) async fn keep(
    connection: &mut Connection,
    scope: &Scope,
    now: i64,
    covered: i64,
    measured: &Measured,
) -> Result<(), Error> {
    for step in [MINUTE_SECONDS, HOUR_SECONDS] {
        queries::add(connection, scope, step, now, covered, measured).await?;
    }
    Ok(())
}

/// How a sensor has been.
///
/// # Errors
/// Forbidden, not found, an invalid request, or the database fails.
pub async fn history(
    context: &Context,
    scope: &Scope,
    id: SensorId,
    wish: &HistoryQuery,
) -> Result<History, Error> {
    scope.authorize(Action::Read, Resource::Sensor)?;
    let (hours, step_minutes) = checked(wish)?;
    let step = i64::from(step_minutes) * 60 * MICROS_PER_SECOND;
    let now = context.clock.micros();
    let from = now.saturating_sub(i64::from(hours) * MICROS_PER_HOUR);
    let from = from.div_euclid(step).saturating_mul(step);
    let mut connection = context.database.read(scope).await?;
    sensors::one(&mut connection, scope, id, now).await?;
    let kept = if step_minutes < 60 {
        MINUTE_SECONDS
    } else {
        HOUR_SECONDS
    };
    let steps = queries::steps(&mut connection, scope, id, kept, from).await?;
    Ok(History {
        from: Timestamp::from_micros(from),
        until: Timestamp::from_micros(now),
        step_minutes,
        points: gathered(steps, step),
    })
}

fn checked(wish: &HistoryQuery) -> Result<(u32, u32), Error> {
    let hours = wish.hours.unwrap_or(HOURS_DEFAULT);
    let most = limits::HISTORY_HOURS_MAX;
    if !(1..=most).contains(&hours) {
        return Err(Error::invalid(format!(
            "hours is not a number from 1 to {most}"
        )));
    }
    let reaches = |step: u32| step >= 60 || hours <= limits::HISTORY_MINUTES_KEPT_HOURS;
    let points = |step: u32| hours * 60 / step;
    let step = match wish.step_minutes {
        Some(step) => step,
        None => STEPS
            .into_iter()
            .find(|step| reaches(*step) && points(*step) <= POINTS_WISHED)
            .unwrap_or(1440),
    };
    if !STEPS.contains(&step) {
        return Err(Error::invalid(
            "step_minutes is not one of 1, 5, 15, 60, 360, 1440",
        ));
    }
    if !reaches(step) || points(step) > limits::HISTORY_POINTS_MAX {
        return Err(Error::invalid(format!(
            "step_minutes is too fine for so many hours: below 60 is kept for {} hours",
            limits::HISTORY_MINUTES_KEPT_HOURS
        )));
    }
    Ok((hours, step))
}

/// Joins neighbouring steps to longer ones.
fn gathered(steps: Vec<HistoryPoint>, step: i64) -> Vec<HistoryPoint> {
    let mut points: Vec<HistoryPoint> = Vec::new();
    for one in steps {
        let at = Timestamp::from_micros(one.at.micros().div_euclid(step).saturating_mul(step));
        match points.last_mut() {
            Some(last) if last.at == at => last.measured.add(&one.measured),
            _ => points.push(HistoryPoint {
                at,
                measured: one.measured,
            }),
        }
    }
    points
}

/// Forgets what is too old. Called now and then.
///
/// # Errors
/// When the database fails.
pub async fn forget(context: &Context) -> Result<(), Error> {
    let now = context.clock.micros();
    let system = Scope::system();
    let mut transaction = context.database.write(&system).await?;
    for (step, hours) in [
        (MINUTE_SECONDS, limits::HISTORY_MINUTES_KEPT_HOURS),
        (HOUR_SECONDS, limits::HISTORY_HOURS_MAX),
    ] {
        // One step more, so that a chart's first step is whole.
        let kept = i64::from(hours + 1) * MICROS_PER_HOUR;
        queries::forget(&mut transaction, &system, step, now.saturating_sub(kept)).await?;
    }
    transaction.commit().await
}
