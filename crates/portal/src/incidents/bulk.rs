//! The same done with many incidents: each by itself, so that one that cannot be changed does not hold up the others.

use super::closing;
use super::model::{BulkChange, BulkOutcome, BulkOutcomes, IncidentChange};
use super::service;
use crate::context::Context;
use crate::tenancy::{Action, Resource, Scope};
use crate::{Code, Error, limits};

/// Changes many incidents; what became of each, in the order asked.
///
/// # Errors
/// Forbidden; invalid request when nothing or too much is asked, or the resolution does not go with the state.
/// What concerns one incident only is in its outcome.
pub async fn change(
    context: &Context,
    scope: &Scope,
    asked: BulkChange,
) -> Result<BulkOutcomes, Error> {
    scope.authorize(Action::Update, Resource::Incident)?;
    let most = limits::BULK_MAX;
    if !(1..=most).contains(&asked.ids.len()) {
        return Err(Error::invalid(format!("ids are not 1 to {most}")));
    }
    if asked.handling.is_none() && asked.assignee.is_none() {
        return Err(Error::invalid("nothing to change"));
    }
    if let Some(handling) = asked.handling {
        closing::checked(handling, asked.resolution, Vec::new())?;
    } else if asked.resolution.is_some() {
        return Err(Error::invalid("resolution goes with resolved only"));
    }
    let mut items = Vec::with_capacity(asked.ids.len());
    for id in &asked.ids {
        let outcome = change_one(context, scope, *id, &asked).await;
        let code = match outcome {
            Ok(()) => None,
            Err(Error::Refused(refusal)) => Some(refusal.code),
            Err(error) => {
                tracing::error!(
                    error = crate::http::causes(&error),
                    "one of many changes failed"
                );
                Some(Code::Internal)
            }
        };
        items.push(BulkOutcome {
            id: *id,
            changed: code.is_none(),
            code: code.map(|code| code.key().to_owned()),
        });
    }
    Ok(BulkOutcomes { items })
}

async fn change_one(
    context: &Context,
    scope: &Scope,
    id: super::IncidentKey,
    asked: &BulkChange,
) -> Result<(), Error> {
    if let Some(handling) = asked.handling {
        let change = IncidentChange {
            handling,
            resolution: asked.resolution,
            answers: Vec::new(),
        };
        service::change(context, scope, id, change).await?;
    }
    if let Some(assignee) = &asked.assignee {
        service::assign(context, scope, id, assignee.user).await?;
    }
    Ok(())
}
