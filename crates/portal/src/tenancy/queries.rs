//! Statements on tenants.

use super::{Scope, TenantId};
use crate::Error;
use crate::database::{Connection, query, scalar};

pub async fn insert(
    connection: &mut Connection,
    scope: &Scope,
    id: TenantId,
    name: &str,
    now: i64,
) -> Result<(), Error> {
    scope.require_all_tenants()?;
    query("INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, $3)")
        .bind(id.to_string())
        .bind(name)
        .bind(now)
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
