//! What people look for again: names for queries of the list, each person's own.

use super::filter::IncidentQuery;
use super::model::{NewView, SavedView, SavedViews, ViewKey};
use super::queries;
use crate::context::Context;
use crate::tenancy::{Action, Resource, Scope};
use crate::text::checked_name;
use crate::{Code, Error, limits};
use axum::extract::Query;
use axum::http::Uri;

/// The caller's views, by name.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn all(context: &Context, scope: &Scope) -> Result<SavedViews, Error> {
    scope.authorize(Action::Read, Resource::SavedView)?;
    let mut connection = context.database.read(scope).await?;
    let items = queries::views(&mut connection, scope).await?;
    Ok(SavedViews { items })
}

/// Keeps a view; one of the same name is replaced.
///
/// # Errors
/// Forbidden; invalid request when the name or the query is; the limit of views (409); or the database fails.
pub async fn keep(context: &Context, scope: &Scope, new: NewView) -> Result<SavedView, Error> {
    scope.authorize(Action::Create, Resource::SavedView)?;
    let name = checked_name("name", &new.name)?;
    if new.query.len() > limits::VIEW_BYTES_MAX {
        return Err(Error::invalid("query is too long"));
    }
    // What the list would refuse is no view.
    let address: Uri = format!("/?{}", new.query)
        .parse()
        .map_err(|_| Error::invalid("query is none"))?;
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(&address)
        .map_err(|_| Error::invalid("query is none"))?;
    IncidentQuery::from_pairs(pairs.0)?;
    let now = context.clock.micros();
    let mut transaction = context.database.write(scope).await?;
    let known = queries::views(&mut transaction, scope).await?;
    let is_new = !known.iter().any(|view| view.name == name);
    if is_new && known.len() >= limits::VIEWS_MAX {
        return Err(Code::ViewLimit.into());
    }
    queries::keep_view(&mut transaction, scope, &name, &new.query, now).await?;
    let kept = queries::views(&mut transaction, scope).await?;
    transaction.commit().await?;
    kept.into_iter()
        .find(|view| view.name == name)
        .ok_or(Error::Stored { what: "view" })
}

/// Drops a view.
///
/// # Errors
/// Forbidden, not found, or the database fails.
pub async fn drop_view(context: &Context, scope: &Scope, id: ViewKey) -> Result<(), Error> {
    scope.authorize(Action::Delete, Resource::SavedView)?;
    let mut transaction = context.database.write(scope).await?;
    queries::drop_view(&mut transaction, scope, id).await?;
    transaction.commit().await
}
