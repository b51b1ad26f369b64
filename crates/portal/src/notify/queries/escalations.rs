//! Statements on a tenant's settings and on incidents that wait for somebody to stir.

use crate::Error;
use crate::database::{Connection, query, scalar};
use crate::identity::MailThreshold;
use crate::incidents::{BusinessDays, IncidentKey};
use crate::notify::model::TenantNotification;
use crate::tenancy::{Id, Scope, TenantId, UserId};

/// The settings of the tenant.
pub async fn settings(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<TenantNotification, Error> {
    let tenant = scope.tenant()?.to_string();
    let row = query("SELECT * FROM notify_settings WHERE tenant_id = $1")
        .bind(&tenant)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else {
        return Ok(TenantNotification::default());
    };
    let flag = |name: &str| -> Result<bool, Error> {
        let flag: i64 = row.try_get(name)?;
        Ok(flag != 0)
    };
    let minutes: Option<i64> = row.try_get("escalate_after_minutes")?;
    let steps = query("SELECT user_id FROM escalation_steps WHERE tenant_id = $1 ORDER BY place")
        .bind(&tenant)
        .fetch_all(connection)
        .await?;
    let people: Result<Vec<UserId>, Error> = steps
        .iter()
        .map(|row| Id::stored(row.try_get("user_id")?))
        .collect();
    Ok(TenantNotification {
        time_zone: row.try_get("time_zone")?,
        escalate_after_minutes: minutes.and_then(|minutes| u32::try_from(minutes).ok()),
        escalate_from: MailThreshold::from_key(row.try_get("escalate_from")?)
            .ok_or(Error::Stored { what: "threshold" })?,
        escalate_to: people?,
        escalate_to_partner: flag("escalate_to_partner")?,
        business_days: BusinessDays::of_bits(
            row.try_get("business_weekdays")?,
            flag("rests_on_holidays")?,
        ),
    })
}

/// Keeps the settings of the tenant.
pub async fn keep_settings(
    connection: &mut Connection,
    scope: &Scope,
    wanted: &TenantNotification,
) -> Result<(), Error> {
    let tenant = scope.tenant()?.to_string();
    query(
        "INSERT INTO notify_settings (tenant_id, time_zone, escalate_after_minutes, escalate_from, escalate_to_partner,
            business_weekdays, rests_on_holidays)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tenant_id) DO UPDATE SET time_zone = excluded.time_zone,
            escalate_after_minutes = excluded.escalate_after_minutes, escalate_from = excluded.escalate_from,
            escalate_to_partner = excluded.escalate_to_partner, business_weekdays = excluded.business_weekdays,
            rests_on_holidays = excluded.rests_on_holidays",
    )
    .bind(&tenant)
    .bind(&wanted.time_zone)
    .bind(wanted.escalate_after_minutes.map(i64::from))
    .bind(wanted.escalate_from.key())
    .bind(i64::from(wanted.escalate_to_partner))
    .bind(wanted.business_days.bits())
    .bind(i64::from(wanted.business_days.rests_on_holidays))
    .execute(&mut *connection)
    .await?;
    query("DELETE FROM escalation_steps WHERE tenant_id = $1")
        .bind(&tenant)
        .execute(&mut *connection)
        .await?;
    for (place, user) in (0_i64..).zip(&wanted.escalate_to) {
        query("INSERT INTO escalation_steps (tenant_id, place, user_id) VALUES ($1, $2, $3)")
            .bind(&tenant)
            .bind(place)
            .bind(user.to_string())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Lets an incident wait for somebody to stir; one that waits already begins anew.
pub async fn watch(
    connection: &mut Connection,
    scope: &Scope,
    incident: IncidentKey,
    run_at: i64,
) -> Result<(), Error> {
    query(
        "INSERT INTO escalations (tenant_id, incident, place, run_at) VALUES ($1, $2, 0, $3)
         ON CONFLICT (tenant_id, incident) DO UPDATE SET place = 0, run_at = excluded.run_at",
    )
    .bind(scope.tenant()?.to_string())
    .bind(incident.to_string())
    .bind(run_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// An incident for which nobody has stirred in time.
pub struct Due {
    pub tenant: TenantId,
    pub incident: IncidentKey,
    pub place: i64,
}

/// The incidents that have waited long enough.
pub async fn due(
    connection: &mut Connection,
    scope: &Scope,
    now: i64,
    limit: i64,
) -> Result<Vec<Due>, Error> {
    scope.require_all_tenants()?;
    let rows = query("SELECT tenant_id, incident, place FROM escalations WHERE run_at <= $1 ORDER BY run_at LIMIT $2")
        .bind(now)
        .bind(limit)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Due {
                tenant: Id::stored(row.try_get("tenant_id")?)?,
                incident: Id::stored(row.try_get("incident")?)?,
                place: row.try_get("place")?,
            })
        })
        .collect()
}

/// When the next incident has waited long enough.
pub async fn next_due(connection: &mut Connection, scope: &Scope) -> Result<Option<i64>, Error> {
    scope.require_all_tenants()?;
    scalar("SELECT MIN(run_at) FROM escalations")
        .fetch_one(connection)
        .await
}

/// Lets an incident wait for the next step, or no longer.
pub async fn move_on(
    connection: &mut Connection,
    scope: &Scope,
    incident: IncidentKey,
    next: Option<(i64, i64)>,
) -> Result<(), Error> {
    let text = match next {
        Some(_) => {
            "UPDATE escalations SET place = $3, run_at = $4 WHERE tenant_id = $1 AND incident = $2"
        }
        None => "DELETE FROM escalations WHERE tenant_id = $1 AND incident = $2",
    };
    let mut statement = query(text)
        .bind(scope.tenant()?.to_string())
        .bind(incident.to_string());
    if let Some((place, run_at)) = next {
        statement = statement.bind(place).bind(run_at);
    }
    statement.execute(connection).await?;
    Ok(())
}
