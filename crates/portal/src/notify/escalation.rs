//! Tells the next person when nobody has stirred, and the partner after the last: the incident is as new, and nobody of the
//! order has opened it.

use super::announce::{Audience, MICROS_PER_MINUTE, News, Subject};
use super::model::Reason;
use super::partner;
use super::queries::escalations::{self, Due};
use super::queries::{deliveries, ledger};
use crate::Error;
use crate::context::Context;
use crate::database::Connection;
use crate::incidents::{self, Handling};
use crate::sites::queries::Sighting;
use crate::tenancy::Scope;

const AT_ONCE: i64 = 50;

/// Looks after what has waited long enough; for how many incidents somebody was told.
///
/// # Errors
/// When the database fails.
pub async fn sweep(context: &Context) -> Result<u64, Error> {
    let system = Scope::system();
    let now = context.clock.micros();
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
    let audience = Audience::of(connection, scope, Sighting::Incident(due.incident)).await?;
    let settings = &audience.settings;
    let partner = partner::to_be_told(connection, scope, settings).await?;
    let is_opened = ledger::is_opened(connection, scope, due.incident, partner).await?;
    let incident = incidents::queries::summaries(connection, scope, &[due.incident])
        .await?
        .pop()
        .filter(|incident| incident.handling == Handling::New && !is_opened);
    let (Some(incident), Some(minutes)) = (incident, settings.escalate_after_minutes) else {
        escalations::move_on(connection, scope, due.incident, None).await?;
        return Ok(false);
    };
    let news = |reason: Reason, place: &str| News {
        subject: Subject::Incident(due.incident),
        severity: incident.severity,
        reason,
        change_key: format!(
            "{}:escalated:{}:{place}",
            due.incident, incident.severity as i64
        ),
        has_mailer: context.mailer.is_some(),
        now,
    };
    // Whoever has left in the meantime is passed over.
    let mut order = (0_i64..).zip(&settings.escalate_to);
    let person = order.find(|(place, id)| *place >= due.place && audience.knows(**id));
    let (told, next) = match (person, partner) {
        (Some((place, person)), _) => {
            let news = news(Reason::Escalated, &place.to_string());
            let next = now.saturating_add(i64::from(minutes) * MICROS_PER_MINUTE);
            (
                news.pressing(&audience, *person),
                Some((place.saturating_add(1), next)),
            )
        }
        (None, Some(partner)) => {
            let news = news(Reason::EscalatedToPartner, "partner");
            (
                partner::messages(connection, partner, due.incident, &news).await?,
                None,
            )
        }
        (None, None) => (Vec::new(), None),
    };
    deliveries::insert_all(connection, scope, &told).await?;
    escalations::move_on(connection, scope, due.incident, next).await?;
    Ok(!told.is_empty())
}
