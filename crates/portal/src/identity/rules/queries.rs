//! Statements on what a tenant demands.

use super::SignInRules;
use crate::Error;
use crate::database::{Connection, query, scalar};
use crate::tenancy::Scope;

/// What the scope's tenant demands.
pub async fn rules(connection: &mut Connection, scope: &Scope) -> Result<SignInRules, Error> {
    let requires: i64 = scalar("SELECT requires_second_factor FROM tenants WHERE id = $1")
        .bind(scope.tenant()?.to_string())
        .fetch_one(connection)
        .await?;
    Ok(SignInRules {
        requires_second_factor: requires != 0,
    })
}

/// Changes what the scope's tenant demands.
pub async fn set(
    connection: &mut Connection,
    scope: &Scope,
    rules: SignInRules,
) -> Result<(), Error> {
    query("UPDATE tenants SET requires_second_factor = $2 WHERE id = $1")
        .bind(scope.tenant()?.to_string())
        .bind(i64::from(rules.requires_second_factor))
        .execute(connection)
        .await?;
    Ok(())
}
