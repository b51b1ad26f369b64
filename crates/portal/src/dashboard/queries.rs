//! Statements that count.

use super::model::{ClassCount, CommunicationCount, HostCount, SeverityCounts};
use crate::Error;
use crate::database::{Connection, query, scalar};
use crate::incidents::{Handling, queries::severity};
use crate::tenancy::Scope;
use event::{Communication, Severity, ThreatClass};
use std::cmp::Reverse;
use std::collections::HashMap;

const HOSTS_SHOWN: i64 = 10;

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Incidents whose handling is not over, by severity.
pub async fn open(connection: &mut Connection, scope: &Scope) -> Result<SeverityCounts, Error> {
    let rows = query(format!(
        "SELECT severity, COUNT(*) AS incidents FROM incidents
         WHERE tenant_id = $1 AND handling <> 'resolved'{} GROUP BY severity",
        scope.seen("sensor_id")
    ))
    .bind(scope.tenant()?.to_string())
    .fetch_all(connection)
    .await?;
    let mut counts = SeverityCounts::default();
    for row in rows {
        counts.add(
            severity(row.try_get("severity")?)?,
            count(row.try_get("incidents")?),
        );
    }
    Ok(counts)
}

/// Incidents of at least medium severity that nobody has taken up.
pub async fn needs_action(connection: &mut Connection, scope: &Scope) -> Result<u64, Error> {
    let number: i64 = scalar(format!(
        "SELECT COUNT(*) FROM incidents WHERE tenant_id = $1 AND handling = $2 AND severity >= $3{}",
        scope.seen("sensor_id")
    ))
    .bind(scope.tenant()?.to_string())
    .bind(Handling::New.key())
    .bind(Severity::Medium as i64)
    .fetch_one(connection)
    .await?;
    Ok(count(number))
}

/// Incidents first seen from a time on: by number of the day since 1970 in a time zone so many microseconds ahead
/// of UTC, and severity.
pub async fn per_day(
    connection: &mut Connection,
    scope: &Scope,
    from: i64,
    ahead: i64,
) -> Result<Vec<(i64, Severity, u64)>, Error> {
    let rows = query(format!(
        "SELECT (first_seen + $3) / 86400000000 AS day, severity, COUNT(*) AS incidents FROM incidents
         WHERE tenant_id = $1 AND first_seen >= $2 AND suppressed_at IS NULL{} GROUP BY 1, 2",
        scope.seen("sensor_id")
    ))
    .bind(scope.tenant()?.to_string())
    .bind(from)
    .bind(ahead)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let severity = severity(row.try_get("severity")?)?;
            Ok((
                row.try_get("day")?,
                severity,
                count(row.try_get("incidents")?),
            ))
        })
        .collect()
}

/// Incidents last seen from a time on, by communication, most frequent first.
pub async fn communications(
    connection: &mut Connection,
    scope: &Scope,
    from: i64,
) -> Result<Vec<CommunicationCount>, Error> {
    let rows = query(format!(
        "SELECT communications, COUNT(*) AS incidents FROM incidents
         WHERE tenant_id = $1 AND last_seen >= $2 AND suppressed_at IS NULL{} GROUP BY communications",
        scope.seen("sensor_id")
    ))
    .bind(scope.tenant()?.to_string())
    .bind(from)
    .fetch_all(connection)
    .await?;
    let mut counted: HashMap<&str, u64> = HashMap::new();
    for row in &rows {
        let keys: &str = row.try_get("communications")?;
        for key in keys.split(',').filter(|key| !key.is_empty()) {
            let of_key = counted.entry(key).or_default();
            *of_key = of_key.saturating_add(count(row.try_get("incidents")?));
        }
    }
    let mut counts = Vec::with_capacity(counted.len());
    for (key, count) in counted {
        let known = Communication::ALL.into_iter().find(|one| one.key() == key);
        let communication = known.ok_or(Error::Stored {
            what: "communication",
        })?;
        counts.push(CommunicationCount {
            communication,
            count,
        });
    }
    counts.sort_by_key(|one| (Reverse(one.count), one.communication.key()));
    Ok(counts)
}

/// Hosts with most incidents last seen from a time on.
pub async fn hosts(
    connection: &mut Connection,
    scope: &Scope,
    from: i64,
) -> Result<Vec<HostCount>, Error> {
    let rows = query(format!(
        "SELECT host_ip, MAX(host_name) AS host_name, COUNT(*) AS incidents, MAX(severity) AS severity FROM incidents
         WHERE tenant_id = $1 AND last_seen >= $2 AND suppressed_at IS NULL{} GROUP BY host_ip
         ORDER BY 3 DESC, 4 DESC, 1 LIMIT $3",
        scope.seen("sensor_id")
    ))
    .bind(scope.tenant()?.to_string())
    .bind(from)
    .bind(HOSTS_SHOWN)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(HostCount {
                ip: row.try_get("host_ip")?,
                name: row.try_get("host_name")?,
                count: count(row.try_get("incidents")?),
                severity: severity(row.try_get("severity")?)?,
            })
        })
        .collect()
}

/// Incidents last seen from a time on, by class, most frequent first.
pub async fn classes(
    connection: &mut Connection,
    scope: &Scope,
    from: i64,
) -> Result<Vec<ClassCount>, Error> {
    let rows = query(format!(
        "SELECT class, COUNT(*) AS incidents FROM incidents
         WHERE tenant_id = $1 AND last_seen >= $2 AND suppressed_at IS NULL AND class IS NOT NULL{}
         GROUP BY class ORDER BY 2 DESC, 1",
        scope.seen("sensor_id")
    ))
    .bind(scope.tenant()?.to_string())
    .bind(from)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let key: &str = row.try_get("class")?;
            let known = ThreatClass::ALL.into_iter().find(|one| one.key() == key);
            Ok(ClassCount {
                class: known.ok_or(Error::Stored { what: "class" })?,
                count: count(row.try_get("incidents")?),
            })
        })
        .collect()
}

/// How many incidents were first seen from a time on, and of how many of them somebody was told.
pub async fn told(
    connection: &mut Connection,
    scope: &Scope,
    from: i64,
) -> Result<(u64, u64), Error> {
    let row = query(format!(
        "SELECT COUNT(*) AS incidents, COUNT(CASE WHEN EXISTS (SELECT 1 FROM deliveries d
                WHERE d.tenant_id = i.tenant_id AND d.incident = i.id AND d.state IN ('sent', 'accepted', 'opened')) THEN 1 END) AS notified
         FROM incidents i WHERE i.tenant_id = $1 AND i.first_seen >= $2 AND i.suppressed_at IS NULL{}",
        scope.seen("i.sensor_id")
    ))
    .bind(scope.tenant()?.to_string())
    .bind(from)
    .fetch_one(connection)
    .await?;
    Ok((
        count(row.try_get("incidents")?),
        count(row.try_get("notified")?),
    ))
}

/// How many endpoints the tenant's contract covers.
pub async fn licensed(connection: &mut Connection, scope: &Scope) -> Result<Option<u64>, Error> {
    let number: Option<i64> = scalar("SELECT licensed_endpoints FROM tenants WHERE id = $1")
        .bind(scope.tenant()?.to_string())
        .fetch_one(connection)
        .await?;
    Ok(number.map(count))
}
