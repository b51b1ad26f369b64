//! Statements on a tenant's systems that are told.

use crate::database::{Connection, Row, query, scalar};
use crate::locale::{Localized as _, language_from_key};
use crate::notify::model::{Channel, Endpoint, EndpointId, EndpointThreshold};
use crate::tenancy::{Id, Scope};
use crate::{Code, Error};
use event::Timestamp;

/// A system with its secrets.
#[derive(Clone, Debug)]
pub struct Known {
    pub endpoint: Endpoint,
    /// The whole address.
    pub address: String,
    pub secret: String,
}

fn known(row: &Row) -> Result<Known, Error> {
    let stored = |what| Error::Stored { what };
    let channel = Channel::from_key(row.try_get("channel")?).ok_or_else(|| stored("channel"))?;
    let address: String = row.try_get("address")?;
    Ok(Known {
        endpoint: Endpoint {
            id: Id::stored(row.try_get("id")?)?,
            name: row.try_get("name")?,
            channel,
            address: shown(channel, &address),
            recipient: row.try_get("recipient")?,
            severity_from: EndpointThreshold::from_key(row.try_get("severity_from")?)
                .ok_or_else(|| stored("threshold"))?,
            language: language_from_key(row.try_get("language")?)
                .ok_or_else(|| stored("language"))?,
            created_at: Timestamp::from_micros(row.try_get("created_at")?),
            last: None,
        },
        address,
        secret: row.try_get("secret")?,
    })
}

/// Whoever knows the address of a chat's webhook may write there.
fn shown(channel: Channel, address: &str) -> String {
    match channel {
        Channel::Slack | Channel::Teams => {
            let host =
                crate::notify::outbound::Target::parse(address).map(|target| target.origin());
            host.map(|host| format!("{host}/…")).unwrap_or_default()
        }
        _ => address.to_owned(),
    }
}

/// The systems of the tenant, by name.
pub async fn all(connection: &mut Connection, scope: &Scope) -> Result<Vec<Known>, Error> {
    let rows = query("SELECT * FROM notify_endpoints WHERE tenant_id = $1 ORDER BY name, id")
        .bind(scope.tenant()?.to_string())
        .fetch_all(connection)
        .await?;
    rows.iter().map(known).collect()
}

/// A system of the tenant.
pub async fn one(
    connection: &mut Connection,
    scope: &Scope,
    id: EndpointId,
) -> Result<Known, Error> {
    let row = query("SELECT * FROM notify_endpoints WHERE tenant_id = $1 AND id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    row.as_ref()
        .map(known)
        .transpose()?
        .ok_or_else(|| Code::NotFound.into())
}

/// How many systems the tenant has.
pub async fn count(connection: &mut Connection, scope: &Scope) -> Result<i64, Error> {
    scalar("SELECT COUNT(*) FROM notify_endpoints WHERE tenant_id = $1")
        .bind(scope.tenant()?.to_string())
        .fetch_one(connection)
        .await
}

/// Takes in a system.
pub async fn insert(connection: &mut Connection, scope: &Scope, new: &Known) -> Result<(), Error> {
    query(
        "INSERT INTO notify_endpoints (id, tenant_id, name, channel, address, recipient, secret, severity_from, language,
            created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(new.endpoint.id.to_string())
    .bind(scope.tenant()?.to_string())
    .bind(&new.endpoint.name)
    .bind(new.endpoint.channel.key())
    .bind(&new.address)
    .bind(&new.endpoint.recipient)
    .bind(&new.secret)
    .bind(new.endpoint.severity_from.severity().key())
    .bind(new.endpoint.language.key())
    .bind(new.endpoint.created_at.micros())
    .execute(connection)
    .await?;
    Ok(())
}

/// Changes a system.
pub async fn update(
    connection: &mut Connection,
    scope: &Scope,
    changed: &Known,
) -> Result<(), Error> {
    query(
        "UPDATE notify_endpoints SET name = $3, severity_from = $4, language = $5, address = $6, recipient = $7, secret = $8
         WHERE tenant_id = $1 AND id = $2",
    )
    .bind(scope.tenant()?.to_string())
    .bind(changed.endpoint.id.to_string())
    .bind(&changed.endpoint.name)
    .bind(changed.endpoint.severity_from.severity().key())
    .bind(changed.endpoint.language.key())
    .bind(&changed.address)
    .bind(&changed.endpoint.recipient)
    .bind(&changed.secret)
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets a system; whether there was one.
pub async fn delete(
    connection: &mut Connection,
    scope: &Scope,
    id: EndpointId,
) -> Result<bool, Error> {
    let gone = query("DELETE FROM notify_endpoints WHERE tenant_id = $1 AND id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(id.to_string())
        .execute(connection)
        .await?;
    Ok(gone > 0)
}
