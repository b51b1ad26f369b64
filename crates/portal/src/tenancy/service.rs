//! What is done with tenants.

use super::{Scope, TenantId, queries};
use crate::Error;
use crate::context::Context;
use crate::text::checked_name;

/// Takes in a customer.
///
/// # Errors
/// When the name is empty or too long, or the database fails.
pub async fn create(context: &Context, scope: &Scope, name: &str) -> Result<TenantId, Error> {
    let name = checked_name("name", name)?;
    let id = TenantId::generate();
    let mut transaction = context.database.write().await?;
    queries::insert(&mut transaction, scope, id, &name, context.clock.micros()).await?;
    transaction.commit().await?;
    Ok(id)
}

/// The name of the one tenant of a scope.
///
/// # Errors
/// When the scope is not of one tenant, or the database fails.
pub async fn name(context: &Context, scope: &Scope) -> Result<String, Error> {
    let mut connection = context.database.read().await?;
    queries::name(&mut connection, scope).await
}
