//! Puts the first page together.

use super::model::{Coverage, Dashboard, DayCounts, Funnel, SensorCounts, SeverityCounts};
use super::queries;
use crate::context::Context;
use crate::database::Connection;
use crate::fleet::{self, Alarm, SensorState};
use crate::incidents::{self, IncidentQuery};
use crate::tenancy::{Action, Resource, Scope};
use crate::{Error, limits};
use event::{Severity, Timestamp};
use std::cmp::Reverse;

const MICROS_PER_DAY: i64 = 86_400_000_000;
/// Japan is nine hours ahead of UTC all year.
const JAPAN_AHEAD_MICROS: i64 = 9 * 3_600_000_000;
const LATEST_SHOWN: u64 = 5;

/// What a tenant sees at first sight, over so many days.
///
/// # Errors
/// Invalid request for more days than allowed, or the database fails.
pub async fn dashboard(context: &Context, scope: &Scope, days: u32) -> Result<Dashboard, Error> {
    scope.authorize(Action::Read, Resource::Dashboard)?;
    let most = limits::DASHBOARD_DAYS_MAX;
    if !(1..=most).contains(&days) {
        return Err(Error::invalid(format!(
            "days is not a number from 1 to {most}"
        )));
    }
    let now = context.clock.micros();
    let today = now
        .saturating_add(JAPAN_AHEAD_MICROS)
        .div_euclid(MICROS_PER_DAY);
    let first_day = today.saturating_sub(i64::from(days) - 1);
    let from = first_day
        .saturating_mul(MICROS_PER_DAY)
        .saturating_sub(JAPAN_AHEAD_MICROS);
    let latest = IncidentQuery {
        page: 1,
        per_page: LATEST_SHOWN,
        ..IncidentQuery::default()
    };
    let latest = incidents::service::page(context, scope, &latest)
        .await?
        .items;
    let (sensors, endpoints_seen, alarms) = sensors(context, scope).await?;
    let mut connection = context.database.read(scope).await?;
    let counted = queries::per_day(&mut connection, scope, from, JAPAN_AHEAD_MICROS).await?;
    Ok(Dashboard {
        days,
        open: queries::open(&mut connection, scope).await?,
        needs_action: queries::needs_action(&mut connection, scope).await?,
        per_day: every_day(first_day, today, &counted),
        funnel: funnel(&mut connection, scope, from).await?,
        classes: queries::classes(&mut connection, scope, from).await?,
        coverage: Coverage {
            endpoints_seen,
            endpoints_licensed: queries::licensed(&mut connection, scope).await?,
        },
        communications: queries::communications(&mut connection, scope, from).await?,
        hosts: queries::hosts(&mut connection, scope, from).await?,
        sensors,
        alarms,
        latest,
    })
}

/// Sensors by state, the endpoints that those see which are heard, and what is wrong.
async fn sensors(
    context: &Context,
    scope: &Scope,
) -> Result<(SensorCounts, Option<u64>, Vec<Alarm>), Error> {
    let mut counts = SensorCounts::default();
    let mut seen = None;
    let mut alarms = Vec::new();
    for sensor in fleet::service::list(context, scope).await?.items {
        counts.add(sensor.state);
        let told = sensor.heartbeat.and_then(|said| said.health.endpoints);
        if let Some(told) = told.filter(|_| sensor.state != SensorState::Offline) {
            seen = Some(told.saturating_add(seen.unwrap_or(0)));
        }
        alarms.extend(sensor.alarms);
    }
    alarms.sort_by_key(|alarm| Reverse(alarm.severity));
    Ok((counts, seen, alarms))
}

async fn funnel(connection: &mut Connection, scope: &Scope, from: i64) -> Result<Funnel, Error> {
    let [packets, events, detections] =
        fleet::history::queries::totals(connection, scope, from).await?;
    let (incidents, notified) = queries::told(connection, scope, from).await?;
    Ok(Funnel {
        packets,
        events,
        detections,
        incidents,
        notified,
    })
}

/// One entry a day; what a sensor with a wrong clock dates after today is left out.
fn every_day(first: i64, last: i64, counted: &[(i64, Severity, u64)]) -> Vec<DayCounts> {
    (first..=last)
        .map(|day| {
            let mut counts = SeverityCounts::default();
            for (_, severity, count) in counted.iter().filter(|(one, ..)| *one == day) {
                counts.add(*severity, *count);
            }
            let date = Timestamp::from_micros(day.saturating_mul(MICROS_PER_DAY)).rfc3339();
            DayCounts {
                day: crate::text::shortened(&date, 10).to_owned(),
                counts,
            }
        })
        .collect()
}
