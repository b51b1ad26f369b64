//! What customer and SOC say to each other about an incident, and what the SOC notes for itself.

use super::model::{IncidentKey, Message, Messages, NewMessage};
use super::{queries, service};
use crate::context::Context;
use crate::tenancy::{Action, Resource, Scope};
use crate::{Error, limits};

/// What was said about an incident, oldest first; the SOC's own notes only to those who may read them.
///
/// # Errors
/// Forbidden, not found, or the database fails.
pub async fn all(context: &Context, scope: &Scope, id: IncidentKey) -> Result<Messages, Error> {
    scope.authorize(Action::Read, Resource::Discussion)?;
    let with_internal = reads_internal(scope);
    let mut connection = context.database.read(scope).await?;
    queries::require(&mut connection, scope, id).await?;
    let items = queries::messages(&mut connection, scope, id, with_internal).await?;
    Ok(Messages { items })
}

/// Says something about an incident.
///
/// # Errors
/// Forbidden; not found; invalid request when the text is empty or too long; or the database fails.
pub async fn say(
    context: &Context,
    scope: &Scope,
    id: IncidentKey,
    new: NewMessage,
) -> Result<Message, Error> {
    let resource = if new.internal {
        Resource::InternalNote
    } else {
        Resource::Discussion
    };
    scope.authorize(Action::Create, resource)?;
    let text = new.text.trim();
    let most = limits::NOTE_CHARS_MAX;
    if !(1..=most).contains(&text.chars().count()) {
        return Err(Error::invalid(format!(
            "text has not 1 to {most} characters"
        )));
    }
    let now = context.clock.micros();
    let mut transaction = context.database.write(scope).await?;
    let (line, _, _) = queries::one(&mut transaction, scope, id).await?;
    queries::say(&mut transaction, scope, id, text, new.internal, now).await?;
    let said = queries::messages(&mut transaction, scope, id, reads_internal(scope)).await?;
    // What the customer may not see must not be noticed either.
    let changed_at = if new.internal {
        None
    } else {
        let at = queries::next_change(&mut transaction, scope, now).await?;
        queries::touch(&mut transaction, scope, id, at).await?;
        Some(at)
    };
    transaction.commit().await?;
    if let Some(at) = changed_at {
        service::tell(context, scope, &line, at)?;
    }
    said.into_iter()
        .last()
        .ok_or(Error::Stored { what: "message" })
}

fn reads_internal(scope: &Scope) -> bool {
    scope
        .authorize(Action::Read, Resource::InternalNote)
        .is_ok()
}
