//! Statements on what suppressions hide, and on the marks by which incidents that have something in common are found.

use super::handling;
use crate::database::{Connection, query};
use crate::incidents::model::{Handling, IncidentKey};
use crate::suppressions::{RuleName, SuppressionKey, SuppressionScope};
use crate::tenancy::{Id, Scope};
use crate::{Code, Error, limits, text};
use event::{Detector, Incident, Subject};
use std::collections::{BTreeSet, HashMap};

/// How far an incident is.
pub struct Told {
    pub handling: Handling,
    pub suppressed: bool,
    pub handling_before: Option<Handling>,
}

impl Told {
    /// Whether somebody has to look at it.
    pub fn is_open(&self) -> bool {
        self.handling != Handling::Resolved
    }
}

/// An incident as the sensor sent it, and how far it is.
pub async fn told(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
) -> Result<(Told, Incident), Error> {
    let seen = scope.seen("i.sensor_id");
    let row = query(format!(
        "SELECT b.body, i.handling, i.handling_before, i.suppressed_at FROM incidents i
         JOIN incident_bodies b ON b.tenant_id = i.tenant_id AND b.incident = i.id
         WHERE i.tenant_id = $1 AND i.id = $2{seen}",
    ))
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .fetch_optional(connection)
    .await?
    .ok_or(Code::NotFound)?;
    let before: Option<&str> = row.try_get("handling_before")?;
    let told = Told {
        handling: handling(row.try_get("handling")?)?,
        suppressed: row.try_get::<Option<i64>, _>("suppressed_at")?.is_some(),
        handling_before: before.map(handling).transpose()?,
    };
    Ok((told, serde_json::from_str(row.try_get("body")?)?))
}

/// Incidents that a suppression may concern, newest first: told since a time, or else open ones. By its rules, or else
/// by its host (`incident_marks`); a peer alone may have any name, so then all are looked at.
pub async fn concerned(
    connection: &mut Connection,
    scope: &Scope,
    wanted: &SuppressionScope,
    since: Option<i64>,
    most: usize,
) -> Result<Vec<IncidentKey>, Error> {
    let (kind, values) = match (wanted.rules.as_slice(), wanted.host) {
        ([], None) => ("", Vec::new()),
        ([], Some(host)) => ("host", vec![host.to_string()]),
        (rules, _) => ("rule", rules.iter().map(rule_mark).collect()),
    };
    let mut statement = String::from("SELECT i.id FROM incidents i WHERE i.tenant_id = $1");
    statement.push_str(match since {
        Some(_) => " AND i.received_at >= $2",
        None => " AND i.handling <> 'resolved' AND i.received_at >= $2",
    });
    let mut place = 4_usize;
    if !values.is_empty() {
        let places: Vec<String> = values
            .iter()
            .map(|_| {
                place = place.saturating_add(1);
                format!("${place}")
            })
            .collect();
        statement.push_str(&format!(
            " AND i.id IN (SELECT m.incident FROM incident_marks m WHERE m.tenant_id = $1 AND m.kind = $4 AND m.value IN ({}))",
            places.join(", ")
        ));
    }
    statement.push_str(" ORDER BY i.id DESC LIMIT $3");
    let mut query = query(statement)
        .bind(scope.tenant()?.to_string())
        .bind(since.unwrap_or(i64::MIN))
        .bind(i64::try_from(most).unwrap_or(i64::MAX));
    if !values.is_empty() {
        query = query.bind(kind);
    }
    for value in values {
        query = query.bind(value);
    }
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(|row| Id::stored(row.try_get(0)?)).collect()
}

