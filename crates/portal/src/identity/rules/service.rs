//! What administrators decide about signing in.

use super::{SignInRules, queries};
use crate::Error;
use crate::audit::{self, Act, Target};
use crate::context::Context;
use crate::tenancy::{Action, Resource, Scope};
use serde_json::json;

/// What the scope's tenant demands.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn rules(context: &Context, scope: &Scope) -> Result<SignInRules, Error> {
    scope.authorize(Action::Read, Resource::Person)?;
    let mut connection = context.database.read(scope).await?;
    queries::rules(&mut connection, scope).await
}

/// Changes what the scope's tenant demands. It holds at once, for open sessions too.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn set(
    context: &Context,
    scope: &Scope,
    rules: SignInRules,
) -> Result<SignInRules, Error> {
    scope.authorize(Action::Update, Resource::Person)?;
    let mut transaction = context.database.write(scope).await?;
    if queries::rules(&mut transaction, scope).await? != rules {
        queries::set(&mut transaction, scope, rules).await?;
        let detail = json!({ "requires_second_factor": rules.requires_second_factor });
        let (act, target) = (Act::SecurityChanged, Target::none());
        audit::service::write(context, &mut transaction, scope, act, target, detail).await?;
        transaction.commit().await?;
    }
    Ok(rules)
}
