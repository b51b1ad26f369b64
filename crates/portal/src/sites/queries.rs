//! Statements on sites.

use super::model::{Site, SiteId};
use crate::Error;
use crate::database::{Connection, Row, query, scalar};
use crate::incidents::{IncidentKey, PersonName};
use crate::tenancy::{Id, Scope, SensorId, UserId};
use std::collections::HashSet;

/// A site to be stored.
pub struct Stored<'a> {
    pub id: SiteId,
    pub name: &'a str,
    pub note: &'a str,
    pub now: i64,
}

/// The sites that the scope sees, by name.
pub async fn all(connection: &mut Connection, scope: &Scope) -> Result<Vec<Site>, Error> {
    let tenant = scope.tenant()?.to_string();
    let seen = scope.seen_sites("id");
    let text =
        format!("SELECT id, name, note FROM sites WHERE tenant_id = $1{seen} ORDER BY name, id");
    let rows = query(text)
        .bind(&tenant)
        .fetch_all(&mut *connection)
        .await?;
    let mut sites = rows.iter().map(site).collect::<Result<Vec<Site>, _>>()?;
    let sensors = query(
        "SELECT site_id, id FROM sensors WHERE tenant_id = $1 AND site_id IS NOT NULL AND barred_at IS NULL ORDER BY name, id",
    )
    .bind(&tenant)
    .fetch_all(&mut *connection)
    .await?;
    let people = query(
        "SELECT g.site_id, u.id, u.name FROM user_sites g JOIN users u ON u.id = g.user_id AND u.tenant_id = g.tenant_id
         WHERE g.tenant_id = $1 AND u.removed_at IS NULL ORDER BY u.name, u.id",
    )
    .bind(&tenant)
    .fetch_all(connection)
    .await?;
    for site in &mut sites {
        for row in sensors.iter() {
            if Id::stored(row.try_get("site_id")?)? == site.id {
                site.sensors.push(Id::stored(row.try_get("id")?)?);
            }
        }
        for row in people.iter() {
            if Id::stored(row.try_get("site_id")?)? == site.id {
                site.people.push(PersonName {
                    id: Id::stored(row.try_get("id")?)?,
                    name: row.try_get("name")?,
                });
            }
        }
    }
    Ok(sites)
}

fn site(row: &Row) -> Result<Site, Error> {
    Ok(Site {
        id: Id::stored(row.try_get("id")?)?,
        name: row.try_get("name")?,
        note: row.try_get("note")?,
        sensors: Vec::new(),
        people: Vec::new(),
    })
}

/// Enters a site.
pub async fn insert(
    connection: &mut Connection,
    scope: &Scope,
    stored: &Stored<'_>,
) -> Result<(), Error> {
    query("INSERT INTO sites (id, tenant_id, name, note, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(stored.id.to_string())
        .bind(scope.tenant()?.to_string())
        .bind(stored.name)
        .bind(stored.note)
        .bind(stored.now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Names a site.
pub async fn rename(
    connection: &mut Connection,
    scope: &Scope,
    stored: &Stored<'_>,
) -> Result<(), Error> {
    query("UPDATE sites SET name = $3, note = $4 WHERE tenant_id = $1 AND id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(stored.id.to_string())
        .bind(stored.name)
        .bind(stored.note)
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes a site away that nobody is limited to; its sensors stand nowhere.
pub async fn remove(connection: &mut Connection, scope: &Scope, id: SiteId) -> Result<(), Error> {
    set_sensors(connection, scope, id, &[]).await?;
    query("DELETE FROM sites WHERE tenant_id = $1 AND id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(id.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Places sensors, and those that were there besides nowhere.
pub async fn set_sensors(
    connection: &mut Connection,
    scope: &Scope,
    id: SiteId,
    sensors: &[SensorId],
) -> Result<(), Error> {
    let tenant = scope.tenant()?.to_string();
    query("UPDATE sensors SET site_id = NULL WHERE tenant_id = $1 AND site_id = $2")
        .bind(&tenant)
        .bind(id.to_string())
        .execute(&mut *connection)
        .await?;
    for sensor in sensors {
        query("UPDATE sensors SET site_id = $3 WHERE tenant_id = $1 AND id = $2")
            .bind(&tenant)
            .bind(sensor.to_string())
            .bind(id.to_string())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Says who is limited to a site.
pub async fn set_people(
    connection: &mut Connection,
    scope: &Scope,
    id: SiteId,
    people: &[UserId],
) -> Result<(), Error> {
    let tenant = scope.tenant()?.to_string();
    query("DELETE FROM user_sites WHERE tenant_id = $1 AND site_id = $2")
        .bind(&tenant)
        .bind(id.to_string())
        .execute(&mut *connection)
        .await?;
    for person in people {
        query(
            "INSERT INTO user_sites (tenant_id, user_id, site_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(&tenant)
        .bind(person.to_string())
        .bind(id.to_string())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// A person is limited no more.
pub async fn release(
    connection: &mut Connection,
    scope: &Scope,
    person: UserId,
) -> Result<(), Error> {
    query("DELETE FROM user_sites WHERE tenant_id = $1 AND user_id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(person.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// How many sites the tenant has.
pub async fn count(connection: &mut Connection, scope: &Scope) -> Result<i64, Error> {
    scalar("SELECT COUNT(*) FROM sites WHERE tenant_id = $1")
        .bind(scope.tenant()?.to_string())
        .fetch_one(connection)
        .await
}

/// What is at the site of one sensor.
#[derive(Clone, Copy)]
pub enum Sighting {
    /// What the sensor saw.
    Incident(IncidentKey),
    /// The sensor itself.
    Sensor(SensorId),
}

/// People who are limited to sites, and to none where this is.
pub async fn blind_to(
    connection: &mut Connection,
    scope: &Scope,
    sighting: Sighting,
) -> Result<HashSet<UserId>, Error> {
    let (sensor, id) = match sighting {
        Sighting::Incident(id) => (
            "(SELECT i.sensor_id FROM incidents i WHERE i.tenant_id = $1 AND i.id = $2)",
            id.to_string(),
        ),
        Sighting::Sensor(id) => ("$2", id.to_string()),
    };
    let rows = query(format!(
        "SELECT DISTINCT g.user_id FROM user_sites g WHERE g.tenant_id = $1 AND NOT EXISTS (
            SELECT 1 FROM sensors n JOIN user_sites o ON o.tenant_id = n.tenant_id AND o.site_id = n.site_id
            WHERE n.tenant_id = $1 AND n.id = {sensor} AND o.user_id = g.user_id)"
    ))
    .bind(scope.tenant()?.to_string())
    .bind(id)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Id::stored(row.try_get(0)?)).collect()
}
