//! Statements on tenants.

use super::{Id, NewTenant, Role, Scope, TenantId, TenantKind, TenantName, TenantView, Visit};
use crate::Error;
use crate::database::{Connection, Row, query, scalar};
use event::Timestamp;

const COLUMNS: &str =
    "t.id, t.name, t.kind, t.partner_id, p.name AS partner_name, t.partner_may_act,
    t.licensed_endpoints, t.created_at";

/// Which tenants a member of staff looks after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All of them: the operator's people.
    All,
    /// The customers of this partner.
    CustomersOf(TenantId),
}

pub async fn insert(
    connection: &mut Connection,
    scope: &Scope,
    id: TenantId,
    new: &NewTenant,
    now: i64,
) -> Result<(), Error> {
    scope.require_all_tenants()?;
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    query(
        "INSERT INTO tenants (id, name, created_at, kind, partner_id, licensed_endpoints)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id.to_string())
    .bind(&new.name)
    .bind(now)
    .bind(new.kind.key())
    .bind(new.partner.map(|partner| partner.to_string()))
    .bind(new.licensed_endpoints.map(signed))
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn name(connection: &mut Connection, scope: &Scope) -> Result<String, Error> {
    let name = scalar("SELECT name FROM tenants WHERE id = $1")
        .bind(scope.tenant()?.to_string())
        .fetch_one(connection)
        .await?;
    Ok(name)
}

/// A tenant, before it is known whether the caller may see it.
pub async fn one(
    connection: &mut Connection,
    scope: &Scope,
    id: TenantId,
) -> Result<Option<TenantView>, Error> {
    scope.require_all_tenants()?;
    let row = query(format!(
        "SELECT {COLUMNS} FROM tenants t LEFT JOIN tenants p ON p.id = t.partner_id WHERE t.id = $1"
    ))
    .bind(id.to_string())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(view).transpose()
}

/// The partner of the scope's tenant, while the tenant lets it act.
pub async fn partner_with_leave(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<Option<TenantId>, Error> {
    let row = query(
        "SELECT p.id FROM tenants t JOIN tenants p ON p.id = t.partner_id
         WHERE t.id = $1 AND t.partner_may_act <> 0 AND p.kind = 'partner'",
    )
    .bind(scope.tenant()?.to_string())
    .fetch_optional(connection)
    .await?;
    row.map(|row| Id::stored(row.try_get("id")?)).transpose()
}

/// The tenants that somebody looks after, by name.
pub async fn all(
    connection: &mut Connection,
    scope: &Scope,
    reach: Reach,
) -> Result<Vec<TenantView>, Error> {
    scope.require_all_tenants()?;
    let from =
        format!("SELECT {COLUMNS} FROM tenants t LEFT JOIN tenants p ON p.id = t.partner_id");
    let statement = match reach {
        Reach::All => query(format!("{from} ORDER BY t.name, t.id")),
        Reach::CustomersOf(partner) => query(format!(
            "{from} WHERE t.partner_id = $1 ORDER BY t.name, t.id"
        ))
        .bind(partner.to_string()),
    };
    let rows = statement.fetch_all(connection).await?;
    rows.iter().map(view).collect()
}

fn view(row: &Row) -> Result<TenantView, Error> {
    let partner: Option<&str> = row.try_get("partner_id")?;
    let partner_name: Option<String> = row.try_get("partner_name")?;
    let partner = partner.zip(partner_name).map(|(id, name)| {
        let id = Id::stored(id)?;
        Ok::<_, Error>(TenantName { id, name })
    });
    let endpoints: Option<i64> = row.try_get("licensed_endpoints")?;
    let may_act: i64 = row.try_get("partner_may_act")?;
    Ok(TenantView {
        id: Id::stored(row.try_get("id")?)?,
        name: row.try_get("name")?,
        kind: TenantKind::from_key(row.try_get("kind")?).ok_or(Error::Stored {
            what: "kind of tenant",
        })?,
        partner: partner.transpose()?,
        partner_may_act: may_act != 0,
        licensed_endpoints: endpoints.and_then(|number| u64::try_from(number).ok()),
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
    })
}

/// Writes what may change of the scope's tenant.
pub async fn update(
    connection: &mut Connection,
    scope: &Scope,
    tenant: &TenantView,
) -> Result<(), Error> {
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    query(
        "UPDATE tenants SET name = $2, partner_id = $3, partner_may_act = $4, licensed_endpoints = $5 WHERE id = $1",
    )
    .bind(scope.tenant()?.to_string())
    .bind(&tenant.name)
    .bind(tenant.partner.as_ref().map(|partner| partner.id.to_string()))
    .bind(i64::from(tenant.partner_may_act))
    .bind(tenant.licensed_endpoints.map(signed))
    .execute(connection)
    .await?;
    Ok(())
}

/// The end of the caller's latest visit to the scope's tenant, where there was one.
pub async fn last_visit(connection: &mut Connection, scope: &Scope) -> Result<Option<i64>, Error> {
    scalar("SELECT MAX(last_at) FROM visits WHERE tenant_id = $1 AND user_id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(scope.user_id()?.to_string())
        .fetch_one(connection)
        .await
}

/// A visit to the scope's tenant begins.
pub async fn begin_visit(
    connection: &mut Connection,
    scope: &Scope,
    now: i64,
) -> Result<(), Error> {
    query(
        "INSERT INTO visits (tenant_id, user_id, began_at, last_at) VALUES ($1, $2, $3, $3) ON CONFLICT DO NOTHING",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.user_id()?.to_string())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// The caller's latest visit goes on.
pub async fn extend_visit(
    connection: &mut Connection,
    scope: &Scope,
    last_at: i64,
    now: i64,
) -> Result<(), Error> {
    query("UPDATE visits SET last_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND last_at = $3")
        .bind(scope.tenant()?.to_string())
        .bind(scope.user_id()?.to_string())
        .bind(last_at)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Who was in the scope's tenant, latest first.
pub async fn visits(
    connection: &mut Connection,
    scope: &Scope,
    most: i64,
) -> Result<Vec<Visit>, Error> {
    let rows = query(
        "SELECT u.name, u.role, t.name AS employer, v.began_at, v.last_at
         FROM visits v JOIN users u ON u.id = v.user_id JOIN tenants t ON t.id = u.tenant_id
         WHERE v.tenant_id = $1 ORDER BY v.last_at DESC, v.user_id LIMIT $2",
    )
    .bind(scope.tenant()?.to_string())
    .bind(most)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Visit {
                name: row.try_get("name")?,
                role: Role::from_key(row.try_get("role")?).ok_or(Error::Stored { what: "role" })?,
                of: row.try_get("employer")?,
                began_at: Timestamp::from_micros(row.try_get("began_at")?),
                last_at: Timestamp::from_micros(row.try_get("last_at")?),
            })
        })
        .collect()
}

/// Who is told of what is wrong with a tenant's sensors: itself, its partner, the operator.
pub async fn responsible(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<Vec<TenantId>, Error> {
    let rows = query(
        "SELECT id FROM tenants
         WHERE id = $1 OR kind = $2 OR id = (SELECT partner_id FROM tenants WHERE id = $1) ORDER BY id",
    )
    .bind(scope.tenant()?.to_string())
    .bind(TenantKind::Operator.key())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| Id::stored(row.try_get("id")?))
        .collect()
}
