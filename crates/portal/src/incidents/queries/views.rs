//! Statements on saved views.

use crate::database::{Connection, query};
use crate::incidents::model::{SavedView, ViewKey};
use crate::tenancy::{Id, Scope};
use crate::{Code, Error};

/// The caller's views, by name.
pub async fn views(connection: &mut Connection, scope: &Scope) -> Result<Vec<SavedView>, Error> {
    let rows = query(
        "SELECT id, name, query FROM incident_views WHERE tenant_id = $1 AND user_id = $2 ORDER BY name, id",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.user_id()?.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(SavedView {
                id: Id::stored(row.try_get("id")?)?,
                name: row.try_get("name")?,
                query: row.try_get("query")?,
            })
        })
        .collect()
}

/// Keeps a view, in place of one of the same name.
pub async fn keep_view(
    connection: &mut Connection,
    scope: &Scope,
    name: &str,
    wanted: &str,
    now: i64,
) -> Result<(), Error> {
    query(
        "INSERT INTO incident_views (id, tenant_id, user_id, name, query, created_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, user_id, name) DO UPDATE SET query = excluded.query",
    )
    .bind(ViewKey::generate().to_string())
    .bind(scope.tenant()?.to_string())
    .bind(scope.user_id()?.to_string())
    .bind(name)
    .bind(wanted)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Drops one of the caller's views.
pub async fn drop_view(
    connection: &mut Connection,
    scope: &Scope,
    id: ViewKey,
) -> Result<(), Error> {
    let dropped =
        query("DELETE FROM incident_views WHERE tenant_id = $1 AND user_id = $2 AND id = $3")
            .bind(scope.tenant()?.to_string())
            .bind(scope.user_id()?.to_string())
            .bind(id.to_string())
            .execute(connection)
            .await?;
    if dropped == 0 {
        return Err(Code::NotFound.into());
    }
    Ok(())
}