/// Notes that an incident is hidden, since when and what it was before; or that it is not.
pub async fn mark_hidden(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
    hidden: Option<(i64, Handling)>,
) -> Result<(), Error> {
    query(
        "UPDATE incidents SET suppressed_at = $3, handling_before = $4 WHERE tenant_id = $1 AND id = $2",
    )
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .bind(hidden.map(|(at, _)| at))
    .bind(hidden.map(|(_, before)| before.key()))
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes by which suppressions an incident is hidden.
pub async fn set_hiders(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
    by: &[SuppressionKey],
) -> Result<(), Error> {
    let tenant = scope.tenant()?.to_string();
    query("DELETE FROM incident_suppressions WHERE tenant_id = $1 AND incident = $2")
        .bind(&tenant)
        .bind(id.to_string())
        .execute(&mut *connection)
        .await?;
    for suppression in by {
        query(
            "INSERT INTO incident_suppressions (tenant_id, incident, suppression) VALUES ($1, $2, $3)",
        )
        .bind(&tenant)
        .bind(id.to_string())
        .bind(suppression.to_string())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// By which suppressions an incident is hidden.
pub async fn hiders(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
) -> Result<Vec<SuppressionKey>, Error> {
    let rows = query(
        "SELECT suppression FROM incident_suppressions WHERE tenant_id = $1 AND incident = $2 ORDER BY suppression",
    )
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Id::stored(row.try_get(0)?)).collect()
}

/// The incidents that a suppression hides. Served by `hidden_by_suppression`.
pub async fn hidden_by(
    connection: &mut Connection,
    scope: &Scope,
    suppression: SuppressionKey,
) -> Result<Vec<IncidentKey>, Error> {
    let rows = query(
        "SELECT incident FROM incident_suppressions WHERE tenant_id = $1 AND suppression = $2 ORDER BY incident",
    )
    .bind(scope.tenant()?.to_string())
    .bind(suppression.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Id::stored(row.try_get(0)?)).collect()
}

/// By what an incident is like others: kind and value.
fn marks(incident: &Incident) -> BTreeSet<(&'static str, String)> {
    let mut marks = BTreeSet::new();
    marks.insert(("host", incident.host.ip.to_string()));
    for other in &incident.others {
        marks.insert(("host", other.ip.to_string()));
    }
    for line in &incident.detections {
        if let Some(host) = line.host {
            marks.insert(("host", host.to_string()));
        }
        let rule = RuleName {
            detector: line.detector,
            id: line.id.clone(),
        };
        marks.insert(("rule", rule_mark(&rule)));
    }
    for peer in &incident.peers {
        marks.insert((
            "peer",
            text::folded(text::shortened(peer, limits::PEER_CHARS_MAX)),
        ));
    }
    for explained in incident.advice.iter().flat_map(|advice| &advice.explained) {
        if explained.subject == Subject::Family {
            marks.insert(("family", explained.key.clone()));
        }
    }
    marks
}

fn rule_mark(rule: &RuleName) -> String {
    let kind = match rule.detector {
        Detector::Signature => "signature",
        Detector::Indicator => "indicator",
        Detector::Scan => "scan",
        Detector::Behaviour => "behaviour",
    };
    let id = text::shortened(&rule.id, limits::RULE_ID_CHARS_MAX);
    format!("{kind} {}", id.replace('\0', " "))
}

/// Writes the marks of an incident that is new or has changed.
pub async fn store_marks(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
    incident: &Incident,
) -> Result<(), Error> {
    let tenant = scope.tenant()?.to_string();
    query("DELETE FROM incident_marks WHERE tenant_id = $1 AND incident = $2")
        .bind(&tenant)
        .bind(id.to_string())
        .execute(&mut *connection)
        .await?;
    let marks: Vec<_> = marks(incident)
        .into_iter()
        .take(limits::MARKS_MAX)
        .collect();
    let places: Vec<String> = (0..marks.len())
        .map(|place| format!("($1, ${}, ${}, $2)", place * 2 + 3, place * 2 + 4))
        .collect();
    let mut insert = query(format!(
        "INSERT INTO incident_marks (tenant_id, kind, value, incident) VALUES {} ON CONFLICT DO NOTHING",
        places.join(", ")
    ))
    .bind(&tenant)
    .bind(id.to_string());
    for (kind, value) in marks {
        insert = insert.bind(kind).bind(value);
    }
    insert.execute(connection).await?;
    Ok(())
}

/// Other incidents with marks of this one, and which kinds of mark they share; of each mark the newest. Served by the
/// primary key of `incident_marks`, whose last column is a time-ordered identifier.
pub async fn alike(
    connection: &mut Connection,
    scope: &Scope,
    id: IncidentKey,
) -> Result<Vec<(IncidentKey, BTreeSet<String>)>, Error> {
    let tenant = scope.tenant()?.to_string();
    let own = query(
        "SELECT kind, value FROM incident_marks WHERE tenant_id = $1 AND incident = $2
         ORDER BY kind, value LIMIT $3",
    )
    .bind(&tenant)
    .bind(id.to_string())
    .bind(limits::ALIKE_MARKS_MAX)
    .fetch_all(&mut *connection)
    .await?;
    let mut found: HashMap<String, BTreeSet<String>> = HashMap::new();
    for mark in &own {
        let kind: String = mark.try_get("kind")?;
        let rows = query(
            "SELECT incident FROM incident_marks WHERE tenant_id = $1 AND kind = $2 AND value = $3 AND incident <> $4
             ORDER BY incident DESC LIMIT $5",
        )
        .bind(&tenant)
        .bind(&kind)
        .bind(mark.try_get::<String, _>("value")?)
        .bind(id.to_string())
        .bind(limits::ALIKE_OF_MARK_MAX)
        .fetch_all(&mut *connection)
        .await?;
        for row in &rows {
            found
                .entry(row.try_get(0)?)
                .or_default()
                .insert(kind.clone());
        }
    }
    let mut alike: Vec<(String, BTreeSet<String>)> = found.into_iter().collect();
    alike.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| b.0.cmp(&a.0)));
    alike
        .into_iter()
        .map(|(id, kinds)| Ok((Id::stored(&id)?, kinds)))
        .collect()
}
