//! Browsers in which somebody has signed in before. Each browser has a token of its own in a cookie; the database keeps a
//! digest of it with each person who signed in there.

use super::sessions::Visitor;
use crate::context::Context;
use crate::database::{Connection, query, scalar};
use crate::tenancy::Scope;
use crate::{Error, limits};

/// The visitor's browser, where it is known to whoever has an address.
///
/// # Errors
/// When the database fails.
pub async fn known_by_email<'a>(
    context: &Context,
    visitor: &'a Visitor,
    email: &str,
) -> Result<Option<&'a str>, Error> {
    let Some(browser) = &visitor.browser else {
        return Ok(None);
    };
    let system = Scope::system();
    let mut connection = context.database.read(&system).await?;
    let count: i64 = scalar(
        "SELECT COUNT(*) FROM known_browsers b JOIN users u ON u.tenant_id = b.tenant_id AND u.id = b.user_id
         WHERE b.token_hash = $1 AND u.email = $2 AND u.removed_at IS NULL",
    )
    .bind(browser)
    .bind(email)
    .fetch_one(&mut connection)
    .await?;
    Ok((count > 0).then_some(browser))
}

/// The visitor's browser, where it is known to the scope's user.
///
/// # Errors
/// When the database fails.
pub async fn known<'a>(
    context: &Context,
    scope: &Scope,
    visitor: &'a Visitor,
) -> Result<Option<&'a str>, Error> {
    let Some(browser) = &visitor.browser else {
        return Ok(None);
    };
    let mut connection = context.database.read(scope).await?;
    let count: i64 = scalar(
        "SELECT COUNT(*) FROM known_browsers WHERE tenant_id = $1 AND user_id = $2 AND token_hash = $3",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.user_id()?.to_string())
    .bind(browser)
    .fetch_one(&mut connection)
    .await?;
    Ok((count > 0).then_some(browser))
}

/// The scope's user has proved in this browser who he is; of too many, those go that were not used for longest.
///
/// # Errors
/// When the database fails.
pub async fn remember(
    connection: &mut Connection,
    scope: &Scope,
    visitor: &Visitor,
    now: i64,
) -> Result<(), Error> {
    let Some(browser) = &visitor.browser else {
        return Ok(());
    };
    let (tenant, user) = (scope.tenant()?.to_string(), scope.user_id()?.to_string());
    query(
        "INSERT INTO known_browsers (tenant_id, user_id, token_hash, last_used_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, user_id, token_hash) DO UPDATE SET last_used_at = excluded.last_used_at",
    )
    .bind(&tenant)
    .bind(&user)
    .bind(browser)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    query(
        "DELETE FROM known_browsers WHERE tenant_id = $1 AND user_id = $2 AND token_hash NOT IN
             (SELECT token_hash FROM known_browsers WHERE tenant_id = $1 AND user_id = $2
              ORDER BY last_used_at DESC, token_hash LIMIT $3)",
    )
    .bind(tenant)
    .bind(user)
    .bind(limits::KNOWN_BROWSERS_MAX)
    .execute(connection)
    .await?;
    Ok(())
}
