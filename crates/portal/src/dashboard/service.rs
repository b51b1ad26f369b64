//! Puts the first page together.

use super::model::{Dashboard, DayCounts, SensorCounts, SeverityCounts};
use super::queries;
use crate::context::Context;
use crate::fleet;
use crate::incidents::{self, IncidentQuery};
use crate::tenancy::{Action, Resource, Scope};
use crate::{Error, limits};
use event::{Severity, Timestamp};

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
    let sensors = sensor_counts(context, scope).await?;
    let mut connection = context.database.read(scope).await?;
    let counted = queries::per_day(&mut connection, scope, from, JAPAN_AHEAD_MICROS).await?;
    Ok(Dashboard {
        days,
        open: queries::open(&mut connection, scope).await?,
        needs_action: queries::needs_action(&mut connection, scope).await?,
        per_day: every_day(first_day, today, &counted),
        communications: queries::communications(&mut connection, scope, from).await?,
        hosts: queries::hosts(&mut connection, scope, from).await?,
        sensors,
        latest,
    })
}

async fn sensor_counts(context: &Context, scope: &Scope) -> Result<SensorCounts, Error> {
    let mut counts = SensorCounts::default();
    for sensor in fleet::service::list(context, scope).await?.items {
        counts.add(sensor.state);
    }
    Ok(counts)
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
