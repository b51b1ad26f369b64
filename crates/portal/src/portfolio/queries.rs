//! Statements over many tenants.

use crate::Error;
use crate::database::{Connection, Query, Row, query};
use crate::incidents::{Handling, queries::severity};
use crate::tenancy::{Id, Scope, TenantId, queries::Reach};
use event::Severity;

/// Open incidents of one tenant, of one severity.
pub struct OpenIncidents {
    pub tenant: TenantId,
    pub severity: Severity,
    pub open: i64,
    pub waiting: i64,
    pub overdue: i64,
    pub next_due: Option<i64>,
}

/// The statement with the tenants that somebody looks after, its values after the first `given`.
fn within(reach: Reach, text: &str, given: usize, rest: &str) -> (String, Option<TenantId>) {
    match reach {
        Reach::All => (format!("{text} {rest}"), None),
        Reach::CustomersOf(partner) => {
            let place = given + 1;
            let condition =
                format!("AND tenant_id IN (SELECT id FROM tenants WHERE partner_id = ${place})");
            (format!("{text} {condition} {rest}"), Some(partner))
        }
    }
}

fn bound(query: Query, partner: Option<TenantId>) -> Query {
    match partner {
        Some(partner) => query.bind(partner.to_string()),
        None => query,
    }
}

/// Open incidents by tenant and severity.
pub async fn open(
    connection: &mut Connection,
    scope: &Scope,
    reach: Reach,
    now: i64,
) -> Result<Vec<OpenIncidents>, Error> {
    scope.require_all_tenants()?;
    let text = "SELECT tenant_id, severity, COUNT(*) AS open,
            COUNT(CASE WHEN handling = $1 AND severity >= $2 THEN 1 END) AS waiting,
            COUNT(CASE WHEN handling = $1 AND severity >= $2 AND due_at < $3 THEN 1 END) AS overdue,
            MIN(CASE WHEN handling = $1 AND severity >= $2 THEN due_at END) AS next_due
         FROM incidents WHERE handling <> 'resolved'";
    let (text, partner) = within(reach, text, 3, "GROUP BY tenant_id, severity");
    let statement = query(text)
        .bind(Handling::New.key())
        .bind(Severity::Medium as i64)
        .bind(now);
    let rows = bound(statement, partner).fetch_all(connection).await?;
    rows.iter().map(open_incidents).collect()
}

fn open_incidents(row: &Row) -> Result<OpenIncidents, Error> {
    Ok(OpenIncidents {
        tenant: Id::stored(row.try_get("tenant_id")?)?,
        severity: severity(row.try_get("severity")?)?,
        open: row.try_get("open")?,
        waiting: row.try_get("waiting")?,
        overdue: row.try_get("overdue")?,
        next_due: row.try_get("next_due")?,
    })
}

/// Tenant and last heartbeat of every sensor that is not barred.
pub async fn heartbeats(
    connection: &mut Connection,
    scope: &Scope,
    reach: Reach,
) -> Result<Vec<(TenantId, Option<i64>)>, Error> {
    scope.require_all_tenants()?;
    let text = "SELECT tenant_id, last_heartbeat_at FROM sensors WHERE barred_at IS NULL";
    let (text, partner) = within(reach, text, 0, "");
    let rows = bound(query(text), partner).fetch_all(connection).await?;
    rows.iter()
        .map(|row| {
            let tenant = Id::stored(row.try_get("tenant_id")?)?;
            Ok((tenant, row.try_get("last_heartbeat_at")?))
        })
        .collect()
}
