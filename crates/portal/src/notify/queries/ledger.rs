//! Statements on what became of deliveries, and on who has opened an incident.

use crate::Error;
use crate::database::{Connection, Row, query};
use crate::incidents::{IncidentKey, queries::severity};
use crate::limits;
use crate::notify::model::{Channel, Delivery, DeliveryId, DeliveryState, EndpointId, Reason};
use crate::tenancy::{Id, Scope, TenantId};
use event::Timestamp;

const COLUMNS: &str = "SELECT d.id, d.channel, d.label, d.reason, d.severity, d.state, d.attempts, d.last_error, d.created_at,
    d.run_at, d.sent_at, d.accepted_at, d.opened_at, u.name AS person
    FROM deliveries d LEFT JOIN users u ON u.id = d.user_id WHERE d.tenant_id = $1";

fn delivery(row: &Row) -> Result<Delivery, Error> {
    let time = |name: &str| -> Result<Option<Timestamp>, Error> {
        let micros: Option<i64> = row.try_get(name)?;
        Ok(micros.map(Timestamp::from_micros))
    };
    let state =
        DeliveryState::from_key(row.try_get("state")?).ok_or(Error::Stored { what: "delivery" })?;
    let attempts: i64 = row.try_get("attempts")?;
    let waits = matches!(state, DeliveryState::Waiting | DeliveryState::Gathered);
    Ok(Delivery {
        id: Id::stored(row.try_get("id")?)?,
        channel: Channel::from_key(row.try_get("channel")?)
            .ok_or(Error::Stored { what: "channel" })?,
        person: row.try_get("person")?,
        label: row.try_get("label")?,
        reason: Reason::from_key(row.try_get("reason")?).ok_or(Error::Stored { what: "reason" })?,
        severity: severity(row.try_get("severity")?)?,
        state,
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        last_error: row.try_get("last_error")?,
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        next_at: if waits { time("run_at")? } else { None },
        sent_at: time("sent_at")?,
        accepted_at: time("accepted_at")?,
        opened_at: time("opened_at")?,
    })
}

/// Everything that was told of an incident, newest first.
pub async fn of_incident(
    connection: &mut Connection,
    scope: &Scope,
    incident: IncidentKey,
) -> Result<Vec<Delivery>, Error> {
    let rows = query(format!(
        "{COLUMNS} AND d.incident = $2 ORDER BY d.id DESC LIMIT $3"
    ))
    .bind(scope.tenant()?.to_string())
    .bind(incident.to_string())
    .bind(limits::DELIVERIES_SHOWN_MAX)
    .fetch_all(connection)
    .await?;
    rows.iter().map(delivery).collect()
}

/// What the person who asks was told last, newest first.
pub async fn own(
    connection: &mut Connection,
    scope: &Scope,
    limit: i64,
) -> Result<Vec<Delivery>, Error> {
    let rows = query(format!(
        "{COLUMNS} AND d.user_id = $2 ORDER BY d.id DESC LIMIT $3"
    ))
    .bind(scope.tenant()?.to_string())
    .bind(scope.user_id()?.to_string())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(delivery).collect()
}

/// The last message to a system.
pub async fn last_of_endpoint(
    connection: &mut Connection,
    scope: &Scope,
    endpoint: EndpointId,
) -> Result<Option<Delivery>, Error> {
    let row = query(format!(
        "{COLUMNS} AND d.target = $2 ORDER BY d.id DESC LIMIT 1"
    ))
    .bind(scope.tenant()?.to_string())
    .bind(format!("endpoint:{endpoint}"))
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(delivery).transpose()
}

/// Incidents that a summary is about, newest first.
pub async fn gathered(
    connection: &mut Connection,
    scope: &Scope,
    digest: DeliveryId,
) -> Result<Vec<IncidentKey>, Error> {
    let rows = query(
        "SELECT incident FROM deliveries
         WHERE tenant_id = $1 AND digest = $2 AND state = 'gathered' AND incident IS NOT NULL ORDER BY severity DESC, id DESC",
    )
    .bind(scope.tenant()?.to_string())
    .bind(digest.to_string())
    .fetch_all(connection)
    .await?;
    let mut incidents = Vec::new();
    for row in &rows {
        let incident = Id::stored(row.try_get("incident")?)?;
        if !incidents.contains(&incident) {
            incidents.push(incident);
        }
    }
    Ok(incidents)
}

/// Notes that the person who asks has opened an incident; what told the person of it has been read, too.
pub async fn opened(
    connection: &mut Connection,
    scope: &Scope,
    incident: IncidentKey,
    now: i64,
) -> Result<(), Error> {
    let (tenant, user) = (scope.tenant()?.to_string(), scope.user_id()?.to_string());
    query(
        "INSERT INTO incident_readers (tenant_id, incident, user_id, opened_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, incident, user_id) DO NOTHING",
    )
    .bind(&tenant)
    .bind(incident.to_string())
    .bind(&user)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    // What is on its way is marked, too: its state follows when it has been handed over.
    query(
        "UPDATE deliveries SET opened_at = $4, state = CASE WHEN state = 'waiting' THEN state ELSE 'opened' END
         WHERE tenant_id = $1 AND incident = $2 AND user_id = $3 AND opened_at IS NULL
            AND (state IN ('sent', 'accepted') OR (state = 'waiting' AND taken_by IS NOT NULL))",
    )
    .bind(&tenant)
    .bind(incident.to_string())
    .bind(&user)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether somebody of the tenant has opened an incident, or of its partner, where that is in the order. That other staff looks
/// at it does not mean that anybody there knows.
pub async fn is_opened(
    connection: &mut Connection,
    scope: &Scope,
    incident: IncidentKey,
    partner: Option<TenantId>,
) -> Result<bool, Error> {
    let row = query(
        "SELECT r.user_id FROM incident_readers r JOIN users u ON u.id = r.user_id AND u.tenant_id IN ($1, $3)
         WHERE r.tenant_id = $1 AND r.incident = $2 LIMIT 1",
    )
    .bind(scope.tenant()?.to_string())
    .bind(incident.to_string())
    .bind(partner.map(|partner| partner.to_string()))
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}
