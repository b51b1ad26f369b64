//! Tells the next person when nobody has stirred: the incident is as new, and nobody has opened it.

use super::announce::{Audience, MICROS_PER_MINUTE, News, Subject};
use super::model::Reason;
use super::queries::escalations::{self, Due};
use super::queries::ledger;
use crate::Error;
use crate::context::Context;
use crate::database::Connection;
use crate::incidents::{self, Handling};
use crate::tenancy::Scope;

const AT_ONCE: i64 = 50;

/// Looks after what has waited long enough; how many people were told.
///
/// # Errors
/// When the database fails.
pub async fn sweep(context: &Context) -> Result<u64, Error> {
    let system = Scope::system();
    let now = context.clock.micros();
    let next = {
        let mut connection = context.database.read(&Scope::system()).await?;
        escalations::next_due(&mut connection, &system).await?
    };
    if next.is_none_or(|next| next > now) {
        return Ok(0);
    }
    let mut transaction = context.database.write(&Scope::system()).await?;
    let mut told = 0;
    for due in escalations::due(&mut transaction, &system, now, AT_ONCE).await? {
        let scope = Scope::system_in(due.tenant);
        told += u64::from(step(context, &mut transaction, &scope, &due, now).await?);
    }
    transaction.commit().await?;
    Ok(told)
}

/// Takes the next step for an incident, or lets it rest; whether somebody was told.
async fn step(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    due: &Due,
    now: i64,
) -> Result<bool, Error> {
    let incident = incidents::queries::summaries(connection, scope, &[due.incident])
        .await?
        .pop();
    let stirred = ledger::is_opened(connection, scope, due.incident).await?;
    let audience = Audience::of(connection, scope).await?;
    let place = usize::try_from(due.place).unwrap_or(usize::MAX);
    let person = audience.settings.escalate_to.get(place).copied();
    let (Some(incident), Some(person), Some(minutes)) =
        (incident, person, audience.settings.escalate_after_minutes)
    else {
        escalations::move_on(connection, scope, due.incident, None).await?;
        return Ok(false);
    };
    if stirred || incident.handling != Handling::New {
        escalations::move_on(connection, scope, due.incident, None).await?;
        return Ok(false);
    }
    let news = News {
        subject: Subject::Incident(due.incident),
        severity: incident.severity,
        reason: Reason::Escalated,
        change_key: format!(
            "{}:escalated:{}:{}",
            due.incident, incident.severity as i64, due.place
        ),
        has_mailer: context.mailer.is_some(),
        now,
    };
    let is_known = audience.users.iter().any(|user| user.id == person);
    if is_known {
        news.press(connection, scope, &audience, person).await?;
    }
    let next = now.saturating_add(i64::from(minutes) * MICROS_PER_MINUTE);
    escalations::move_on(
        connection,
        scope,
        due.incident,
        Some((due.place.saturating_add(1), next)),
    )
    .await?;
    Ok(is_known)
}
